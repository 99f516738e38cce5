"""The headers that are tried: the kernel's, and those of Debian's packages of real SDKs."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

KERNEL = ("linux", "asm-generic", "asm", "sound", "rdma", "scsi", "video", "xen", "misc", "mtd")
# Software radios, data acquisition, cameras, buses, positions, GPIO: C headers that ship structs.
PACKAGES = (
    *("libiio-dev", "libcomedi-dev", "librtlsdr-dev", "libhackrf-dev", "libairspy-dev"),
    *("libbladerf-dev", "libuhd-dev", "liblimesuite-dev", "libmirisdr-dev", "libdc1394-dev"),
    *("libraw1394-dev", "libfreenect-dev", "libgphoto2-dev", "libusb-1.0-0-dev", "libgps-dev"),
    *("libmodbus-dev", "libgpiod-dev", "libdrm-dev", "libasound2-dev", "libbluetooth-dev"),
    "libibverbs-dev",
)


@dataclass(frozen=True)
class HeaderSet:
    """Headers that come together.

    Attributes:
        name: ``linux`` or a package.
        headers: Their paths.
        folders: Where what they include is.
    """

    name: str
    headers: tuple[Path, ...]
    folders: tuple[Path, ...] = ()


def kernel_headers(include_dirs: Sequence[str]) -> HeaderSet:
    """Returns the kernel's headers of the compiler that searches these folders."""
    roots = [Path(one) for one in include_dirs]
    mains = [root for root in roots if (root / "linux" / "version.h").is_file()][:1]
    # Debian keeps the machine's own apart: /usr/include/x86_64-linux-gnu/asm.
    mains += [root for root in roots if (root / "asm").is_dir() and root not in mains]
    found = {
        os.path.realpath(path): path
        for root in mains
        for folder in KERNEL
        for path in sorted((root / folder).rglob("*.h"))
    }
    return HeaderSet("linux", tuple(found.values()))


def download(packages: Sequence[str], folder: Path) -> list[str]:
    """Unpacks packages below a folder, without installing them; returns what is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    missing = []
    for package in packages:
        if (folder / package).is_dir():
            continue
        if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
            missing.append(package)
            continue
        subprocess.run(
            ["apt-get", "download", "-qq", package], cwd=folder, capture_output=True, check=False
        )
        found = sorted(folder.glob(f"{package}_*.deb"))
        if not found:
            missing.append(package)
            continue
        unpacked = folder / f"{package}.part"
        subprocess.run(["dpkg-deb", "-x", str(found[-1]), str(unpacked)], check=True)
        unpacked.rename(folder / package)
        found[-1].unlink()
    return missing


def package_headers(package: str, folder: Path) -> HeaderSet:
    """Returns the headers of an unpacked package."""
    top = folder / package / "usr" / "include"
    headers = tuple(sorted(path for path in top.rglob("*.h") if path.is_file()))
    return HeaderSet(package, headers, include_folders(folder, first=package))


def include_folders(folder: Path, first: str) -> tuple[Path, ...]:
    """Returns where headers of all unpacked packages are, of one package before the others."""
    packages = sorted(one for one in folder.iterdir() if one.is_dir())
    packages.sort(key=lambda one: one.name != first)
    tops = [one / "usr" / "include" for one in packages]
    machines = [path for top in tops for path in sorted(top.glob("*-linux-gnu*"))]
    # Their pkg-config files name these.
    inner = [top / name for top in tops for name in ("libdrm", "libusb-1.0", "gphoto2", "lime")]
    return tuple(path for path in (*tops, *machines, *inner) if path.is_dir())
