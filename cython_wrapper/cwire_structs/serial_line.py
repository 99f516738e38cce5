"""Frames on a serial line, as PROTOCOL.md says it: COBS, and a CRC-32C.

`encode` packs a frame for the line; a `LineDecoder` takes what comes, in any pieces, and gives the
frames that are whole, padded as everywhere else. It counts those that came damaged. What is before
the first zero, the rest of a frame that had begun, it drops. Pure.
"""

from __future__ import annotations

from cwire_structs._serial import FRAME_LIMIT, LineDecoder, crc32c, encode

__all__ = ["FRAME_LIMIT", "LineDecoder", "crc32c", "encode"]
