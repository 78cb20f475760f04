"""Campfire on Daphne, for tests that must hold on either server: `python -m tests.daphne_server PORT`."""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "campfire.settings")


def main() -> None:
    from campfire.serving import server

    if code := server.prepare():
        server.say(f"One-time setup code: {code}")

    from daphne.cli import CommandLineInterface

    CommandLineInterface().run(["-v", "0", "-b", "127.0.0.1", "-p", sys.argv[1], "campfire.asgi:application"])


if __name__ == "__main__":
    main()
