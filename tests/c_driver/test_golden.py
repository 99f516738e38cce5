"""The C codec reads and writes the golden files as they are."""

from __future__ import annotations

import importlib.util
import json
import subprocess
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parents[1] / "golden"
NAMES = sorted(path.stem for path in GOLDEN.glob("*.bin"))


@pytest.mark.parametrize("name", NAMES)
def test_c_reads_and_writes_the_same_bytes(name: str, c_build: Path, tmp_path: Path) -> None:
    notes = json.loads((GOLDEN / f"{name}.json").read_text())
    source, copy = GOLDEN / f"{name}.bin", tmp_path / "copy.bin"
    reader = c_build / "golden_reader"
    result = subprocess.run([reader, source, copy], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    fields = ("size", "type", "flags", "source", "sequence", "request", "time_ns", "payload")
    wanted = [" ".join(str(frame[field]) for field in fields) for frame in notes["frames"]]
    if "fault" in notes:
        wanted.append(notes["fault"])
    assert result.stdout.splitlines() == wanted
    good = source.read_bytes()
    if "fault" in notes:
        good = good[: len(copy.read_bytes())]
    assert copy.read_bytes() == good


def test_the_golden_files_are_what_their_script_makes(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("make_golden", GOLDEN / "make_golden.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.write_all(tmp_path)
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    kept = {path.name: path.read_bytes() for path in GOLDEN.glob("*.[bj]*")}
    assert made == kept
