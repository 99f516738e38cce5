"""`make headers`: wraps every struct of many real headers and compares it with compiled C.

For each header the compiler's debug information says which structs it defines and what can be read
in them. A C program, run natively or by qemu, reads the same random bytes as the schema's route
(numpy and the message classes) and, natively, the compiled classes. It ends with 1 if any
value is wrong or anything ends in a traceback. When it is interrupted, it tells what it has.
"""

from __future__ import annotations

import argparse
import contextlib
import fnmatch
import importlib.util
import json
import math
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from multiprocessing.connection import Connection, wait
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

from cwire_structs import wrap
from cwire_structs.compiler import toolchain as toolchains
from cwire_structs.emit.build_classes import build_classes
from cwire_structs.errors import WrapError
from headers.header_sets import PACKAGES, HeaderSet, download, kernel_headers, package_headers
from headers.records import Record, RefusedHeaderError, compile_debug, read_records
from headers.report import HeaderResult, StructResult, is_bad, table
from headers.truth import Machine, NoTruthError, Value, read_values, samples
from headers.verdicts import (
    REFUSED,
    UNKNOWN,
    Group,
    Verdict,
    Wrapping,
    judge,
    warnings_of,
)
from support import warm_cython
from support.processes import ROOT

WORK = ROOT / "test-artefacts" / "headers"
INCLUDE = ROOT / "c_driver" / "include"
MACHINES = {
    one.name: one
    for one in (
        Machine("native", "cc"),
        Machine("powerpc", "powerpc-linux-gnu-gcc", ("qemu-ppc",), ">", ("-static",)),
        Machine("m68k", "m68k-linux-gnu-gcc", ("qemu-m68k",), ">", ("-static",)),
        Machine("arm", "arm-linux-gnueabihf-gcc", ("qemu-arm",), "<", ("-static",)),
        Machine("sh4", "sh4-linux-gnu-gcc", ("qemu-sh4",), "<", ("-static",)),
    )
}
TARGETS = ("native", "powerpc", "m68k")
HEADER_S = 240
# What a header may need that does not include what it uses, as `--cc "cc -include stdint.h"` does.
_BEFORE = (
    "",
    "-include stdint.h -include stddef.h -include stdbool.h",
    "-include stdint.h -include stddef.h -include sys/types.h -include sys/socket.h "
    "-include netinet/in.h -include time.h",
)


@dataclass(frozen=True)
class Job:
    """A header to look at.

    Attributes:
        machine: For what, and by which compiler.
        set: Of which set it is.
        header: Its path.
        main: The object file of the programs' common part.
        seed: Of the random bytes.
    """

    machine: Machine
    set: HeaderSet
    header: Path
    main: Path
    seed: int


def look(job: Job, said: Connection, *, compiled: bool) -> None:
    """Looks at one header; sends a `HeaderResult`, and a fuller one when classes are compiled."""
    result = HeaderResult(job.machine.name, job.set.name, str(job.header))
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="cwire-net-") as name:
        folder = Path(name)
        try:
            _look(job, folder, result, said, compiled=compiled)
        except RefusedHeaderError as error:
            result.refused = str(error)
        except WrapError as error:
            result.failed = str(error)
        except Exception:  # of the net itself, or of what it has imported
            result.failed = traceback.format_exc(limit=-3)
    result.seconds = time.monotonic() - start
    said.send(result)


def _look(
    job: Job, folder: Path, result: HeaderResult, said: Connection, *, compiled: bool
) -> None:
    flags, image = _first_that_compiles(job, folder)
    result.flags = flags
    chain = _toolchain(f"{job.machine.cc} {flags}".strip(), job.set.folders)
    elf = folder / "image"
    elf.write_bytes(image)
    with elf.open("rb") as file:
        records = read_records(file, job.header)
    if not records:
        return
    wrapping = Wrapping(job.header, chain)
    wrapping.take([one.name for one in records if not one.pointer])
    pointed = Wrapping(job.header, chain)
    for one in records:
        if one.pointer:
            pointed.take([one.name])
    result.apart = wrapping.apart
    groups = wrapping.groups + pointed.groups
    verdicts = {**wrapping.verdicts, **pointed.verdicts}
    taken = {name for group in groups for name in group.names}
    shown = [one for one in records if one.name in taken]
    data = [samples(one, job.seed) for one in shown]
    truth: Sequence[Sequence[Sequence[Value | None]]] = []
    problem = ""
    try:
        truth = read_values(
            job.machine, chain.command, job.header, shown, data, job.main, folder
        ) if shown else []  # fmt: skip
    except NoTruthError as error:
        problem = str(error)
    by_name = {one.name: index for index, one in enumerate(shown)}
    for group in groups:
        for name in group.names:
            index = by_name[name]
            verdicts[name] = _schema_verdict(group, shown[index], data[index], problem,
                                             truth[index] if truth else [])  # fmt: skip
    for one in records:
        result.structs.append(StructResult(one.c_name, one.pointer, verdicts[one.name]))
    if not compiled or problem:
        return
    said.send(result)  # should compiling take too long, this is known
    of = {one.c_name.split()[-1]: entry for one, entry in zip(records, result.structs, strict=True)}
    for number, group in enumerate(groups):
        classes = _compile(group, job, folder / f"classes_{number}")
        for name in group.names:
            index = by_name[name]
            of[name].compiled = (
                classes
                if isinstance(classes, Verdict)
                else _compiled_verdict(group, classes, shown[index], data[index], truth[index])
            )


@cache
def _toolchain(command: str, folders: tuple[Path, ...]) -> toolchains.Toolchain:
    return toolchains.find(command, flags=[f"-I{one}" for one in folders])


def _first_that_compiles(job: Job, folder: Path) -> tuple[str, bytes]:
    dirs = [f"-I{one}" for one in job.set.folders]
    first: RefusedHeaderError | None = None
    for flags in _BEFORE:
        try:
            command = [job.machine.cc, *flags.split(), *dirs]
            return flags, compile_debug(command, job.header, folder)
        except RefusedHeaderError as error:
            first = first or error
    assert first is not None
    raise first


def _schema_verdict(
    group: Group, record: Record, data: Sequence[bytes], problem: str,
    truth: Sequence[Sequence[Value | None]],
) -> Verdict:  # fmt: skip
    if problem:
        return Verdict(UNKNOWN, problem)
    message = group.wrapped.schema.messages[record.name]
    verdict = judge(message, message.type, record, data, truth, numpy=True)
    verdict.warnings = warnings_of(group.wrapped, record)
    return verdict


def _compile(group: Group, job: Job, folder: Path) -> ModuleType | Verdict:
    wrap.write(group.wrapped, folder)
    include = [job.header.parent, INCLUDE]
    try:
        made = build_classes(
            group.wrapped.schema, folder, include, group.wrapped.toolchain, warm_cython.run
        )
    except WrapError as error:
        return Verdict(REFUSED, str(error))
    name = made.path.name.partition(".")[0]  # of random.h it is random_messages
    spec = importlib.util.spec_from_file_location(name, made.path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _compiled_verdict(
    group: Group, classes: ModuleType, record: Record, data: Sequence[bytes],
    truth: Sequence[Sequence[Value | None]],
) -> Verdict:  # fmt: skip
    message = group.wrapped.schema.messages[record.name]
    return judge(message, classes.MESSAGES[message.id], record, data, truth, numpy=False)


def run_jobs(
    jobs: Sequence[Job], workers: int, *, compiles: bool, minutes: float | None = None
) -> list[HeaderResult]:
    """Looks at headers, each in a process of its own: what kills one costs one header.

    Args:
        jobs: What to look at, in an order of chance: what is found until it ends is a fair sample.
        workers: How many at once.
        compiles: Whether to compile native classes.
        minutes: After which no more is begun.

    Returns:
        Of those that were looked at until the end, the time, or an interruption, in their order.
    """
    end = math.inf if minutes is None else time.monotonic() + 60 * minutes
    context = multiprocessing.get_context("fork")
    waiting = Random(len(jobs)).sample(jobs, len(jobs))
    running: dict[Connection, tuple[Any, Job, float]] = {}
    results: dict[Job, HeaderResult] = {}
    told = 0
    try:
        while running or (waiting and time.monotonic() < end):
            while waiting and len(running) < workers and time.monotonic() < end:
                job = waiting.pop()
                mine, theirs = context.Pipe(duplex=False)
                compiled = compiles and job.machine.name == "native"
                process = context.Process(target=_child, args=(job, theirs, compiled), daemon=True)
                process.start()
                theirs.close()
                running[mine] = process, job, time.monotonic() + HEADER_S
            for one in wait(list(running), timeout=1):
                assert isinstance(one, Connection)
                try:
                    results[running[one][1]] = one.recv()
                except EOFError:
                    _end(running.pop(one), one, results, "its process ended")
            for one in [one for one, (_, _, late) in running.items() if time.monotonic() > late]:
                _kill(running[one][0])
                _end(running.pop(one), one, results, f"it took more than {HEADER_S} s")
            if len(results) // 50 > told:
                told = len(results) // 50
                print(f"{len(results)} of {len(jobs)} headers", file=sys.stderr, flush=True)
    except KeyboardInterrupt:
        for process, job, _ in running.values():
            _kill(process)
            results.pop(job, None)  # its classes may be missing
    return [results[job] for job in jobs if job in results]


def _kill(process: Any) -> None:
    process.kill()
    with contextlib.suppress(ProcessLookupError):  # with its compilers
        os.killpg(process.pid, signal.SIGKILL)


def _child(job: Job, said: Connection, compiled: bool) -> None:
    os.setpgrp()  # so that its compilers can be ended, too, and Ctrl-C is the parent's
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    look(job, said, compiled=compiled)


def _end(
    entry: tuple[Any, Job, float], pipe: Connection, results: dict[Job, HeaderResult], why: str
) -> None:
    process, job, _ = entry
    process.join()
    pipe.close()
    if job not in results:
        results[job] = _failed(job, why)


def _failed(job: Job, why: str) -> HeaderResult:
    return HeaderResult(job.machine.name, job.set.name, str(job.header), failed=why)


def find_machines(names: Sequence[str], folder: Path) -> dict[Machine, Path]:
    """Returns the machines whose programs can be made and run here, and says which cannot."""
    found = {}
    for name in names:
        machine = MACHINES[name]
        missing = [p for p in (machine.cc, *machine.runner[:1]) if shutil.which(p) is None]
        if missing:
            print(f"{name}: left out: there is no {' and no '.join(missing)} here")
            continue
        try:
            main = machine.make_main(folder)
            probe = folder / "probe.h"
            probe.write_text("struct probe { short a; };\n")
            record = Record("probe", "struct probe", 2, 2)
            read_values(machine, [machine.cc], probe, [record], [[b"\0\1"]], main, folder)
        except NoTruthError as error:
            print(f"{name}: left out: its programs cannot be made or run here ({error})")
            continue
        found[machine] = main
    return found


def main(argv: Sequence[str] | None = None) -> int:
    """Carries out `make headers`."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    add = parser.add_argument
    add("--targets", nargs="+", default=TARGETS, choices=MACHINES, help="for which machines")
    add("--sets", nargs="+", default=["linux", *PACKAGES], help="linux, and names of packages")
    add("--header", default="*", metavar="PATTERN", help="headers whose path ends with this")
    add("--every", type=int, default=1, metavar="N", help="each Nth header only")
    add("--minutes", type=float, metavar="N", help="begin with no more headers after these")
    add("--no-compiled", action="store_true", help="leave the compiled classes out")
    add("--jobs", type=int, default=os.cpu_count(), help="headers at once")
    add("--seed", type=int, default=1, help="of the random bytes")
    arguments = parser.parse_args(argv)
    start = time.monotonic()
    packages = [one for one in arguments.sets if one != "linux"]
    WORK.mkdir(parents=True, exist_ok=True)
    for one in download(packages, WORK / "packages"):
        print(f"{one}: left out: it is not here and cannot be downloaded (apt-get download)")
    machines = find_machines(arguments.targets, WORK)
    jobs = []
    for machine, main_object in machines.items():
        sets = [package_headers(one, WORK / "packages") for one in packages]
        if "linux" in arguments.sets:
            sets.insert(0, kernel_headers(toolchains.find(machine.cc).include_dirs))
        headers = [(some, path) for some in sets for path in some.headers]
        chosen = [h for h in headers if fnmatch.fnmatch(str(h[1]), f"*{arguments.header}")]
        chosen = chosen[:: arguments.every]
        for some in sets:
            _toolchain(machine.cc, some.folders)  # known to all processes
        jobs += [Job(machine, some, h, main_object, arguments.seed) for some, h in chosen]
    compiles = not arguments.no_compiled
    if compiles:
        warm_cython.warm(WORK / "warm")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    results = run_jobs(jobs, arguments.jobs, compiles=compiles, minutes=arguments.minutes)
    details = WORK / "results.json"
    details.write_text(json.dumps([one.as_json() for one in results], indent=1))
    print(table(results))
    for result in sorted(results, key=lambda result: -result.seconds)[:3]:
        print(f"slow: {result.target} {result.header}: {result.seconds:.0f} s")
    print(f"{len(results)} headers in {(time.monotonic() - start) / 60:.1f} min; {details}")
    if missing := len(jobs) - len(results):
        print(f"not the whole: {missing} of {len(jobs)} headers were not looked at")
    return 1 if missing or is_bad(results) else 0


if __name__ == "__main__":
    sys.exit(main())
