"""Networks whose secants stay within a right angle of what a matrix makes of them: strong monotonicity (P13, P14, A8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, TypeAlias

from proofs.activations import Activation, Sigmoid
from proofs.compose import prefix
from proofs.domains import Domain, Reals
from proofs.enclosure import bounds
from proofs.errors import Brief, Rejected, require
from proofs.exact import Interval, common_denominator, vector
from proofs.functions import Function
from proofs.kernel import Status, smooth
from proofs.limits import Meter, digits
from proofs.network import Affine, Network, Node, Pointwise, Product, Row, Stack, Sum
from proofs.ranges import slopes as slope_bounds
from proofs.statements import Injective, Statement, Surjective
from proofs.theorems.affine import affine_form

Slopes: TypeAlias = tuple[Fraction, Fraction]

_GATE = (Fraction(-1, 10), Fraction(11, 10))  # slopes of t·sigmoid(bt)
_GUARD = 96  # bits of the least diagonal entry before elimination: what rounding costs is far below any margin of interest


@dataclass(frozen=True, slots=True, repr=False)
class StronglyMonotone(Brief):
    """A matrix M and weights t ≥ 0 with ⟨δx, M·δf⟩ − Σ t·(δh − a·δz)(b·δz − δh) positive definite, the sum over the units h = σ(z) with
    slopes between a and b ⇒ f is injective on D; and onto, if D = ℝⁿ and n = m.

    Proof. Let x, y ∈ D and write δv = v(x) − v(y) for each value v of the network. A unit h = σ(z) is continuous; on the
    interval that interval bounds give for z on D, it has slopes between a and b but for finitely many points, or its derivative lies
    there. So δh = c·δz with a ≤ c ≤ b (the integral of the slopes; if δz = 0 then δh = 0), and
    (δh − aδz)(bδz − δh) = (c − a)(b − c)δz² ≥ 0. If a = b, then δh = aδz. Take as variables w = (δx, δh of every unit with
    a < b). The network consists of affine operations, sums and stacks beside the units, so every δz and δf is a linear form in w,
    and Q(w) = ⟨δx, Mδf⟩ − Σ t(δh − aδz)(bδz − δh) is a quadratic form in w, here taken on all of ℝᴺ. If Q is positive
    definite, there is μ > 0 with Q(w) ≥ μ|w|², so ⟨δx, Mδf⟩ ≥ Q(w) ≥ μ|δx|² for the w that belongs to x and y. *Injective*:
    δf = 0 implies δx = 0. *Onto*: let n = m, D = ℝⁿ, F = M∘f. F is Lipschitz with some constant L ≥ μ, as every operation is, so
    |δx − τδF|² = |δx|² − 2τ⟨δx, δF⟩ + τ²|δF|² ≤ (1 − 2τμ + τ²L²)|δx|². With τ = μ/L² the factor is 1 − μ²/L² < 1. So
    x ↦ x − τ(F(x) − y) is a contraction of ℝⁿ, and has a fixed point (Banach): F(x) = y. As F is onto, the square matrix M is
    invertible, and f = M⁻¹∘F is onto too. ∎

    Q is checked over a common denominator in integers. A matrix S with S₁₁ = d > 0 is positive definite if its Schur complement
    is, which is rounded up to integers, by less than 1, and then its diagonal is lowered by its size r. What is taken away
    has in each row more than r − 1 on the diagonal and r − 1 entries of less than 1 beside it; it is diagonally dominant, hence
    positive semidefinite. So if what is left is positive definite, S is. (An entry with s² ≥ s₁₁·sᵢᵢ, i ≠ 1, ends it early.)

    A gate h = z·s(bz), s(t) = 1/(1 + e^(−t)), b a number (SiLU, Swish), is a unit too, with a = −1/10 and b = 11/10: with p = s(bz) its
    derivative is d(t) = p + t·p·(1 − p) at t = bz, and d(−t) = 1 − d(t), so d ≤ 11/10 is enough. With u = e^t, p = u/(1 + u), this says
    ln u ≤ u/10 + 6/5 + 11/(10u). The difference has the derivative (u − 11)(u + 1)/(10u²), so it is least at u = 11, where it is
    12/5 − ln 11 > 0: the terms of e^(12/5) up to the tenth power add up to more than 11.02.

    A residual block x + W₂σ(W₁x), slopes in [0, 1], has such a certificate whenever ‖W₁‖·‖W₂‖ < 1: M = I and t = τ = ‖W₂‖/‖W₁‖ give
    |δx|² + ⟨δx, W₂δh⟩ + τ|δh|² − τ⟨δh, W₁δx⟩, which is positive definite if ‖W₂ − τW₁ᵀ‖² < 4τ; and it is at most 4‖W₂‖² < 4τ. More
    generally ‖I − M·J‖ < 1 for all Jacobians J says that M·J + (M·J)ᵀ is positive definite, so contractions need no theorem of their own.

    `matrix` is M, n lines of m; `weights` are the t of the units with a < b, in the order of the network.
    """

    matrix: tuple[tuple[Fraction, ...], ...]
    weights: tuple[Fraction, ...]
    name: ClassVar[str] = "StronglyMonotone"
    status: ClassVar[Status] = Status.MACHINE
    source: ClassVar[str] = "elementary (P13, P14); Banach's fixed point theorem for onto"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Injective(f, D), or Surjective(f, ℝⁿ, C) with n = m, outright."""
        match goal:
            case Injective(f, on):
                pass
            case Surjective(f, Reals() as on, _):
                require(f.width == f.arity, "a map from ℝ^{} to ℝ^{} is not onto because it is monotone", f.arity, f.width)
            case _:
                raise Rejected("strong monotonicity proves injectivity, or that a map of all of ℝⁿ is onto")
        shaped = len(self.matrix) == f.arity and all(len(line) == f.width for line in self.matrix)
        require(shaped, "M is not a matrix of {} rows and {} columns", f.arity, f.width)
        forms, slopes = secants(f, on)
        require(len(self.weights) == len(slopes), "{} weights for {} units that are not linear", len(self.weights), len(slopes))
        require(all(t >= 0 for t in self.weights), "a weight is negative")
        require(positive_definite(self._form(forms, slopes, f.arity)), "the quadratic form is not positive definite")
        return ()

    def formal(self, goal: Statement) -> bool:
        """Rocq proves the injective half, of networks without smooth activations."""
        return isinstance(goal, Injective) and isinstance(goal.f, Network) and not any(map(smooth, goal.f.nodes))

    def _form(self, forms: Affine, slopes: Sequence[Slopes], n: int) -> list[list[int]]:
        """The symmetric integer matrix of a positive multiple of Q: with z = r/d, every product below carries d²."""
        size, d, units = forms.columns, forms.denominator, forms.rows[: len(slopes)]
        common = [common_denominator((a.denominator, b.denominator)) for a, b in slopes]
        weights = [t * Fraction(1, e * e) for t, e in zip(self.weights, common, strict=True)]
        scaled = vector((*(a for line in self.matrix for a in line), *weights))
        bits = scaled.bits() + 2 * (forms.bits + max((e.bit_length() for e in common), default=0))
        used = [sum(1 for a in row.coefficients if a) for row in forms.rows]
        pairs = n * sum(used[len(slopes) :]) + sum(k * k for k in used[: len(slopes)])
        Meter().take(pairs * (300 + digits(bits) ** 2) + size**2 * 100, size**2 * (bits + size.bit_length() + _GUARD))
        s = [[0] * size for _ in range(size)]
        m = len(forms.rows) - len(slopes)
        for i in range(n):
            for c, row in zip(scaled.numerators[i * m : i * m + m], forms.rows[len(slopes) :], strict=True):
                for j, a in zip(row.columns, row.coefficients, strict=True) if c else ():
                    s[i][j] += c * d * a
                    s[j][i] += c * d * a
        for k, (w, row, (low, high), e) in enumerate(zip(scaled.numerators[n * m :], units, slopes, common, strict=True), n):
            cross, square = int((low + high) * e) * e * d * w, 2 * int(low * e) * int(high * e) * w
            s[k][k] += 2 * w * d * d * e * e
            for j, a in zip(row.columns, row.coefficients, strict=True):
                s[k][j] -= cross * a
                s[j][k] -= cross * a
                for i, b in zip(row.columns, row.coefficients, strict=True) if square else ():
                    s[j][i] += square * a * b
        return s


def secants(f: Function, on: Domain) -> tuple[Affine, tuple[Slopes, ...]]:
    """The linear forms δz of the units whose slopes differ, then those of δf, in the variables (δx, δh of these units); and the
    least and the greatest slope of each of these units on D. (Constants that stand beside the forms mean nothing.)
    """
    if not isinstance(f, Network):
        raise Rejected("a table has no slopes")
    found: dict[int, list[Slopes]] = {}
    gates = {i: source for i in range(len(f.nodes)) if (source := _gated(f, i)) is not None}
    live = _live(f, gates)
    for i, node in enumerate(f.nodes):
        if i + 1 not in live:
            continue
        if i in gates:
            found[i] = [_GATE] * f.widths[i + 1]
        elif isinstance(node.op, Pointwise):
            sides = bounds(prefix(f, node.inputs[0]), on)
            found[i] = [slopes(s, side) for s, side in zip(node.op.activations, sides, strict=True)]
    free = tuple(pair for pairs in found.values() for pair in pairs if pair[0] < pair[1])
    size, unit = f.arity + len(free), f.arity
    nodes = [Node(Affine(size, tuple(Row((j,), (1,), 0) for j in range(f.arity)), 1), (0,))]
    value, arguments = [1], list[int]()  # where δ of each value of f is computed, and where the δz are
    for i, node in enumerate(f.nodes):
        sources = tuple(value[j] for j in node.inputs)
        if i + 1 not in live:
            value.append(0)  # nobody reads it
            continue
        match node.op:
            case Affine() | Sum() | Stack():
                nodes.append(Node(node.op, sources))
            case Pointwise() | Product() if i in found:
                count = sum(1 for a, b in found[i] if a < b)
                nodes += _layer(found[i], unit, size, value[gates[i]] if i in gates else sources[0], len(nodes))
                arguments.append(len(nodes) - 2)
                unit += count
            case _:
                raise Rejected(f"{type(node.op).__name__} has no slopes between bounds")
        value.append(len(nodes))
    nodes.append(Node(Stack(), (*arguments, value[-1])))
    return affine_form(Network(size, tuple(nodes))), free


def _gated(f: Network, i: int) -> int | None:
    """The value z where node i computes z·sigmoid(bz), a number b for each coordinate."""
    node = f.nodes[i]
    if not isinstance(node.op, Product):
        return None
    for z, gate in (node.inputs, node.inputs[::-1]):
        inner = f.nodes[gate - 1] if gate else None
        if inner is None or not isinstance(inner.op, Pointwise) or not all(isinstance(s, Sigmoid) for s in set(inner.op.activations)):
            continue
        (w,) = inner.inputs
        scale = f.nodes[w - 1] if w else None
        if w == z or (scale is not None and scale.inputs == (z,) and isinstance(scale.op, Affine) and _diagonal(scale.op)):
            return z
    return None


def _diagonal(op: Affine) -> bool:
    used = [{j for j, a in zip(row.columns, row.coefficients, strict=True) if a} for row in op.rows]
    return len(used) == op.columns and all(columns <= {k} and not op.rows[k].constant for k, columns in enumerate(used))


def _live(f: Network, gates: Mapping[int, int]) -> set[int]:
    """The values that the output is computed from, where gates read their argument alone."""
    live = {len(f.nodes)}
    for i in range(len(f.nodes) - 1, -1, -1):
        if i + 1 in live:
            live |= {gates[i]} if i in gates else set(f.nodes[i].inputs)
    return live


def _layer(pairs: Sequence[Slopes], unit: int, size: int, source: int, position: int) -> list[Node]:
    """The nodes for δz of the units with two slopes, for (δz, variables), and for δh of all units."""
    width = len(pairs)
    picked = tuple(Row((i,), (1,), 0) for i, (a, b) in enumerate(pairs) if a < b)
    d = common_denominator(a.denominator for a, b in pairs if a == b)
    rows = []
    for i, (a, b) in enumerate(pairs):
        if a < b:
            rows.append(Row((width + unit,), (d,), 0))
            unit += 1
        else:
            rows.append(Row((i,), (int(a * d),), 0))
    pick, both = Node(Affine(width, picked, 1), (source,)), Node(Stack(), (source, 0))
    return [pick, both, Node(Affine(width + size, tuple(rows), d), (position + 2,))]


def slopes(s: Activation, side: Interval) -> Slopes:
    """Numbers a ≤ b between which (s(u) − s(t))/(u − t) lies for all t < u on the side."""
    found = slope_bounds(s, side)
    if found.lower is None or found.upper is None:
        raise Rejected(f"the slopes of {type(s).__name__} are not bounded")
    return found.lower, found.upper


def positive_definite(s: list[list[int]]) -> bool:
    """True only if the symmetric integer matrix is positive definite; elimination with rounding to the safe side.

    Of each row what comes behind the diagonal is not read, and may be left out.
    """
    size = len(s)
    least = min((s[i][i] for i in range(size)), default=1)
    if least <= 0:
        return False
    shift = max(0, _GUARD - least.bit_length())
    longest = max((max(map(int.bit_length, row)) for row in s), default=0) + shift
    Meter().take(size**3 * (50 + digits(longest) ** 2), 2 * size**2 * longest)
    rows = [[a << shift for a in row[: i + 1]] for i, row in enumerate(s)]  # the lower half; the last row is eliminated first
    while rows:
        line = rows.pop()
        d = line.pop()
        if d <= 0:
            return False
        for i, (c, row) in enumerate(zip(line, rows, strict=True)):
            if c * c >= d * row[i]:
                return False  # a principal minor is not positive; and what follows stays as small as it began
            if c:
                for j, a in enumerate(line[: i + 1]):
                    row[j] -= c * a // d
            row[i] -= len(rows)
    return True
