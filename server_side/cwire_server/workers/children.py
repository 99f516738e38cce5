"""Processes for functions that compute: one function at a time in each, as many as processors.

A process is ended when the stream of its function ends before it: Python cannot stop a thread, but
a process can be killed.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
from multiprocessing.connection import Connection
from typing import Any

from cwire_server.workers.channel import Channel
from cwire_server.workers.job import Job
from cwire_server.workers.threads import ThreadPool
from cwire_structs.action_values import Encoded

__all__ = ["Children"]


class _Child:
    """One process."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "cwire_server.workers.child", str(theirs.fileno())],
                stdin=subprocess.PIPE,
                pass_fds=(theirs.fileno(),),
            )
            self.line = Connection(ours.detach())
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        self.line.send(sys.path)

    def end(self) -> None:
        """Kills it."""
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.line.close()


class Children:
    """Runs functions in processes, with a thread that waits for each.

    Args:
        limit: Processes at most; None: as many as this process has processors.
    """

    def __init__(self, limit: int | None = None) -> None:
        self._threads = ThreadPool(limit or len(os.sched_getaffinity(0)), "cwire computing")
        self._lock = threading.Lock()
        self._idle: list[_Child] = []
        self._stopped = False

    def run(self, job: Job) -> None:
        """Has the function of a job run in a process, and the job finished."""
        self._threads.submit(lambda: self._wait(job))

    def _wait(self, job: Job) -> None:
        try:
            job.channel.check()
            given = job.arguments()
            with self._lock:
                child = self._idle.pop() if self._idle else None
            child = child or _Child()
        except BaseException as error:
            job.finish(job.failed(error))
            return
        unit = None
        try:
            unit = self._run(job, child, given)
        except (EOFError, OSError) as error:
            if not job.channel.code:
                died = RuntimeError(f"the function's process has ended by itself: {error!r}")
                unit = job.failed(died)
            child.end()
        except BaseException as error:  # its arguments cannot be sent there
            unit = job.failed(error)
            child.end()
        else:
            with self._lock:
                stopped = self._stopped
                if not stopped:
                    self._idle.append(child)
            if stopped:
                child.end()
        job.finish(unit)

    def _run(self, job: Job, child: _Child, given: dict[str, Any]) -> Any:
        """Runs it in a process; returns the last message of its stream."""
        job.on_stop = child.process.kill
        if job.channel.code:  # it ended meanwhile
            child.process.kill()
        context = {
            "client": job.stream.session.client,
            "action": job.action.name,
            "names": sorted(job.action.arguments.context),
        }
        child.line.send((job.action.function, given, context))
        while True:
            what, *said = child.line.recv()
            if what == "result":
                value, wait = said
                child.line.send(_sent(job.channel, value, wait))
            elif what == "progress":
                job.channel.progress(job.channel.envelope.progress(*said))
            elif what == "returned":
                job.on_stop = None
                return job.end(said[0])
            else:
                job.on_stop = None
                return job.failed(said[0])

    def stop(self) -> None:
        """Ends the processes that do nothing; the others end with their functions."""
        self._threads.stop()
        with self._lock:
            self._stopped = True
            idle, self._idle = self._idle, []
        for child in idle:
            child.end()


def _sent(channel: Channel, value: Encoded, wait: bool) -> bool | str:
    """Sends a result; says whether it was sent, or why the stream has ended."""
    if not channel.ready:
        if not wait:
            return False
        ready = threading.Event()
        channel.when_ready(ready.set)
        ready.wait()
    if channel.code:
        return channel.code
    channel.send_encoded(value)
    return True
