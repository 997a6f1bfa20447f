"""Values, labels and half-spaces that are never reached: branch and bound with linear programs (T12, A10)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

import numpy as np

from bijection.engines.onto.inputs import in_domain, shown
from bijection.engines.onto.relaxed import Program, Rows, Solved, rounded
from bijection.engines.onto.unbounded import balanced
from bijection.engines.proposal import Proposal, Search, proves
from bijection.exact.floating import approximate, floats, scalar
from proofs.activations import Activation, PiecewiseAffine
from proofs.compose import prefix
from proofs.domains import Box, Domain, Floats, Grid, Point, Polytope, Reals
from proofs.errors import Malformed, Rejected
from proofs.exact import Interval, dot
from proofs.network import Argmax, Network, Pointwise, Softmax
from proofs.relaxation import Combination, Region
from proofs.statements import MapsInto, Not, Positive, Reached
from proofs.theorems.branching import BranchAndBound, Case, Closed, Cut, half_spaces
from proofs.theorems.values import Reaches, ReachesLabel

_WIDEST = 6_000  # coordinates of all values together
_SHALLOW = 1e-7  # a bound must exceed what it is to exclude by so much, relative to what is added up

Witness: TypeAlias = Reaches | ReachesLabel


@dataclass(frozen=True, slots=True)
class Label:
    """The label of a classifier whose scores g are; ⟨u, g⟩ > 0 with u comparing it with others excludes it."""

    k: int
    of: int

    def program(self, g: Network, on: Domain) -> Program:
        """Maximise s with g_k − gⱼ ≥ s for all j."""
        rivals = [j for j in range(self.of) if j != self.k]
        links: Rows = [({self.k: 1.0, j: -1.0, self.of: -1.0}, 0.0, np.inf) for j in rivals]
        return Program(g, on, links, {self.of: -1.0}, 1)

    def functional(self, program: Program, solved: Solved) -> Point:
        """Σ λⱼ(eⱼ − e_k)."""
        weights = [rounded(max(0.0, float(y))) for y in program.weights(solved)]
        return (*weights[: self.k], -sum(weights, Fraction(0)), *weights[self.k :])

    def excluded(self, u: Point, least: Fraction) -> bool:
        """Whether this lower bound of ⟨u, g⟩ excludes the label."""
        return least > 0 or (least == 0 and any(u[: self.k]))


@dataclass(frozen=True, slots=True)
class Value:
    """A value y; ⟨u, f⟩ > ⟨u, y⟩ excludes it."""

    y: Point

    def program(self, g: Network, on: Domain) -> Program:
        """Minimise Σ |fᵢ − yᵢ|."""
        m = len(self.y)
        links: Rows = []
        for i, t in enumerate(floats(self.y)):
            links += [({i: 1.0, m + i: -1.0}, -np.inf, float(t)), ({i: 1.0, m + i: 1.0}, float(t), np.inf)]
        return Program(g, on, links, {m + i: 1.0 for i in range(m)}, m)

    def functional(self, program: Program, solved: Solved) -> Point:
        """What separates the value."""
        weights = program.weights(solved)
        return tuple(rounded(float(-a - b)) for a, b in zip(weights[::2], weights[1::2], strict=True))

    def excluded(self, u: Point, least: Fraction) -> bool:
        """Whether this lower bound of ⟨u, f⟩ excludes the value."""
        return least > dot(u, self.y)


@dataclass(frozen=True, slots=True)
class HalfSpace:
    """⟨a, f⟩ ≤ b, which is to hold."""

    a: Point
    b: Fraction

    def program(self, g: Network, on: Domain) -> Program:
        """Maximise ⟨a, f⟩."""
        return Program(g, on, [], {i: -approximate(t) for i, t in enumerate(self.a)})

    def functional(self, program: Program, solved: Solved) -> Point:
        """−a."""
        return tuple(-t for t in self.a)

    def excluded(self, u: Point, least: Fraction) -> bool:
        """Whether this lower bound of ⟨u, f⟩ shows it."""
        return least >= -self.b


Target: TypeAlias = Label | Value | HalfSpace


def by_branching(goal: Positive, search: Search) -> Iterator[Proposal]:
    """A value that is never reached, or an image that stays inside a box or polytope."""
    match goal:
        case Reached(Network() as f, on, value) if not (f.nodes and isinstance(f.nodes[-1].op, Argmax)):
            found = never(f, on, Value(value), search)
            if isinstance(found, BranchAndBound):
                yield Proposal(Not(goal), (found,), f"no part of the domain reaches the value ({len(found.cases)} cases)")
        case MapsInto(Network() as f, on, Box() | Polytope() as into):
            found = stays(f, on, into, search)
            if found is not None:
                yield Proposal(goal, (found,), f"the image stays inside on every part of the domain ({len(found.cases)} cases)")
        case _:
            return


def stays(f: Network, on: Domain, into: Box | Polytope, search: Search) -> BranchAndBound | None:
    """A proof that f(D) ⊆ C, one tree whose leaves hold for all half-spaces; only for a single half-space."""
    normals, offsets = half_spaces(into)
    if len(normals) != 1:
        return None
    found = never(f, on, HalfSpace(normals[0], offsets[0]), search)
    return found if isinstance(found, BranchAndBound) and proves(found, MapsInto(f, on, into)) else None


def never_label(f: Network, on: Domain, label: int, search: Search) -> BranchAndBound | Witness | None:
    """A proof that the label is never reached, or an input that has it after all."""
    last = f.nodes[-1].inputs[0]
    if not 0 <= label < f.widths[last]:
        return None  # there is no score to compare
    return never(prefix(f, last), on, Label(label, f.widths[last]), search, f)


def never(g: Network, on: Domain, target: Target, search: Search, classifier: Network | None = None) -> BranchAndBound | Witness | None:
    """A tree of cases that excludes the target, or an input that shows a label, or None."""
    small = sum(g.widths) <= _WIDEST and not any(isinstance(node.op, Argmax | Softmax) for node in g.nodes)
    if not small or not isinstance(on, Reals | Box | Polytope | Grid | Floats):
        return None
    try:
        return _Tree(g, on, target, search, classifier).grown()
    except (Rejected, Malformed):
        return None


@dataclass(frozen=True, slots=True)
class _Tree:
    g: Network
    on: Domain
    target: Target
    search: Search
    classifier: Network | None

    def grown(self) -> BranchAndBound | Witness | None:
        """Depth first, so that the cases come out in preorder."""
        program = self.target.program(self.g, self.on)
        cases: list[Case] = []
        todo, deepest = [(Region.whole(self.g, self.on), 0)], _deepest(self.g)
        while todo:
            region, depth = todo.pop()
            if self.search.remaining() < 0.5 or depth > deepest:
                return None
            if len(cases) % 100 == 99:
                self.search.report(f"{len(cases)} cases, {len(todo)} open")
            solved = program.solve(region, self.search.remaining())
            if solved is not None:
                closed = self._closed(program, region, solved)
                if closed is not None:
                    cases.append(Closed((closed,)))
                    continue
                witness = self._witness(program, solved)
                if witness is not None:
                    return witness
            cut = _cut(program, region, solved)
            if cut is None:
                return None
            cases.append(cut)
            above = region.restricted(cut.value, cut.coordinate, Interval(cut.at, None))
            todo += [(above, depth + 1), (region.restricted(cut.value, cut.coordinate, Interval(None, cut.at)), depth + 1)]
        return BranchAndBound(tuple(cases))

    def _closed(self, program: Program, region: Region, solved: Solved) -> Combination | None:
        """A combination that closes the case, exactly."""
        if solved.duals.x is not None and solved.duals.value <= self._floor():
            return None
        u = self.target.functional(program, solved) if solved.duals.x is not None else (Fraction(0),) * self.g.width
        combination = program.combination(solved, u)
        fixed = isinstance(self.target, HalfSpace)
        for one in (combination, balanced(region, combination, fixed)):
            try:
                if one is not None and self._excludes(one, region.least(one)):
                    return one
            except Rejected:
                continue
        return None

    def _excludes(self, by: Combination, least: Fraction) -> bool:
        return least > 0 if not any(by.functional) else self.target.excluded(by.functional, least)

    def _floor(self) -> float:
        """What the optimum has to exceed."""
        return -approximate(self.target.b) - _SHALLOW if isinstance(self.target, HalfSpace) else -_SHALLOW

    def _witness(self, program: Program, solved: Solved) -> Witness | None:
        """The point of the program, if it has the label."""
        if self.classifier is None or not isinstance(self.target, Label) or solved.duals.x is None:
            return None
        x = program.value(solved, 0)
        for bits in (3, 8, 16, 30):
            point = in_domain(self.on, x, bits) if np.isfinite(x).all() else None
            step = None if point is None else shown(self.classifier, self.on, point, self.target.k)
            if step is not None:
                return step
        return None


def _deepest(g: Network) -> int:
    """How many cuts lead to a region without cases left, some for each smooth unit."""
    units = [s for node in g.nodes if isinstance(node.op, Pointwise) for s in node.op.activations]
    return sum(len(s.breakpoints) if isinstance(s, PiecewiseAffine) else 12 for s in units)


def _cut(program: Program, region: Region, solved: Solved | None) -> Cut | None:
    """The unit where the program is furthest from the network, cut where its point lies; without a point the first unit that can be cut."""
    best: tuple[float, Cut] | None = None
    f = region.f
    force = program.forces(solved) if solved is not None else {}
    weak = 1e-3 * max(force.values(), default=0.0) or 1.0
    for k, node in enumerate(f.nodes, 1):
        if not isinstance(node.op, Pointwise):
            continue
        j = node.inputs[0]
        chosen = {line.coordinate for line in solved.lines if line.value == k and line.chosen} if solved is not None else None
        has_point = solved is not None and solved.duals.x is not None
        z = program.value(solved, j) if solved is not None and has_point else None
        h = program.value(solved, k) if solved is not None and has_point else None
        for i, (s, side) in enumerate(zip(node.op.activations, region.values[j], strict=True)):
            if chosen is not None and i not in chosen and (side.lower is not None and side.upper is not None):
                continue
            at = threshold(s, side, None if z is None else float(z[i]))
            if at is None:
                continue
            gap = 1.0 if z is None or h is None else abs(float(h[i]) - _value(s, float(z[i]))) * (force.get((k, i), 0.0) + weak)
            if best is None or gap > best[0]:
                best = gap, Cut(j, i, at)
        if best is not None and z is None:
            return best[1]
    return None if best is None or best[0] < 1e-9 * weak else best[1]


def threshold(s: Activation, side: Interval, near: float | None) -> Fraction | None:
    """Where to cut the interval of a unit: a breakpoint inside it, or for a smooth activation near a point, not too close to its ends."""
    if isinstance(s, PiecewiseAffine):
        inside = [b for b in s.breakpoints if (side.lower is None or side.lower < b) and (side.upper is None or b < side.upper)]
        if not inside:
            return None
        return inside[len(inside) // 2] if near is None else min(inside, key=lambda b: abs(approximate(b) - near))
    if side.lower is None or side.upper is None:
        end = side.lower if side.lower is not None else side.upper
        if end is None:
            return Fraction(0)
        further = end + (1 + abs(end)) * (1 if side.upper is None else -1)
        return further if abs(further) < 1000 else None
    width = side.upper - side.lower
    if width < Fraction(1, 2**20):
        return None
    middle = approximate(side.lower + width / 2) if near is None else near
    low, high = side.lower + width / 5, side.upper - width / 5
    unit = Fraction(2) ** (int(np.floor(np.log2(approximate(width)))) - 6)
    return round(min(max(Fraction(middle), low), high) / unit) * unit


def _value(s: Activation, z: float) -> float:
    with np.errstate(all="ignore"):
        return float(scalar(s)[0](np.array([z]))[0])
