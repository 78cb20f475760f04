"""PostgreSQL: written by pg_dump and read back by pg_restore.

pg_dump and the counting read the same exported snapshot, so the numbers are those of the dump. A dump is looked
through without a server: what pg_restore makes of it holds each row as COPY writes it.
"""

import os
import re
import subprocess
import tempfile
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection
from psycopg.conninfo import make_conninfo
from psycopg.pq import Conninfo
from tqdm import tqdm

from campfire.logs.redacting import redact
from chat.backup.contents import EPOCH, MIGRATIONS, Contents, Origin, Table, add_up
from chat.backup.emptiness import check_empty, check_ours
from chat.backup.folder import Unusable, create
from chat.backup.programs import find_program

FILE = "database.dump"
LOCK_WAIT_S = 60
_COPY = re.compile(r"COPY (\S+) \((.*)\) FROM stdin;\n")
_END = b"\\.\n"
_TABLES = """
    SELECT format('%I.%I', n.nspname, c.relname), array_agg(a.attname::text ORDER BY a.attnum)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
      AND n.nspname NOT LIKE 'pg\\_%' AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    GROUP BY 1 ORDER BY 1
"""


def check_programs() -> None:
    """Raise `Unusable` unless there is a pg_dump that is as new as the server."""
    with _connected() as database:
        _pg_dump(database)


def _pg_dump(database: psycopg.Connection[Any]) -> Path:
    return find_program("pg_dump", at_least=database.info.server_version // 10_000)


def take(path: Path) -> tuple[Origin, Contents]:
    """Dump the live database to `path`, without its epoch; where it comes from, and what is in the dump."""
    with _connected() as database:
        program = _pg_dump(database)
        # It waits meanwhile for pg_dump.
        database.execute("SET idle_in_transaction_session_timeout = 0")
        with database.transaction():
            database.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            (snapshot,) = _row(database, "SELECT pg_export_snapshot()")
            create(path)
            options = ["--format=custom", "--no-owner", "--no-privileges", f"--exclude-table-data=*.{EPOCH}"]
            options += [f"--snapshot={snapshot}", f"--lock-wait-timeout={LOCK_WAIT_S}s"]
            options += [f"--file={path}", f"--dbname={_address()}"]
            origin = _origin(database)
            _run(program, options, database, growing=path)
            return origin, add_up(_tables(database))


def _origin(database: psycopg.Connection[Any]) -> Origin:
    check_ours(f"The database {database.info.dbname}", _names(database))
    epoch = database.execute(f"SELECT value::text FROM {EPOCH}").fetchone()  # noqa: S608
    applied = database.execute(f"SELECT app || '.' || name FROM {MIGRATIONS} ORDER BY id")  # noqa: S608
    return Origin(
        server=_version(database.info.server_version),
        epoch=epoch[0] if epoch else "",
        migrations=[name for (name,) in applied],
    )


def _version(number: int) -> str:
    return f"{number // 10_000}.{number % 10_000}"


def _tables(database: psycopg.Connection[Any]) -> Generator[Table, None, None]:
    # As pg_dump has it.
    database.execute("SET LOCAL datestyle = ISO; SET LOCAL timezone = UTC; SET LOCAL extra_float_digits = 3")
    for name, columns in database.execute(_TABLES).fetchall():
        if _bare(name) == EPOCH:
            continue
        names = ", ".join(f'"{column}"' for column in columns)
        statement = f"COPY {name} ({names}) TO STDOUT"
        with database.cursor() as cursor, cursor.copy(statement) as rows:
            yield Table(_bare(name), columns, map(bytes, rows), _split)


def _split(row: bytes) -> Sequence[str]:
    return row.decode().rstrip("\n").split("\t")


def _bare(name: str) -> str:
    return name.replace('"', "").removeprefix("public.")


# ---- looking through a dump ---------------------------------------------------------------------------------------


def read(path: Path) -> Contents:
    """What a dump holds; raises `Unusable` if pg_restore cannot read all of it."""
    program = find_program("pg_restore", at_least=_made_by(path))
    command = [str(program), "--data-only", "--file=-", str(path)]
    with tempfile.TemporaryFile() as said:
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said) as process:  # noqa: S603 (found by us)
            assert process.stdout is not None
            contents = add_up(_tables_in(process.stdout))
        said.seek(0)
        _check(process.returncode, "pg_restore", said.read())
    return contents


def _made_by(path: Path) -> int:
    """The major version of the pg_dump that wrote it, which an older pg_restore may not understand."""
    program = find_program("pg_restore", at_least=0, newest=True)
    listing = subprocess.run([str(program), "--list", str(path)], capture_output=True, check=False)  # noqa: S603
    _check(listing.returncode, "pg_restore", listing.stderr)
    found = re.search(rb"Dumped by pg_dump version: (\d+)", listing.stdout)
    return int(found[1]) if found else 0


def _tables_in(script: Iterable[bytes]) -> Generator[Table, None, None]:
    for line in script:
        if line.startswith(b"COPY ") and (header := _COPY.fullmatch(line.decode())):
            columns = [column.strip('"') for column in header[2].split(", ")]
            yield Table(_bare(header[1]), columns, _rows_in(script), _split)


def _rows_in(script: Iterable[bytes]) -> Iterator[bytes]:
    """Up to the end of a table, or of what pg_restore says at all."""
    for line in script:
        if line == _END:
            return
        yield line


# ---- back ---------------------------------------------------------------------------------------------------------


def check_place() -> None:
    """Raise `Unusable` unless the database is without content and nobody else is connected to it."""
    with _connected() as database:
        name, user = database.info.dbname, database.info.user
        make = f"createdb --owner={user} --encoding=UTF8 --template=template0 {name}"
        move = f"psql -c 'ALTER DATABASE {name} RENAME TO {name}_before'"
        todo = f"Stop the server and move it away, as the user postgres: {move} && {make}"
        check_empty(f"The database {name}", _names(database), lambda table: _has_rows(database, table), todo)
        others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        (count,) = _row(database, f"{others} AND backend_type = 'client backend'")
        if count:
            raise Unusable(
                f"The database {name} is in use ({count} connections). Stop the server first, on every machine."
            )


def _names(database: psycopg.Connection[Any]) -> list[str]:
    return [_bare(name) for name, _ in database.execute(_TABLES).fetchall()]


def _has_rows(database: psycopg.Connection[Any], table: str) -> bool:
    return bool(_row(database, f'SELECT EXISTS (SELECT FROM "{table}")')[0])  # noqa: S608


@contextmanager
def put_back(path: Path, origin: Origin) -> Iterator[Contents]:
    """Inside, the database is restored from `path`. Yields what it holds. If anything goes wrong, it is empty again."""
    with _connected() as database:
        if database.info.server_version // 10_000 < int(origin.server.partition(".")[0]):
            here = _version(database.info.server_version)
            raise Unusable(
                f"The backup is from PostgreSQL {origin.server}, but this is {here}. Use that version or a newer one."
            )
        program = find_program("pg_restore", at_least=_made_by(path))
        _empty(database)
        try:
            options = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", "--no-comments"]
            _run(program, [*options, f"--dbname={_address()}", str(path)], database)
            with database.transaction():
                contents = add_up(_tables(database))
            yield contents
        except BaseException:
            connection.close()
            _empty(database)
            raise


def _empty(database: psycopg.Connection[Any]) -> None:
    """Drop the tables that an empty Campfire has; nobody would find content in them (`check_place`)."""
    if names := [f'"{name}"' for name in _names(database)]:
        database.execute(f"DROP TABLE {', '.join(names)} CASCADE")


def after(origin: Origin) -> None:
    """A dump holds no statistics: without them large rooms are slow until PostgreSQL has looked by itself."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


# ---- both ways -----------------------------------------------------------------------------------------------------


@contextmanager
def _connected() -> Iterator[psycopg.Connection[Any]]:
    """A connection past Django's pool, which would hold more of them."""
    try:
        database = psycopg.connect(**connection.get_connection_params(), autocommit=True)
    except psycopg.Error as error:
        said = redact(str(error).strip().partition("\n")[0])
        raise Unusable(
            f"The database does not answer: {said}. Check that it is running, and check DATABASE_URL."
        ) from None
    try:
        with database:
            yield database
    except psycopg.Error as error:
        raise Unusable(f"The database says: {redact(str(error).strip().partition(chr(10))[0])}.") from None


def _address() -> str:
    """What Django was told, but for the password: what our libpq knows besides, an older program's may not."""
    known = {option.keyword.decode() for option in Conninfo.get_defaults()} - {"password"}
    given = connection.get_connection_params()
    return make_conninfo("", **{name: value for name, value in given.items() if name in known})


def _row(database: psycopg.Connection[Any], statement: str) -> tuple[Any, ...]:
    row = database.execute(statement).fetchone()
    assert row is not None
    return tuple(row)


def _run(program: Path, options: list[str], database: psycopg.Connection[Any], growing: Path | None = None) -> None:
    """Run one of PostgreSQL's programs; the password of `database` is in no command line, which all users can read.

    `growing` is the file that it writes, whose size tells how far it is.
    """
    environment = {**os.environ, "PGTZ": "UTC", "PGPASSWORD": database.info.password}
    command = [str(program), "--no-password", *options]
    with (
        subprocess.Popen(command, env=environment, stderr=subprocess.PIPE) as process,  # noqa: S603 (found by us)
        tqdm(desc=program.name, unit="B", unit_scale=True, disable=None, leave=False) as bar,
    ):
        while True:
            try:
                _, said = process.communicate(timeout=0.5)
                break
            except subprocess.TimeoutExpired:
                if growing:
                    bar.update(growing.stat().st_size - bar.n)
    _check(process.returncode, program.name, said)


def _check(code: int, name: str, said: bytes) -> None:
    if code:
        lines = said.decode(errors="replace").strip().splitlines() or [f"it ended with {code}"]
        # The first error is the cause; what follows is about the command that failed, and may quote rows.
        cause = next((line for line in lines if "error:" in line), lines[0])
        raise Unusable(f"{name} failed: {redact(cause.removeprefix(f'{name}: error: '))}.")
