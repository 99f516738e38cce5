"""Compiles the generated Cython module in its place."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cwire_structs.compiled import is_native
from cwire_structs.compiler.toolchain import Toolchain
from cwire_structs.errors import WrapError
from cwire_structs.schema import Schema

# -O1 -g0: a third of the time and half of the memory of -O2 -g, and as fast (many small getters).
_SCRIPT = """
import json, sys
from Cython.Build import cythonize
from setuptools import Distribution, Extension
name, source, build, include, flags = json.loads(sys.argv[1])
extension = Extension(
    name, [source], include_dirs=include, extra_compile_args=[*flags, "-O1", "-g0"]
)
try:
    modules = cythonize([extension], build_dir=build + "/c", quiet=True)
    command = Distribution({"ext_modules": modules}).get_command_obj("build_ext")
    command.build_lib, command.build_temp = build, build + "/temp"
    command.ensure_finalized()
    command.run()
except Exception as error:  # the compilers have said what is wrong; the rest is for the traceback
    sys.exit(f"{type(error).__name__}: {error}")
"""
_PACKED = """\
#pragma pack(push, {packing})
#include "{path}"
#pragma pack(pop)
"""
_ERROR = re.compile(r"\b(fatal )?error: |^Error compiling Cython")
_CONTEXT = re.compile(r"In file included from |\s+from |\S+: In function ")
_SERVES = "Schema.messages[...].type serves without compiled classes"


@dataclass(frozen=True)
class Built:
    """A compiled module.

    Attributes:
        path: Where it is.
        said: What the compilers said: warnings.
    """

    path: Path
    said: str


def build_classes(
    schema: Schema, folder: Path, include: list[Path], toolchain: Toolchain | None = None
) -> Built:
    """Compiles NAME.pyx into an extension module beside it.

    Args:
        schema: What was wrapped.
        folder: Where the generated files are.
        include: Where the compiler finds the user's header and cwire.h.
        toolchain: What the layout was proved with: its macros, folders and flags are the user's.

    Raises:
        WrapError: The schema is another machine's, there is no compiler, or it failed.
    """
    if not is_native(schema):
        target = schema.json["source"]["target"]
        raise WrapError(f"--build is for this machine, not for {target}; {_SERVES} everywhere")
    name = schema.name
    folder = folder.absolute()
    with tempfile.TemporaryDirectory(prefix="cwire-") as build:
        source_folder = folder
        if toolchain and toolchain.packing:  # Cython looks beside its source first
            source_folder = _packed(name, folder, Path(build, "packed"), toolchain.packing)
        dirs = [source_folder, folder, *include]
        flags = toolchain.build_flags if toolchain else []
        source = str(source_folder / f"{name}.pyx")
        task = name, source, build, [str(one.absolute()) for one in dirs], flags
        # The user's CFLAGS are for the user's code, and the driver's CC may be a cross compiler.
        hidden = {"CFLAGS", "CPPFLAGS", "LDFLAGS", "CC"}
        environment = {key: value for key, value in os.environ.items() if key not in hidden}
        environment["LC_ALL"] = "C"  # errors are found by their English names
        done = subprocess.run(
            [sys.executable, "-c", _SCRIPT, json.dumps(task)],
            env=environment,
            cwd=build,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        suffix = sysconfig.get_config_var("EXT_SUFFIX")
        made = Path(build, f"{name}{suffix}")
        if done.returncode or not made.is_file():
            said = _errors_first(done.stderr or done.stdout)
            raise WrapError(f"the classes were written, but not compiled; {_SERVES}:\n{said}")
        target_path = folder / made.name
        # A new file in the old one's place: a running program may have that one mapped.
        target_path.unlink(missing_ok=True)
        target_path.write_bytes(made.read_bytes())
        target_path.chmod(0o755)
        return Built(target_path, done.stderr)


def _packed(name: str, folder: Path, made: Path, packing: int) -> Path:
    """Makes a folder with the Cython module, and with the driver's header as -fpack-struct has it.

    The flag itself would pack the structs of Python's own headers.
    """
    made.mkdir()
    for suffix in ("pyx", "pxd"):
        shutil.copy(folder / f"{name}.{suffix}", made)
    header = f"{name}_schema.h"
    text = _PACKED.format(packing=packing, path=folder / header)
    (made / header).write_text(text, encoding="utf-8")
    return made


def _errors_first(said: str) -> str:
    """Returns all of what compilers said, with the first error and its context in front."""
    lines = said.strip().splitlines()
    first = next((i for i, line in enumerate(lines) if _ERROR.search(line)), 0)
    while first and _CONTEXT.match(lines[first - 1]):
        first -= 1
    return "\n".join([*lines[first:], *lines[:first]])
