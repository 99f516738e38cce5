"""Reads symbols and their bytes from an object file; nothing is run."""

from __future__ import annotations

import io
import struct as packing
from typing import Any

from cwire_structs.errors import WrapError


class ObjectFile:
    """An ELF object file.

    Args:
        data: Its bytes.

    Raises:
        WrapError: It cannot be read, or pyelftools is not installed.
    """

    def __init__(self, data: bytes) -> None:
        try:
            from elftools.common.exceptions import ELFError
            from elftools.elf.elffile import ELFFile
        except ImportError as error:
            raise WrapError(
                "proving the layout needs pyelftools, which is not installed: pip install "
                "'cwire[wrap]'"
            ) from error
        try:
            self.elf: Any = ELFFile(io.BytesIO(data))
            self._table: Any = self.elf.get_section_by_name(".symtab")
        except ELFError as error:
            raise WrapError(f"the compiler's object file cannot be read: {error}") from None
        self._order = "<" if self.elf.little_endian else ">"
        self._sections: dict[int, tuple[int, bytes]] = {}
        self._symbols = {} if self._table is None else self._index()

    def _index(self) -> dict[str, Any]:
        return {symbol.name: symbol for symbol in self._table.iter_symbols()}

    def symbol(self, name: str) -> bytes:
        """Returns the bytes of a variable.

        Raises:
            WrapError: There is no such variable, or it is not in the file.
        """
        found = self._symbols.get(name)
        if found is None or not isinstance(found["st_shndx"], int):
            raise WrapError(f"the compiler's object file has no {name}")
        index = found["st_shndx"]
        if index not in self._sections:
            section = self.elf.get_section(index)
            empty = section["sh_type"] == "SHT_NOBITS"
            data = bytes(section["sh_size"]) if empty else section.data()
            self._sections[index] = section["sh_addr"], data
        address, content = self._sections[index]
        start = found["st_value"] - address
        return content[start : start + found["st_size"]]

    def integers(self, name: str, magic: int, count: int) -> list[int]:
        """Returns a table of 64-bit integers that begins with `magic`, without it."""
        raw = self.symbol(name)
        if len(raw) != 8 * (count + 1):
            raise WrapError("the compiler's object file does not hold the table that was compiled")
        table = packing.unpack(f"{self._order}{count + 1}Q", raw)
        if table[0] != magic:
            raise WrapError("the compiler's object file does not hold the table that was compiled")
        return list(table[1:])

    def floats(self, name: str, count: int) -> list[float]:
        """Returns a table of doubles that begins with 1, without it."""
        raw = self.symbol(name)
        code = "d" if len(raw) == 8 * (count + 1) else "f"  # AVR's double has 4 bytes
        if len(raw) != packing.calcsize(f"<{count + 1}{code}"):
            raise WrapError("the compiler's object file does not hold the table that was compiled")
        values = packing.unpack(f"{self._order}{count + 1}{code}", raw)
        if values[0] != 1.0:
            raise WrapError("the compiler's object file does not hold the table that was compiled")
        return list(values[1:])
