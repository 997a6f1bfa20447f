"""What a user writes: numbers, domains, codomains and inputs as text, each read exactly. A decimal is the decimal it says: 0.1 is 1/10."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from bijection.examples import digits_samples
from bijection.frontends.exact import exact
from proofs.codec import decode
from proofs.domains import Box, Domain, Finite, Floats, Grid, Integers, Labels, Point, Polytope, Reals, Simplex, dimension
from proofs.errors import Malformed, brief, well_formed
from proofs.functions import Function
from proofs.network import Argmax, Network, Table

_NUMBER = re.compile(r"[+-]?(0x[0-9a-f]+|\d+)/(0x[0-9a-f]+|\d+)|[+-]?0x[0-9a-f]+|[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?", re.ASCII | re.I)
_LONGEST = 4000  # decimal digits: Python reads no more by default; longer numbers are written in hexadecimal
_RULE = "write an integer, a decimal such as 0.1 (read as exactly 1/10) or a fraction such as 1/255"

DOMAINS = "reals, integers, labels, box:LO,HI, grid:LO,HI,STEP, floats, floats:LO,HI or @FILE"
CODOMAINS = "reals, labels, simplex, integers, box:LO,HI, grid:LO,HI,STEP or @FILE"
_FRIENDLY = (
    '{"box": [LO, HI]}, {"grid": [LO, HI, STEP]}, {"floats": [LO, HI]}, {"polytope": {"normals": …, "offsets": …}}, {"finite": [[…], …]}'
)


def number(text: str) -> Fraction:
    """The exact number that the text says, or Malformed."""
    well_formed(_NUMBER.fullmatch(text) is not None, f"{{}} is no exact number; {_RULE}", text)
    top, _, bottom = text.lower().partition("/")
    for part in (top, bottom):
        short = "x" in part or len(part) <= _LONGEST
        well_formed(short, f"a number of {len(part)} characters; beyond {_LONGEST} write it in hexadecimal (0x…/0x…)")
    if not bottom and "x" not in top:
        return Fraction(top)
    denominator = int(bottom or "1", 16 if "x" in bottom else 10)
    well_formed(denominator != 0, "the number {} has denominator 0", text)
    return Fraction(int(top, 16 if "x" in top else 10), denominator)


def domain(text: str, f: Function) -> Domain:
    """The domain that --on names, for the function."""
    return _named(text, f.arity, "domain", DOMAINS, lambda: Labels(len(f.values)) if isinstance(f, Table) else None)


def codomain(text: str, f: Function) -> Domain:
    """The codomain that --onto names, for the function."""
    return _named(text, f.width, "codomain", CODOMAINS, lambda: _labels(f))


def _labels(f: Function) -> Domain | None:
    match f:
        case Network(nodes=(*_, last)) if isinstance(last.op, Argmax):
            return Labels(f.widths[last.inputs[0]])
        case Table(values):
            return Labels(max(values, default=-1) + 1)
        case _:
            return None


def _named(text: str, n: int, role: str, forms: str, labels: Callable[[], Domain | None]) -> Domain:
    name, colon, rest = text.partition(":")
    match name, [number(t.strip()) for t in rest.split(",")] if colon and name in {"box", "grid", "floats"} else None:
        case "reals", None if not colon:
            return Reals(n)
        case "integers", None if not colon:
            return Integers(n)
        case "simplex", None if not colon:
            return Simplex(n)
        case "labels", None if not colon:
            found = labels()
            if found is None:
                raise Malformed(f"the function has no labels as its {role}; for the labels of a classifier add --readout label")
            return found
        case "box", [low, high]:
            return Box((low,) * n, (high,) * n)
        case "floats", [low, high]:
            return Floats((low,) * n, (high,) * n)
        case "grid", [low, high, step]:
            return Grid((low,) * n, (high,) * n, (step,) * n)
        case _ if text.startswith("@"):
            return _from_file(Path(text[1:]), n)
        case _:
            raise Malformed(f"the {role} {brief(text)} is not understood; write {forms}")


def _from_file(path: Path, n: int) -> Domain:
    value = _json(path)
    try:
        found = _friendly(value, n)
    except Malformed as error:
        raise Malformed(f"{path}: {error}") from None
    well_formed(dimension(found) == n, f"{path}: a set in dimension {dimension(found)}; the function needs dimension {n}")
    return found


def _friendly(value: Any, n: int) -> Domain:
    if isinstance(value, dict) and "is" in value:
        chosen: Domain = decode(value, Domain)
        return chosen
    match value:
        case {"box": [low, high], **others} if not others:
            return Box(_point(low, n), _point(high, n))
        case {"floats": [low, high], **others} if not others:
            return Floats(_point(low, n), _point(high, n))
        case {"grid": [low, high, step], **others} if not others:
            return Grid(_point(low, n), _point(high, n), _point(step, n))
        case {"finite": [*rows], **others} if not others:
            return Finite(tuple(_point(row, n) for row in rows))
        case {"polytope": {"normals": [*rows], "offsets": [*ends], **more}, **others} if not (more or others):
            return Polytope(n, tuple(_point(row, n) for row in rows), tuple(_entry(t) for t in ends))
        case _:
            raise Malformed(
                f'no domain is described; write {_FRIENDLY}, or a domain as in certificates, such as {{"is": "Reals", "n": {n}}}'
            )


def _point(value: Any, n: int) -> Point:
    """A list of n numbers, or one number for all coordinates."""
    if not isinstance(value, list):
        return (_entry(value),) * n
    well_formed(len(value) == n, f"a list of {len(value)} numbers; the function needs {n} (or one number for all of them)")
    return tuple(_entry(t) for t in value)


def _entry(value: Any) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise Malformed(f"{brief(value)} is no number; {_RULE}")
    return Fraction(value) if isinstance(value, int) else number(value)


def given(text: str, what: str, n: int) -> Point:
    """n numbers with commas between them, or the point in @FILE, exact."""
    if text.startswith(("@", "example:")):
        entries = tuple(exact(t, f"coordinate {i} of the {what}") for i, t in enumerate(point(text)))
    else:
        entries = tuple(number(t.strip()) for t in text.split(","))
    well_formed(len(entries) == n, f"{len(entries)} numbers for the {what}; the model has {n}")
    return entries


def point(text: str) -> tuple[Any, ...]:
    """The input in @FILE: a JSON list of numbers (rows of an image may be lists of their own) or a .npy array; its coordinates."""
    if text.startswith("example:"):
        return _digit(text.removeprefix("example:"))
    well_formed(text.startswith("@"), f"{brief(text)} is no file; write @FILE, a JSON list of numbers or a .npy array")
    path = Path(text[1:])
    if path.suffix == ".npy":
        return _npy(path)
    value = _json(path)
    well_formed(isinstance(value, list), f"{path}: not a list of numbers")
    try:
        return tuple(_flat(value))
    except Malformed as error:
        raise Malformed(f"{path}: {error}") from None


def _digit(label: str) -> Point:
    """The pixels of the shipped image of a digit."""
    samples = {str(sample.label): sample.pixels for sample in digits_samples()}
    well_formed(label in samples, f"{brief(label)} is no shipped digit; write example:0 to example:9")
    return samples[label]


def _flat(value: list[Any]) -> list[Fraction]:
    return [t for entry in value for t in (_flat(entry) if isinstance(entry, list) else [_entry(entry)])]


def _npy(path: Path) -> tuple[Any, ...]:
    try:
        return tuple(np.load(path, allow_pickle=False).ravel())
    except (ValueError, EOFError) as error:
        raise Malformed(f"{path}: not a .npy array of numbers: {error}") from None


def _json(path: Path) -> Any:
    try:
        # parse_float=str: a number with a point stays as it is written and never becomes a binary float
        return json.loads(path.read_bytes(), parse_float=str, parse_constant=_no_number, object_pairs_hook=_object)
    except Malformed as error:
        raise Malformed(f"{path}: {error}") from None
    except (ValueError, RecursionError) as error:
        raise Malformed(f"{path}: not JSON: {error}") from None


def _no_number(text: str) -> Any:
    raise Malformed(f"{text} is no exact number; {_RULE}")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    well_formed(len(value) == len(pairs), "an object names a field twice")
    return value
