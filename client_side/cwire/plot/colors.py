"""Chooses the colours of lines: elements of one array have shades of one colour.

``web/scope/palette.mjs`` is the same for pages; tests/colors.json has cases for both. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np

from cwire_structs.schema.paths import Path

__all__ = ["PALETTE", "families_of", "line_colors", "shades"]

PALETTE = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#b8a800")
"""The eight colours of Okabe and Ito, without black, which colour-blind people can tell apart."""

_DARKEST, _LIGHTEST = 0.45, 0.8  # of shades: seen on a white and on a dark ground
_INDEX = re.compile(r"\[\s*\d+\s*\]")
_DIGITS = re.compile(r"(\d+)")

# From linear sRGB to the responses of the eye's cones and on to Oklab, in which equal steps look
# equal: https://bottosson.github.io/posts/oklab
_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def families_of(paths: Sequence[Path]) -> tuple[int, ...]:
    """Of each line the number of its family: ``axis[0].speed`` and ``axis[1].speed`` are one.

    Elements with names of ``@channels`` are things of their own.
    """
    known: dict[str, int] = {}
    keys = [path.text if path.channel else _INDEX.sub("[]", path.text) for path in paths]
    return tuple(known.setdefault(key, len(known)) for key in keys)


def line_colors(
    lines: Iterable[tuple[str, int]],
    families: Sequence[int],
    palette: Sequence[str] = PALETTE,
) -> dict[str, str]:
    """The colour of each line, whatever the order in which they came.

    Args:
        lines: The label of each, and the number of its y.
        families: Of each y. Those that are alone in it have lines of several colours.
        palette: The colours to begin with.
    """
    large = {one for one in families if families.count(one) > 1}
    groups: dict[tuple[int, str], list[str]] = {}
    for label, number in sorted(lines, key=lambda line: (line[1], _natural(line[0]))):
        family = families[number] if number < len(families) else -1
        key = (family, "") if family in large else (-1, label)
        groups.setdefault(key, []).append(label)
    found: dict[str, str] = {}
    for number, labels in enumerate(groups.values()):
        found.update(zip(labels, shades(palette[number % len(palette)], len(labels)), strict=True))
    return found


def shades(color: str, count: int) -> list[str]:
    """Shades of one colour, from dark to light in equal steps; of one, the colour itself.

    Steps of lightness are seen by everybody, whatever hues they can tell apart.
    """
    if count == 1:
        return [color]
    lab = _lab(color)
    found = []
    for lightness in np.linspace(_DARKEST, _LIGHTEST, count):
        # A mixture with black or with white: of both there is enough in sRGB.
        part = min(lightness / lab[0], (1 - lightness) / (1 - lab[0]))
        found.append(_color(np.array([lightness, part * lab[1], part * lab[2]])))
    return found


def _lab(color: str) -> np.ndarray:
    """A colour, written as ``#rrggbb``, in Oklab."""
    srgb = np.array([int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    return np.asarray(_TO_LAB @ np.cbrt(_TO_CONES @ linear))


def _color(lab: np.ndarray) -> str:
    linear = np.clip(np.linalg.solve(_TO_CONES, np.linalg.solve(_TO_LAB, lab) ** 3), 0, 1)
    srgb = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return "#" + "".join(f"{round(255 * part):02x}" for part in srgb.tolist())


def _natural(label: str) -> list[tuple[int, int | str]]:
    parts = enumerate(_DIGITS.split(label))
    return [(at % 2, int(part) if at % 2 else part) for at, part in parts]
