"""Values that no narrow piecewise-affine map takes, as on the moment curve: near any value there is one (T7)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from math import prod
from operator import or_
from typing import ClassVar

from proofs.activations import PiecewiseAffine
from proofs.compose import suffix
from proofs.domains import Point
from proofs.errors import Brief, Rejected, require
from proofs.exact import Rational, common_denominator
from proofs.kernel import Status
from proofs.limits import MOST_BITS, Meter, digits
from proofs.network import Affine, Max, Network, Pointwise, Stack, Sum, runs
from proofs.statements import Not, Reached, Statement
from proofs.theorems.blocks import dependence
from proofs.theorems.rounding import lipschitz


@dataclass(frozen=True, slots=True, repr=False)
class MomentCurve(Brief):
    """f factors through a piecewise-affine h; more coordinates of y than h reads inputs for them differ from those of a point a, by numbers
    that decrease faster than the weights of h allow, as in a + (s, s², …, sᵏ⁺¹) for a small s ⇒ y is not reached, from no domain.

    Proof. Let these coordinates, more than k, depend on k inputs of h, and let z be an input of h. With a piece that holds at z chosen for
    every unit, h(z) = Az + b; D·A and D·b are integer for a common denominator D that serves all choices, and Σⱼ |aᵢⱼ| ≤ Lᵢ, the Lipschitz
    constant of output i. Let δ = y − a, its entries |δ₀| ≥ |δ₁| ≥ … > 0 in order. These rows of D·A have entries ≠ 0 in k columns only,
    so they depend on each other: Σ uᵢ·D·aᵢ = 0 with integers uᵢ, not all 0. If their rank is r, the minors of r + 1 rows in r columns
    serve, and by Hadamard's inequality |uᵢ| ≤ U, the product of max(1, D·L) over the k largest L of these rows. Suppose y = h(z), and let
    q be a common denominator of the aᵢ. Then q·D·Σ uᵢ·δᵢ = q·Σ uᵢ·D·bᵢ − D·Σ uᵢ·q·aᵢ is an integer, smaller than 1 by (1), and so 0. Thus
    Σ uᵢ·δᵢ = 0; for the first uᵢ ≠ 0, |δᵢ| ≤ |uᵢ·δᵢ| ≤ U·Σ |δₗ| over l > i, against (2).

    (1) q·D·U·Σ |δᵢ| < 1   (2) |δᵢ| > U·Σ |δₗ| over l > i, for all i
    """

    cut: int
    base: Point
    name: ClassVar[str] = "MomentCurve"
    status: ClassVar[Status] = Status.COMPUTED
    source: ClassVar[str] = "elementary (T7)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Not(Reached(f, D, y)) outright."""
        match goal:
            case Not(Reached(Network() as f, _, value)):
                h = suffix(f, self.cut)
                require(len(self.base) == f.width, "the point a has {} coordinates, there are {} outputs", len(self.base), f.width)
                meter, moved, rest = Meter(), dict[int, Fraction](), Fraction(0)
                for i, (y, a) in enumerate(zip(value, self.base, strict=True)):
                    _weigh(meter, y, a)
                    if y != a:
                        moved[i] = abs(y - a)
                scale, most = relations(h, moved)
                for i in sorted(moved, key=moved.__getitem__):
                    _weigh(meter, most, rest, moved[i])
                    require(moved[i] > most * rest, "coordinate {} does not differ enough for those that differ less", i)
                    rest += moved[i]
                q = common_denominator(self.base[i].denominator for i in moved)
                _weigh(meter, most, rest, q, scale)
                require(q * scale * most * rest < 1, "y and a differ too much for the denominators of the weights")
                return ()
            case _:
                raise Rejected("a point as on the moment curve shows that a network misses a value only")


def relations(h: Network, chosen: Collection[int]) -> tuple[int, int]:
    """D and U: D·h(z) = Az + b in integers, and the chosen rows of A have a relation with integers ≤ U, in all regions; Rejected unless
    they are more than the inputs that they read.
    """
    known = dependence(h)
    read = reduce(or_, (known[i] for i in chosen), 0).bit_count()
    require(len(chosen) > read, "y and a differ in {} coordinates, which read {} numbers; more than these are needed", len(chosen), read)
    scale, steep = _denominator(h), lipschitz(h)
    sizes = sorted((max(1, int(scale * steep[i])) for i in chosen), reverse=True)[:read]
    bits = sum(t.bit_length() for t in sizes)
    require(bits <= MOST_BITS, "relations with numbers of over {} bits", MOST_BITS)
    return scale, prod(sizes)


def _denominator(h: Network) -> int:
    """A common denominator of the coefficients and constants of h, in all regions."""
    known = [1]
    for node in h.nodes:
        common = common_denominator(known[j] for j in node.inputs)
        match node.op:
            case Affine(_, _, d):
                known.append(common * d)
            case Pointwise(activations) if all(isinstance(s, PiecewiseAffine) for s, _ in runs(activations)):
                known.append(common * node.op.scale)
            case Max() | Sum() | Stack():
                known.append(common)
            case _:
                raise Rejected(f"{type(node.op).__name__} is not piecewise affine")
        require(known[-1].bit_length() <= MOST_BITS, "a denominator of over {} bits", MOST_BITS)
    return known[-1]


def _weigh(meter: Meter, *numbers: Rational) -> None:
    """Before a few operations with these numbers."""
    meter.take(1000 + digits(sum(t.numerator.bit_length() + t.denominator.bit_length() for t in numbers)) ** 2)
