"""Builds the C tests once per session, with sanitizers."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.folders import shared_folder
from support.processes import Running

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def c_build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory with the C test programs, and the demo driver under ASan and UBSan."""
    with shared_folder(tmp_path_factory, "c") as build:
        command = ["make", "-s", "-j2", "-C", str(HERE), f"BUILD={build}"]
        result = subprocess.run(command, capture_output=True, text=True)
        assert result.returncode == 0, result.stderr
    return build


@pytest.fixture(scope="session")
def c_driver(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of c_driver/ to build in, as a fresh clone has it."""
    copy = tmp_path_factory.mktemp("fresh") / "c_driver"
    source = HERE.parents[1] / "c_driver"
    shutil.copytree(source, copy, ignore=shutil.ignore_patterns("build", "driver"))
    return copy


@pytest.fixture
def demo(c_build: Path, short_dir: Path) -> Iterator[Path]:
    """The socket of a running demo driver, built with sanitizers, which must end well."""
    path = short_dir / "demo.sock"
    driver = Running(c_build / "memory" / "driver", "--socket", path)
    driver.wait_for("listening at")
    yield path
    status = driver.stop()
    assert status == 0, driver.output
    assert not path.exists()
