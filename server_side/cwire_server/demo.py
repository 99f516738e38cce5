"""`cwire demo`, which is what `make run` runs: the demo driver, a relay and JupyterLab together."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import secrets
import signal
import socket
import sys
from asyncio.subprocess import Process
from pathlib import Path

from cwire_structs.relays import living_relays
from cwire_structs.runtime import DEFAULT_PORT, RuntimeDirError, runtime_dir

__all__ = ["main", "register", "run"]

_JUPYTER_PORT = 8888
_START_SECONDS = 60.0
_STOP_SECONDS = 10.0


class _DemoError(RuntimeError):
    """A part did not start or has ended; the text says which and why."""


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds `demo` to the `cwire` command."""
    parser = subparsers.add_parser(
        "demo", help="run the demo driver, a relay and JupyterLab", description=__doc__
    )
    add_arguments(parser)
    parser.set_defaults(run=run)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the demo's options to a parser."""
    parser.add_argument(
        "--root",
        type=Path,
        metavar="DIR",
        help="a checkout of cwire (default: the current directory, or where cwire was installed "
        "from)",
    )
    parser.add_argument(
        "--port", type=int, default=DEFAULT_PORT, help="the relay's port; 0 picks a free one"
    )
    parser.add_argument(
        "--jupyter-port", type=int, default=_JUPYTER_PORT, help="JupyterLab's port; 0 picks one"
    )


def run(arguments: argparse.Namespace) -> int:
    """Runs the demo until SIGINT or SIGTERM; returns the exit status."""
    try:
        asyncio.run(_Demo(_checkout(arguments.root), arguments).run())
    except (_DemoError, RuntimeDirError) as error:
        print(f"cwire demo: {error}", file=sys.stderr)
        return 1
    return 0


_PARTS = ("c_driver/Makefile", "server_side/server_main.py", "notebooks/01_quickstart.ipynb")


def _checkout(given: Path | None) -> Path:
    """The folder with the demo's parts, which are in no wheel.

    Args:
        given: What the user says that it is; None: to be found.

    Raises:
        _DemoError: It is not there, or lacks a part.
    """
    # An installation that can be edited has its package in the checkout.
    around = [Path.cwd(), Path(__file__).resolve().parents[2]] if given is None else [given]
    for root in around:
        missing = [part for part in _PARTS if not (root / part).is_file()]
        if not missing:
            return root.absolute()
    if given is None:
        raise _DemoError(
            f"{around[0]} is no checkout of cwire, and this cwire was not installed from one: the "
            "demo's driver and notebooks are in the source only; clone it and run `make run` there"
        )
    raise _DemoError(f"{given} is no checkout of cwire: it has no {missing[0]}")


class _Demo:
    """The three processes: started in order, stopped together."""

    def __init__(self, root: Path, arguments: argparse.Namespace) -> None:
        self._root = root
        self._arguments = arguments
        self._processes: dict[str, Process] = {}
        self._readers: list[asyncio.Task[None]] = []

    async def run(self) -> None:
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        starting = asyncio.create_task(self._start())
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait([starting, stopping], return_when=asyncio.FIRST_COMPLETED)
            if not stop.is_set():
                starting.result()
                await self._wait(stopping)
        finally:
            starting.cancel()
            stopping.cancel()
            await asyncio.gather(starting, stopping, return_exceptions=True)
            await self._end()

    async def _start(self) -> None:
        driver = self._root / "c_driver" / "driver"
        if not driver.exists():
            raise _DemoError(f"{driver} is not built: make -C {driver.parent}")
        sock = runtime_dir() / "demo.sock"
        _refuse_second(sock)
        await self._launch("driver", "listening", str(driver), "--socket", str(sock))
        port = _free_port(self._arguments.port)
        line = await self._launch(
            "relay",
            "cwire relay: ",
            sys.executable,
            str(self._root / "server_side" / "server_main.py"),
            "--driver",
            f"demo={sock}",
            "--port",
            str(port),
        )
        pages = line[line.index("http") :]
        token = secrets.token_hex(24)
        jupyter = _free_port(self._arguments.jupyter_port)
        await self._launch(
            "jupyter",
            f":{jupyter}/",
            sys.executable,
            "-m",
            "jupyterlab",
            "--no-browser",
            "--ip=127.0.0.1",
            f"--port={jupyter}",
            "--ServerApp.port_retries=0",
            "--LabApp.news_url=None",
            "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
            f"--ServerApp.root_dir={self._root / 'notebooks'}",
            *(["--allow-root"] if os.geteuid() == 0 else []),
            # In the environment, not among the arguments: those are for every account to see.
            environment={"JUPYTER_TOKEN": token},
        )
        await _accepts(jupyter)
        print(
            "\ncwire runs. Open:\n"
            f"  notebook: http://127.0.0.1:{jupyter}/lab/tree/01_quickstart.ipynb?token={token}\n"
            f"  pages:    {pages}\n"
            "Ctrl-C stops everything.",
            flush=True,
        )

    async def _launch(
        self, name: str, ready: str, *command: str, environment: dict[str, str] | None = None
    ) -> str:
        """Starts a part and waits for the line of its output that says that it is ready."""
        # A session of its own: Ctrl-C reaches this process only, which stops the parts in order.
        process = await asyncio.create_subprocess_exec(
            *command,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **(environment or {})},
            start_new_session=True,
        )
        self._processes[name] = process
        found: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._readers.append(asyncio.create_task(_forward(name, process, ready, found)))
        try:
            async with asyncio.timeout(_START_SECONDS):
                return await found
        except TimeoutError as error:
            raise _DemoError(f"{name} was not ready after {_START_SECONDS:.0f} s") from error

    async def _wait(self, stopping: asyncio.Task[bool]) -> None:
        """Waits for the stop signal, or for a part that ends by itself."""
        ends = {
            asyncio.create_task(process.wait()): name for name, process in self._processes.items()
        }
        done, _ = await asyncio.wait([*ends, stopping], return_when=asyncio.FIRST_COMPLETED)
        for task in ends:
            task.cancel()
        if stopping not in done:
            name = ends[done.pop()]
            status = self._processes[name].returncode
            raise _DemoError(f"{name} ended by itself (status {status}); see its output above")

    async def _end(self) -> None:
        for process in reversed(self._processes.values()):
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.terminate()
                try:
                    async with asyncio.timeout(_STOP_SECONDS):
                        await process.wait()
                except TimeoutError:
                    process.kill()
                    await process.wait()
        await asyncio.gather(*self._readers, return_exceptions=True)


def _refuse_second(sock: Path) -> None:
    """Raises an error if a demo driver listens already: only one can have the socket."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(sock))
        except OSError:
            return
    served = [relay for relay in living_relays() if str(sock) in relay.drivers.values()]
    by = f", served by the relay {served[0]}" if served else ""
    raise _DemoError(
        f"a driver listens at {sock} already{by}: `cwire.connect(driver='demo')` and "
        "`cwire info --driver demo` reach it; or stop it (Ctrl-C where it was started) and start "
        "this again"
    )


async def _forward(name: str, process: Process, ready: str, found: asyncio.Future[str]) -> None:
    """Prints what a part prints. JupyterLab says much at every start, so it is shown on failure."""
    assert process.stdout is not None
    seen: list[str] = []
    async for raw in process.stdout:
        line = raw.decode(errors="replace").rstrip()
        if not found.done():
            seen.append(line)
            if ready in line:
                found.set_result(line)
        if name != "jupyter":
            print(f"[{name}] {line}", flush=True)
    if not found.done():
        output = "\n  ".join(seen[-20:])
        found.set_exception(_DemoError(f"{name} did not start. It said:\n  {output}"))


async def _accepts(port: int) -> None:
    """Waits until a port of loopback accepts connections: JupyterLab says so a moment too early."""
    deadline = asyncio.get_running_loop().time() + _START_SECONDS
    while asyncio.get_running_loop().time() < deadline:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except ConnectionRefusedError:
            await asyncio.sleep(0.05)
            continue
        writer.close()
        return
    raise _DemoError(f"nothing answers at port {port} after {_START_SECONDS:.0f} s")


def _free_port(wanted: int) -> int:
    """The wanted port of loopback if it is free, else another one that is."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise _DemoError("no free TCP port on 127.0.0.1")


def main() -> int:
    """The command line of `python -m cwire_server.demo`."""
    parser = argparse.ArgumentParser(prog="cwire demo", description=__doc__)
    add_arguments(parser)
    return run(parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
