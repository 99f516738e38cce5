"""`cwire wrap`: from a C header to everything that is made from it.

cwire wrap messages.h -o generated
python -m cwire_structs.wrap messages.h -o generated
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import explain
from . import toolchain as toolchains
from .errors import SchemaError, WrapError
from .header import read_header
from .proof import prove
from .schema import SCHEMA_LIMIT, Schema
from .write_c import schema_header
from .write_cython import cython_files
from .write_schema import compact, readable, schema_document


@dataclass(frozen=True)
class Wrapped:
    """What became of a header.

    Attributes:
        schema: The schema, read back from its own JSON.
        files: Texts by file name.
        toolchain: The compiler that the layout was proved against.
    """

    schema: Schema
    files: dict[str, str]
    toolchain: toolchains.Toolchain


def wrap(header: Path, cc: str | None = None) -> Wrapped:
    """Reads a header, proves its layout and makes the files; writes nothing.

    Args:
        header: The C header, with an ``enum message_id``.
        cc: The compiler and its flags; None takes ``$CC``, else ``cc``.

    Raises:
        WrapError: The header cannot be wrapped; the text says where and why.
    """
    toolchain = toolchains.find(cc)
    layout = read_header(header, toolchain)
    proof = prove(layout, header, toolchain)
    document = schema_document(layout, proof, toolchain)
    json = compact(document)
    if len(json) > SCHEMA_LIMIT:
        raise WrapError(
            f"{header.name}: the schema has {len(json)} bytes, a driver's hello holds "
            f"{SCHEMA_LIMIT}; take messages or comments out"
        )
    try:
        schema = Schema.from_json(json)
    except SchemaError as error:
        raise WrapError(f"{header.name}: the result would not be a valid schema: {error}") from None
    files = {
        f"{layout.name}.schema.json": readable(document) + "\n",
        f"{layout.name}_schema.h": schema_header(layout, json),
        **cython_files(layout, schema),
    }
    return Wrapped(schema, files, toolchain)


def write(wrapped: Wrapped, folder: Path) -> list[Path]:
    """Writes the files and returns their paths; files that would not change are left alone.

    Raises:
        WrapError: The folder or a file cannot be written.
    """
    paths = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in wrapped.files.items():
            path = folder / name
            data = text.encode()
            # An untouched file keeps its time: make does not rebuild what depends on it.
            if not path.is_file() or path.read_bytes() != data:
                path.write_bytes(data)
            paths.append(path)
    except OSError as error:
        raise WrapError(f"cannot write {error.filename}: {error.strerror}") from None
    return paths


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `cwire wrap` to a parser."""
    parser.add_argument("header", type=Path, metavar="HEADER", help="the C header")
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="DIR",
        help="where to write (default: generated, beside the header)",
    )
    parser.add_argument(
        "--cc",
        metavar="CC",
        help="your C compiler with the flags that change layouts (default: $CC, else cc)",
    )
    explain.add_arguments(parser)
    parser.set_defaults(run=run)


def register(subparsers: Any) -> None:
    """Adds `wrap` to the subcommands of a parser; the parsed arguments' ``run`` carries it out."""
    text = "make the schema, the driver's header and the Cython classes from a C header"
    add_arguments(subparsers.add_parser("wrap", help=text, description=text.capitalize() + "."))


def run(arguments: argparse.Namespace) -> int:
    """Carries out `cwire wrap`; returns the exit code."""
    header: Path = arguments.header
    folder: Path = arguments.output or header.parent / "generated"
    try:
        wrapped = wrap(header, arguments.cc)
        if arguments.explain:
            explain.run(arguments, wrapped.schema, wrapped.toolchain)
            return 0
        paths = write(wrapped, folder)
    except WrapError as error:
        print(f"cwire wrap: {error}", file=sys.stderr)
        return 1
    schema = wrapped.schema
    count = f"{len(schema.messages)} messages, {len(schema.commands)} of them commands"
    print(f"{header.name}: {count}; layout proved with {wrapped.toolchain}")
    for path in paths:
        print(f"  {path}")
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    """The entry point of ``python -m cwire_structs.wrap``."""
    parser = argparse.ArgumentParser(prog="cwire wrap", description=__doc__.partition("\n")[0])
    add_arguments(parser)
    return run(parser.parse_args(argv))


if __name__ == "__main__":
    sys.exit(main())
