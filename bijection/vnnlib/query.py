"""A VNN-LIB query as exact data. The only file that imports the official parser."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from pathlib import Path
from typing import Any, TypeAlias

from bijection.errors import NotSupported
from proofs.errors import Malformed, well_formed

Element: TypeAlias = tuple[str, int]  # a variable and the place of the element in row-major order


@dataclass(frozen=True, slots=True)
class Linear:
    """Σ terms[e]·e + constant."""

    terms: Mapping[Element, Fraction]
    constant: Fraction

    def minus(self, other: Linear) -> Linear:
        """The difference, without terms that vanish."""
        total = dict(self.terms)
        for e, q in other.terms.items():
            total[e] = total.get(e, Fraction(0)) - q
        return Linear({e: q for e, q in total.items() if q}, self.constant - other.constant)


@dataclass(frozen=True, slots=True)
class Comparison:
    """form related to 0 by one of <, <=, ==, !=, >=, >."""

    relation: str
    form: Linear

    def holds(self, values: Mapping[str, Sequence[Fraction]]) -> bool:
        """Whether it is true of these values of the variables."""
        total = sum((q * values[name][i] for (name, i), q in self.form.terms.items()), self.form.constant)
        sign = (total > 0) - (total < 0)
        return sign in {"<": (-1,), "<=": (-1, 0), "==": (0,), "!=": (-1, 1), ">=": (0, 1), ">": (1,)}[self.relation]


@dataclass(frozen=True, slots=True)
class Junction:
    """All of the parts (and), or one of them (or)."""

    every: bool
    parts: tuple[Condition, ...]

    def holds(self, values: Mapping[str, Sequence[Fraction]]) -> bool:
        """Whether it is true of these values of the variables."""
        return (all if self.every else any)(part.holds(values) for part in self.parts)


Condition: TypeAlias = Comparison | Junction


@dataclass(frozen=True, slots=True)
class Tensor:
    """A declared input or output."""

    name: str
    shape: tuple[int, ...]

    @property
    def size(self) -> int:
        """How many elements it has."""
        return prod(self.shape)


@dataclass(frozen=True, slots=True)
class Declared:
    """A network that the query declares, with one input and one output; `equal_to` names another one or is empty."""

    name: str
    equal_to: str
    input: Tensor
    output: Tensor


@dataclass(frozen=True, slots=True)
class Query:
    """The networks in the order of their declaration, and conditions that hold together."""

    networks: tuple[Declared, ...]
    conditions: tuple[Condition, ...]


def read(path: str | Path) -> Query:
    """The query in the file: Malformed where it breaks the standard, NotSupported where it is right but not treated."""
    try:
        import vnnlib
    except ImportError:
        raise NotSupported("VNN-LIB queries are read by the official parser: pip install 'vnnlib>=1.0,<2'") from None
    if not hasattr(vnnlib, "parse_query_string"):
        raise NotSupported("this version of the package vnnlib reads VNN-LIB 1 only: pip install 'vnnlib>=1.0,<2'")
    text = Path(path).read_text(encoding="utf-8")
    try:
        parsed = vnnlib.parse_query_string(text)
    except vnnlib.VNNLibException as error:
        raise Malformed(f"{path}: {_reason(str(error))}") from None
    networks = tuple(_network(n) for n in parsed.networks)
    sizes = {t.name: t.shape for n in networks for t in (n.input, n.output)}
    names = {n.name for n in networks}
    well_formed(all(n.equal_to in {"", *names - {n.name}} for n in networks), f"{path}: a network is equal to one that is not declared")
    return Query(networks, tuple(c for a in parsed.assertions for c in _conjuncts(_condition(a.expr, sizes))))


def _reason(message: str) -> str:
    """The parser's message in one line."""
    try:
        found = json.loads(message)["errors"]
    except (ValueError, KeyError, TypeError):
        return message.splitlines()[0]
    return "; ".join(f"line {e.get('line')}: {e.get('message')}: {e.get('hint')}" for e in found)


def _network(n: Any) -> Declared:
    if n.isometric_to:
        raise NotSupported(f"network {n.name}: isomorphic-to is not treated; equal-to is")
    if n.hidden:
        raise NotSupported(f"network {n.name}: hidden nodes are not treated")
    if len(n.inputs) != 1 or len(n.outputs) != 1:
        raise NotSupported(f"network {n.name}: {len(n.inputs)} inputs and {len(n.outputs)} outputs; one of each is treated")
    for tensor in (*n.inputs, *n.outputs):
        kind = str(tensor).split()[2]
        if kind.lower() != "real":  # the standard's own examples write it with a capital
            raise NotSupported(
                f"{tensor.name} has the element type {kind}; what is decided here is the real function whose weights are the stored "
                "floats, so that an answer would not be sound for another type: write real to ask for that"
            )
    return Declared(n.name, n.equal_to, *(Tensor(t.name, tuple(t.shape)) for t in (n.inputs[0], n.outputs[0])))


def _conjuncts(c: Condition) -> Iterator[Condition]:
    if isinstance(c, Junction) and c.every:
        for part in c.parts:
            yield from _conjuncts(part)
    else:
        yield c


_RELATIONS = {
    **{"GreaterThan": ">", "LessThan": "<", "GreaterEqual": ">=", "LessEqual": "<="},
    **{"Equal": "==", "NotEqual": "!="},
}


def _condition(e: Any, sizes: Mapping[str, tuple[int, ...]]) -> Condition:
    kind = type(e).__name__
    if kind in ("And", "Or"):
        return Junction(kind == "And", tuple(_condition(part, sizes) for part in e.args))
    return Comparison(_RELATIONS[kind], _linear(e.lhs, sizes).minus(_linear(e.rhs, sizes)))


def _linear(e: Any, sizes: Mapping[str, tuple[int, ...]]) -> Linear:
    match type(e).__name__:
        case "Var":
            return Linear({(e.name, _place(e.indices, sizes[e.name])): Fraction(1)}, Fraction(0))
        case "Float" | "Int":
            return Linear({}, Fraction(e.lexeme))  # as it is written: 0.1 is one tenth
        case "Negate":
            return Linear({}, Fraction(0)).minus(_linear(e.expr, sizes))
        case "Plus":
            return _sum([_linear(part, sizes) for part in e.args])
        case "Minus":
            return _linear(e.head, sizes).minus(_sum([_linear(part, sizes) for part in e.rest]))
        case "Multiply":
            return _product([_linear(part, sizes) for part in e.args])
        case other:
            raise NotSupported(f"the expression {other} is not treated")


def _place(indices: Sequence[int], shape: tuple[int, ...]) -> int:
    place = 0
    for i, size in zip(indices, shape, strict=True):
        place = place * size + i
    return place


def _sum(parts: Sequence[Linear]) -> Linear:
    total: dict[Element, Fraction] = {}
    for part in parts:
        for e, q in part.terms.items():
            total[e] = total.get(e, Fraction(0)) + q
    return Linear({e: q for e, q in total.items() if q}, sum((p.constant for p in parts), Fraction(0)))


def _product(parts: Sequence[Linear]) -> Linear:
    factor, form = Fraction(1), None
    for part in parts:
        if not part.terms:
            factor *= part.constant
        elif form is None:
            form = part
        else:
            raise NotSupported("a product of two variables is not linear; linear conditions are treated")
    if form is None:
        return Linear({}, factor)
    return Linear({e: q * factor for e, q in form.terms.items() if q * factor}, form.constant * factor)
