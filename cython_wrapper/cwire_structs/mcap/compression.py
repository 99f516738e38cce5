"""Compresses and restores the chunks of an MCAP file. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cwire_structs.mcap.records import McapError

__all__ = ["COMPRESSIONS", "compress", "restore"]

COMPRESSIONS = ("", "zstd", "lz4")
"""What a chunk may be compressed with; empty: it is not."""

_PACKAGES = {"zstd": "zstandard", "lz4": "lz4"}


def compress(compression: str, parts: Iterable[Any]) -> bytes:
    """Returns the parts, joined and compressed.

    Raises:
        McapError: There is no such compression, or its library is not installed.
    """
    if compression == "zstd":
        with _Needs(compression):
            import zstandard
        return bytes(zstandard.ZstdCompressor(level=1).compress(b"".join(parts)))
    with _Needs(compression):
        import lz4.frame
    return bytes(lz4.frame.compress(b"".join(parts)))


def restore(compression: str, data: memoryview, size: int) -> memoryview:
    """Returns what was compressed.

    Args:
        compression: As the file names it.
        data: The compressed bytes.
        size: Bytes that they become.

    Raises:
        McapError: It cannot be done; the text says why.
    """
    if not compression:
        return data
    if compression not in _PACKAGES:
        raise McapError(
            f"a chunk is compressed with {compression[:40]!r}; cwire knows zstd and lz4"
        )
    with _Needs(compression):
        if compression == "zstd":
            import zstandard

            failures: tuple[type[Exception], ...] = (zstandard.ZstdError,)
        else:
            import lz4.frame

            failures = (RuntimeError,)
    try:
        if compression == "zstd":
            restored = zstandard.ZstdDecompressor().decompress(data, max_output_size=size)
        else:
            restored = lz4.frame.LZ4FrameDecompressor().decompress(data, max_length=size)
    except failures as error:
        raise McapError(f"a chunk cannot be restored: {error}") from None
    if len(restored) != size:
        raise McapError(f"a chunk has {len(restored)} bytes where the file says {size}")
    return memoryview(restored)


class _Needs:
    """Says which package is missing."""

    def __init__(self, compression: str) -> None:
        if compression not in _PACKAGES:
            raise McapError(f"the compression is one of {', '.join(COMPRESSIONS[1:])}, or none")
        self._compression = compression

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if isinstance(error, ImportError):
            package = _PACKAGES[self._compression]
            raise McapError(
                f"{self._compression} needs the package {package}: pip install {package}"
            ) from None
