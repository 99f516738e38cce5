"""Cython, kept loaded: most of the time that it needs for a small module is its start."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path

from cwire_structs import wrap
from cwire_structs.emit import cython_compiler
from cwire_structs.emit.python_names import module_name
from cwire_structs.header.message_ids import Choice


def warm(folder: Path) -> None:
    """Translates a small module in this process; forks of it then have all that Cython reads."""
    folder.mkdir(parents=True, exist_ok=True)
    header = folder / "warm.h"
    header.write_text("struct warm { int number; };\n")
    wrapped = wrap.wrap(header, "cc", Choice(ids={"warm": 1}))
    wrap.write(wrapped, folder)
    name = module_name(wrapped.schema.name)
    cython_compiler.translate(name, str(folder / f"{name}.pyx"), "", str(folder))


def run(
    arguments: Sequence[str], environment: Mapping[str, str], folder: Path
) -> subprocess.CompletedProcess[str]:
    """Does what `cython_compiler.run` does, in a fork of this process."""
    own = dict(environment)  # it may be the one that is cleared
    sys.stdout.flush()
    sys.stderr.flush()
    with tempfile.TemporaryFile() as said:
        child = os.fork()
        if not child:
            status = 1
            try:
                os.dup2(said.fileno(), 1)
                os.dup2(said.fileno(), 2)
                os.chdir(folder)
                os.environ.clear()
                os.environ.update(own)
                status = cython_compiler.main(arguments)
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(status)
        _, status = os.waitpid(child, 0)
        said.seek(0)
        text = said.read().decode(errors="replace")
    code = os.waitstatus_to_exitcode(status)
    return subprocess.CompletedProcess(arguments, code, "", text)
