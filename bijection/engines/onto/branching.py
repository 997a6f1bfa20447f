"""Values, labels and half-spaces that are never reached: branch and bound with linear programs (T12, A10)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

import numpy as np

from bijection.engines.onto.cuts import between, cut, deepest, first_open, pinned
from bijection.engines.onto.inputs import in_domain, shown
from bijection.engines.onto.one_case import settled
from bijection.engines.onto.relaxed import Program, Solved
from bijection.engines.onto.targets import HalfSpace, Label, Target, Value
from bijection.engines.onto.unbounded import balanced
from bijection.engines.proposal import Proposal, Search, proves
from bijection.exact.floating import Array, approximate, floats
from proofs.compose import prefix
from proofs.domains import Box, Domain, Floats, Grid, Integers, Point, Polytope, Reals, contains
from proofs.errors import Malformed, Rejected
from proofs.exact import vector
from proofs.kernel import Theorem
from proofs.network import Argmax, Network, Softmax
from proofs.relaxation import Combination, Region
from proofs.statements import MapsInto, Not, Positive, Reached
from proofs.theorems.branching import BranchAndBound, Case, Closed, Cut, cases, half_spaces
from proofs.theorems.maxima import WithoutMaxima, without_maxima
from proofs.theorems.merging import Merged, merged
from proofs.theorems.values import Reaches, ReachesLabel

_WIDEST = 6_000  # coordinates of all values together
_MOST_CASES = 1_000_000
_SECONDS = 10.0  # for one case, solved exactly
_TIE = 1e-5  # margins below this may be ties
_SHALLOW = 1e-7  # a bound must exceed what it is to exclude by so much, relative to what is added up

Witness: TypeAlias = Reaches | ReachesLabel


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


def never_label(f: Network, on: Domain, label: int, search: Search, most: int | None = None) -> tuple[Theorem, ...] | None:
    """Steps that prove that the label is never reached, or the one that shows an input that has it after all; `most`: cases, at most."""
    last = f.nodes[-1].inputs[0]
    if not 0 <= label < f.widths[last]:
        return None  # there is no score to compare
    steps, plain = simplified(f)
    found = never(prefix(plain, plain.nodes[-1].inputs[0]), on, Label(label, f.widths[last]), search, f, most)
    return None if found is None else (*steps, found) if isinstance(found, BranchAndBound) else (found,)


def simplified(f: Network) -> tuple[tuple[Theorem, ...], Network]:
    """The same function without maxima and without equal units, which part only where rounding parts them, and the steps that say so."""
    steps: list[Theorem] = []
    for theorem, form in ((WithoutMaxima(), without_maxima), (Merged(), merged)):
        with suppress(Malformed):  # numbers too long
            g = form(f)
            if g != f:
                steps.append(theorem)
                f = g
    return tuple(steps), f


def never(
    g: Network, on: Domain, target: Target, search: Search, classifier: Network | None = None, most: int | None = None
) -> BranchAndBound | Witness | None:
    """A tree of cases that excludes the target, or an input that shows a label, or None."""
    small = sum(g.widths) <= _WIDEST and not any(isinstance(node.op, Argmax | Softmax) for node in g.nodes)
    if not small or not isinstance(on, Reals | Box | Polytope | Grid | Integers | Floats):
        return None
    try:
        return _Tree(g, on, target, search, classifier, _MOST_CASES if most is None else most).grown()
    except (Rejected, Malformed):
        return None


@dataclass(slots=True)
class _Tree:
    g: Network
    on: Domain
    target: Target
    search: Search
    classifier: Network | None
    most: int  # cases
    tries: int = 20  # to solve exactly for a tie

    def grown(self) -> BranchAndBound | Witness | None:
        """Depth first, so that the cases come out in preorder."""
        program = self.target.program(self.g, self.on)
        done: list[Case] = []
        todo: list[tuple[Region, tuple[Cut, ...]]] = [(Region.whole(self.g, self.on), ())]
        limit = deepest(self.g, self.on)
        while todo:
            region, cuts = todo.pop()
            if self.search.remaining() < 0.5 or len(cuts) > limit or len(done) >= self.most:
                return None
            if len(done) % 100 == 99:
                self.search.report(f"{len(done)} cases, {len(todo)} open")
            step = self._step(program, region, cuts)
            if not isinstance(step, Closed | Cut):
                return step
            done.append(step)
            if isinstance(step, Cut):
                todo += [(part, (*cuts, step)) for part in cases(region, step)]
        return BranchAndBound(tuple(done))

    def _step(self, program: Program, region: Region, cuts: Sequence[Cut]) -> Closed | Cut | Witness | None:
        """What closes the case, or divides it, or an input that has the label."""
        solved = program.solve(region, self.search.remaining())
        if solved is not None:
            closed = self._closed(program, region, solved)
            if closed is not None:
                return Closed((closed,))
            witness = self._witness(program, region, cuts, solved)
            if witness is not None:
                return witness
        return cut(program, region, solved) or self._exactly(region, cuts)

    def _exactly(self, region: Region, cuts: Sequence[Cut]) -> Closed | Cut | Witness | None:
        """The case without floats."""
        left = first_open(region)
        if left is not None or not isinstance(self.target, Label):
            return left
        found = settled(region, {(c.value, c.coordinate) for c in cuts}, self.target.k, min(_SECONDS, self.search.remaining()))
        match found:
            case None:
                return None
            case Combination():
                return Closed((found,)) if self._excludes(found, region.least(found)) else None
            case _:
                return self._shown(found) or between(region, found)

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

    def _witness(self, program: Program, region: Region, cuts: Sequence[Cut], solved: Solved) -> Witness | None:
        """The point of the program if it has the label; if it is nearly a tie, an exact point where units do what they do there."""
        if self.classifier is None or not isinstance(self.target, Label) or solved.duals.x is None:
            return None
        x = program.value(solved, 0)
        if not np.isfinite(x).all():
            return None
        step = self._near(x)
        if step is not None or self.tries == 0 or abs(solved.duals.value) > _TIE:
            return step
        self.tries -= 1
        part = pinned(region, lambda j: program.value(solved, j))
        if part is None:
            return None
        units = {(c.value, c.coordinate) for c in cuts} | part[1]
        found = settled(part[0], units, self.target.k, min(_SECONDS, self.search.remaining()))
        return self._shown(found) if isinstance(found, tuple) else None

    def _near(self, x: Array) -> Witness | None:
        """A point of the domain with few bits beside these floats, if it has the label."""
        assert isinstance(self.target, Label)
        assert self.classifier is not None
        for bits in (3, 8, 16, 30):
            point = in_domain(self.on, x, bits)
            step = None if point is None else shown(self.classifier, self.on, point, self.target.k)
            if step is not None:
                return step
        return None

    def _shown(self, x: Point) -> Witness | None:
        """The point, or one of the domain beside it, if it has the label."""
        assert isinstance(self.target, Label)
        if self.classifier is None:
            return None
        step = shown(self.classifier, self.on, x, self.target.k) if contains(self.on, vector(x)) else None
        return step or self._near(floats(x))
