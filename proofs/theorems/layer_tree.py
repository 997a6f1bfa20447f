"""One layer x ↦ σ(Wx + b) on a convex domain: a tree of linear dependencies shows that it is injective (L2, L3, A3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import gcd
from operator import mul
from typing import ClassVar, TypeAlias, assert_never

from proofs.activations import IDENTITY, Activation, PiecewiseAffine
from proofs.domains import Box, Polytope, Reals
from proofs.errors import Brief, Rejected, require
from proofs.exact import vector
from proofs.functions import Function
from proofs.kernel import Status
from proofs.limits import Meter, digits
from proofs.network import Affine, Network, Pointwise, Row, gather
from proofs.ranges import strictly_monotone
from proofs.statements import Injective, Statement
from proofs.theorems.affine import affine_form

Dependency: TypeAlias = tuple[tuple[int, ...], tuple[int, ...], tuple[tuple[int, int], ...]]  # flats, multipliers, (side, multiplier)

Kernel: TypeAlias = list[list[int]]


@dataclass(frozen=True, slots=True, repr=False)
class LayerTree(Brief):
    """σ(Wx + b), each σᵢ continuous and monotone, D = ℝⁿ, a box or a polytope: injective on D if a tree shows that wherever
    units are flat, the others have full rank.

    A flat of unit i is a longest interval on which σᵢ is constant. The flats of all units are numbered, unit by unit from the
    left. A dependency is (flats, multipliers, sides) and says that these flats cannot hold at once. `tree` names the dependency
    at each node, in preorder, leaves left out.

    Proof: suppose f(x) = f(y) with x ≠ y in D. Let v = y − x and p = (x + y)/2; p ∈ D, as D is convex. With z(x) = Wx + b, along
    the segment zᵢ runs from zᵢ(x) to zᵢ(y), and σᵢ, being monotone with equal values at both ends, is constant between them. So
    either ⟨wᵢ, v⟩ = 0, or zᵢ(x) ≠ zᵢ(y) lie in one flat of unit i, whose interior contains zᵢ(p). Follow a path through the tree,
    keeping a set of *excluded* flats: those that do not have zᵢ(p) in their interior, or whose unit has ⟨wᵢ, v⟩ = 0. If all flats
    of unit i are excluded, or if it has none, then ⟨wᵢ, v⟩ = 0; also ⟨a, v⟩ = 0 if D lies in a hyperplane ⟨a, x⟩ = c, as is plain from a
    box of no width or from two opposite sides. If the rows a, wᵢ known to be orthogonal to v have rank n, then v = 0, a
    contradiction: a leaf. Otherwise the next node has a dependency, flats with multipliers λ ≠ 0 such that Σ λ·(zᵢ − end) ≥ 0 on D, where
    the end is the right end of the flat if λ > 0 and its left end if λ < 0. If p were in the interior of all of them, each
    term at p would be negative. So one of them is excluded beside those that are so already: there is a child for each. The
    tree is finite, thus one of these children has a leaf below it that is a contradiction.

    How Σ λ·(zᵢ − end) ≥ 0 is checked: exactly, by its least value on a box; on ℝⁿ its linear part must vanish and the constant
    be ≥ 0; on a polytope the same must hold after adding Σ μ·(⟨a, x⟩ − b) ≤ 0 with multipliers μ > 0 of its sides. All forms here
    are multiples by positive numbers that make them integer: zᵢ − end by the denominators of Wx + b and of the end, a side by its
    least common denominator.

    How the rank is found: by vectors K modulo a number m such that every integer vector v orthogonal to the rows known is modulo m
    a combination of them; at first K is the unit vectors. If a row w with the products dᵢ = ⟨w, kᵢ⟩ is added, and dⱼ is a unit
    modulo m, then K becomes the dⱼkᵢ − dᵢkⱼ for i ≠ j: v ≡ Σ cᵢkᵢ and 0 = ⟨w, v⟩ ≡ Σ cᵢdᵢ imply dⱼv ≡ Σ cᵢ(dⱼkᵢ − dᵢkⱼ). If K is
    empty, then v ≡ 0 for every such v; but an integer v ≠ 0 could be divided by its greatest common divisor. So v = 0 is
    the only integer vector orthogonal to the rows, hence the only real one, the rows being rational.
    """

    modulus: int
    dependencies: tuple[Dependency, ...]
    tree: tuple[int, ...]
    name: ClassVar[str] = "LayerTree"
    status: ClassVar[Status] = Status.MACHINE
    source: ClassVar[str] = "elementary (L2, L3, A3)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Injective(f, D) outright, for affine operations and then at most one layer of activations."""
        if not (isinstance(goal, Injective) and isinstance(goal.on, Reals | Box | Polytope)):
            raise Rejected("the tree of a layer proves injectivity on ℝⁿ, a box or a polytope only")
        require(self.modulus >= 2, "the modulus is {}; it must be at least 2", self.modulus)
        w, activations = layer(goal.f)
        path = _Path(w, flats(activations), self.modulus)
        branching = sum(1 for k in self.tree if 0 <= k < len(self.dependencies) and len(self.dependencies[k][0]) > 1)
        path.meter.take(0, w.columns**2 * max(256, self.modulus.bit_length()) * (1 + min(branching, w.columns)))
        kernel: Kernel = [[int(i == j) for j in range(w.columns)] for i in range(w.columns)]
        for row in hyperplanes(goal.on):
            kernel = path.know(row, kernel)
        for i in sorted(set(range(len(w.rows))) - {flat.unit for flat in path.flats}):
            kernel = path.know(w.rows[i], kernel)
        for k, dependency in enumerate(self.dependencies):
            require(bool(dependency[0]), "dependency {} names no flat", k)
            require(least(w, path.flats, dependency, goal.on, path.meter) >= 0, "dependency {}: its flats may well hold at once", k)
        self._walk(path, kernel)
        return ()

    def _walk(self, path: _Path, kernel: Kernel) -> None:
        used = 0
        todo: list[tuple[int, int | None, Kernel]] = [(0, None, kernel)]  # how much of the path stays, the flat to exclude
        while todo:
            depth, excluded, kernel = todo.pop()
            path.back(depth)
            if excluded is not None:
                kernel = path.exclude(excluded, kernel)
            if not kernel:
                continue
            require(used < len(self.tree), "the tree ends after {} nodes, where {} dimensions are left", used, len(kernel))
            k = self.tree[used]
            require(0 <= k < len(self.dependencies), "there is no dependency {}, {} are given", k, len(self.dependencies))
            todo.extend((path.depth, flat, kernel) for flat in reversed(self.dependencies[k][0]))
            used += 1
        require(used == len(self.tree), "the tree has {} nodes, {} of them are used", len(self.tree), used)


@dataclass(frozen=True, slots=True)
class Flat:
    """A longest interval on which the activation of a unit is constant; None stands for an infinite end."""

    unit: int
    left: Fraction | None
    right: Fraction | None


def layer(f: Function) -> tuple[Affine, tuple[Activation, ...]]:
    """Wx + b and σ of a network that is σ(Wx + b); σ is the identity if there is no layer of activations at the end."""
    if not isinstance(f, Network):
        raise Rejected("a table is no layer")
    last = f.nodes[-1] if f.nodes else None
    if last is None or not isinstance(last.op, Pointwise):
        w = affine_form(f)
        return w, (IDENTITY,) * len(w.rows)
    require(last.inputs == (len(f.nodes) - 1,), "the activations do not act on the value before them")
    return affine_form(Network(f.arity, f.nodes[:-1])), last.op.activations


def flats(activations: Sequence[Activation]) -> tuple[Flat, ...]:
    """The flats of all units, unit by unit from the left to the right."""
    return tuple(Flat(i, left, right) for i, s in enumerate(activations) for left, right in _flats(s))


def _flats(s: Activation) -> list[tuple[Fraction | None, Fraction | None]]:
    if not isinstance(s, PiecewiseAffine):
        require(strictly_monotone(s), f"{type(s).__name__} is not known to be strictly monotone")
        return []
    slopes = [slope for slope, _ in s.pieces]
    require(all(t >= 0 for t in slopes) or all(t <= 0 for t in slopes), "an activation with the slopes {} is not monotone", slopes)
    ends = [None, *s.breakpoints, None]
    found: list[tuple[Fraction | None, Fraction | None]] = []
    for k, slope in enumerate(slopes):
        if slope == 0 and k > 0 and slopes[k - 1] == 0:
            found[-1] = (found[-1][0], ends[k + 1])
        elif slope == 0:
            found.append((ends[k], ends[k + 1]))
    return found


def hyperplanes(on: Reals | Box | Polytope) -> list[Row]:
    """Forms ⟨a, x⟩ with ⟨a, x⟩ constant on the domain, as far as it is plain."""
    match on:
        case Reals():
            return []
        case Box(lower, upper):
            return [Row((i,), (1,), 0) for i in range(len(lower)) if lower[i] == upper[i]]
        case Polytope():
            sides = {_lowest(side(on, k)): None for k in range(len(on.normals))}
            return [Row(tuple(range(on.n)), row[:-1], 0) for row in sides if tuple(-t for t in row) in sides]
        case _:
            assert_never(on)


def _lowest(row: tuple[int, ...]) -> tuple[int, ...]:
    common = gcd(*row) or 1
    return tuple(t // common for t in row)


def side(on: Polytope, k: int) -> tuple[int, ...]:
    """⟨a, x⟩ − b of side k times its least common denominator: the coefficients and then the constant."""
    return vector((*on.normals[k], -on.offsets[k])).numerators


def least(w: Affine, known: Sequence[Flat], dependency: Dependency, on: Reals | Box | Polytope, meter: Meter) -> Fraction:
    """A lower bound on D of a positive multiple of Σ λ·(zᵢ − end), the sum of the dependency."""
    named, multipliers, sides = dependency
    require(len(named) == len(multipliers), f"{len(named)} flats and {len(multipliers)} multipliers")
    bits = max((t.bit_length() for t in (*multipliers, *(t for _, t in sides))), default=0)
    meter.take((1 + len(named) + len(sides)) * (1 + w.columns) * (10 + digits(bits) * digits(w.bits)))
    total = [0] * (w.columns + 1)
    for number, factor in zip(named, multipliers, strict=True):
        require(0 <= number < len(known), "there is no flat {}; the layer has {}", number, len(known))
        flat = known[number]
        end = flat.right if factor > 0 else flat.left
        if end is None or factor == 0:
            raise Rejected("the multiplier of a flat is 0, or its sign belongs to an infinite end")
        _add(total, w.rows[flat.unit], factor * end.denominator)
        total[-1] -= factor * end.numerator * w.denominator
    require(not sides or isinstance(on, Polytope), "sides are named, and the domain is no polytope")
    for k, factor in sides:
        require(isinstance(on, Polytope) and 0 <= k < len(on.normals) and factor > 0, "side {} with the multiplier {}", k, factor)
        assert isinstance(on, Polytope)
        for j, a in enumerate(side(on, k)):
            total[j] += factor * a
    if isinstance(on, Box):
        ends = zip(total, on.lower, on.upper, strict=False)
        return sum((a * (low if a > 0 else high) for a, low, high in ends), Fraction(total[-1]))
    require(not any(total[:-1]), "the sum of the named forms is not constant")
    return Fraction(total[-1])


def _add(total: list[int], row: Row, factor: int) -> None:
    for j, a in zip(row.columns, row.coefficients, strict=True):
        total[j] += factor * a
    total[-1] += factor * row.constant


@dataclass(slots=True)
class _Path:
    """The flats that are excluded on the way to a node."""

    w: Affine
    flats: tuple[Flat, ...]
    modulus: int
    meter: Meter = field(default_factory=Meter)
    excluded: list[int] = field(default_factory=list)
    open: list[set[int]] = field(init=False)  # for each unit its flats that are not excluded

    def __post_init__(self) -> None:
        self.open = [set() for _ in self.w.rows]
        for number, flat in enumerate(self.flats):
            self.open[flat.unit].add(number)

    @property
    def depth(self) -> int:
        return len(self.excluded)

    def exclude(self, number: int, kernel: Kernel) -> Kernel:
        """One flat more; if it is the last one of its unit, the row of the unit is known."""
        unit = self.flats[number].unit
        require(number in self.open[unit], "flat {} is excluded twice on one path", number)
        self.excluded.append(number)
        self.open[unit].remove(number)
        return kernel if self.open[unit] else self.know(self.w.rows[unit], kernel)

    def back(self, depth: int) -> None:
        """Forget what is below this depth."""
        while self.depth > depth:
            number = self.excluded.pop()
            self.open[self.flats[number].unit].add(number)

    def know(self, row: Row, kernel: Kernel) -> Kernel:
        """The vectors K after one row more; the same ones if all products vanish."""
        m, size = self.modulus, digits(self.modulus.bit_length())
        self.meter.take(100 + len(kernel) * self.w.columns * size * (10 + digits(self.w.bits) + size))
        products = [sum(map(mul, row.coefficients, gather(row.columns, k))) % m for k in kernel]
        j = next((j for j, d in enumerate(products) if d), None)
        if j is None:
            return kernel
        d, pivot = products[j], kernel[j]
        require(gcd(d, m) == 1, "{} is not a unit modulo {}; take a prime", d, m)
        pairs = [(k, e) for i, (k, e) in enumerate(zip(kernel, products, strict=True)) if i != j]
        return [[(d * a - e * b) % m for a, b in zip(k, pivot, strict=True)] if e else k for k, e in pairs]
