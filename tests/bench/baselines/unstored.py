"""Campfire that stores no message: the same server, but for the database behind `send_message`.

`python -m tests.bench.baselines.unstored --port N --data DIR`.
"""

from campfire.serving import server

_prepare = server.prepare


def prepare() -> str | None:
    """As ever, and then, as the models are there, the other way to post."""
    code = _prepare()
    from tests.bench.baselines.unstored_posting import install

    install()
    return code


def main() -> None:
    server.prepare = prepare
    server.main()


if __name__ == "__main__":
    main()
