"""Questions by HTTP over one connection that is kept, one after the other, as a browser asks."""

import http.client
import time
from array import array
from typing import Self

from tests.bench.bench import Broken
from tests.bench.tally import quantiles
from tests.servers import Campfire

WARM_UP = 5


class Asking:
    """A connection to `server` with these headers, from `with` to the end of it."""

    def __init__(self, server: Campfire, **headers: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        self._headers = headers

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def ask(self, path: str) -> bytes:
        """The body of the answer; raises `Broken` for any status but 200."""
        self._connection.request("GET", path, headers=self._headers)
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise Broken(f"{path} was answered {answer.status}: {body[:200]!r}")
        return body

    def measure(self, path: str, times: int) -> dict[str, float]:
        """Milliseconds from the question to the whole answer: p50, p95, p99, mean and max."""
        return self.measure_all([path], times)

    def measure_all(self, paths: list[str], times: int) -> dict[str, float]:
        """The same of several, each asked `times` times, by turns."""
        took: array[int] = array("q")
        for number in range(WARM_UP + times):
            for path in paths:
                began = time.perf_counter_ns()
                self.ask(path)
                if number >= WARM_UP:
                    took.append(time.perf_counter_ns() - began)
        return quantiles(took)


def by_token(server: Campfire, token: str) -> Asking:
    """As a program asks the API."""
    return Asking(server, Authorization=f"Bearer {token}")


def by_cookie(server: Campfire, token: str) -> Asking:
    """As a browser asks for pages."""
    return Asking(server, Cookie=f"session_token={token}")
