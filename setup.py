"""Builds the C library, wrapped by Cython and in two files, and the web bundle.

Everything else about the distribution is in pyproject.toml.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command import editable_wheel
from setuptools.command.build_ext import build_ext
from setuptools.command.build_py import build_py

LIBRARY = sorted(map(str, Path("c_driver").glob("src/*.c")))
HEADERS = sorted(map(str, Path("c_driver").glob("*/*.h")))
AMALGAMATION = ("cwire.c", "cwire.h", "cwire_mini.c", "cwire_mini.h")
ROOTS = ("client_side", "cython_wrapper", "server_side")


class BuildWithSources(build_py):  # type: ignore[misc] # setuptools has no types
    """Puts beside the Python files what they hand on: the C library, and the browser's part."""

    def run(self) -> None:
        """Builds the bundle, copies the packages, writes the two files.

        Without npm's registry there is no bundle: said so, and everything else works. An editable
        install writes c_driver's C files and the checkout's bundle.
        """
        bundle = subprocess.Popen([sys.executable, "client_side/web/bundle.py"])
        if self.editable_mode:  # nothing is copied: it may be made beside the extension
            self.distribution.bundle = bundle
        else:
            bundle.wait()
        super().run()
        subprocess.run(["sh", "c_driver/amalgamate.sh", self._folder().resolve()], check=True)
        for source, path in self._demo().items():
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, path)

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        """Returns the files that this command writes."""
        outputs: list[str] = super().get_outputs(include_bytecode)
        made = [*(self._folder() / name for name in AMALGAMATION), *self._demo().values()]
        return outputs + [str(path) for path in made]

    def _folder(self) -> Path:
        if self.editable_mode:
            return Path("c_driver", "build")
        return Path(self.build_lib, "cwire_structs", "c")

    def _demo(self) -> dict[Path, Path]:
        """The demo's driver and notebooks, and where they go; a checkout has its own."""
        if self.editable_mode:
            return {}
        folder = Path(self.build_lib, "cwire", "demo")
        driver = [*Path("c_driver").glob("*.[ch]"), Path("c_driver/generated/messages_schema.h")]
        tour = Path("notebooks").glob("*.ipynb")
        return {
            **{path: folder / "c" / path.name for path in driver},
            **{path: folder / "notebooks" / path.name for path in tour},
        }


class BuildExtensions(build_ext):  # type: ignore[misc] # setuptools has no types
    """Compiles the extension, and waits for what is made beside it."""

    def run(self) -> None:
        """Compiles it; an editable install has begun the bundle before, others get man pages."""
        super().run()
        if bundle := getattr(self.distribution, "bundle", None):
            bundle.wait()
        if not self.editable_mode:
            self._write_pages()

    def _write_pages(self) -> None:
        """Has the commands that were built write their manual pages, for the environment's share/.

        What they cannot import here is not in them: they say so.
        """
        folder = Path(self.build_temp, "man1")
        path = str(Path(self.build_lib).resolve())
        if before := os.environ.get("PYTHONPATH"):  # pip's isolation is there
            path = os.pathsep.join([path, before])
        command = [sys.executable, "-P", "-m", "cwire", "man", str(folder)]
        subprocess.run(command, check=False, env={**os.environ, "PYTHONPATH": path})
        pages = sorted(map(str, folder.glob("*.1")))
        if pages:
            self.distribution.data_files.append(("share/man/man1", pages))


class EditableByPath(editable_wheel.editable_wheel):  # type: ignore[misc] # has no types
    """Installs a checkout by the folders of its packages in a .pth file.

    Setuptools would use an import hook for several folders. It comes after sys.path, where a
    clone named cwire in the current folder is a namespace package and hides the real one.
    """

    def _select_strategy(self, name: str, tag: str, build_lib: object) -> object:
        # Setuptools has no public way to say so. Without this name it installs as it would.
        by_path = getattr(editable_wheel, "_StaticPth", None)
        if by_path is None:
            return super()._select_strategy(name, tag, build_lib)
        return by_path(self.distribution, name, [Path(root).resolve() for root in ROOTS])


def extension(name: str, *sources: str) -> Extension:
    """Describes a Cython module around sources of the C library."""
    return Extension(
        f"cwire_structs.{name}",
        sources=[f"cython_wrapper/cwire_structs/{name}.pyx", *sources],
        include_dirs=["c_driver/include"],
        depends=HEADERS,
        extra_compile_args=["-std=c99", "-O2", "-pthread", "-fvisibility=hidden"],
        extra_link_args=["-pthread"],
    )


setup(
    cmdclass={
        "build_py": BuildWithSources,
        "build_ext": BuildExtensions,
        "editable_wheel": EditableByPath,
    },
    options={"build_ext": {"parallel": True}},
    ext_modules=[
        extension("_driver", *LIBRARY),
        extension("_frames", "c_driver/src/frame.c"),
        extension("_ring", "c_driver/src/ring_reader.c"),
        extension("_serial"),
    ],
)
