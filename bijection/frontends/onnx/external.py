"""Weights stored beside an ONNX model: read only from a regular file in the model's own folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from proofs.errors import Malformed


def read_external(folder: Path | None, entries: Mapping[str, str], length: int, tensor: str) -> bytes:
    """Exactly `length` bytes of the file the entries name, or Malformed. Links, other folders and odd ranges are refused."""
    location = entries.get("location", "")
    who = f"tensor '{tensor}' is stored outside the model, at {location!r}"
    if folder is None:
        raise Malformed(f"{who}; the model was given as bytes and has no folder: pass its path")
    if not location or any(c in location for c in "/\\:\0") or location in (".", ".."):
        raise Malformed(f"{who}; only the name of a file in the model's own folder is followed")
    offset = _number(entries.get("offset", "0"), who)
    stated = _number(entries.get("length", str(length)), who)
    if stated != length:
        raise Malformed(f"{who} with the length {stated}, but its shape and type need {length} bytes")
    return _read_range(folder / location, offset, length, who)


def read_regular(path: Path, limit: int) -> bytes:
    """The bytes of a regular file of at most `limit` bytes, or Malformed."""
    try:
        with open(path, "rb", opener=_open_without_waiting) as file:
            about = os.fstat(file.fileno())
            if not stat.S_ISREG(about.st_mode):
                raise Malformed(f"{path} is no regular file")
            if about.st_size > limit:
                raise Malformed(f"{path} has {about.st_size:,} bytes; at most {limit:,} are read")
            return file.read(limit)
    except (OSError, ValueError) as error:
        if isinstance(error, Malformed):
            raise
        raise Malformed(f"cannot read {path}: {error}") from None


def _read_range(path: Path, offset: int, length: int, who: str) -> bytes:
    try:
        before = os.lstat(path)
        with open(path, "rb", opener=_open_without_waiting) as file:
            about = os.fstat(file.fileno())
            if not stat.S_ISREG(before.st_mode) or not os.path.samestat(before, about):
                raise Malformed(f"{who}; that is no regular file (links are not followed)")
            if about.st_nlink > 1:
                raise Malformed(f"{who}; that file has {about.st_nlink} names (hard links), so it may live elsewhere: copy it")
            if offset + length > about.st_size:
                raise Malformed(f"{who}, bytes {offset} to {offset + length}, but that file has {about.st_size}")
            file.seek(offset)
            data = file.read(length)
    except OSError as error:
        raise Malformed(f"{who}: {error.strerror}") from None
    if len(data) != length:
        raise Malformed(f"{who}; it ended early")
    return data


def _open_without_waiting(path: str, flags: int) -> int:
    # a named pipe would block for ever at open; a link is refused by the system where it can
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _number(text: str, who: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Malformed(f"{who}, with {text[:40]!r} where a number of bytes is needed")
    return int(text)
