"""Reads whose SQL is made once.

For a short read Django takes several times longer to make the SQL than the database to answer it. A `PreparedRead` is a
`values_list` with the values that differ from one reading to the next left open, as `Given` and `GivenList`.
"""

import threading
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import orjson
from django.db import connection
from django.db.models import Expression, Field, Model, QuerySet
from django.db.models.sql.compiler import SQLCompiler

Row = tuple[Any, ...]
Adapt = Callable[[Any], Any]


class Open(NamedTuple):
    """What stands for a value among the parameters of the SQL; `adapt` makes of it what the database's module takes."""

    name: str
    adapt: Adapt


class Given(Expression):
    """A value that is named when the read runs; `field` says of what kind it is."""

    def __init__(self, name: str, field: "Field[Any, Any]") -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        return "%s", [Open(self.name, lambda value: self.output_field.get_db_prep_value(value, connection))]


class GivenList(Given):
    """As many values as are given, for `…__in`. None is not among them; a number has 64 bits."""

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        field = self.output_field

        def adapted(values: Iterable[Any]) -> list[Any]:
            return [field.get_db_prep_value(value, connection) for value in values]

        if connection.vendor == "sqlite":
            return "(SELECT value FROM json_each(%s))", [Open(self.name, lambda values: as_json(adapted(values)))]
        return f"(SELECT unnest(%s::{field.db_type(connection)}[]))", [Open(self.name, adapted)]


class PreparedRead:
    """Call it with what is left open in `rows`, by name; it returns the rows, as `list(rows)` would.

    `rows` makes a `values_list` of columns, none of them binary or an expression that gives JSON; it is called once for
    each kind of database.
    """

    def __init__(self, rows: "Callable[[], QuerySet[Any, Any]]") -> None:
        self._rows = rows
        self._made: dict[str, _Statement] = {}
        self._making = threading.Lock()

    def __call__(self, **values: Any) -> list[Row]:
        statement = self._made.get(connection.vendor) or self._make()
        found = statement.fetch(
            [value.adapt(values[value.name]) if isinstance(value, Open) else value for value in statement.parameters]
        )
        return [tuple(row) for row in statement.converted(found)]

    def _make(self) -> "_Statement":
        with self._making:
            if connection.vendor not in self._made:
                self._made[connection.vendor] = _Statement(self._rows())
            return self._made[connection.vendor]


class _Statement:
    """The SQL of a `values_list`, its parameters, and what Django makes of the values that come back."""

    def __init__(self, rows: "QuerySet[Any, Any]") -> None:
        self._compiler = rows.query.get_compiler(connection=connection)
        sql, self.parameters = self._compiler.as_sql()
        self._converters = self._compiler.get_converters([column for column, _, _ in self._compiler.select])
        self._is_sqlite = connection.vendor == "sqlite"
        self._sql = _as_one_row(sql, len(self._compiler.select)) if self._is_sqlite else sql

    def fetch(self, parameters: list[Any]) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(self._sql, parameters)
            rows: list[Any] = orjson.loads(cursor.fetchone()[0]) if self._is_sqlite else cursor.fetchall()
        return rows

    def converted(self, rows: list[Any]) -> Iterable[Any]:
        return self._compiler.apply_converters(rows, self._converters) if self._converters else rows


def _as_one_row(sql: str, width: int) -> str:
    """All rows as one JSON text.

    Python's module for SQLite gives the interpreter's lock away at each row, and then waits behind everything else to
    get it back: while the event loop is busy, up to 5 ms (`sys.getswitchinterval`).
    """
    names = ", ".join(f"c{number}" for number in range(width))
    return f"WITH found ({names}) AS ({sql}) SELECT json_group_array(json_array({names})) FROM found"  # noqa: S608


def as_json(values: list[Any]) -> str:
    """A parameter with many values in it."""
    return orjson.dumps(values).decode()


def columns_of(model: type[Model]) -> list[str]:
    """All columns of `model`, in the order in which `Model.from_db` takes their values."""
    return [field.attname for field in model._meta.concrete_fields]  # noqa: SLF001
