"""The name of a schema: the user's, or made of its file's."""

from __future__ import annotations

import re
from pathlib import Path

from cwire_structs.errors import WrapError

_C_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")


def schema_name(path: Path, chosen: str | None = None) -> str:
    """Returns the name of a file's schema: ``flow-meter.h`` makes ``flow_meter``.

    Args:
        path: The header or image.
        chosen: The user's ``--name``; None: there is none.

    Raises:
        WrapError: The file's name cannot stand in an #include or in the schema, or what was chosen
            is no name.
    """
    if chosen is not None:
        if not _C_NAME.fullmatch(chosen):
            raise WrapError(f"--name {chosen}: a schema's name has letters, digits and _ only")
        return chosen
    try:
        path.name.encode()
    except UnicodeEncodeError:
        raise WrapError(f"{path.name!a}: the header's name is not UTF-8; rename it") from None
    if any(character in path.name for character in '"\\\n\r'):
        raise WrapError(f"{path.name!a}: no #include can name this header; rename it")
    name = re.sub(r"[^A-Za-z0-9_]+", "_", path.stem)
    if not name.strip("_"):
        return "messages"
    return f"_{name}" if name[0].isdigit() else name
