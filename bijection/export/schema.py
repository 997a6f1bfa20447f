"""JSON Schemas (2020-12) of claims, evidence and saved verdicts, made from the vocabulary itself: they cannot fall behind it.

A file that a schema accepts may still be refused by the codec, whose constructors check more (shapes that fit, ends that increase …); a
file that the codec reads is accepted by the schema.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from fractions import Fraction
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from proofs.activations import Activation
from proofs.codec import VERSION
from proofs.network import Affine, Pointwise
from proofs.statements import Statement
from proofs.theorems import THEOREMS

DIALECT = "https://json-schema.org/draft/2020-12/schema"
KINDS = ("claim", "evidence", "verdict")

_NUMBER = "-?(0x[0-9a-f]+|[0-9]{1,4000})"
_ATOMS: dict[str, dict[str, Any]] = {
    "integer": {"anyOf": [{"type": "integer"}, {"type": "string", "pattern": f"^{_NUMBER}$"}]},
    "rational": {
        "type": "string",
        "pattern": f"^{_NUMBER}(/(0x[0-9a-f]+|[0-9]{{1,4000}}))?$",
        "description": "p or p/q, in decimal or, for long numbers, in hexadecimal",
    },
}


def schema(kind: str) -> dict[str, Any]:
    """The schema of claim.json, evidence.json or verdict.json."""
    match kind:
        case "claim":
            return _file("claim", "statement", _of(Statement), Statement)
        case "evidence":
            steps = {"type": "array", "items": {"anyOf": [_reference(t) for t in THEOREMS]}}
            return _file("evidence", "steps", steps, *THEOREMS)
        case "verdict":
            return _verdict()
        case _:
            raise KeyError(f"no schema {kind!r}; there are {', '.join(KINDS)}")


def _file(kind: str, field: str, body: dict[str, Any], *roots: Any) -> dict[str, Any]:
    """The envelope of a file, and every type that can occur in it."""
    definitions = dict(_ATOMS)
    todo = [member for root in roots for member in _members(root)]
    while todo:
        member = todo.pop()
        if member.__name__ not in definitions:
            definitions[member.__name__] = _record(member)
            todo += [inner for hint in _hints(member) for inner in _members(hint)]
    return {
        "$schema": DIALECT,
        "title": f"bijection-{kind}, version {VERSION}",
        **_closed({"format": {"const": f"bijection-{kind}"}, "version": {"const": VERSION}, field: body}),
        "$defs": dict(sorted(definitions.items())),
    }


def _closed(properties: dict[str, Any]) -> dict[str, Any]:
    """An object with exactly these fields."""
    return {"type": "object", "properties": properties, "required": sorted(properties), "additionalProperties": False}


def _record(kind: Any) -> dict[str, Any]:
    """A value of the vocabulary: `is` names it, the other fields are those of its class."""
    description = " ".join((kind.__doc__ or "").split("\n\n")[0].split())
    return {"description": description, **_closed({"is": {"const": kind.__name__}, **_properties(kind)})}


def _properties(kind: Any) -> dict[str, Any]:
    integers, lists = _of(tuple[int, ...]), _of(tuple[tuple[int, ...], ...])
    if kind is Affine:
        row = _of(tuple[int, int, int, int])
        return {
            **{"columns": _of(int), "denominator": _of(int), "patterns": lists, "coefficients": {"type": "array", "items": integers}},
            "rows": {"type": "array", "items": row, "description": "[pattern, first column, coefficients, constant]"},
        }
    if kind is Pointwise:
        return {"runs": {"type": "array", "items": _of(tuple[int, Activation]), "description": "[how many in a row, activation]"}}
    hints = get_type_hints(kind)
    return {field.name: _of(hints[field.name]) for field in fields(kind) if field.init}


def _hints(kind: Any) -> list[Any]:
    if kind is Affine:
        return []
    if kind is Pointwise:
        return [Activation]
    hints = get_type_hints(kind)
    return [hints[field.name] for field in fields(kind) if field.init]


def _members(hint: Any) -> Iterator[Any]:
    """The classes of the vocabulary in a type."""
    if isinstance(hint, type) and get_origin(hint) is None:
        if hint not in (int, str, Fraction, type(None)):
            yield hint
        return
    for part in get_args(hint):
        if part is not Ellipsis:
            yield from _members(part)


def _of(hint: Any) -> dict[str, Any]:
    """The schema of a type."""
    parts = get_args(hint)
    if hint is int:
        return {"$ref": "#/$defs/integer"}
    if hint is Fraction:
        return {"$ref": "#/$defs/rational"}
    if hint is str:
        return {"type": "string"}
    if hint is type(None):
        return {"type": "null"}
    if get_origin(hint) is tuple:
        if parts[-1] is Ellipsis:
            return {"type": "array", "items": _of(parts[0])}
        return {"type": "array", "prefixItems": [_of(part) for part in parts], "minItems": len(parts), "items": False}
    if get_origin(hint) in (Union, UnionType):
        return {"anyOf": [_of(part) for part in parts]}
    return _reference(hint)


def _reference(kind: Any) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{kind.__name__}"}


def _verdict() -> dict[str, Any]:
    """verdict.json, the summary of a saved verdict."""
    text, texts = {"type": "string"}, {"type": "array", "items": {"type": "string"}}
    digest = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
    basis = _closed({"name": text, "status": {"enum": ["computed", "machine", "cited"]}, "source": text})
    points = {"type": "object", "additionalProperties": {"type": "array", "items": _ATOMS["rational"]}}
    return {
        "$schema": DIALECT,
        "title": "bijection-verdict, version 1",
        **_closed(
            {
                "format": {"const": "bijection-verdict"},
                "version": {"const": 1},
                "statement": text,
                "verdict": {"enum": ["proved", "refuted", "unknown"]},
                "because": text,
                "tried": texts,
                "network": {**digest, "description": "SHA-256 of the exact function"},
                "counterexample": {"anyOf": [{"type": "null"}, points]},
                "rests_on": {"type": "array", "items": basis},
                "files": {"type": "object", "additionalProperties": digest},
                "recheck": {"type": ["string", "null"]},
                "run": {"type": "object", "description": "how the verdict was found; not checked"},
            }
        ),
    }
