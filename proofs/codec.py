"""JSON ⇄ values, as FORMAT.md specifies. Decoding rebuilds every value through its constructor, so nothing that was not
checked, and nothing inexact, reaches the kernel."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, fields, is_dataclass
from fractions import Fraction
from functools import cache
from types import UnionType
from typing import Any, TypeAlias, Union, get_args, get_origin, get_type_hints

from proofs.activations import Activation
from proofs.errors import Malformed, brief, well_formed
from proofs.functions import Function
from proofs.kernel import Theorem
from proofs.limits import MOST_CHARACTERS, MOST_ENTRIES
from proofs.network import Affine, Pointwise, Row, runs
from proofs.statements import Statement
from proofs.theorems import THEOREMS

Json: TypeAlias = Any  # what json.loads returns, before it has been looked at

VERSION = 1
_DECIMAL_BITS = 8_000  # longer integers are written in hexadecimal, which reads and writes in linear time
_NUMBER = re.compile(r"-?(0x[0-9a-f]+|[0-9]{1,4000})(/(0x[0-9a-f]+|[0-9]{1,4000}))?")


def encode_claim(statement: Statement) -> bytes:
    """The claim file of a statement."""
    return _dump({"format": "bijection-claim", "version": VERSION, "statement": encode(statement)})


def encode_evidence(steps: Iterable[Theorem]) -> bytes:
    """The evidence file of a derivation in preorder."""
    return _dump({"format": "bijection-evidence", "version": VERSION, "steps": [encode(step) for step in steps]})


def decode_claim(data: bytes) -> Statement:
    """The statement in a claim file, or Malformed."""
    statement: Statement = decode(_body(data, "bijection-claim", "statement"), Statement)
    return statement


def decode_evidence(data: bytes) -> tuple[Theorem, ...]:
    """The derivation in an evidence file, or Malformed."""
    steps = _body(data, "bijection-evidence", "steps")
    well_formed(isinstance(steps, list), "the steps of the evidence are not a list")
    room = _Room()
    return tuple(_choice(step, THEOREMS, room) for step in steps)


def digest(f: Function) -> str:
    """SHA-256 of the exact function, whatever file or framework it came from."""
    return hashlib.sha256(_dump(encode(f))).hexdigest()


def encode(value: object) -> Json:
    """A value of the vocabulary as JSON."""
    match value:
        case int() if type(value) is int:
            return value if value.bit_length() < _DECIMAL_BITS else show(value)
        case Fraction():
            return show(value.numerator) if value.denominator == 1 else f"{show(value.numerator)}/{show(value.denominator)}"
        case tuple():
            if set(map(type, value)) == {int} and max(map(int.bit_length, value)) < _DECIMAL_BITS:
                return list(value)  # what matrices consist of, without a call for each
            return [encode(entry) for entry in value]
        case None | str():
            return value
        case Affine():
            return _encode_affine(value)
        case Pointwise():
            return {"is": "Pointwise", "runs": [[count, encode(s)] for s, count in runs(value.activations)]}
        case _:
            if isinstance(value, bool) or not is_dataclass(value):  # inexact numbers, lists, arrays …
                raise Malformed(f"{brief(value)} is not exact: a {type(value).__name__} is no value of the vocabulary")
            named = {field.name: encode(getattr(value, field.name)) for field in fields(value) if field.init}
            return {"is": type(value).__name__, **named}


@dataclass(slots=True)
class _Room:
    """How many more entries the compressed matrices and layers of one file may unfold to."""

    left: int = MOST_ENTRIES

    def take(self, entries: int) -> None:
        well_formed(entries <= self.left, "matrices and layers unfold to more than {} entries", MOST_ENTRIES)
        self.left -= entries


def decode(data: Json, kind: Any, room: _Room | None = None) -> Any:
    """The value of the given type that the JSON describes, or Malformed."""
    room = room or _Room()
    if kind is int:
        return _integer(data)
    if kind is Fraction:
        return _rational(data)
    if kind is str:
        well_formed(isinstance(data, str), "expected a string, got {}", data)
        return data
    if get_origin(kind) is tuple:
        return _tuple(data, get_args(kind), room)
    members = get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)
    if type(None) in members:
        some = tuple(m for m in members if m is not type(None))
        return None if data is None else decode(data, some[0], room) if len(some) == 1 else _choice(data, some, room)
    return _choice(data, members, room)


def _choice(data: Json, members: tuple[Any, ...], room: _Room) -> Any:
    names = ", ".join(m.__name__ for m in members)
    if not (isinstance(data, dict) and "is" in data):
        raise Malformed(f"expected one of {names}, got {brief(data)}")
    chosen = next((m for m in members if m.__name__ == data["is"]), None)
    if chosen is None:
        raise Malformed(f"expected one of {names}, got {brief(data['is'])}")
    return _record(data, chosen, room)


def show(a: int) -> str:
    """An integer in decimal, or in hexadecimal when it is too long for that."""
    return str(a) if a.bit_length() < _DECIMAL_BITS else hex(a)


def _record(data: dict[str, Json], kind: Any, room: _Room) -> Any:
    if kind is Affine:
        return _decode_affine(data, room)
    if kind is Pointwise:
        return _decode_pointwise(data, room)
    hints = _hints(kind)
    _has_fields(data, kind, hints)
    return kind(**{name: decode(data[name], hint, room) for name, hint in hints.items()})


def _has_fields(data: dict[str, Json], kind: Any, names: Iterable[str]) -> None:
    got = sorted(data.keys() - {"is"})
    well_formed(data.keys() == {"is", *names}, f"{kind.__name__} has the fields {{}}, got {{}}", sorted(names), got)


@cache
def _hints(kind: Any) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind) if field.init}


def _tuple(data: Json, parts: tuple[Any, ...], room: _Room) -> tuple[Any, ...]:
    well_formed(isinstance(data, list), "expected a list, got {}", data)
    if parts == (int, Ellipsis) and set(map(type, data)) <= {int}:
        return tuple(data)
    if len(parts) == 2 and parts[1] is Ellipsis:
        return tuple([decode(entry, parts[0], room) for entry in data])
    well_formed(len(data) == len(parts), f"expected {len(parts)} entries, got {len(data)}")
    return tuple(decode(entry, part, room) for entry, part in zip(data, parts, strict=True))


def _integer(data: Json) -> int:
    if type(data) is int:
        return data
    q = _rational(data)
    well_formed(q.denominator == 1, "expected an integer, got {}", data)
    return q.numerator


def _rational(data: Json) -> Fraction:
    if not (isinstance(data, str) and _NUMBER.fullmatch(data)):
        raise Malformed(f'expected a rational as a string like "-3/4", got {brief(data)}')
    top, _, bottom = data.partition("/")
    longest = max(len(top), len(bottom))
    well_formed(longest <= MOST_CHARACTERS, "a number of {} characters; the limit is {}", longest, MOST_CHARACTERS)
    denominator = int(bottom, 16) if "x" in bottom else int(bottom or "1")
    well_formed(denominator != 0, "the rational {} has denominator 0", data)
    return Fraction(int(top, 16) if "x" in top else int(top), denominator)


# A matrix is written as patterns of columns counted from a row's first column, lists of coefficients, and rows
# [pattern, first column, coefficients, constant]: dense layers share one pattern, convolutions share both lists.


def _encode_affine(op: Affine) -> Json:
    shifted: dict[tuple[int, ...], tuple[int, ...]] = {}
    patterns: dict[tuple[int, ...], int] = {}
    coefficients: dict[tuple[int, ...], int] = {}
    rows = []
    for row in op.rows:
        first = row.columns[0] if row.columns else 0
        if row.columns not in shifted:
            shifted[row.columns] = tuple([j - first for j in row.columns])
        pattern = patterns.setdefault(shifted[row.columns], len(patterns))
        rows.append([pattern, first, coefficients.setdefault(row.coefficients, len(coefficients)), encode(row.constant)])
    shared = {"patterns": [list(p) for p in patterns], "coefficients": [encode(c) for c in coefficients]}
    return {"is": "Affine", "columns": op.columns, "denominator": encode(op.denominator), **shared, "rows": rows}


def _decode_affine(data: dict[str, Json], room: _Room) -> Affine:
    _has_fields(data, Affine, ("columns", "denominator", "patterns", "coefficients", "rows"))
    patterns = decode(data["patterns"], tuple[tuple[int, ...], ...])
    coefficients = decode(data["coefficients"], tuple[tuple[int, ...], ...])
    raw = decode(data["rows"], tuple[tuple[int, int, int, int], ...])
    inside = all(0 <= p < len(patterns) and 0 <= c < len(coefficients) for p, _, c, _ in raw)
    well_formed(inside, "a row of an Affine names a pattern or coefficients that are not there")
    room.take(sum(len(patterns[p]) for p, _, _, _ in raw))
    columns = {(p, first): tuple([j + first for j in patterns[p]]) for p, first in {(p, first) for p, first, _, _ in raw}}
    rows = (Row(columns[p, first], coefficients[c], constant) for p, first, c, constant in raw)
    return Affine(_integer(data["columns"]), tuple(rows), _integer(data["denominator"]))


def _decode_pointwise(data: dict[str, Json], room: _Room) -> Pointwise:
    _has_fields(data, Pointwise, ("runs",))
    pairs = decode(data["runs"], tuple[tuple[int, Activation], ...])
    well_formed(all(count > 0 for count, _ in pairs), "Pointwise with a run that is not positive")
    room.take(sum(count for count, _ in pairs))
    return Pointwise(tuple(s for count, s in pairs for _ in range(count)))


def _dump(value: Json) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode("ascii")


def _body(data: bytes, name: str, key: str) -> Json:
    try:
        value = json.loads(data, parse_float=_inexact, parse_constant=_inexact, object_pairs_hook=_object)
    except Malformed:
        raise
    except (ValueError, RecursionError) as error:
        raise Malformed(f"not JSON: {error}") from None
    well_formed(isinstance(value, dict) and value.get("format") == name, f"not a {name} file")
    version = value.get("version")
    known = type(version) is int and version == VERSION
    well_formed(known, "version {} of {}; this kernel reads version {}", version, name, VERSION)
    well_formed(value.keys() == {"format", "version", key}, f"a {name} file has the fields format, version, {key}")
    return value[key]


def _inexact(text: str) -> Json:
    raise Malformed(f'{text[:60]} is not exact; rationals are strings like "-3/4"')


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    value = dict(pairs)
    well_formed(len(value) == len(pairs), "an object names a field twice")
    return value
