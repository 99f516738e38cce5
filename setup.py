"""Builds the C frame codec wrapped by Cython, the C library in two files, the web bundle.

Everything else about the distribution is in pyproject.toml.
"""

import subprocess
import sys
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_py import build_py

AMALGAMATION = ("cwire.c", "cwire.h")


class BuildWithSources(build_py):  # type: ignore[misc] # setuptools has no types
    """Puts beside the Python files what they hand on: the C library, and the browser's part."""

    def run(self) -> None:
        """Builds the bundle, copies the packages, writes the two files.

        Without npm's registry there is no bundle: said so, and everything else works. An editable
        install writes c_driver's C files and the checkout's bundle.
        """
        subprocess.run([sys.executable, "client_side/web/bundle.py"], check=False)
        super().run()
        subprocess.run(["sh", "c_driver/amalgamate.sh", self._folder().resolve()], check=True)

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        """Returns the files that this command writes."""
        outputs: list[str] = super().get_outputs(include_bytecode)
        return outputs + [str(self._folder() / name) for name in AMALGAMATION]

    def _folder(self) -> Path:
        if self.editable_mode:
            return Path("c_driver", "build")
        return Path(self.build_lib, "cwire_structs", "c")


setup(
    cmdclass={"build_py": BuildWithSources},
    ext_modules=[
        Extension(
            "cwire_structs._frames",
            sources=["cython_wrapper/cwire_structs/_frames.pyx", "c_driver/src/frame.c"],
            include_dirs=["c_driver/include"],
            depends=["c_driver/include/cwire_frame.h"],
            extra_compile_args=["-std=c99", "-O2"],
        )
    ],
)
