"""Imports the API that `cwire serve --actions MODULE:API` names."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from cwire_server.workers.api import ApiError

__all__ = ["load_api"]


def load_api(text: str) -> object:
    """Imports a module, from the current directory, too, and takes what it has under a name.

    Args:
        text: ``MODULE:NAME``; or ``MODULE``: the functions in it that are marked.

    Raises:
        ApiError: There is no such module, or it has no such name.
    """
    module_name, _, name = text.partition(":")
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module_name}.".startswith(f"{error.name}."):
            raise  # one that the module imports
        raise ApiError(
            f"there is no module {module_name!r}, in {here} or installed: give MODULE:API as "
            "Python imports it, without .py"
        ) from None
    except ValueError as error:
        raise ApiError(f"{text!r} names no module: give MODULE:API") from error
    if not name:
        return module
    if not hasattr(module, name):
        raise ApiError(f"module {module_name!r} has no {name!r}: give the name of its API")
    api: object = getattr(module, name)
    return api
