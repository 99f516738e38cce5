"""The processes of a measurement: writers in C, and workers in Python."""

from __future__ import annotations

import json
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from cwire import errors
from cwire.ipc.orders import Written

__all__ = ["Worker", "Writer"]

_START_SECONDS = 30.0
_END_SECONDS = 3.0
_LONGEST = 1 << 20


class _Program:
    """A child that ends with a ``with`` block, and is killed if it does not."""

    process: subprocess.Popen[bytes]

    def close(self) -> None:
        """Asks it to end, and sees to it."""
        try:
            self.process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def kill(self) -> None:
        """Ends it at once."""
        self.process.kill()
        self.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self.close()
        else:
            self.kill()


class Writer(_Program):
    """A writer in C; see order.h.

    Args:
        program: Which.
        words: Its order, as ``NAME=VALUE``.
        fds: File descriptors that it gets.

    Raises:
        CwireError: It did not start; the text has its own words.
    """

    def __init__(self, program: Path, words: Sequence[str], fds: Sequence[int] = ()) -> None:
        self._name = program.name
        self.process = subprocess.Popen(
            [program, *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=fds,
            bufsize=0,
        )
        try:
            self._line(_START_SECONDS)
        except BaseException:
            self.kill()
            raise

    def go(self) -> None:
        """Has it write."""
        assert self.process.stdin is not None
        self.process.stdin.write(b"go\n")

    def result(self, seconds: float) -> Written:
        """Waits for what it says at its end.

        Raises:
            CwireError: It failed, or took longer than that.
        """
        return Written(**json.loads(self._line(seconds)))

    def close(self) -> None:
        """Closes its input, which ends it."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        with suppress(BrokenPipeError):
            self.process.stdin.close()
        super().close()
        self.process.stdout.close()
        self.process.stderr.close()

    def _line(self, seconds: float) -> bytes:
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        if not select.select([self.process.stdout], [], [], seconds)[0]:
            raise errors.CwireError(f"the {self._name} was not done in {seconds:.0f} s")
        line = self.process.stdout.readline()
        if not line:
            said = self.process.stderr.read().decode(errors="replace").strip()
            raise errors.CwireError(f"the {self._name} ended: {said or 'it did not say why'}")
        return line


class Worker(_Program):
    """A Python process that carries out orders; see `cwire.ipc.worker`."""

    def __init__(self) -> None:
        self._start()

    def _start(self) -> None:
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        # Ctrl-C is not for it, from its first moment on: its imports would end with a traceback.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            with theirs:
                self.process = subprocess.Popen(
                    [sys.executable, "-m", "cwire.ipc.worker", str(theirs.fileno())],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    pass_fds=[theirs.fileno()],
                )
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def order(self, role: str, fields: dict[str, Any], fds: Sequence[int] = ()) -> None:
        """Gives an order, and waits until it is ready for it.

        Raises:
            CwireError: It cannot do that; the text says why.
        """
        text = json.dumps({"role": role, **fields}).encode()
        with suppress(BrokenPipeError):  # the answer tells
            socket.send_fds(self._socket, [text], list(fds))
        self._answer(_START_SECONDS)

    def go(self) -> None:
        """Has a worker that writes begin, or end."""
        with suppress(BrokenPipeError):
            self._socket.sendall(b"go")

    def result(self, seconds: float) -> dict[str, Any]:
        """Waits for what it says at the end of an order.

        Raises:
            CwireError: It failed, or took longer than that.
        """
        return self._answer(seconds)

    def restart(self) -> None:
        """Ends it, whatever it does, and starts another one."""
        self.kill()
        self._start()

    def close(self) -> None:
        """Gives no more orders, which ends it."""
        self._socket.close()
        super().close()

    def _answer(self, seconds: float) -> dict[str, Any]:
        self._socket.settimeout(seconds)
        try:
            text = self._socket.recv(_LONGEST)
        except TimeoutError:
            raise errors.CwireError(f"a worker was not done in {seconds:.0f} s") from None
        except ConnectionResetError:
            text = b""
        if not text:
            raise errors.CwireError(
                f"a worker ended by itself, with status {self.process.wait(_END_SECONDS)}"
            )
        answer: dict[str, Any] = json.loads(text)
        if "error" in answer:
            raise errors.CwireError(answer["error"])
        return answer
