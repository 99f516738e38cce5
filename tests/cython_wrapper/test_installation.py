"""Advice of texts: in a checkout and elsewhere, and that all texts ask which it is."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import cwire
from cwire.link.address import resolve
from cwire_structs import installation
from cwire_structs.installation import advice, checkout
from support.checkouts import OF_A_CHECKOUT
from support.layers import MODULES, Module
from support.processes import ROOT

KNOWN = {
    "cwire.process.command_line": "the user's own Makefile has been read: it names the program",
    "cwire_server.launch.demo_place": "what a checkout is known by, and where one was found",
    "cwire_structs.csources": "where a checkout was found",
    "cwire_structs.new": "of the folder that it has written just now",
}


def test_here_is_a_checkout() -> None:
    assert checkout() == ROOT
    assert advice("make setup", "install again") == "make setup"


def test_elsewhere_is_none(runtime: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "_PACKAGE", tmp_path / "site-packages" / "cwire_structs")
    assert checkout() is None
    assert advice("make setup", "install again") == "install again"
    with pytest.raises(cwire.NotConnected, match=r"no relay runs.*; .*`cwire demo`$") as caught:
        resolve()
    assert not OF_A_CHECKOUT.search(str(caught.value))


def texts(module: Module) -> Iterator[tuple[int, str]]:
    """The texts of a module that people can get to see, but those for checkouts.

    Module docstrings are for who works on it; what tools print of them, `--help` shows.
    """
    others = {id(text) for node in ast.walk(module.tree) for text in _for_checkouts(node)}
    others |= {id(module.tree.body[0].value)} if module.doc else set()  # type: ignore[attr-defined]
    waiting: list[ast.AST] = [module.tree]
    while waiting:
        node = waiting.pop()
        if id(node) in others:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value
        waiting.extend(ast.iter_child_nodes(node))


def _for_checkouts(node: ast.AST) -> list[ast.expr]:
    is_advice = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "advice"
    return node.args[:1] if is_advice else []  # type: ignore[attr-defined]


def test_no_other_text_names_what_only_a_checkout_has() -> None:
    found = [
        (name, line, text)
        for name, module in MODULES.items()
        if OF_A_CHECKOUT.search(module.path.read_text()) and name not in KNOWN
        for line, text in texts(module)
        if OF_A_CHECKOUT.search(text)
    ]
    assert found == []


def test_each_known_place_has_such_a_text() -> None:
    for name in KNOWN:
        assert any(OF_A_CHECKOUT.search(text) for _, text in texts(MODULES[name])), name
