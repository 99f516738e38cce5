"""Lab Streaming Layer: samples of 8 doubles, pulled as numpy arrays.

LSL finds streams by multicast and listens on every interface. So: multicast off, 127.0.0.1 named,
and, where the system lets us, a network of our own in which there is nothing but the loopback.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import socket
import struct
import tempfile
import time
from collections.abc import Sequence

from receivers.meter import Meter, Run
from receivers.publisher import Publisher

__all__ = ["receive"]

_CONFIGURATION = """
[ports]
IPv6 = disable
[multicast]
ResolveScope = machine
MachineAddresses = {127.0.0.1}
AddressesOverride = {127.0.0.1}
[lab]
KnownPeers = {127.0.0.1}
[log]
level = -2
"""
_PULL = 16384
_NAP = 0.001
_GIVE_UP_SECONDS = 20.0


def receive(command: Sequence[str], name: str, count: int, window: int) -> Run:
    """Pulls chunks without waiting inside LSL: its wait wakes the reader for each sample."""
    _leave_network()
    with tempfile.NamedTemporaryFile("w", suffix=".cfg") as configuration:
        configuration.write(_CONFIGURATION)
        configuration.flush()
        os.environ["LSLAPICFG"] = configuration.name
        import pylsl  # reads its configuration now

        meter = Meter(count)
        with Publisher(command) as publisher:
            found = pylsl.resolve_byprop("name", name, timeout=10)
            if not found:
                raise RuntimeError("LSL does not find its stream")
            inlet = pylsl.StreamInlet(
                found[0], max_buflen=2 * window // 100, recover=False, as_numpy=True
            )
            inlet.open_stream(timeout=10)
            total = told = 0
            last = 0.0
            deadline = time.monotonic() + _GIVE_UP_SECONDS
            while meter.saw(total):
                samples, _ = inlet.pull_chunk(timeout=0.0, max_samples=_PULL)
                if len(samples):
                    total += len(samples)
                    last = samples[-1][0]
                    if total - told >= window / 4:
                        told = total
                        publisher.tell(told)
                if len(samples) < _PULL:
                    if time.monotonic() > deadline:
                        raise TimeoutError(f"LSL delivered {total} of {count} samples")
                    time.sleep(_NAP)
            assert last == count
            inlet.close_stream()
    return meter.run()


def _leave_network() -> None:
    """Moves this process into a network namespace of its own, if that is allowed."""
    new_user, new_net = 0x10000000, 0x40000000
    set_flags, up_and_running = 0x8914, 0x41
    libc = ctypes.CDLL(None)
    if libc.unshare(new_net) and libc.unshare(new_user | new_net):
        return
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, set_flags, struct.pack("16sH22x", b"lo", up_and_running))
