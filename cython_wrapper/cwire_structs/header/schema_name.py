"""The name of a schema: the user's, or made of its file's."""

from __future__ import annotations

import re
from pathlib import Path

from cwire_structs.errors import WrapError

_C_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")


def check_header_name(path: Path) -> None:
    """Raises WrapError if NAME_schema.h cannot include a header."""
    if any(character in path.name for character in '"\\\n\r'):
        raise WrapError(f"{path.name!a}: no #include can name this header; rename it")
    if path.name == "cwire.h":
        raise WrapError(
            "cwire.h: a driver includes libcwire's header by this name; include yours in a header "
            "of another name, and wrap that one"
        )


def schema_name(path: Path, chosen: str | None = None) -> str:
    """Returns the name of a file's schema: ``flow-meter.h`` makes ``flow_meter``.

    Args:
        path: The header or image.
        chosen: The user's ``--name``; None: there is none.

    Raises:
        WrapError: The file's name cannot stand in the schema, or what was chosen is no name.
    """
    try:
        path.name.encode()
    except UnicodeEncodeError:
        raise WrapError(f"{path.name!a}: the file's name is not UTF-8; rename it") from None
    if chosen is not None:
        if not _C_NAME.fullmatch(chosen):
            raise WrapError(f"--name {chosen}: a schema's name has letters, digits and _ only")
        return chosen
    name = re.sub(r"[^A-Za-z0-9_]+", "_", path.stem)
    if not name.strip("_"):
        return "messages"
    return f"_{name}" if name[0].isdigit() else name
