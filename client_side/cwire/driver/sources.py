"""Finds the schema in what the user gives: a header, a schema, a module, dtypes, classes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from os import PathLike, fspath
from pathlib import Path
from types import ModuleType

from cwire.errors import InvalidArgument
from cwire_structs.errors import SchemaError, WrapError
from cwire_structs.schema import FORMAT, Schema
from cwire_structs.schema.written import Written

__all__ = ["schema_of"]

_KINDS = (
    "give a header ('messages.h'), a schema ('messages.schema.json'), a module of `cwire wrap`, a "
    "class with annotations, a list of these, or {'name': dtype or class}"
)


def schema_of(source: object, name: str) -> Schema | Written:
    """Returns the schema that is meant; `Written`, one that can still grow.

    Args:
        source: See `cwire.Driver`.
        name: The driver's.

    Raises:
        SchemaError: It cannot be read, or cannot be laid out.
        InvalidArgument: It is nothing that has a schema.
    """
    if isinstance(source, Schema | Written):
        return source
    if isinstance(source, ModuleType):
        return _of_module(source)
    if isinstance(source, str | PathLike):
        return _of_file(Path(fspath(source)))
    if isinstance(source, Mapping):
        if source.get("schema") == FORMAT:
            return Schema.from_json(json.dumps(source))
        return _written(name, ((one, key) for key, one in source.items()))
    if isinstance(source, list | tuple | set | frozenset):
        return _written(name, ((one, None) for one in source))
    if isinstance(source, type):
        return _written(name, [(source, None)])
    if hasattr(source, "fields") and hasattr(source, "itemsize"):  # a dtype has no name of its own
        return _written(name, [(source, "data")])
    raise InvalidArgument(f"{source!r} has no schema: {_KINDS}")


def _written(name: str, sources: Iterable[tuple[object, str | None]]) -> Written:
    made = Written(name)
    for source, message in sources:
        made.add(source, message)
    return made


def _of_module(module: ModuleType) -> Schema:
    schema = getattr(module, "SCHEMA", None)
    if not isinstance(schema, Schema):
        raise InvalidArgument(
            f"the module {module.__name__} has no SCHEMA: it is none that `cwire wrap --build` "
            f"made; {_KINDS}"
        )
    return schema


def _of_file(path: Path) -> Schema:
    if path.suffix not in (".json", ".h", ".hpp", ".hh", ".hxx"):
        raise InvalidArgument(f"{str(path)!r} is neither a header nor a schema: {_KINDS}")
    if not path.is_file():
        raise InvalidArgument(
            f"there is no file {path}: check the path; it counts from {Path.cwd()}"
        )
    if path.suffix == ".json":
        try:
            return Schema.from_json(path.read_bytes())
        except SchemaError as error:
            raise SchemaError(f"{path}: {error}") from None
    from cwire_structs.wrap import wrap  # it needs more than numpy

    try:
        return wrap(path).schema
    except WrapError as error:
        raise SchemaError(str(error)) from None
