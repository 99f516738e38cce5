"""The compiled part of cwire: the C frame codec, wrapped by Cython.

Everything else about the distribution is in pyproject.toml.
"""

from setuptools import Extension, setup

setup(
    ext_modules=[
        Extension(
            "cwire_structs._frames",
            sources=["cython_wrapper/cwire_structs/_frames.pyx", "c_driver/src/frame.c"],
            include_dirs=["c_driver/include"],
            depends=["c_driver/include/cwire_frame.h"],
            extra_compile_args=["-std=c99", "-O2"],
        )
    ]
)
