"""Compiles the generated Cython module in its place."""

from __future__ import annotations

import os
import re
import subprocess
import sysconfig
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cwire_structs.compiled import is_native
from cwire_structs.compiler.toolchain import CompileError, Toolchain
from cwire_structs.emit import cython_compiler
from cwire_structs.emit.cython_module import schema_source
from cwire_structs.emit.python_names import module_name
from cwire_structs.errors import WrapError
from cwire_structs.schema import Schema

# The user may instrument the driver; the module has nothing to be instrumented.
_PLAIN = ("-fPIC", "-fno-sanitize=all")
_ERROR = re.compile(r"\b(fatal )?error: |^Error compiling Cython")
_CONTEXT = re.compile(r"In file included from |\s+from |\S+: In function ")
_SERVES = "Schema.messages[...].type serves without compiled classes"
RunCython = Callable[[Sequence[str], Mapping[str, str], Path], subprocess.CompletedProcess[str]]


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
    schema: Schema,
    folder: Path,
    include: list[Path],
    toolchain: Toolchain,
    run_cython: RunCython = cython_compiler.run,
) -> Built:
    """Compiles NAME.pyx, and the schema with the user's header, into a module beside it.

    Python's compiler makes the module, the user's own the schema: the flags of a driver would
    change Python's structs, too.

    Args:
        schema: What was wrapped.
        folder: Where the generated files are.
        include: Where the compiler finds the user's header and cwire.h.
        toolchain: What the layout was proved with: its macros, folders and flags are the user's.
        run_cython: Runs `cython_compiler.main` in a process; of many modules, in one that has
            Cython loaded.

    Raises:
        WrapError: The schema is another machine's, there is no compiler, or it failed.
    """
    if not is_native(schema):
        target = schema.json["source"]["target"]
        raise WrapError(f"--build is for this machine, not for {target}; {_SERVES} everywhere")
    name = module_name(schema.name)
    folder = folder.absolute()
    with tempfile.TemporaryDirectory(prefix="cwire-") as build:
        schema_object = Path(build, f"{schema.name}_schema.o")
        schema_object.write_bytes(_compiled_schema(schema.name, [folder, *include], toolchain))
        arguments = [name, str(folder / f"{name}.pyx"), str(schema_object), build]
        # The user's CFLAGS are for the user's code, and the driver's CC may be a cross compiler.
        hidden = {"CFLAGS", "CPPFLAGS", "LDFLAGS", "CC"}
        environment = {key: value for key, value in os.environ.items() if key not in hidden}
        environment["LC_ALL"] = "C"  # errors are found by their English names
        done = run_cython(arguments, environment, Path(build))
        suffix = sysconfig.get_config_var("EXT_SUFFIX")
        made = Path(build, f"{name}{suffix}")
        if done.returncode or not made.is_file():
            raise _failed(done.stderr or done.stdout)
        target_path = folder / made.name
        # A new file in the old one's place: a running program may have that one mapped.
        target_path.unlink(missing_ok=True)
        target_path.write_bytes(made.read_bytes())
        target_path.chmod(0o755)
        return Built(target_path, done.stderr)


def _compiled_schema(name: str, folders: list[Path], toolchain: Toolchain) -> bytes:
    """Returns the object file of the schema, with the assertions of NAME_schema.h."""
    # By -iquote: with -I, a stddef.h or time.h beside the header would stand for the system's.
    found = [part for one in folders for part in ("-iquote", str(one.absolute()))]
    try:
        return toolchain.compile(schema_source(name), (*_PLAIN, *found))
    except CompileError as error:
        raise _failed(error.said) from None


def _failed(said: str) -> WrapError:
    text = "the classes were written, but not compiled"
    return WrapError(f"{text}; {_SERVES}:\n{_errors_first(said)}")


def _errors_first(said: str) -> str:
    """Returns all of what compilers said, with the first error and its context in front."""
    lines = said.strip().splitlines()
    first = next((i for i, line in enumerate(lines) if _ERROR.search(line)), 0)
    while first and _CONTEXT.match(lines[first - 1]):
        first -= 1
    return "\n".join([*lines[first:], *lines[:first]])
