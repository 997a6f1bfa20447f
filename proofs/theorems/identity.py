"""g ∘ f = id by cancelling neighbours: affine maps against affine maps, activations against activations (S1–S3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from proofs.activations import IDENTITY, Activation, PiecewiseAffine, value
from proofs.errors import Rejected, require
from proofs.kernel import Status
from proofs.limits import Meter
from proofs.network import Affine, Max, Network, Op, Pointwise, runs
from proofs.statements import IsIdentity, Statement
from proofs.theorems.affine import after

MOST_PIECES = 10_000  # composing a zigzag with itself doubles its pieces


@dataclass(frozen=True, slots=True)
class Cancels:
    """A chain of affine maps and piecewise-affine layers is the identity of ℝⁿ if it vanishes when neighbours of a kind
    are composed exactly and identities are dropped. A maximum over equal rows of an affine map is one of them.

    Proof: each step replaces two neighbouring functions by their composition.
    """

    name: ClassVar[str] = "Cancels"
    status: ClassVar[Status] = Status.COMPUTED
    source: ClassVar[str] = "elementary (S3)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """IsIdentity(f, D) outright."""
        match goal:
            case IsIdentity(Network() as f, _):
                chain = all(node.inputs == (i,) for i, node in enumerate(f.nodes))
                require(chain, "the network is not a chain")
                left: list[Op] = []
                meter = Meter()
                for node in f.nodes:
                    _push(left, node.op, meter)
                require(not left, f"{len(left)} operations do not cancel")
                return ()
            case _:
                raise Rejected("cancelling neighbours shows that a network is the identity only")


def _push(left: list[Op], op: Op, meter: Meter) -> None:
    """Put the operation on the stack, composed with what it can be composed with."""
    match left[-1] if left else None, op:
        case (Affine() as inner, Affine()):
            left[-1] = after(op, inner, meter)
        case (Affine() as inner, Max(groups)) if all(inner.rows[i] == inner.rows[group[0]] for group in groups for i in group):
            left[-1] = Affine(inner.columns, tuple(inner.rows[group[0]] for group in groups), inner.denominator)
        case (Pointwise(inner), Pointwise(outer)):
            left[-1] = Pointwise(_composed(outer, inner, meter))
        case _:
            left.append(op)
    if _is_identity(left[-1]):
        left.pop()


def _is_identity(op: Op) -> bool:
    match op:
        case Affine(columns, rows, d):
            square = len(rows) == columns
            return square and all(_is_unit(r.columns, r.coefficients, i, d) and r.constant == 0 for i, r in enumerate(rows))
        case Pointwise(activations):
            return all(s == IDENTITY for s, _ in runs(activations))
        case _:
            return False


def _is_unit(columns: tuple[int, ...], coefficients: tuple[int, ...], i: int, d: int) -> bool:
    return [(j, a) for j, a in zip(columns, coefficients, strict=True) if a] == [(i, d)]


def _composed(outer: Sequence[Activation], inner: Sequence[Activation], meter: Meter) -> tuple[Activation, ...]:
    """The compositions coordinate by coordinate, each pair of activations composed once."""
    known: dict[tuple[int, int], PiecewiseAffine] = {}
    out: list[Activation] = []
    for s, t in zip(outer, inner, strict=True):
        if (id(s), id(t)) not in known:
            known[id(s), id(t)] = _after(s, t, meter)
        out.append(known[id(s), id(t)])
    return tuple(out)


def _after(outer: Activation, inner: Activation, meter: Meter) -> PiecewiseAffine:
    """The composition of two piecewise-affine functions, with no breakpoint between equal pieces."""
    if not (isinstance(outer, PiecewiseAffine) and isinstance(inner, PiecewiseAffine)):
        raise Rejected("only piecewise-affine activations are composed exactly")
    count = len(inner.pieces) * len(outer.pieces)
    require(count <= MOST_PIECES, f"a composition of activations with up to {count} pieces; the limit is {MOST_PIECES}")
    meter.take(20_000 * count)
    candidates = set(inner.breakpoints)
    candidates |= {(b - q) / p for b in outer.breakpoints for p, q in inner.pieces if p}
    ends = sorted(candidates)
    breakpoints: list[Fraction] = []
    pieces: list[tuple[Fraction, Fraction]] = []
    for start, end in zip([None, *ends], [*ends, None], strict=True):
        piece = _affine_between(lambda t: value(outer, value(inner, t)), start, end)
        if not pieces or piece != pieces[-1]:
            pieces.append(piece)
            if start is not None:
                breakpoints.append(start)
    return PiecewiseAffine(tuple(breakpoints), tuple(pieces))


def _affine_between(f: Callable[[Fraction], Fraction], start: Fraction | None, end: Fraction | None) -> tuple[Fraction, Fraction]:
    """Slope and intercept of a function that is affine between the two ends."""
    if start is None:
        start = end - 1 if end is not None else Fraction(0)
    if end is None:
        end = start + 1
    slope = (f(end) - f(start)) / (end - start)
    return slope, f(start) - slope * start
