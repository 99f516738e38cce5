"""Machines and containers: told apart by what a relay says of itself."""

from __future__ import annotations

import json

import pytest

from cwire_structs.machine import Machine, root_mark
from support.processes import ROOT

CASES = json.loads((ROOT / "tests/machines.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["about"])
def test_whether_paths_are_shared(case: dict[str, object]) -> None:
    """`web/session.test.mjs` has the same table."""
    one, other = (Machine(*case[name]) for name in ("one", "other"))  # type: ignore[misc]
    assert one.shares_paths(other) is other.shares_paths(one) is case["same"]
    assert one.shares_paths(None)


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        (Machine("a", "1"), Machine("b", "1"), True),  # containers
        (Machine("a", "1"), Machine("a", "2"), False),  # another boot, or two of one name
        (Machine("a", ""), Machine("a", "2"), True),
        (Machine("a", ""), Machine("b", ""), False),
    ],
)
def test_who_shares_a_kernel(one: Machine, other: Machine, shared: bool) -> None:
    assert one.shares_kernel(other) is other.shares_kernel(one) is shared


def test_as_json() -> None:
    machine = Machine("lab", "1", "r")
    assert Machine.from_json(machine.to_json()) == machine
    assert Machine.from_json({"host": "lab", "boot": ""}) == Machine("lab")


_DISK = "27 1 259:2 / / rw,relatime shared:1 - ext4 /dev/nvme0n1p2 rw\n"
_HOME = "40 27 259:3 / /home rw - ext4 /dev/nvme0n1p3 rw\n"


def overlay(number: int, upper: str) -> str:
    """The root of a container, as Docker and Podman mount it."""
    options = f"rw,lowerdir=/o/l/A:/o/l/B,upperdir=/o/{upper}/diff,workdir=/o/{upper}/work"
    return f"{number} 700 0:{number} / / rw,relatime - overlay overlay {options}\n"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (_DISK + _HOME, _DISK, True),  # other mounts are below it
        (_DISK, _DISK.replace("27 1 259:2", "910 909 259:2"), True),  # a namespace of a service
        (_DISK, overlay(51, "aa"), False),
        (overlay(51, "aa"), overlay(99, "aa"), True),  # it was started again
        (overlay(51, "aa"), overlay(51, "bb"), False),  # another one of the same image
        (_DISK, _DISK.replace("259:2 / /", "259:2 /var/lib/machines/lab /"), False),
        (_DISK + overlay(51, "aa"), overlay(51, "aa"), True),  # the last one hides the others
    ],
)
def test_a_root_directory_has_a_mark(one: str, other: str, same: bool) -> None:
    assert root_mark(one) != ""
    assert (root_mark(one) == root_mark(other)) is same


@pytest.mark.parametrize("mounts", ["", _HOME, "27 1 259:2 / / rw", "a b c d / f g h\n", "\n"])
def test_a_root_directory_that_is_not_listed(mounts: str) -> None:
    assert root_mark(mounts) == ""
