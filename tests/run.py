"""`scripts/test`: runs every suite, says at the end what passed, and fails if anything did not."""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests import servers

ROOT = Path(__file__).resolve().parent.parent
NOTHING_COLLECTED = 5
OUTCOMES = {0: "passed", NOTHING_COLLECTED: "no tests"}

DESCRIPTION = """\
Runs all tests: JavaScript on Node.js, then Python on SQLite without Redis (everything), then Python on PostgreSQL and
Redis (everything except browser tests and those about SQLite). Other arguments are passed to pytest:
scripts/test chat/tests -k rooms
TEST_DATABASE_URL and TEST_REDIS_URL name servers to use (their data is erased); otherwise the tests start their own.
"""


def arguments(given: list[str]) -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(
        prog="scripts/test", description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", choices=[name for name, _ in SUITES], help="run one suite only")
    return parser.parse_known_args(given)


def node(_: list[str]) -> int:
    # Named one by one: what `node --test` makes of a folder differs from version to version.
    files = sorted(map(str, Path("tests/js").rglob("*.test.*js")))
    oldest = ["--import", "./tests/js/as_node_18.js"]
    return subprocess.call([servers.find_program("node"), *oldest, "--test", *files], cwd=ROOT) if files else 0


def sqlite(given: list[str]) -> int:
    return pytest(given, {})


def postgresql(given: list[str]) -> int:
    with postgres_and_redis() as environment:
        return pytest(["-m", "not browser and not sqlite", *given], environment)


SUITES: list[tuple[str, Callable[[list[str]], int]]] = [("node", node), ("sqlite", sqlite), ("postgresql", postgresql)]


def pytest(given: list[str], environment: Mapping[str, str]) -> int:
    outer = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    parallel = [] if {"-n", "--pdb", "-s"} & set(given) else ["-n", "auto"]
    command = [sys.executable, "-m", "pytest", "--dist", "loadfile", "--no-loadscope-reorder", *parallel, *given]
    result = subprocess.call(command, cwd=ROOT, env={**outer, **environment})
    return 1 if result == NOTHING_COLLECTED and not given else result


@contextmanager
def postgres_and_redis() -> Iterator[dict[str, str]]:
    """The environment that chooses PostgreSQL and Redis: those named in the environment, else fresh ones."""
    with ExitStack() as stack:
        database, redis = os.environ.get("TEST_DATABASE_URL"), os.environ.get("TEST_REDIS_URL")
        database = database or stack.enter_context(servers.start_postgres()).url
        redis = redis or stack.enter_context(servers.start_redis()).url
        yield {"DATABASE_URL": database, "REDIS_URL": redis}


def run(name: str, suite: Callable[[list[str]], int], given: list[str]) -> tuple[str, int, float]:
    print(f"\n== {name}", flush=True)
    began = time.monotonic()
    try:
        result = suite(given)
    except servers.NotInstalled as error:
        print(error, file=sys.stderr)
        result = 1
    return name, result, time.monotonic() - began


def main() -> int:
    options, given = arguments(sys.argv[1:])
    chosen = [suite for suite in SUITES if options.only in (None, suite[0])]
    if given and not options.only:
        chosen = [suite for suite in chosen if suite[0] != "node"]
    results = [run(name, suite, given) for name, suite in chosen]
    print("\n== summary")
    for name, result, seconds in results:
        print(f"{name:12} {OUTCOMES.get(result, 'FAILED'):8} {seconds:6.1f} s")
    return int(not succeeded([result for _, result, _ in results]))


def succeeded(results: list[int]) -> bool:
    """Whether the suites that had tests passed, and one had. A file that is named may hold nothing for one of them."""
    return all(result in OUTCOMES for result in results) and 0 in results


if __name__ == "__main__":
    sys.exit(main())
