"""cwire lsl, as a program of LSL reads it.

Outlets of liblsl listen at every address, whatever its configuration says; so they run in a network
of their own, which has nothing but a loopback.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cwire
from cwire import cli
from cwire.errors import InvalidArgument
from cwire.tools.lsl import _Offered, local_stamps
from support.fake_relay import pictures, record
from support.processes import ROOT

ALONE = ["unshare", "--user", "--map-root-user", "--net"]
CONFIGURATION = """
[ports]
IPv6 = disable
[multicast]
ResolveScope = machine
MachineAddresses = {127.0.0.1}
[lab]
KnownPeers = {127.0.0.1}
[log]
level = -3
"""
SAMPLE = np.dtype(
    [("at", "<u8"), ("volts", "f4", (2,)), ("wave", "c8"), ("on", "?"), ("text", "S4")], align=True
)


@pytest.fixture
def driver(short_dir: Path) -> Any:
    with cwire.Driver("lab", {"sample": SAMPLE}, str(short_dir / "lab.sock")) as driver:
        yield driver


def publish(driver: cwire.Driver) -> None:
    now = time.time_ns()
    value = {"at": now, "volts": [1.5, -2.0], "wave": 1 + 2j, "on": True, "text": "abc"}
    driver.publish("sample", value, time_ns=now)


def test_a_program_of_lsl_reads_it(driver: cwire.Driver, tmp_path: Path) -> None:
    if subprocess.run([*ALONE, "true"], capture_output=True, check=False).returncode:
        pytest.skip("a process may not have a network of its own here (unshare --user --net)")
    (tmp_path / "lsl_api.cfg").write_text(CONFIGURATION)
    streams = ["sample", "sample.int64", "sample.text"]
    probe = subprocess.Popen(
        [*ALONE, sys.executable, "-m", "support.lsl_probe", str(driver.path), "sample", *streams],
        cwd=ROOT / "tests",
        env=os.environ | {"LSLAPICFG": str(tmp_path / "lsl_api.cfg")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while probe.poll() is None:
        publish(driver)
        with contextlib.suppress(subprocess.TimeoutExpired):
            probe.wait(0.005)  # the pace of the driver
    output, errors = probe.communicate()
    assert probe.returncode == 0, errors
    found = json.loads(output)
    assert found["said"] == [
        "sample: 6 channels, double64\n",
        "sample.int64: 1 channels, int64\n",
        "sample.text: 1 channels, string\n",
    ]
    assert found["status"] == 130
    numbers, integers, texts = (found["streams"][name] for name in streams)
    labels = [one["label"] for one in numbers["channels"]]
    assert labels == ["sequence", "volts[0]", "volts[1]", "wave.real", "wave.imag", "on"]
    assert {tuple(one[1:]) for one in numbers["samples"]} == {(1.5, -2.0, 1.0, 2.0, 1.0)}
    sequence = [one[0] for one in numbers["samples"]]
    assert sequence == [sequence[0] + n for n in range(len(sequence))]
    assert {one["rate"] for one in found["streams"].values()} == {0.0}
    assert {tuple(one) for one in texts["samples"]} == {("abc",)}
    # The stamps are the times of the frames, by another clock.
    late = [
        unix - at / 1e9 for unix, (at,) in zip(integers["unix"], integers["samples"], strict=True)
    ]
    assert max(map(abs, late)) < 0.05


def test_times_of_the_local_clock() -> None:
    times = (np.array([0, 1, 2_500_000_000]) + time.time_ns()).astype("M8[ns]")
    begun = time.monotonic()
    stamps = local_stamps(times, time.monotonic)
    assert np.diff(stamps) == pytest.approx([1e-9, 2.5 - 1e-9], abs=1e-6)
    assert stamps[0] - begun == pytest.approx(0, abs=0.5)


def test_frames_of_several_sizes(tmp_path: Path) -> None:
    path = record(tmp_path / "run.mcap", pictures(0, 2, 3), count=2)
    with cwire.open(path) as file:
        frames = next(file["picture"].parts())
    with pytest.raises(InvalidArgument, match="the frames of picture differ in size"):
        _Offered(None, "picture", [], 0.0).push(frames)


@pytest.mark.parametrize("rate", ["0", "-1", "nan", "often"])
def test_rates(rate: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["lsl", "sample", "--rate", rate])
    assert "is no number of Hz above 0" in capsys.readouterr().err


def test_without_pylsl(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pylsl", None)
    assert cli.main(["lsl", "sample"]) == 1
    assert "cwire lsl needs pylsl: pip install 'cwire[lsl]'" in capsys.readouterr().err
