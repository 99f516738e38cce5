"""The structs of a header as the compiler describes them in its debug information.

This is read apart from cwire's own readers, so that what they leave out or name wrongly is seen.
Only which names of a typedef say that chars are numbers is cwire's own to know.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from random import Random
from typing import IO, Any

from elftools.elf.elffile import ELFFile

from cwire_structs.header.numbers import is_small_integer

TAIL = 3  # elements that a flexible array member is given
_ALL = 24  # elements of an array of which each is compared
_SOME = 12  # of a larger one: the first, the last, and some that chance picks
_LEAVES = 2500
_WRAPPERS = (
    "DW_TAG_typedef", "DW_TAG_const_type", "DW_TAG_volatile_type", "DW_TAG_atomic_type",
    "DW_TAG_restrict_type",
)  # fmt: skip
_RECORDS = ("DW_TAG_structure_type", "DW_TAG_union_type")
_INTEGERS = (5, 6, 7, 8, 16)  # signed, signed_char, unsigned, unsigned_char, UTF
_BOOL, _COMPLEX, _FLOAT = 2, 3, 4


@dataclass(frozen=True)
class Leaf:
    """A scalar, or a row of chars, somewhere in a struct.

    Attributes:
        path: Names of members and indices of elements.
        kind: int, float, complex, bool, char, text; or unknown: it is not compared.
        length: Chars of a text.
        offset: Bytes from the start of the struct; of a bit field, nothing is known.
        optional: In an array of no elements: C can read it, and a schema may leave it out.
    """

    path: tuple[str | int, ...]
    kind: str
    length: int = 1
    offset: int | None = None
    optional: bool = False

    @property
    def c_path(self) -> str:
        """The path as C writes it."""
        steps = (f"[{one}]" if isinstance(one, int) else f".{one}" for one in self.path)
        return "".join(steps)[1:]


@dataclass
class Record:
    """A struct or union.

    Attributes:
        name: The tag, or the typedef's name.
        c_name: As C spells it.
        size: sizeof.
        room: Bytes that hold a flexible array member's elements, too.
        leaves: What can be read.
        pointer: The path of a pointer in it, if there is one.
        cut: Whether it has more leaves than are compared.
    """

    name: str
    c_name: str
    size: int
    room: int
    leaves: list[Leaf] = field(default_factory=list)
    pointer: str | None = None
    cut: bool = False


class RefusedHeaderError(Exception):
    """The compiler does not take a header, whatever is included before it."""


def compile_debug(command: Sequence[str], header: Path, folder: Path) -> bytes:
    """Returns a linked image that describes every type of a header.

    Raises:
        RefusedHeaderError: The compiler does not take the header.
    """
    source, made = folder / "types.c", folder / "types.elf"
    source.write_text(f'#include "{header}"\n')
    flags = (
        "-w",
        "-g",
        "-gdwarf-5",
        "-gno-as-locview-support",
        "-fno-eliminate-unused-debug-types",
    )
    # Relocations of debug sections are not known to pyelftools for each machine: a linker is.
    link = ("-nostdlib", "-static", "-Wl,-e0", "-Wl,--unresolved-symbols=ignore-all")
    done = subprocess.run(
        [*command, *flags, *link, str(source), "-o", str(made)],
        capture_output=True, text=True, errors="replace", check=False, timeout=60,
    )  # fmt: skip
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if "error" in line]
        raise RefusedHeaderError((errors or done.stderr.splitlines() or ["?"])[0])
    return made.read_bytes()


def read_records(image: IO[bytes], header: Path) -> list[Record]:
    """Returns the structs that a header itself defines.

    Args:
        image: An open file: what `compile_debug` made.
        header: Of which file.
    """
    dwarf = ELFFile(image).get_dwarf_info()
    wanted = os.path.realpath(header)
    records: dict[str, Record] = {}
    for unit in dwarf.iter_CUs():
        files = _files(dwarf, unit)
        named: set[int] = set()
        for die in unit.get_top_DIE().iter_children():
            where = die.attributes.get("DW_AT_decl_file")
            if where is None or files.get(where.value) != wanted:
                continue
            name = _name(die)
            if die.tag in _RECORDS and name and "DW_AT_declaration" not in die.attributes:
                word = "union" if die.tag == "DW_TAG_union_type" else "struct"
                records[name] = _record(name, f"{word} {name}", die)
            elif die.tag == "DW_TAG_typedef" and name not in records:
                target = _target(die)
                nameless = target is not None and target.tag in _RECORDS and not _name(target)
                if nameless and target.offset not in named:
                    named.add(target.offset)
                    records[name] = _record(name, name, target)
    return list(records.values())


def _files(dwarf: Any, unit: Any) -> dict[int, str]:
    program = dwarf.line_program_for_CU(unit)
    if program is None:
        return {}
    folders = [one.decode() for one in program["include_directory"]]
    first = 0
    if program["version"] < 5:  # some assemblers write it whatever the compiler's version
        made_in = unit.get_top_DIE().attributes["DW_AT_comp_dir"].value.decode()
        folders, first = [made_in, *folders], 1
    files = {}
    for index, entry in enumerate(program["file_entry"], first):
        path = Path(folders[0], folders[entry.dir_index], entry.name.decode())
        files[index] = os.path.realpath(path)
    return files


def _name(die: Any) -> str:
    found = die.attributes.get("DW_AT_name")
    return "" if found is None else str(found.value.decode("utf-8", "replace"))


def _target(die: Any) -> Any:
    """Returns what a type is, without typedefs and qualifiers; None: void."""
    while die is not None and die.tag in _WRAPPERS:
        die = die.get_DIE_from_attribute("DW_AT_type") if "DW_AT_type" in die.attributes else None
    return die


def _size(die: Any) -> int:
    if die.tag == "DW_TAG_array_type":
        element = _target(die.get_DIE_from_attribute("DW_AT_type"))
        return prod(count or 0 for count in _shape(die)) * _size(element)
    found = die.attributes.get("DW_AT_byte_size")
    return 0 if found is None else int(found.value)


def _shape(die: Any) -> list[int | None]:
    """Returns the dimensions of an array; None: not said, a flexible one."""
    shape: list[int | None] = []
    for part in die.iter_children():
        if part.tag == "DW_TAG_subrange_type":
            count, upper = (part.attributes.get(f"DW_AT_{one}") for one in ("count", "upper_bound"))
            known = count.value if count else upper.value + 1 if upper else None
            shape.append(known)
    return shape


def _record(name: str, c_name: str, die: Any) -> Record:
    size = _size(die)
    record = Record(name, c_name, size, size)
    for leaf in _members(record, die, (), 0, optional=False):
        if len(record.leaves) == _LEAVES:
            record.cut = True  # a pointer may yet come
        else:
            record.leaves.append(leaf)
    return record


def _members(
    record: Record, die: Any, path: tuple[str | int, ...], at: int, *, optional: bool
) -> Iterator[Leaf]:
    for member in die.iter_children():
        if member.tag != "DW_TAG_member":
            continue
        name, type_ = _name(member), _target(member.get_DIE_from_attribute("DW_AT_type"))
        inner = (*path, name) if name else path
        if not name and (type_ is None or type_.tag not in _RECORDS):
            continue
        if "DW_AT_bit_size" in member.attributes:
            yield Leaf(inner, _kind(type_), optional=optional)
            continue
        location = member.attributes.get("DW_AT_data_member_location")
        offset = at + (0 if location is None else location.value)
        yield from _leaves(record, type_, inner, offset, optional=optional)


def _leaves(
    record: Record, die: Any, path: tuple[str | int, ...], at: int, *, optional: bool
) -> Iterator[Leaf]:
    if die is not None and die.tag in _RECORDS:
        yield from _members(record, die, path, at, optional=optional)
    elif die is not None and die.tag == "DW_TAG_array_type" and not _is_vector(die):
        yield from _elements(record, die, path, at, optional=optional)
    else:
        kind = _kind(die)
        if kind == "pointer" and record.pointer is None:
            record.pointer = Leaf(path, kind).c_path
        yield Leaf(path, kind, offset=at, optional=optional)


def _elements(
    record: Record, die: Any, path: tuple[str | int, ...], at: int, *, optional: bool
) -> Iterator[Leaf]:
    element = _target(die.get_DIE_from_attribute("DW_AT_type"))
    shape = _shape(die)
    size = _size(element) if element is not None else 0
    if shape and not shape[0]:  # a flexible one, or data[0]
        # One that is not the whole struct's own last member is none that a message can have.
        optional = optional or shape[0] == 0 or len(path) > 1
        shape[0] = TAIL
        record.room = max(record.room, at + size * prod(one or 0 for one in shape))
    counts = [one or 0 for one in shape]
    length = 1
    kind = _kind(element)
    if kind == "char" and counts and not _is_small_integer(die):
        length = counts.pop()
        kind = "text"
        if not length:
            return
    total = prod(counts)
    picked = range(total)
    if total > _ALL:
        chance = Random(repr(path))
        some = {0, total - 1, *(chance.randrange(total) for _ in range(_SOME - 2))}
        for index in sorted(some):
            yield from _one(record, element, kind, length, counts, path, at, size, index, optional)
        return
    for index in picked:
        yield from _one(record, element, kind, length, counts, path, at, size, index, optional)


def _one(
    record: Record, element: Any, kind: str, length: int, counts: list[int],
    path: tuple[str | int, ...], at: int, size: int, index: int, optional: bool,
) -> Iterator[Leaf]:  # fmt: skip
    steps: list[int] = []
    rest = index
    for count in reversed(counts):
        rest, step = divmod(rest, count)
        steps.insert(0, step)
    here, offset = (*path, *steps), at + index * size * length
    if kind == "text":
        yield Leaf(here, kind, length, offset, optional)
    else:
        yield from _leaves(record, element, here, offset, optional=optional)


def _is_small_integer(array: Any) -> bool:
    """Says whether a typedef calls the elements of an array of chars as an integer is called."""
    die = array.get_DIE_from_attribute("DW_AT_type")
    while die.tag != "DW_TAG_base_type":
        if die.tag == "DW_TAG_typedef" and is_small_integer(_name(die)):
            return True
        die = die.get_DIE_from_attribute("DW_AT_type")
    return False


def _is_vector(die: Any) -> bool:
    return "DW_AT_GNU_vector" in die.attributes


def _kind(die: Any) -> str:
    if die is None:
        return "unknown"
    if die.tag == "DW_TAG_pointer_type":
        return "pointer"
    size = _size(die)
    if die.tag == "DW_TAG_enumeration_type":
        return "int" if size <= 8 else "unknown"
    if die.tag != "DW_TAG_base_type":
        return "unknown"
    encoding = die.attributes["DW_AT_encoding"].value
    if _name(die) == "char":
        return "char"
    if encoding in _INTEGERS and size <= 8:
        return "int"
    if encoding == _FLOAT and size in (2, 4, 8):
        return "float"
    if encoding == _COMPLEX and size in (8, 16):
        return "complex"
    return "bool" if encoding == _BOOL and size == 1 else "unknown"
