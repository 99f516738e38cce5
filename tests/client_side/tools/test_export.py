"""cwire export, as a shell calls it."""

from __future__ import annotations

import re
from pathlib import Path

import h5py
import pyarrow.parquet as pq
import pytest

from cwire import cli
from cwire.saving.formats import FORMATS
from support.examples import examples as examples
from support.fake_relay import pictures, record, ticks
from support.processes import ROOT


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording of twenty ticks, and of pictures that differ in size."""
    return record(
        tmp_path_factory.mktemp("recording") / "run.mcap",
        ticks(100, 20),
        pictures(0, 2, 0, 3),
        count=23,
    )


def test_one_file_for_all_messages_where_it_can_be(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "a.h5"
    assert cli.main(["export", str(path), "-o", str(output), "--messages", "tick"]) == 0
    assert capsys.readouterr().out == f"{output}\n"
    with h5py.File(output) as file:
        assert file["tick/index"][()].tolist() == list(range(100, 120))
    assert cli.main(["export", str(path), "-o", str(tmp_path / "b.h5")]) == 2
    assert "frames of picture differ in size: save them as .parquet" in capsys.readouterr().err


def test_a_file_for_each_message(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["export", str(path), "-o", str(tmp_path / "a.parquet")]) == 0
    made = [tmp_path / "a-tick.parquet", tmp_path / "a-picture.parquet"]
    assert capsys.readouterr().out.split() == [str(one) for one in made]
    assert pq.read_table(made[1])["pixels"].to_pylist() == [[0, 0], [], [2, 2, 2]]


def test_a_part_of_the_time(path: Path, tmp_path: Path) -> None:
    output = tmp_path / "a.h5"
    words = ["--messages", "tick", "--from", "105", "--to", "1970-01-01T00:01:48"]
    assert cli.main(["export", str(path), "-o", str(output), *words]) == 0
    with h5py.File(output) as file:
        assert file["tick/sequence"][()].tolist() == [105, 106, 107]


def test_arguments(path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["export", str(path), "-o", "a.xls"]) == 2
    assert "no format's ending" in capsys.readouterr().err
    output = str(tmp_path / "a.csv")
    assert cli.main(["export", str(path), "-o", output, "--messages", "tock"]) == 6
    assert (
        cli.main(["export", str(path), "-o", output, "--messages", "tick", "--from", "soon"]) == 2
    )
    assert "'soon' is no time" in capsys.readouterr().err


def test_the_example(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, examples: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (block,) = examples
    for line in block.splitlines():
        words = line.partition("#")[0].replace("run.mcap", str(path)).split()
        words = ["tick" if word == "scope_block" else word for word in words]
        assert cli.main(words[1:]) == 0, line
    assert len(list(tmp_path.iterdir())) >= len(block.splitlines())


def test_the_table_lists_every_format() -> None:
    page = (ROOT / "docs/howto/record.md").read_text()
    head = next(line for line in page.splitlines() if line.startswith("| kind"))
    assert set(re.findall(r"`(\.\w+)`", head)) | {".hdf5"} == set(FORMATS)
