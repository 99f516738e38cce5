"""Runs one receiver in a process of its own: receive.py MODULE ARGUMENTS, JSON in and out."""

from __future__ import annotations

import importlib
import json
import sys
from dataclasses import asdict

if __name__ == "__main__":
    receiver = importlib.import_module(f"receivers.{sys.argv[1]}")
    print(json.dumps(asdict(receiver.receive(**json.loads(sys.argv[2])))))
