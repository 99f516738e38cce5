"""What is built: the C frame codec wrapped by Cython, and the library in two files for C programs.

Everything else about the distribution is in pyproject.toml.
"""

import subprocess
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_py import build_py

AMALGAMATION = ("cwire.c", "cwire.h")


class BuildWithCSources(build_py):  # type: ignore[misc] # setuptools has no types
    """Puts the amalgamated C library beside the Python files, where `csources` looks for it."""

    def run(self) -> None:
        """Copies the packages and writes the two files; an editable install writes c_driver's."""
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
    cmdclass={"build_py": BuildWithCSources},
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
