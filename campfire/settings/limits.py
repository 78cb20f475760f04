"""Limits (protocol: limits)."""

from campfire.settings.environment import env

RATE_LIMITS = env.switch("RATE_LIMITS", default=True)
CONTENT_LENGTH = env.number("CONTENT_LENGTH", default=10_000)
FRAME_BYTES = env.number("FRAME_BYTES", default=128 * 1024)
FRAMES_PER_SECOND = env.number("FRAMES_PER_SECOND", default=20)
MESSAGES_PER_MINUTE = env.number("MESSAGES_PER_MINUTE", default=60)
MESSAGES_BURST = env.number("MESSAGES_BURST", default=20)
JOINED_ROOMS = env.number("JOINED_ROOMS", default=128)
SOCKETS_PER_PERSON = env.number("SOCKETS_PER_PERSON", default=10)
QUEUE_FRAMES = env.number("QUEUE_FRAMES", default=256)
QUEUE_BYTES = env.number("QUEUE_BYTES", default=1024 * 1024)
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
