"""`cwire wrap`: from a C header, or a compiled image, to everything that is made from it.

cwire wrap messages.h -o generated
cwire wrap messages.h -o generated --check      (are the files up to date?)
cwire wrap /usr/include/linux/can.h --id can_frame=1 -o generated --build
cwire wrap messages.h -o generated --typescript (types for pages and programs in TypeScript, too)
cwire wrap vendor.h --all                       (each struct that has a place on the wire)
cwire wrap firmware.elf --only motor_state      (from its debug information)
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cwire_structs import explain
from cwire_structs.compiler import toolchain as toolchains
from cwire_structs.compiler.proof import prove
from cwire_structs.compiler.refusal import LooksLikeCxxError
from cwire_structs.compiler.vendor_types import type_flags
from cwire_structs.emit.build_classes import build_classes
from cwire_structs.emit.c_header import schema_header
from cwire_structs.emit.c_structs import structs_header
from cwire_structs.emit.cython_module import cython_files
from cwire_structs.emit.schema_json import readable, schema_document
from cwire_structs.emit.typescript import typescript
from cwire_structs.errors import LayoutMismatch, SchemaError, WrapError
from cwire_structs.header.constant_choice import ConstantChoice
from cwire_structs.header.dwarf import DWARF, relayout
from cwire_structs.header.header import read_header
from cwire_structs.header.image.files import is_image
from cwire_structs.header.image.image import read_image
from cwire_structs.header.message_ids import LEFT_OUT, Choice
from cwire_structs.header.padding import padding_notices
from cwire_structs.header.structs import TAGS
from cwire_structs.installation import checkout
from cwire_structs.layout import Layout, Notice, Proof
from cwire_structs.layout import readable as readable_type
from cwire_structs.schema.document import compact
from cwire_structs.schema.schema import SCHEMA_LIMIT, Schema

CXX = "headers that were read as C++"  # the kind of the notices
_CXX_SUFFIXES = (".hpp", ".hh", ".hxx", ".h++", ".H")
_SHOWN_OF_A_KIND = 2


@dataclass(frozen=True)
class Wrapped:
    """The result of wrapping a header.

    Attributes:
        schema: The schema, read back from its own JSON.
        files: Texts by file name.
        proved_with: The compiler that the layout was proved against; None: there was none, which
            only an image can do without.
        notices: What is supported but may surprise, each with its line.
        doubt: Why the layout is not proved; empty: it is.
    """

    schema: Schema
    files: dict[str, str]
    proved_with: toolchains.Toolchain | None
    notices: tuple[Notice, ...] = ()
    doubt: str = ""

    @property
    def toolchain(self) -> toolchains.Toolchain:
        """The compiler that the layout was proved against.

        Raises:
            WrapError: There was none.
        """
        if self.proved_with is None:
            raise WrapError(f"not proved: {self.doubt}")
        return self.proved_with

    @property
    def warnings(self) -> tuple[str, ...]:
        """The texts of the notices."""
        return tuple(notice.text for notice in self.notices)


def wrap(
    header: Path,
    toolchain: toolchains.Toolchain | str | None = None,
    choice: Choice | None = None,
    constants: ConstantChoice | None = None,
    name: str | None = None,
    cxx: str | None = None,
) -> Wrapped:
    """Reads a header, proves its layout and makes the files; writes nothing.

    Args:
        header: The C header, or an image with debug information.
        toolchain: The compiler, or its program and flags; None takes ``$CC``, else ``cc``.
        choice: Which structs are messages, beside what the header says.
        constants: Which constants go into the schema.
        name: Of the schema; None: made of the header's.
        cxx: The C++ compiler: the header is C++, as it is by its suffix (.hpp, .hh), or where only
            C++ takes it.

    Raises:
        WrapError: The header cannot be wrapped; the text says where and why.
    """
    if is_image(header):
        if constants is not None and constants.which:
            raise WrapError(f"{header.name}: --constants is for headers; an image holds none")
        return _wrap_image(header, toolchain, choice, name)
    if not isinstance(toolchain, toolchains.Toolchain):
        toolchain = toolchains.find(toolchain)
    how = (choice, constants, name)
    if cxx or header.suffix in _CXX_SUFFIXES:
        return _wrap_header(header, toolchain.cxx(cxx), *how)
    try:
        return _wrap_header(header, toolchain, *how)
    except LooksLikeCxxError as error:
        try:
            chain = toolchain.cxx()
        except WrapError as missing:
            text = f"{error}\nThis looks like C++, but {missing} (or name it with --cxx)"
            raise WrapError(text) from None
    result = _wrap_header(header, chain, *how)
    text = f"{header.name}: {toolchain} does not take it: it was read as C++, with {chain}"
    return replace(result, notices=(Notice(text, CXX), *result.notices))


def _wrap_header(
    header: Path,
    toolchain: toolchains.Toolchain,
    choice: Choice | None,
    constants: ConstantChoice | None,
    name: str | None,
) -> Wrapped:
    layout = read_header(header, toolchain, choice, constants, name)
    layout, proof = _proved(layout, header, toolchain)
    _check_tag_values(layout, proof, toolchain)
    document = schema_document(layout, proof, toolchain)
    schema, files, names = _made(header, layout, document)
    notices = (*layout.notices, *padding_notices(layout), *proof.notices, *names)
    return Wrapped(schema, files, toolchain, notices)


def _made(
    source: Path, layout: Layout, document: dict[str, Any], **more: str
) -> tuple[Schema, dict[str, str], list[Notice]]:
    """Returns the schema, all files, and notices of names that are others in Python."""
    json = compact(document)
    if len(json) > SCHEMA_LIMIT:
        raise WrapError(
            f"{source.name}: the schema has {len(json)} bytes, a driver's hello holds "
            f"{SCHEMA_LIMIT}; take messages, comments or constants (--constants) out"
        )
    try:
        schema = Schema.from_json(json)
    except SchemaError as error:
        raise WrapError(f"{source.name}: the result would not be a valid schema: {error}") from None
    made = cython_files(layout, schema)
    files = {
        f"{layout.name}.schema.json": readable(document) + "\n",
        **more,
        f"{layout.name}_schema.h": schema_header(layout, json, document["byte_order"]),
        **made.files,
    }
    return schema, files, [replace(one, text=readable_type(one.text)) for one in made.notices]


def _wrap_image(
    path: Path,
    cc: toolchains.Toolchain | str | None,
    choice: Choice | None,
    name: str | None,
) -> Wrapped:
    """Wraps an image. Its layout is the image's compiler's; it is proved in a header made of it."""
    image = read_image(path, choice, name)
    header = structs_header(image.layout, path.name, image.byte_order)
    proof, doubt = Proof(image.abi), ""
    toolchain = None
    try:
        toolchain = cc if isinstance(cc, toolchains.Toolchain) else toolchains.find(cc)
        if toolchain.byte_order != image.byte_order:
            raise WrapError(
                f"no compiler of the target ({image.target}, {image.byte_order}-endian); give one "
                "with --cc"
            )
        with tempfile.TemporaryDirectory(prefix="cwire-") as folder:
            made = Path(folder, image.layout.header)
            made.write_text(header, encoding="utf-8")
            proof = replace(prove(image.layout, made, toolchain), abi=image.abi)
    except LayoutMismatch:
        raise
    except WrapError as error:
        toolchain, doubt = None, str(error)
    verified = toolchain is not None
    document = schema_document(image.layout, proof, image, image=path.name, verified=verified)
    schema, files, names = _made(path, image.layout, document, **{image.layout.header: header})
    return Wrapped(schema, files, toolchain, (*image.layout.notices, *names), doubt)


def _proved(layout: Layout, header: Path, toolchain: toolchains.Toolchain) -> tuple[Layout, Proof]:
    """Returns the layout that the compiler agrees with, and the proof.

    Where libclang lays something out otherwise, the compiler's own debugging information is read.
    """
    try:
        return layout, prove(layout, header, toolchain)
    except LayoutMismatch as mismatch:
        if layout.reader == DWARF:
            raise
        try:
            layout = relayout(layout, header, toolchain)
        except WrapError as error:
            raise LayoutMismatch(f"{mismatch}\nFrom debugging information: {error}") from None
    return layout, prove(layout, header, toolchain)


def _check_tag_values(layout: Layout, proof: Proof, toolchain: toolchains.Toolchain) -> None:
    """Compares the constants that tags name with the compiler's: a range must be the right one."""
    for name, value in layout.tag_values.items():
        if proof.constants.get(name) != value:
            raise WrapError(
                f"{layout.header}: {name}, which a tag names, is "
                f"{proof.constants.get(name, 'no number')} for {toolchain}, but {value} for "
                "libclang; write the number into the tag"
            )


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


def stale(wrapped: Wrapped, folder: Path) -> list[Path]:
    """Returns the files of a folder that are missing or not what would be written."""
    paths = ((folder / name, text.encode()) for name, text in wrapped.files.items())
    return [path for path, data in paths if not path.is_file() or path.read_bytes() != data]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `cwire wrap` to a parser."""
    add = parser.add_argument
    add(
        "header", type=Path, metavar="HEADER",
        help="the C header; or an ELF image or object file with debug information",
    )  # fmt: skip
    add(
        "-o", "--output", type=Path, metavar="DIR",
        help="where to write (default: generated, beside the header)",
    )  # fmt: skip
    more: dict[str, Any] = {"action": "append", "default": []}
    add("-I", metavar="DIR", help="a folder of headers; again for each", **more)
    add("-D", metavar="NAME", help="a macro, NAME or NAME=VALUE; again for each", **more)
    add(
        "--cc", metavar="CC",
        help="your C compiler with the flags that change layouts (default: $CC, else cc)",
    )  # fmt: skip
    add(
        "--cxx", metavar="CXX",
        help="the header is C++, and this is your compiler for it (default for .hpp, .hh and what "
        "only C++ takes: $CXX, else the one beside CC)",
    )  # fmt: skip
    add(
        "--target", metavar="TRIPLE",
        help="what it compiles for: takes TRIPLE-gcc, or tells clang (--cc clang)",
    )  # fmt: skip
    add(
        "--id", metavar="NAME=ID", dest="ids", **more,
        help="struct NAME is message ID, whatever the header says; again for each",
    )  # fmt: skip
    add("--ids", type=Path, metavar="FILE", dest="ids_file", help="ids in lines NAME = ID")
    add(
        "--ids-enum", default="", metavar="NAME",
        help="take ids from this enum: MSG_STATUS is struct status",
    )  # fmt: skip
    add(
        "--id-offset", type=int, default=0, metavar="N",
        help="add N to every id that is given: a protocol that has an id 0 needs 1",
    )  # fmt: skip
    add(
        "--all", nargs="*", metavar="NAME", dest="all_",
        help="number every struct that has no id, or those of these names (patterns: can_*)",
    )  # fmt: skip
    add(
        "--only", nargs="+", action="extend", default=[], metavar="NAME",
        help="wrap these messages only (patterns: can_*)",
    )  # fmt: skip
    add("--name", metavar="NAME", help="the schema's name (default: the header's)")
    add(
        "--constants", default="", metavar="WHICH",
        help="own: the header's; all: also those of what it includes; none; or patterns, as "
        "'CAN_*,SO_*' (default: own, up to 32 kB)",
    )  # fmt: skip
    add("--type", metavar="NAME=TYPE", dest="types", help="a vendor's type: U8=uint8_t", **more)
    add("--types", type=Path, metavar="FILE", dest="types_file", help="the same, one a line")
    add(
        "--typescript", action="store_true",
        help="write NAME.d.ts, too: types of the messages and commands for client.mjs",
    )  # fmt: skip
    add(
        "--depfile", type=Path, metavar="FILE",
        help="write on what NAME_schema.h depends, for make, ninja, CMake and Meson",
    )  # fmt: skip
    add("--verbose", action="store_true", help="print every warning, not a summary")
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--check", action="store_true",
        help="write nothing; fail if the files are not up to date",
    )  # fmt: skip
    what.add_argument(
        "--build", action="store_true", help="compile the Python classes, beside the files"
    )
    explain.add_arguments(parser)
    parser.set_defaults(run=run)


def register(subparsers: Any) -> None:
    """Adds `wrap` to the subcommands of a parser; the parsed arguments' ``run`` carries it out."""
    text = "make the schema, the driver's header and the Cython classes from a C header"
    description = f"{text[0].upper()}{text[1:]}."
    add_arguments(subparsers.add_parser("wrap", help=text, description=description))


def run(arguments: argparse.Namespace) -> int:
    """Carries out `cwire wrap`; returns the exit code."""
    header: Path = arguments.header
    folder: Path = arguments.output or header.parent / "generated"
    flags = [f"-I{Path(path).absolute()}" for path in arguments.I]
    flags += [f"-D{macro}" for macro in arguments.D]
    try:
        flags += type_flags(arguments.types, arguments.types_file)
        choice = replace(
            Choice.of(arguments.ids, arguments.only, arguments.ids_file),
            all=_patterns(arguments.all_),
            ids_enum=arguments.ids_enum,
            id_offset=arguments.id_offset,
        )
        constants = ConstantChoice(arguments.constants)
        toolchain: toolchains.Toolchain | str | None
        if is_image(header):  # which needs no compiler
            _refuse_of_an_image(header, arguments)
            toolchain = arguments.cc or _cross_gcc(arguments.target)
        else:
            toolchain = toolchains.find(arguments.cc, arguments.target, flags)
        wrapped = wrap(header, toolchain, choice, constants, arguments.name, arguments.cxx)
        if arguments.explain:  # draws the padding that warnings tell of
            if wrapped.schema.json["source"].get("image"):
                raise WrapError("--explain is for headers, whose order of members you can change")
            explain.run(arguments, wrapped.schema, wrapped.toolchain)
            return 0
        if arguments.typescript:
            wrapped = _with_types(wrapped)
        for line in warning_lines(wrapped.notices, verbose=arguments.verbose):
            print(line, file=sys.stderr)
        if arguments.check:
            return _check(wrapped, folder)
        paths = write(wrapped, folder)
        if arguments.depfile:
            _write_rule(arguments.depfile, header, wrapped, folder)
        if arguments.build:
            include = [header.parent, *_library_headers()]
            paths.append(build_classes(wrapped.schema, folder, include, wrapped.toolchain).path)
    except WrapError as error:
        print(f"cwire wrap: {error}", file=sys.stderr)
        return 1
    schema = wrapped.schema
    plural = "" if len(schema.messages) == 1 else "s"
    count = f"{len(schema.messages)} message{plural}, {len(schema.commands)} of them commands"
    left_out = sum(notice.kind == LEFT_OUT for notice in wrapped.notices)
    more = f"; {left_out} structs left out" if left_out else ""
    for path in paths:
        print(f"  {path}")
    print(f"{header.name}: {count}{more}; {_origin(wrapped)}")
    return 0


def _with_types(wrapped: Wrapped) -> Wrapped:
    """Adds the types for TypeScript to the files."""
    schema = wrapped.schema
    source = schema.json["source"]
    made = (
        f"Made by `cwire wrap {source.get('image', source['header'])} --typescript`: do not edit."
    )
    types = {f"{schema.name}.d.ts": typescript(schema, made)}
    return replace(wrapped, files={**wrapped.files, **types})


def _write_rule(path: Path, header: Path, wrapped: Wrapped, folder: Path) -> None:
    """Writes a rule for make: what a driver includes depends on what was read."""
    made = str(folder / f"{wrapped.schema.name}_schema.h")
    if "image" in wrapped.schema.json["source"]:
        text = f"{_in_a_rule(made)}: {_in_a_rule(str(header))}\n"
    else:
        text = wrapped.toolchain.rule(header, made)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise WrapError(f"cannot write {path}: {error.strerror}; name another --depfile") from None


def _in_a_rule(path: str) -> str:
    """Returns a path as make reads it."""
    return re.sub(r"([\s#\\])", r"\\\1", path).replace("$", "$$")


def _refuse_of_an_image(image: Path, arguments: argparse.Namespace) -> None:
    """Raises WrapError for options that say how a header is read."""
    options = {
        "-I": arguments.I,
        "-D": arguments.D,
        "--type": arguments.types,
        "--types": arguments.types_file,
        "--cxx": arguments.cxx,
        "--constants": arguments.constants,
    }
    if given := [name for name, value in options.items() if value]:
        are = "are" if len(given) > 1 else "is"
        raise WrapError(
            f"{image.name} is an image, which was compiled already: {', '.join(given)} {are} for "
            "headers; leave it out, or wrap the header"
        )


def _cross_gcc(target: str | None) -> str | None:
    return f"{target}-gcc" if target else None


def _origin(wrapped: Wrapped) -> str:
    """Says where a layout is from, and whether a compiler agreed."""
    source = wrapped.schema.json["source"]
    proved = f"not proved: {wrapped.doubt}" if wrapped.doubt else f"proved with {wrapped.toolchain}"
    if "image" not in source:
        return f"layout {proved}"
    return (
        f"layout from the debug information of {source['cc']} for {source['target']}; "
        f"{source['header']}, made of it, is {proved}"
    )


def warning_lines(notices: Sequence[Notice], *, verbose: bool) -> list[str]:
    """Returns the warnings for a terminal: of a kind with many, the first ones and their number.

    Those about tags are told in full: a misspelled @range is a limit that is not there.
    """
    kinds: dict[str, list[str]] = {}
    for notice in notices:
        kinds.setdefault(notice.kind, []).append(notice.text)
    lines = []
    for kind, texts in kinds.items():
        few = verbose or kind == TAGS or len(texts) <= _SHOWN_OF_A_KIND + 1
        shown = texts if few else texts[:_SHOWN_OF_A_KIND]
        lines += [f"warning: {text}" for text in shown]
        if not few:
            rest = len(texts) - len(shown)
            lines.append(f"warning: {kind}: {rest} more like these (--verbose tells them)")
    return lines


def _patterns(given: list[str] | None) -> tuple[str, ...]:
    """Returns the patterns of ``--all``: without any it means every struct."""
    return () if given is None else tuple(given) or ("*",)


def _check(wrapped: Wrapped, folder: Path) -> int:
    old = stale(wrapped, folder)
    for path in old:
        state = "is not what the header makes" if path.is_file() else "is missing"
        print(f"cwire wrap: {path} {state}: wrap again", file=sys.stderr)
    if not old:
        print(f"{folder}: up to date")
    return 1 if old else 0


def _library_headers() -> list[Path]:
    """Returns where cwire.h is, if this is a checkout."""
    root = checkout()
    return [root / "c_driver" / "include"] if root else []


def main(argv: Sequence[str] | None = None) -> int:
    """The entry point of ``python -m cwire_structs.wrap``."""
    parser = argparse.ArgumentParser(prog="cwire wrap", description=__doc__.partition("\n")[0])
    add_arguments(parser)
    return run(parser.parse_args(argv))


if __name__ == "__main__":
    sys.exit(main())
