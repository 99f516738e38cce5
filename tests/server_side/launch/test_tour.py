"""Copies of the tour's notebooks: made once, never written to, and again when the tour changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from cwire_server.launch.part import LaunchError
from cwire_server.launch.tour import copy_tour


@pytest.fixture
def source(tmp_path: Path) -> Path:
    source = tmp_path / "notebooks"
    source.mkdir()
    (source / "01.ipynb").write_text("one")
    (source / "02.ipynb").write_text("two")
    return source


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.ipynb"))


def test_what_is_missing_is_copied(source: Path, tmp_path: Path) -> None:
    copies = copy_tour(source, tmp_path / "work")
    assert {name: path.read_text() for name, path in copies.items()} == {
        "01.ipynb": "one",
        "02.ipynb": "two",
    }


def test_a_copy_that_was_worked_on_stays(source: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    copy_tour(source, work)["01.ipynb"].write_text("mine")
    assert copy_tour(source, work)["01.ipynb"].read_text() == "mine"
    assert names(work) == ["01.ipynb", "02.ipynb"]


def test_a_new_original_gets_a_copy_of_its_own(source: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    copy_tour(source, work)["01.ipynb"].write_text("mine")
    (source / "01.ipynb").write_text("newer")
    copy = copy_tour(source, work)["01.ipynb"]
    assert (copy.name, copy.read_text()) == ("01_2.ipynb", "newer")
    assert (work / "01.ipynb").read_text() == "mine"
    assert copy_tour(source, work)["01.ipynb"] == copy
    assert names(work) == ["01.ipynb", "01_2.ipynb", "02.ipynb"]


def test_notes_that_were_lost_cost_no_copy(source: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    copy_tour(source, work)
    (work / ".tour.json").write_text("{")
    copy_tour(source, work)
    assert names(work) == ["01.ipynb", "02.ipynb"]


def test_a_folder_that_cannot_be_made(source: Path, tmp_path: Path) -> None:
    (tmp_path / "work").write_text("a file")
    with pytest.raises(LaunchError, match="cannot copy the notebooks"):
        copy_tour(source, tmp_path / "work")
