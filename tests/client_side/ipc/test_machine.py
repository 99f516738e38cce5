"""Facts about the machine."""

from __future__ import annotations

import getpass
import json
import socket
from pathlib import Path

from cwire.ipc.machine import machine


def test_facts_and_no_names() -> None:
    facts = machine()
    assert facts["cores"] >= facts["cores_allowed"] >= 1
    assert facts["kernel"].startswith("Linux ")
    words = set(json.dumps(facts).replace('"', " ").replace(",", " ").split())
    assert not words & {getpass.getuser(), socket.gethostname(), str(Path.home())}
