"""`cwire export`: saves what a recorded file has for other tools.

cwire export run.mcap -o run.h5 --from 10 --to 20
"""

from __future__ import annotations

import argparse
from pathlib import Path

from cwire.recording.file import open as open_file
from cwire.tools import terminal

__all__ = ["register", "run"]


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds `export` to the `cwire` command."""
    parser = subparsers.add_parser(
        "export",
        help="save a recorded file for other tools",
        description="Saves the frames of an MCAP file as .h5, .parquet, .csv, .nc (netCDF), .mat "
        "(MATLAB), .npz (numpy), .zarr or .xdf (LabRecorder). An .h5, .zarr or .xdf has all "
        "messages; of the others each message has a file of its own.",
        epilog=terminal.EXIT_STATUS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", metavar="FILE", type=Path)
    parser.add_argument("-o", "--output", metavar="FILE", type=Path, required=True)
    parser.add_argument("--messages", metavar="NAME", nargs="+", default=[], help="default: all")
    parser.add_argument("--fields", metavar="PATH", nargs="+", default=[], help="as axis[0].speed; "
                        "default: all")  # fmt: skip
    parser.add_argument("--from", metavar="S", dest="start", type=_moment, help="seconds since the "
                        "first frame, or a time: 2026-11-28T12:00:00")  # fmt: skip
    parser.add_argument("--to", metavar="S", dest="stop", type=_moment, help="the same")
    parser.add_argument("--overwrite", action="store_true", help="the file may be there already")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Carries out `cwire export`; returns the exit status."""

    def export() -> None:
        with open_file(arguments.file) as file:
            written = file.export(
                arguments.output,
                *arguments.messages,
                fields=arguments.fields,
                start=arguments.start,
                stop=arguments.stop,
                overwrite=arguments.overwrite,
            )
            for path in written:
                print(path)

    return terminal.report_errors("cwire export", export)


def _moment(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text
