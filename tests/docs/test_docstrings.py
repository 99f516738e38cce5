"""The docstrings that the reference shows say what each argument is."""

from __future__ import annotations

import inspect
import pkgutil
import re
from collections.abc import Iterator

import pytest

from support.processes import ROOT

PAGES = ("python", "python-server", "python-structs")


def shown() -> Iterator[str]:
    for page in PAGES:
        text = (ROOT / "docs" / "reference" / f"{page}.md").read_text()
        yield from re.findall(r"^::: (\S+)", text, re.MULTILINE)


def undocumented(name: str, one: object) -> Iterator[str]:
    """The parameters that a docstring does not name, unless it leads to another one."""
    said = inspect.getdoc(one) or ""
    if not said:
        yield f"{name} has no docstring"
    if "see `" in said.lower() or not callable(one):
        return
    for parameter in inspect.signature(one).parameters.values():
        if parameter.name not in ("self", "cls") and not re.search(rf"\b{parameter.name}\b", said):
            yield f"{name}: {parameter.name}"


def public(cls: type) -> Iterator[tuple[str, object]]:
    for name, member in vars(cls).items():
        function = getattr(member, "__func__", member)
        if not name.startswith("_") and inspect.isfunction(function):
            yield name, function


@pytest.mark.parametrize("name", list(shown()))
def test_every_argument_is_said(name: str) -> None:
    one = pkgutil.resolve_name(name)
    missing: list[str] = []
    if inspect.isclass(one):
        assert inspect.getdoc(one) or isinstance(vars(one).get("__doc__"), property)
        for method, function in public(one):
            missing += undocumented(method, function)
    elif inspect.isfunction(one):
        missing += undocumented(name, one)
    assert missing == []
