"""What a piecewise-affine network is far away decides what it cannot be (P4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from proofs.domains import Reals
from proofs.errors import Brief, Rejected, require
from proofs.kernel import Status
from proofs.network import Network
from proofs.statements import Injective, Not, Statement, Surjective
from proofs.subdivision import recession


@dataclass(frozen=True, slots=True, repr=False)
class Recession(Brief):
    """f piecewise affine on ℝⁿ, f_∞ the same network without constants, each activation replaced by its first and last slope about 0: if
    f_∞ is not onto ℝᵐ, neither is f; if n = m and f_∞ is not injective, neither is f.

    Proof. |f − f_∞| is bounded, value by value: affine maps, sums and maxima are Lipschitz, and an activation differs from its f_∞ by a
    bounded amount. f_∞(tx) = t·f_∞(x) for t ≥ 0. *Onto*: let f be onto and f(x_t) = t·d for all t > 0. Then f_∞(x_t/t) is within c/t of
    d, and the image of f_∞, a finite union of images of polyhedra, is closed, so it holds d. *Injective*: let f be injective. It is a
    bijection of ℝⁿ (InjectiveIsBijective) with a piecewise-affine, Lipschitz inverse g, and g_∞(x) = lim g(tx)/t exists. As f is
    Lipschitz, f_∞(g_∞(x)) = lim f(t·g_∞(x))/t = lim f(g(tx))/t = x, and likewise g_∞(f_∞(x)) = x: f_∞ is injective.
    """

    name: ClassVar[str] = "Recession"
    status: ClassVar[Status] = Status.COMPUTED
    source: ClassVar[str] = "elementary (P4)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Not(Surjective(f, ℝⁿ, ℝᵐ)) from Not(Surjective(f_∞, ℝⁿ, ℝᵐ)); Not(Injective(f, ℝⁿ)), n = m, from Not(Injective(f_∞, ℝⁿ))."""
        match goal:
            case Not(Surjective(Network() as f, Reals() as on, Reals() as onto)):
                return (Not(Surjective(recession(f), on, onto)),)
            case Not(Injective(Network() as f, Reals(n) as on)):
                require(f.width == n, "{} outputs on {} inputs; far away an injective network may collide", f.width, n)
                return (Not(Injective(recession(f), on)),)
            case _:
                raise Rejected("relates networks on ℝⁿ to what they are far away only")
