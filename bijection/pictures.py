"""Small grey pictures in plain characters, for inputs that are square images."""

from __future__ import annotations

from fractions import Fraction
from math import isqrt

from proofs.domains import Point

SIDES = (8, 28)  # the square images that are drawn: handwritten digits as scikit-learn and as MNIST store them
_INK = " .:-=+*#%@"
_GAP = "   "


def side_by_side(x: Point, y: Point, black_white: tuple[Fraction, Fraction] | None = None, columns: int = 100) -> list[str] | None:
    """Both images, and where they differ if there is room; None for inputs that are no such images, or where it is too narrow.

    black_white: the values of an empty and of a full pixel; by default the least and the greatest that occur.
    """
    side = isqrt(len(x))
    if len(x) != len(y) or side * side != len(x) or side not in SIDES:
        return None
    low, high = black_white or (min(*x, *y), max(*x, *y))
    differs = tuple(Fraction(a != b) for a, b in zip(x, y, strict=True))
    panels = [_panel("x", x, low, high), _panel("y", y, low, high), _marks(differs)]
    fit = min(3, (columns + len(_GAP)) // (len(panels[0][0]) + len(_GAP)))
    if fit < 2:
        return None
    return [_GAP.join(row).rstrip() for row in zip(*panels[:fit], strict=True)]


def _panel(title: str, image: Point, low: Fraction, high: Fraction) -> list[str]:
    def ink(t: Fraction) -> str:
        return _INK[int((t - low) / (high - low) * (len(_INK) - 1) + Fraction(1, 2))] if high > low else _INK[0]

    return _framed(title, [[ink(t) for t in row] for row in _rows(image)])


def _marks(differs: Point) -> list[str]:
    return _framed("where they differ", [["x" if t else "." for t in row] for row in _rows(differs)])


def _rows(image: Point) -> list[list[Fraction]]:
    """The rows of the image; a character is twice as high as wide, so small images are doubled, and of large ones two rows are averaged."""
    side = isqrt(len(image))
    rows = [list(image[i : i + side]) for i in range(0, len(image), side)]
    if side <= 16:
        return [[t for t in row for _ in range(2)] for row in rows]
    return [[(a + b) / 2 for a, b in zip(*pair, strict=True)] for pair in zip(rows[::2], rows[1::2], strict=True)]


def _framed(title: str, rows: list[list[str]]) -> list[str]:
    width = len(rows[0])
    edge = "+" + "-" * width + "+"
    return [title.center(width + 2), edge, *("|" + "".join(row) + "|" for row in rows), edge]
