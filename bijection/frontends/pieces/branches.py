"""Functions that compare their input, as what they are between the places where they change: pieces, proved to be all of them.

The function is called on numbers, with every entry as a term beside its number (`Path`), once for each piece of its arguments: an
argument is an entry that is compared with a constant. What is compared with it gives the next places to look at; that only proposes.
Then it is proved that the facts of the paths are exactly lower ≤ x ≤ upper, each upper end the next lower end, from −∞ to ∞, for
all values of everything else. Entries are pieces of their own argument alone: a term or fact with two of them is refused. Where
calls take different ways through the program (any, all), entries on one way are called again beside entries on the other.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
import torch
from torch.utils._pytree import tree_leaves

from bijection.errors import NotSupported
from bijection.frontends.pieces.paths import Fact, Path
from bijection.frontends.pieces.terms import ONE, ZERO, Form, Forms, Term, Terms, coordinates_in
from bijection.frontends.torch.recorder import Closed
from bijection.frontends.torch.tracer import Tracer
from bijection.frontends.values import Constant, Value, numbers

MOST_PIECES = 100
Outputs: TypeAlias = tuple[np.ndarray[Any, np.dtype[Any]], ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """What an entry is for lower ≤ x ≤ upper; None is an end at infinity. `facts` are those that are not about x alone."""

    lower: Form | None
    upper: Form | None
    term: Term
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A function of x in pieces; of a term that is no function of any argument, one piece and no x."""

    x: Term | None
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Region:
    """The runs with lower ≤ x ≤ upper, < where it is sharp, and what else they take for granted."""

    runs: tuple[int, ...]
    lower: Form | None
    upper: Form | None
    sharp: tuple[bool, bool]
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """One call: the outputs, which comparisons decided them, the facts by argument, and the operators that ran."""

    outputs: Outputs
    marks: Outputs
    facts: Mapping[Term | None, tuple[Fact, ...]]
    trail: tuple[tuple[Any, ...], ...]
    path: Path


class Branches:
    """A function of tensors, called in all the ways that its pieces need."""

    def __init__(self, t: Tracer, call: Callable[[Sequence[Any]], Any], given: Sequence[Value]) -> None:
        self._tracer, self._call, self._given = t, call, given
        self.terms = Terms()
        self._entries = [self._named(v) for v in given]
        self._inside: dict[Term, frozenset[Term]] = {}  # coordinates, by the term they are in
        self.arguments: dict[Term, None] = {}
        self.forms = Forms(t.code, frozenset(), self.terms)
        self._base = self._somewhere()

    def _named(self, v: Value) -> np.ndarray[Any, np.dtype[Any]]:
        """The entries of what the function is given."""
        out = np.empty(v.shape, dtype=object)
        if isinstance(v, Constant):
            out[...] = np.frompyfunc(self.terms.number, 1, 1)(numbers(v))
        else:
            out[...] = np.frompyfunc(lambda j: self.terms.make("coordinate", v.value, int(j)), 1, 1)(v.index)
        return out

    def _somewhere(self) -> dict[Term, float]:
        """A number for each coordinate, as the network might have them: shares add up to 1, what is in an interval stays there."""
        random = np.random.default_rng(0)
        named = dict.fromkeys(e for part in self._entries for e in part.ravel() if e.op == "coordinate")
        forms = {e: form for e in named if (form := self.forms.of(e)) is not None}
        atoms = dict.fromkeys(a for form in forms.values() for a in form.weights)
        at: dict[Term, float] = {}
        for a in atoms:
            group = self.forms.group(a)
            if a not in at:
                at |= (
                    zip(group, random.dirichlet(5 * np.ones(len(group))).tolist(), strict=True)
                    if group
                    else {a: self._inside_of(a, random.normal())}
                )
        return {e: sum((float(c) * at[a] for a, c in form.weights.items()), float(form.constant)) for e, form in forms.items()}

    def _inside_of(self, a: Term, s: float) -> float:
        """A number where the coordinate may be."""
        low, high = self.forms.side(a)
        if low is not None and high is not None:
            return float(low) + float(high - low) / (1 + math.exp(-s))
        return float(low) + math.exp(s) if low is not None else float(high) - math.exp(s) if high is not None else s

    def _run(self, at: Mapping[Term, float]) -> Run:
        """Call the function where the arguments are these numbers, and everything else is as always."""
        where = {**self._base, **at}
        path = Path(self.terms, self._tracer.number, where)
        dtype = torch.float32 if self._tracer.single else torch.float64
        tensors = []
        for v, entries in zip(self._given, self._entries, strict=True):
            if isinstance(v, Constant) and v.integer:
                tensors.append(torch.from_numpy(np.array(v.array)))
                continue
            values = [path.near(e) for e in entries.ravel()]
            tensors.append(torch.tensor(values, dtype=dtype).reshape(entries.shape))
            path.write(tensors[-1], entries)
        with torch.no_grad(), path, Closed(path.moves, path.saw):
            out = self._call(tensors)
        tensors = [y for y in tree_leaves(out) if isinstance(y, torch.Tensor)]
        outputs, marks = tuple(map(path.read, tensors)), tuple(map(path.marks, tensors))
        return Run(outputs, marks, self._sorted(path), tuple(path.trail), path)

    def _sorted(self, path: Path) -> dict[Term | None, tuple[Fact, ...]]:
        """The facts by the argument they are about; arguments are found here, too."""
        for fact in path.facts:
            known = self.coordinates(fact.term)
            form = self.forms.of(fact.term) if known and len(known) <= 2 else None
            for x in known:
                others = [self.forms.of(y) for y in known if y is not x]
                if form is not None and all(f is not None and f.is_constant for f in others):
                    self.arguments.setdefault(x)
        found: dict[Term | None, list[Fact]] = {}
        for fact in path.facts:
            about = [x for x in self.coordinates(fact.term) if x in self.arguments]
            if len(about) > 1:
                raise NotSupported("it compares values that depend on two entries, on each of which its path depends")
            found.setdefault(about[0] if about else None, []).append(fact)
        return {x: tuple(facts) for x, facts in found.items()}

    def coordinates(self, term: Term) -> frozenset[Term]:
        """What the term is made of."""
        return coordinates_in(term, self._inside)

    def _places(self, x: Term, runs: Sequence[Run]) -> list[float]:
        """A number between any two places that x was compared with, and beyond the last ones; also the places that are constants."""
        ends, exact = set(), set()
        for run in runs:
            for fact in run.facts.get(x, ()):
                form = self.forms.of(fact.term)
                c = form.of(x) if form is not None else ZERO
                if form is not None and c:
                    ends.add(run.path.near(x) - run.path.near(fact.term) / float(c))
                    exact |= {float(-form.constant / c)} if set(form.weights) == {x} else set()
        at = sorted(e for e in ends if np.isfinite(e))
        apart = [a for a, b in pairwise([*at, np.inf]) if b - a > 1e-7 * (1 + abs(a))]
        if not apart:
            return [self._base[x]]
        return sorted([apart[0] - 1, *((a + b) / 2 for a, b in pairwise(apart)), apart[-1] + 1, *exact])

    def explored(self) -> list[Run]:
        """Runs in all pieces of all arguments; the k-th one in the k-th piece of each."""
        runs = [self._run({})]
        places: dict[Term, list[float]] = {}
        while True:
            self.forms = Forms(self._tracer.code, frozenset(self.arguments), self.terms)
            found = {x: self._places(x, runs) for x in self.arguments}
            count = max(map(len, found.values()), default=0)
            if count > MOST_PIECES:
                raise NotSupported(f"it has more than {MOST_PIECES} pieces")
            if {x: len(at) for x, at in found.items()} == {x: len(at) for x, at in places.items()}:
                break
            places = found
            runs = [self._run({x: at[min(k, len(at) - 1)] for x, at in places.items()}) for k in range(count)] or runs
        self._mixed(runs, places)
        return runs

    def _mixed(self, runs: Sequence[Run], places: Mapping[Term, list[float]]) -> None:
        """Entries whose calls took one way through the program, beside entries that take another: they must be the same."""
        ways = list(dict.fromkeys(run.trail for run in runs))
        if len(ways) == 1 or len(places) < 2:
            return
        if len(ways) > 2:
            raise NotSupported(f"it takes {len(ways)} ways through the program; at most two are followed")
        first, second = (next(k for k, run in enumerate(runs) if run.trail == way) for way in ways)
        joint = self._beside(first, second, 1, places)[0].trail
        for k, run in enumerate(runs):
            if run.trail == joint:
                continue  # then what stands beside changes nothing
            for odd in (0, 1):
                both, mine = self._beside(k, first if run.trail != ways[0] else second, odd, places)
                if both.trail != joint or joint not in ways:
                    raise NotSupported("it takes a way through the program for some inputs that it takes for no single piece")
                self._same(run, both, mine)

    def _beside(self, k: int, other: int, odd: int, places: Mapping[Term, list[float]]) -> tuple[Run, set[Term]]:
        """A run with every second argument in its k-th piece, these arguments, and the others in another one."""
        mine = {x for i, x in enumerate(places) if i % 2 == odd}
        return self._run({x: at[min(k if x in mine else other, len(at) - 1)] for x, at in places.items()}), mine

    def _same(self, alone: Run, beside: Run, mine: set[Term]) -> None:
        changed = any(set(alone.facts.get(x, ())) - set(beside.facts.get(x, ())) for x in mine)
        for a, b in zip(alone.outputs, beside.outputs, strict=True):
            for p, q in zip(a.ravel(), b.ravel(), strict=True):
                changed = changed or (p is not q and bool(mine & (self.coordinates(p) | self.coordinates(q))))
        if changed:
            raise NotSupported("what it makes of one entry depends on another one through its path")

    def entries(self, runs: Sequence[Run], output: int) -> Iterator[Entry]:
        """The entries of an output, each with all its pieces."""
        if len({run.outputs[output].shape for run in runs}) > 1:
            raise NotSupported("the shape of its output depends on the input")
        for run in runs:
            for fact in run.facts.get(None, ()):
                self.implied(fact, "it compares what does not depend on its argument, with an outcome that is not known")
        regions = {x: self._regions(x, runs) for x in self.arguments}
        everywhere = Region(tuple(range(len(runs))), None, None, (False, False), ())
        for at, same in enumerate(zip(*(run.outputs[output].ravel() for run in runs), strict=True)):
            decided = (run.path.marked(run.marks[output].flat[at]) for run in runs)
            depends = frozenset[Term]().union(*map(self.coordinates, same), *decided) & frozenset(self.arguments)
            if len(depends) > 1:
                raise NotSupported("an entry depends on two entries, on each of which the path depends")
            x = next(iter(depends), None)
            if any(same[j] is not same[k] for region in (regions[x] if x else [everywhere]) for j, k in pairwise(region.runs)):
                raise NotSupported("an entry takes several values in one piece")
            if x is None:
                yield Entry(None, (Piece(None, None, same[0], ()),))
            else:
                yield Entry(x, tuple(Piece(r.lower, r.upper, same[r.runs[0]], r.facts) for r in regions[x]))

    def implied(self, fact: Fact, why: str) -> None:
        """NotSupported where the fact is not known to hold always."""
        form = self.forms.of(fact.term)
        low = None if form is None else self.forms.lower(form)
        if form is None or low is None or low < 0 or (fact.strict and not self.forms.positive(form)):
            raise NotSupported(why)

    def _regions(self, x: Term, runs: Sequence[Run]) -> list[Region]:
        """The pieces of x: what the facts say of it, in order."""
        found: dict[tuple[Any, ...], Region] = {}
        for k in sorted(range(len(runs)), key=lambda k: runs[k].path.near(x)):
            region = self._region(x, k, runs[k])
            key = tuple(None if e is None else (frozenset(e.weights.items()), e.constant) for e in (region.lower, region.upper))
            before = found.setdefault((*key, region.sharp), region)
            if before is not region:
                facts = dict.fromkeys(before.facts + region.facts)
                found[(*key, region.sharp)] = replace(before, runs=(*before.runs, k), facts=tuple(facts))
        regions = list(found.values())
        whole = regions[0].lower is None and regions[-1].upper is None
        for r, s in pairwise(regions):
            whole = whole and r.upper is not None and s.lower is not None and r.upper.minus(s.lower).is_zero and r.sharp[1] != s.sharp[0]
        for r in regions:
            length = None if r.lower is None or r.upper is None else r.upper.minus(r.lower)
            whole = whole and (length is None or length.is_zero or self.forms.positive(length))
        if not whole:
            raise NotSupported("the pieces that were found are not shown to follow one another from −∞ to ∞")
        return regions

    def _region(self, x: Term, k: int, run: Run) -> Region:
        """What the facts of the k-th run say of x."""
        ends: dict[int, list[tuple[float, Form, bool]]] = {1: [], -1: []}
        others = []
        for fact in run.facts.get(x, ()):
            form = self.forms.of(fact.term)
            c = form.of(x) if form is not None else ZERO
            if form is None or not c or any(x in self.coordinates(a) for a in form.weights if a is not x):
                others.append(fact)
            else:
                near = run.path.near(x) - run.path.near(fact.term) / float(c)
                ends[1 if c > 0 else -1].append((near, Form({x: ONE}, ZERO).plus(form, -1 / c), fact.strict))
        (lower, sharp), (upper, keen) = (self._tightest(ends[sign], sign) for sign in (1, -1))
        return Region((k,), lower, upper, (sharp, keen), tuple(others))

    def _tightest(self, ends: Sequence[tuple[float, Form, bool]], sign: int) -> tuple[Form | None, bool]:
        """The end that implies the others, and whether it is left out; None if there is none."""
        if not ends:
            return None, False
        best = max(ends, key=lambda e: e[0] * sign)[1]
        strict = False
        for _, end, sharp in ends:
            gap = best.minus(end).times(ONE * sign)
            low = self.forms.lower(gap)
            if gap.is_zero:
                strict = strict or sharp
            elif low is None or low < 0 or (sharp and not self.forms.positive(gap)):
                raise NotSupported("the places where it changes are not known to be in order")
        return best, strict
