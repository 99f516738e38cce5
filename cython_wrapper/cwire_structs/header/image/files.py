"""Files that hold debugging information, and clear words about those that do not."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cwire_structs.errors import WrapError
from cwire_structs.header.image.units import DebugInfo, supplement_missing

_ELF = b"\x7fELF"
_NOT_ELF = (
    (b"MZ", "a Windows program (PE)", "wrap the header, or an ELF build of the same sources"),
    (b"!<arch>\n", "an archive of object files", "name the linked image, or one of its objects"),
    (b"!<thin>\n", "an archive of object files", "name the linked image, or one of its objects"),
    (b"BC\xc0\xde", "LLVM bitcode", "name the linked image, or compile without -flto"),
    (b"\xde\xc0\x17\x0b", "LLVM bitcode", "name the linked image, or compile without -flto"),
    (b"UF2\n", "a UF2 image without debug information", "name the .elf that it was made of"),
    *(
        (magic, "a macOS file (Mach-O)", "wrap the header, or an ELF build of the same sources")
        for magic in (
            *(b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xfe\xed\xfa\xcf", b"\xfe\xed\xfa\xce"),
            b"\xca\xfe\xba\xbe",
        )
    ),
)
_HEX = re.compile(rb":[0-9A-Fa-f]{10,}\s|S0[0-9A-Fa-f]{6,}\s")
_RAW = (".bin", ".img", ".rom")
_PLAIN = "objcopy --decompress-debug-sections {name} plain.elf, and wrap plain.elf"


def is_image(path: Path) -> bool:
    """Says whether a file is a compiler's or a linker's, also one that cannot be read here."""
    try:
        with path.open("rb") as file:
            head = file.read(64)
    except OSError:
        return False
    known = (_ELF, *(magic for magic, *_ in _NOT_ELF))
    return head.startswith(known) or _HEX.match(head) is not None or path.suffix in _RAW


def open_image(path: Path) -> tuple[Any, DebugInfo]:
    """Returns an ELF file and its debugging information.

    Raises:
        WrapError: There is none, or it cannot be read; the text says why and what to do.
    """
    try:
        from elftools.common.exceptions import DWARFError, ELFError, ELFRelocationError
        from elftools.elf.elffile import ELFFile
    except ImportError as error:
        raise WrapError(
            "reading an image needs pyelftools, which is not installed: pip install 'cwire[wrap]'"
        ) from error
    name = path.name
    head = path.read_bytes()[:64]
    for magic, what, cure in _NOT_ELF:
        if head.startswith(magic):
            raise WrapError(f"{name} is {what}, not an ELF file; {cure}")
    if not head.startswith(_ELF):
        raise WrapError(
            f"{name} holds the bytes of a program without debug information; name the .elf that "
            "it was made of"
        )
    try:
        # Parts of the debugging information may be in files beside it.
        elf: Any = ELFFile(io.BytesIO(path.read_bytes()), _loader(path))
        _check_sections(elf, path)
        order: Any = "little" if elf.little_endian else "big"
        return elf, DebugInfo(elf.get_dwarf_info(), name, order)
    except ELFRelocationError:
        raise WrapError(
            f"{name} is an object file whose addresses are not linked yet, for a machine whose "
            "relocations are not known here; name the linked image (ld -r does not link)"
        ) from None
    except (ELFError, DWARFError, AssertionError, KeyError, ValueError, OSError) as error:
        said = f" ({error})" if str(error) else ""
        cure = f"if it is compressed: {_PLAIN.format(name=name)}"
        raise WrapError(f"{name}: its debug information cannot be read{said}; {cure}") from None


def _loader(path: Path) -> Callable[[str], io.BytesIO]:
    """Returns what opens the files that an image names."""

    def load(name: str) -> io.BytesIO:
        return io.BytesIO((path.parent / name).read_bytes())

    return load


def no_structs(info: DebugInfo, elf: Any) -> str:
    """Returns why debugging information has no struct, and what to do."""
    if info.split:
        first = Path(info.split[0]).name
        more = f" and {len(info.split) - 1} more" if len(info.split) > 1 else ""
        return (
            f"{info.owner}: its debug information is split off into {first}{more}; compile without "
            "-gsplit-dwarf"
        )
    if elf.has_section(".gnu.debuglto_.debug_info"):
        return _link_time(info.owner)
    if not info.has_types:
        return f"{info.owner} has lines of source, but no types, as -g1 makes them; compile with -g"
    return f"{info.owner} has no struct in its debug information; compile what uses one with -g"


def _link_time(name: str) -> str:
    return (
        f"{name} is an object of link time optimization, which holds no types yet; name the linked "
        "image, or compile without -flto"
    )


def _check_sections(elf: Any, path: Path) -> None:
    name = path.name
    sections = [section.name for section in elf.iter_sections()]
    link = ".gnu_debuglink" in sections
    if sections.count(".debug_info") > 1:
        raise WrapError(
            f"{name} has several sections .debug_info, of which one could be read; name the linked "
            "image, or compile without -fdebug-types-section"
        )
    if elf.has_dwarf_info(strict=True):
        _check_supplement(elf, path)
        return
    if ".gnu.debuglto_.debug_info" in sections:
        raise WrapError(_link_time(name))
    if ".debug_info.dwo" in sections:
        raise WrapError(
            f"{name} is one half of split debug information; compile without -gsplit-dwarf, and "
            "name the image"
        )
    if ".stab" in sections:
        raise WrapError(
            f"{name} has debug information of another format (stabs), which avr-gcc 5 makes of -g; "
            "compile with -gdwarf-4"
        )
    if not link:
        raise WrapError(
            f"{name} has no debug information; compile with -g, and name the image as it was "
            "before strip or objcopy"
        )
    linked = _link_name(elf.get_section_by_name(".gnu_debuglink").data())
    if not (path.parent / linked).is_file():
        raise WrapError(
            f"{name} was stripped, and its debug information is in {linked}, which is not beside "
            "it; put it there, or name that file"
        )


def _check_supplement(elf: Any, path: Path) -> None:
    """Compares the build id of the file that dwz -m moved types to, which nobody else does."""
    section = elf.get_section_by_name(".gnu_debugaltlink")
    if section is None:
        return
    from elftools.elf.elffile import ELFFile
    from elftools.elf.sections import NoteSection

    link, _, wanted = section.data().partition(b"\0")
    other = path.parent / link.decode(errors="replace")
    if not other.is_file():
        raise WrapError(supplement_missing(path.name))
    sections = ELFFile(io.BytesIO(other.read_bytes())).iter_sections()
    ids = [
        note["n_desc"]
        for one in sections
        if isinstance(one, NoteSection)
        for note in one.iter_notes()
        if note["n_type"] == "NT_GNU_BUILD_ID"
    ]
    if ids and ids[0] != wanted.hex():
        raise WrapError(
            f"{path.name}: {other.name}, where a part of its debug information is, belongs to "
            "another build; put the right one there"
        )


def _link_name(data: bytes) -> str:
    return data.partition(b"\0")[0].decode(errors="replace")
