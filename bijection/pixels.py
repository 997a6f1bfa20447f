"""Inputs that are images: their shape, and their pixels as PNG files for pages. Nothing but the standard library."""

from __future__ import annotations

import zlib
from base64 import b64encode
from collections.abc import Sequence
from fractions import Fraction
from math import isqrt
from struct import pack

from proofs.domains import Point

_SIDES = range(8, 513, 4)  # of square images; other vectors are hardly images


def shape(n: int) -> tuple[int, int] | None:
    """How many colours and how many rows the square image of n numbers has, colours first; None for what is hardly an image."""
    for colours in (1, 3):
        side = isqrt(n // colours)
        if colours * side * side == n and side in _SIDES:
            return colours, side
    return None


def brightness(image: Point, low: Fraction, high: Fraction) -> list[list[tuple[int, ...]]]:
    """Rows of pixels, each with its colours from 0 to 255; the numbers from low to high, beyond them the nearest."""
    found = shape(len(image))
    assert found is not None, "only images have pixels"
    colours, side = found
    size = side * side

    def level(t: Fraction) -> int:
        return round(255 * (min(max(t, low), high) - low) / (high - low)) if high > low else 0

    levels = [level(t) for t in image]
    return [[tuple(levels[c * size + i * side + j] for c in range(colours)) for j in range(side)] for i in range(side)]


def png(rows: Sequence[Sequence[tuple[int, ...]]]) -> bytes:
    """The pixels as a PNG file; the same pixels give the same bytes."""
    kind = {1: 0, 3: 2}[len(rows[0][0])]
    header = pack(">IIBBBBB", len(rows[0]), len(rows), 8, kind, 0, 0, 0)
    lines = b"".join(b"\0" + bytes(t for pixel in row for t in pixel) for row in rows)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(lines, 9)) + _chunk(b"IEND", b"")


def _chunk(name: bytes, data: bytes) -> bytes:
    return pack(">I", len(data)) + name + data + pack(">I", zlib.crc32(name + data))


def address(rows: Sequence[Sequence[tuple[int, ...]]]) -> str:
    """The image as a data: address, which stands alone in a page."""
    return "data:image/png;base64," + b64encode(png(rows)).decode()
