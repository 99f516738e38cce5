"""Reads JSON from a stranger: every access is checked, every error names its place. Pure."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import NoReturn

from cwire_structs.errors import SchemaError

_NAME_LIMIT = 255  # characters of a name
SAFE_INTEGER = 2**53  # beyond it JSON readers lose digits, so such numbers are written as text
_BIG_INTEGER = re.compile(r"-?[1-9][0-9]{15,19}")


class Cursor:
    """A value in a JSON document, and the place where it is."""

    __slots__ = ("_inside", "_key", "value")

    def __init__(
        self, value: object, inside: Cursor | None = None, key: str | int | None = None
    ) -> None:
        self.value = value
        self._inside = inside
        self._key = key

    @property
    def path(self) -> str:
        """The keys that lead here. Made when it is asked for: of most values it never is."""
        if self._inside is None:
            return ""
        if isinstance(self._key, int):
            return f"{self._inside.path}[{self._key}]"
        key = self._key or ""
        return f"{self._inside.path}.{key if is_identifier(key) else ascii(key[:80])}"

    def fail(self, reason: str) -> NoReturn:
        """Raises SchemaError with this place and the reason."""
        raise SchemaError(f"schema{self.path}: {reason}")

    def _found(self) -> str:
        names = {dict: "an object", list: "a list", str: "text", bool: "a truth value"}
        if self.value is None:
            return "null"
        return names.get(type(self.value), "a number")

    def entries(self) -> Iterator[tuple[str, Cursor]]:
        """Yields the members of an object."""
        if not isinstance(self.value, dict):
            self.fail(f"must be an object, is {self._found()}")
        for key, value in self.value.items():
            yield key, Cursor(value, self, key)

    def find(self, key: str) -> Cursor | None:
        """Returns the member of an object with this key, or None."""
        if not isinstance(self.value, dict):
            self.fail(f"must be an object, is {self._found()}")
        return Cursor(self.value[key], self, key) if key in self.value else None

    def get(self, key: str) -> Cursor:
        """Returns the member of an object with this key."""
        found = self.find(key)
        if found is None:
            self.fail(f"has no {key!r}")
        return found

    def items(self) -> list[Cursor]:
        """Returns the elements of a list."""
        if not isinstance(self.value, list):
            self.fail(f"must be a list, is {self._found()}")
        return [Cursor(value, self, index) for index, value in enumerate(self.value)]

    def text(self) -> str:
        """Returns a text that can be encoded in UTF-8."""
        if not isinstance(self.value, str):
            self.fail(f"must be text, is {self._found()}")
        if not self.value.isascii():
            try:
                self.value.encode()
            except UnicodeEncodeError:
                self.fail("holds half a surrogate pair")
        return self.value

    def identifier(self) -> str:
        """Returns a text that is a C identifier (see `is_identifier`)."""
        return self.check_identifier(self.text())

    def check_identifier(self, name: str) -> str:
        """Returns `name` (a key of this object, say) if it is a C identifier."""
        if not is_identifier(name):
            self.fail(f"{name[:80]!a} is not a name (letters, digits, _ and $, at most 255)")
        return name

    def boolean(self) -> bool:
        """Returns true or false."""
        if not isinstance(self.value, bool):
            self.fail(f"must be true or false, is {self._found()}")
        return self.value

    def integer(self, low: int, high: int) -> int:
        """Returns an integer from low to high; one beyond 2**53 may be written as text."""
        number = self.number()
        if not isinstance(number, int):
            self.fail("must be a whole number")
        if not low <= number <= high:
            self.fail(f"must be from {low} to {high}, is {_short(number)}")
        return number

    def number(self) -> int | float:
        """Returns a finite number; an integer beyond 2**53 may be written as text."""
        value = self.value
        if isinstance(value, str) and _BIG_INTEGER.fullmatch(value):
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.fail(f"must be a number, is {self._found()}")
        if isinstance(value, float) and not math.isfinite(value):
            self.fail("must be finite")
        return value


def is_identifier(text: str) -> bool:
    """Says whether C takes a text as a name: letters of any alphabet, digits, _ and $.

    Those are Unicode's XID, as in C23, and gcc's $; at most 255 characters.
    """
    return 0 < len(text) <= _NAME_LIMIT and text.replace("$", "_").isidentifier()


def json_number(value: int | float) -> int | float | str:
    """Returns a number as the schema's JSON holds it: integers beyond 2**53 as text."""
    return str(value) if isinstance(value, int) and abs(value) > SAFE_INTEGER else value


def parse(text: str | bytes, limit: int) -> Cursor:
    """Parses JSON of at most `limit` bytes; the document must be an object.

    Raises:
        SchemaError: It is too large, not UTF-8, not JSON, nested too deeply, has a key twice or
            holds NaN or an infinity.
    """
    if len(text) > limit:
        raise SchemaError(f"schema: is {len(text)} bytes long, the limit is {limit}")
    try:
        decoded = text if isinstance(text, str) else bytes(text).decode()
        value = json.loads(decoded, object_pairs_hook=_unique, parse_constant=_no_constant)
    except SchemaError:
        raise
    except RecursionError:
        raise SchemaError("schema: is nested too deeply") from None
    except ValueError as error:  # JSONDecodeError, UnicodeDecodeError, far too long integers
        raise SchemaError(f"schema: is not JSON: {error}") from None
    cursor = Cursor(value)
    if not isinstance(value, dict):
        cursor.fail(f"must be an object, is {cursor._found()}")
    return cursor


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise SchemaError(f"schema: has the key {key[:80]!a} twice in one object")
            seen.add(key)
    return made


def _no_constant(name: str) -> NoReturn:
    raise SchemaError(f"schema: holds {name}, which is not JSON")


def _short(number: int) -> str:
    # str() of a huge integer is slow, and refused by Python beyond 4300 digits.
    return str(number) if number.bit_length() <= 64 else "far outside"
