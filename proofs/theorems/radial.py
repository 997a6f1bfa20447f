"""Radial flows: every point moves along its ray from a centre (B10)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from proofs.activations import Reciprocal, Sqrt
from proofs.compose import compose
from proofs.domains import Point, Reals, exact_point
from proofs.errors import Brief, Rejected, require
from proofs.exact import Rational, rational, vector
from proofs.kernel import Status
from proofs.network import Affine, Network, Node, Pointwise, Product, Row, Sum
from proofs.statements import Injective, IsIdentity, Not, Statement, Surjective
from proofs.theorems.forms import Atoms


@dataclass(frozen=True, slots=True, repr=False)
class Radial(Brief):
    """f(x) = x + β/(α + |x − c|)·(x − c) on ℝⁿ, |·| the Euclidean norm, α > 0, maps ℝⁿ onto ℝⁿ, and onto each of its subsets. If β ≥ −α,
    f is injective on every set; if β < −α, it is not injective on ℝⁿ. If β > −α, then g(f(x)) = x for g(y) = y − β/(α + β + r)·(y − c),
    r = (p + √(p² + 4αs))/2, p = s − α − β, s = |y − c|.

    Proof. With |u| = 1, f(c + su) = c + g(s)·u for s ≥ 0, g(s) = s + βs/(α + s). g is continuous with g(0) = 0 and g(s) → ∞, so it takes
    all values t ≥ 0, and f all values c + tu: all points. For 0 ≤ s < t, g(t) − g(s) = (t − s)·(1 + αβ/((α + s)(α + t))). Let β ≥ −α.
    Then αβ/((α + s)(α + t)) > −1: this is clear for β ≥ 0, and for β < 0 it is larger than β/α ≥ −1, as (α + s)(α + t) > α². So g
    increases strictly from g(0) = 0, and f maps each ray from c injectively into itself; these rays have only c in common. If β < −α,
    then g(s) = 0 for s = −α − β > 0, so f(c + su) = c = f(c). *Inverse*: let β > −α, y = f(x) and t = |x − c|. As y − c is
    (α + β + t)/(α + t) > 0 times x − c, s·(α + t) = t·(α + β + t), so t² − pt − αs = 0. The product −αs of the two roots is ≤ 0, and t ≥ 0,
    so t is the larger one, r; if s = 0, then t = 0, and p < 0 makes r = 0. And x − c = (α + r)/(α + β + r)·(y − c), so g(y) = x. ∎

    That f is this function is seen by normal forms (theorems/forms.py): the outputs of f and of `radial` are the same forms. There
    1/(α + |x − c|) is 1/max(α + |x − c|, least) with 0 < least ≤ α, which is the same. Likewise h = g ∘ f and `unradial` after `radial`.
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
        """Injective(f, D), Surjective(f, ℝⁿ, C), Not(Injective(f, ℝⁿ)), or IsIdentity(g ∘ f, D), outright."""
        undone = isinstance(goal, IsIdentity)
        match goal:
            case Surjective(Network() as f, Reals(), _):
                pass
            case Injective(Network() as f, _):
                require(self.beta >= -self.alpha, "beta {} is below −alpha = {}", self.beta, -self.alpha)
            case Not(Injective(Network() as f, Reals())):
                require(self.beta < -self.alpha, "beta {} is not below −alpha = {}", self.beta, -self.alpha)
            case IsIdentity(Network() as f, _):
                require(self.beta > -self.alpha, "beta {} is not above −alpha = {}", self.beta, -self.alpha)
            case _:
                raise Rejected("a radial flow is injective or not, onto from all of ℝⁿ, or undone; it proves nothing else")
        n = len(self.center)
        require(0 < n == f.arity == f.width, "a centre of {} coordinates for {} inputs and {} outputs", n, f.arity, f.width)
        require(self.alpha > 0, "alpha is {}; it must be positive", self.alpha)
        require(0 < self.least <= self.alpha, "the least denominator {} is not in (0, alpha]", self.least)
        atoms, flow = Atoms(n), radial(self.center, self.alpha, self.beta, self.least)
        known = compose(unradial(self.center, self.alpha, self.beta), flow) if undone else flow
        assert isinstance(known, Network)
        ours, wanted = atoms.run(f), atoms.run(known)
        d, e = ours.denominator, wanted.denominator
        pairs = [
            ({a: c * e for a, c in u.items()}, {a: c * d for a, c in v.items()}) for u, v in zip(ours.forms, wanted.forms, strict=True)
        ]
        require(all(u == v for u, v in pairs), "the network is not seen to be this radial flow")
        return ()


def radial(center: Point, alpha: Fraction, beta: Fraction, least: Fraction) -> Network:
    """x ↦ x + β/max(α + |x − c|, least)·(x − c)."""
    n = len(center)
    nodes = (*_distance(center), Node(_line(1, alpha), (4,)), Node(Pointwise((Reciprocal(least),)), (5,)), *_moved(n, beta, 6))
    return Network(n, nodes)


def unradial(center: Point, alpha: Fraction, beta: Fraction) -> Network:
    """y ↦ y − β/max(α + β + r, α + β)·(y − c), r = (p + √(p² + 4αs))/2, p = s − α − β, s = |y − c|; α + β > 0."""
    n, both = len(center), alpha + beta
    nodes = (
        *_distance(center),
        Node(_line(1, -both), (4,)),  # 5: p
        Node(Product(), (5, 5)),
        Node(_line(4 * alpha, Fraction(0)), (4,)),
        Node(Sum(), (6, 7)),
        Node(Pointwise((Sqrt(),)), (8,)),
        Node(Sum(), (5, 9)),
        Node(_line(Fraction(1, 2), both), (10,)),  # 11: α + β + r
        Node(Pointwise((Reciprocal(both),)), (11,)),
        *_moved(n, -beta, 12),
    )
    return Network(n, nodes)


def _distance(center: Point) -> tuple[Node, ...]:
    """Value 1 is x − c, value 4 its length."""
    n, shift = len(center), vector([-c for c in center])
    moved = Affine(n, tuple(Row((i,), (shift.denominator,), a) for i, a in enumerate(shift.numerators)), shift.denominator)
    total = Affine(n, (Row(tuple(range(n)), (1,) * n, 0),), 1)
    return Node(moved, (0,)), Node(Product(), (1, 1)), Node(total, (2,)), Node(Pointwise((Sqrt(),)), (3,))


def _line(slope: Rational, constant: Fraction) -> Affine:
    """t ↦ slope·t + constant."""
    a = vector((slope, constant))
    return Affine(1, (Row((0,), a.numerators[:1], a.numerators[1]),), a.denominator)


def _moved(n: int, factor: Fraction, scale: int) -> tuple[Node, ...]:
    """The input plus the factor times the number in the value `scale` times value 1."""
    spread = Affine(1, (Row((0,), (factor.numerator,), 0),) * n, factor.denominator)
    return Node(spread, (scale,)), Node(Product(), (scale + 1, 1)), Node(Sum(), (0, scale + 2))
