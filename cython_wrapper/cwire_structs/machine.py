"""Tells the machine, and the container on it, where a relay runs from others. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256

__all__ = ["Machine", "root_mark"]


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine, or a container on one, as relays tell them apart.

    Attributes:
        host: Its name.
        boot: The kernel's name for its present run; empty where it has none. Containers of one
            machine share it, and with it locks and Unix sockets.
        root: Tells its root directory from others in the same boot; empty where it is not known.
    """

    host: str
    boot: str = ""
    root: str = ""

    @classmethod
    def from_json(cls, told: Mapping[str, object]) -> Machine:
        """Reads what `to_json` wrote; `root` may be missing.

        Raises:
            LookupError: The host or the boot is missing.
        """
        return cls(str(told["host"]), str(told["boot"]), str(told.get("root") or ""))

    def to_json(self) -> dict[str, str]:
        """Returns the machine as JSON has it; `from_json` reads it."""
        return asdict(self)

    def shares_kernel(self, other: Machine) -> bool:
        """Whether locks and Unix sockets of the one are seen by the other."""
        return self.boot == other.boot if self.boot and other.boot else self.host == other.host

    def shares_paths(self, other: Machine | None) -> bool:
        """Whether the path of a Unix socket leads to the same one, as far as is known.

        Containers may have the name of their machine: they have root directories of their own. In
        another boot a disk may have another name, so that roots are compared in one boot only.
        """
        if other is None:
            return True
        roots = (self.root, other.root) if self.boot == other.boot else ("", "")
        return self.host == other.host and (not all(roots) or roots[0] == roots[1])

    def __str__(self) -> str:
        return f"{self.host} (root {self.root[:4]})" if self.root else self.host

    def place(self, other: Machine) -> str:
        """Names it for somebody who had to do with the other one."""
        return f"another container on {self.host}" if self.host == other.host else self.host


def root_mark(mounts: str) -> str:
    """Makes a mark of the root directory from its mount; empty where that is not listed.

    The same directory has the same mark after a restart of its container or of the service that
    runs in a mount namespace of its own, where the numbers of devices and namespaces are others.

    Args:
        mounts: What ``/proc/self/mountinfo`` says (proc(5)).
    """
    mark = ""
    for line in mounts.splitlines():
        words = line.split(" ")
        if len(words) > 6 and words[4] == "/" and "-" in words[6:]:
            kind, source, options = [*words[words.index("-", 6) + 1 :], "", "", ""][:3]
            # An overlay's own directory is the container's; all else of it is the image's.
            upper = [one for one in options.split(",") if one.startswith("upperdir=")]
            mark = " ".join((words[3], kind, source, *upper))  # the last mount hides others
    return sha256(mark.encode()).hexdigest()[:16] if mark else ""
