"""Why a socket is closed (protocol: close codes).

Below 4500 a client comes back, with jitter; from 4500 on it does not.
"""

from enum import IntEnum


class Close(IntEnum):
    NORMAL = 1000
    REJECTED = 1008
    RESTARTING = 4001
    SLOW = 4002
    SILENT = 4003
    RATE_ABUSE = 4006
    SESSION_ENDED = 4501
    ACCOUNT_DISABLED = 4502
    BAD_FRAMES = 4504
    BINARY = 4505
    TOO_LARGE = 4506
    TOO_MANY_SOCKETS = 4507
