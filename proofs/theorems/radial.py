"""Radial flows: every point moves along its ray from a centre (B10)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from proofs.activations import Reciprocal, Sqrt
from proofs.domains import Point, Reals, exact_point
from proofs.errors import Rejected, require
from proofs.exact import rational, vector
from proofs.kernel import Status
from proofs.network import Affine, Network, Node, Pointwise, Product, Row, Sum
from proofs.statements import Injective, Not, Statement, Surjective
from proofs.theorems.forms import Atoms


@dataclass(frozen=True, slots=True)
class Radial:
    """f(x) = x + β/(α + |x − c|)·(x − c) on ℝⁿ, |·| the Euclidean norm, α > 0, maps ℝⁿ onto ℝⁿ, and onto each of its subsets. If β ≥ −α,
    f is injective on every set; if β < −α, it is not injective on ℝⁿ.

    Proof. With |u| = 1, f(c + su) = c + g(s)·u for s ≥ 0, g(s) = s + βs/(α + s). g is continuous with g(0) = 0 and g(s) → ∞, so it takes
    all values t ≥ 0, and f all values c + tu: all points. For 0 ≤ s < t, g(t) − g(s) = (t − s)·(1 + αβ/((α + s)(α + t))). Let β ≥ −α.
    Then αβ/((α + s)(α + t)) > −1: this is clear for β ≥ 0, and for β < 0 it is larger than β/α ≥ −1, as (α + s)(α + t) > α². So g
    increases strictly from g(0) = 0, and f maps each ray from c injectively into itself; these rays have only c in common. If β < −α,
    then g(s) = 0 for s = −α − β > 0, so f(c + su) = c = f(c). ∎

    That f is this function is seen by normal forms (theorems/forms.py): the outputs of f and of `radial` are the same forms. There
    1/(α + |x − c|) is 1/max(α + |x − c|, least) with 0 < least ≤ α, which is the same.
    """

    center: Point
    alpha: Fraction
    beta: Fraction
    least: Fraction
    name: ClassVar[str] = "Radial"
    status: ClassVar[Status] = Status.COMPUTED
    source: ClassVar[str] = "elementary (B10); Rezende and Mohamed, ICML 2015, for the condition"

    def __post_init__(self) -> None:
        object.__setattr__(self, "center", exact_point(self.center))
        for name in ("alpha", "beta", "least"):
            object.__setattr__(self, name, rational(getattr(self, name)))

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Injective(f, D), Surjective(f, ℝⁿ, C), or Not(Injective(f, ℝⁿ)), outright."""
        match goal:
            case Surjective(Network() as f, Reals(), _):
                pass
            case Injective(Network() as f, _):
                require(self.beta >= -self.alpha, "beta {} is below −alpha = {}", self.beta, -self.alpha)
            case Not(Injective(Network() as f, Reals())):
                require(self.beta < -self.alpha, "beta {} is not below −alpha = {}", self.beta, -self.alpha)
            case _:
                raise Rejected("a radial flow is injective or not, and onto from all of ℝⁿ; it proves nothing else")
        n = len(self.center)
        require(0 < n == f.arity == f.width, "a centre of {} coordinates for {} inputs and {} outputs", n, f.arity, f.width)
        require(self.alpha > 0, "alpha is {}; it must be positive", self.alpha)
        require(0 < self.least <= self.alpha, "the least denominator {} is not in (0, alpha]", self.least)
        atoms = Atoms(n)
        ours, wanted = atoms.run(f), atoms.run(radial(self.center, self.alpha, self.beta, self.least))
        d, e = ours.denominator, wanted.denominator
        pairs = [
            ({a: c * e for a, c in u.items()}, {a: c * d for a, c in v.items()}) for u, v in zip(ours.forms, wanted.forms, strict=True)
        ]
        require(all(u == v for u, v in pairs), "the network is not seen to be this radial flow")
        return ()


def radial(center: Point, alpha: Fraction, beta: Fraction, least: Fraction) -> Network:
    """x ↦ x + β/max(α + |x − c|, least)·(x − c)."""
    n, shift = len(center), vector([-c for c in center])
    moved = Affine(n, tuple(Row((i,), (shift.denominator,), a) for i, a in enumerate(shift.numerators)), shift.denominator)
    added = Affine(1, (Row((0,), (alpha.denominator,), alpha.numerator),), alpha.denominator)
    spread = Affine(1, (Row((0,), (beta.numerator,), 0),) * n, beta.denominator)
    nodes = (
        Node(moved, (0,)),
        Node(Product(), (1, 1)),
        Node(Affine(n, (Row(tuple(range(n)), (1,) * n, 0),), 1), (2,)),
        Node(Pointwise((Sqrt(),)), (3,)),
        Node(added, (4,)),
        Node(Pointwise((Reciprocal(least),)), (5,)),
        Node(spread, (6,)),
        Node(Product(), (7, 1)),
        Node(Sum(), (0, 8)),
    )
    return Network(n, nodes)
