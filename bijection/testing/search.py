"""Property-based search for two inputs with one output, of networks and of any Python function; Hypothesis targets and shrinks."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Literal, TypeAlias
from unittest import SkipTest

from hypothesis import Phase, Verbosity, find, settings, target
from hypothesis import strategies as st
from hypothesis.database import ExampleDatabase, InMemoryExampleDatabase
from hypothesis.errors import NoSuchExample

from bijection.driver import decide
from bijection.testing.crowds import Crowd, crowds, kept, moved
from bijection.testing.points import KINDS, choices_of, exact_pairs, points, twos
from bijection.testing.sameness import distance, is_flat, same, value
from bijection.verdict import Pair
from proofs.codec import digest
from proofs.domains import Domain, cardinality
from proofs.errors import well_formed
from proofs.functions import Function
from proofs.network import Network
from proofs.statements import Injective

Call: TypeAlias = Callable[[Any], Any]
Inputs: TypeAlias = Domain | st.SearchStrategy[Any]
Database: TypeAlias = ExampleDatabase | Literal["hypothesis"] | None

_FAR = 1e6  # of the logarithm of a distance that cannot be measured
_EXAMPLES = 1000
_CROWDS = 4  # one in so many examples is a crowd
_EXACT = 10.0  # seconds for the engines
_KEPT = (Phase.reuse, Phase.shrink)  # what Hypothesis has kept, and nothing new
_OPTIONS = ("max_examples", "seed", "database", "key", "within")

__all__ = ["distance", "find_collision", "find_moved", "same"]


def find_collision(f: Call, inputs: Inputs, **options: Any) -> Any:
    """Two different inputs (x, y) with the same output, the simplest that shrinking finds, or None, which proves nothing, if none is found.

    f: a network, whose values are exact, or any function. Outputs are the same bit for bit (`bijection.testing.sameness`); inputs differ
    as values, so 0.0 and −0.0 are no pair. inputs: a strategy for single inputs, or a domain, whose points f takes as tuples of Fractions.

    Some thousands of inputs are drawn, and any two of them may collide; then pairs, which Hypothesis targets towards outputs that are
    closer than their inputs; for a network, at last `bijection.decide` is asked, for ten seconds. What is found Hypothesis shrinks.

    max_examples: how many examples Hypothesis tries (default 1000); within: seconds for the search, at whose end the best pair so far is
    given. seed: the same seed gives the same search in the same program (Hypothesis also draws numbers that stand in its modules).
    database: where Hypothesis keeps what it has found and from where that is tried first: by default the one of the active profile, as
    for any Hypothesis test, which is the folder .hypothesis; None keeps nothing.
    key: under what name, by default the names of the function and of the inputs. All else follows the active profile of Hypothesis.
    """
    search = _Search.of(f, inputs, options)
    if isinstance(inputs, st.SearchStrategy):
        one, two = inputs, st.tuples(inputs, inputs)
        forms = {"plain": two}
    elif cardinality(inputs) in (0, 1):
        return None
    else:
        one, two = points(inputs), twos(inputs)
        forms = {kind: exact_pairs(inputs, kind) for kind in KINDS}
    output = _outputs(f)

    def collides(pair: tuple[Any, Any]) -> bool:
        x, y = pair
        if value(x) == value(y):
            return False
        u, v = output(x), output(y)
        if same(u, v):
            return True
        if is_flat(x):  # in what has structure Hypothesis does not climb but tries for minutes
            target(_closeness(x, y, u, v), label="closeness of the outputs")
        return False

    if search.database is not None:
        known = [search.find(form, collides, kind, phases=_KEPT) for kind, form in forms.items()]
        if any(known):
            return _simplest(known)
    few = max(1, search.examples // _CROWDS)
    crowd = Crowd(output, few // _CROWDS)
    replace(search, examples=few).find(crowds(one), crowd.is_enough, "crowd", phases=(Phase.generate,), database=None)
    known = [(x, y) for (x, _), (y, _) in crowd.pairs]
    if isinstance(inputs, st.SearchStrategy):
        if not known:
            return search.find(two, collides, "plain")
        drawn = [choices for (_, first), (_, second) in crowd.pairs for choices in moved(first, second)]
        return _simplest([search.shrunk(two, collides, "plain", drawn), *known])
    if not known:
        last = search.find(two, collides, "pairs", database=None)
        known = [last] if last is not None else search.exact(f, inputs)
    if not known:
        return None
    examples = {kind: [choices_of(x, y, kind) for x, y in known] for kind in forms}
    return _simplest([*(search.shrunk(form, collides, kind, examples[kind]) for kind, form in forms.items()), *known])


def find_moved(f: Call, g: Call, inputs: Inputs, **options: Any) -> Any:
    """(x, g(f(x))) for an input x that is not g(f(x)), the simplest that shrinking finds, or None; otherwise as `find_collision`."""
    search = _Search.of(f, inputs, options)
    found = search.find(
        inputs if isinstance(inputs, st.SearchStrategy) else points(inputs), lambda x: bool(value(x) != value(g(f(deepcopy(x))))), "moved"
    )
    return None if found is None else (found, g(f(deepcopy(found))))


def keeps(options: dict[str, Any]) -> bool:
    """Whether a search with these options keeps what it finds."""
    return _Search.of(None, st.nothing(), {key: t for key, t in options.items() if key in _OPTIONS}).database is not None


@dataclass(frozen=True, slots=True)
class _Search:
    """What Hypothesis is told."""

    key: str
    examples: int
    end: float
    seed: int | None
    database: ExampleDatabase | None

    @classmethod
    def of(cls, f: Any, inputs: Inputs, options: dict[str, Any]) -> _Search:
        wrong = sorted(options.keys() - set(_OPTIONS))
        well_formed(not wrong, f"{', '.join(wrong)}: no option of a search; there are {', '.join(_OPTIONS)}")
        within, examples = options.get("within"), options.get("max_examples", _EXAMPLES)
        well_formed(isinstance(examples, int) and examples > 0, "max_examples={}; a positive number is needed", examples)
        profile = settings.default
        assert profile is not None, "Hypothesis always has a profile"
        database = options.get("database", "hypothesis")
        return cls(
            options.get("key") or f"{_name(f)} on {inputs!r}",
            examples,
            math.inf if within is None else time.monotonic() + within,
            options.get("seed"),
            profile.database if database == "hypothesis" else database,
        )

    def find(self, drawn: st.SearchStrategy[Any], wanted: Callable[[Any], bool], kind: str, **how: Any) -> Any:
        """What Hypothesis's own `find` finds, or None; at the end of the time, the last example that was wanted."""
        found: list[Any] = []

        def in_time(x: Any) -> bool:
            if time.monotonic() > self.end:
                raise _TimeIsUp
            if not wanted(x):
                return False
            found[:] = [x]
            return True

        profile = settings.default
        quiet = Verbosity.quiet if profile is None or profile.verbosity == Verbosity.normal else profile.verbosity  # about the time
        how = {"database": self.database, "verbosity": quiet, **how}
        if how["database"] is not None and "parent" not in how:
            how["derandomize"] = False
        nothing_kept = [SkipTest] if how.get("phases") == _KEPT else []  # so Hypothesis says that there is no example
        with suppress(NoSuchExample, _TimeIsUp, *nothing_kept):
            return find(
                drawn,
                in_time,
                settings=settings(max_examples=self.examples, deadline=None, print_blob=False, **how),
                random=None if self.seed is None else Random(self.seed),
                database_key=self._key(kind),
            )
        return found[0] if found else None

    def shrunk(self, drawn: st.SearchStrategy[Any], wanted: Callable[[Any], bool], kind: str, examples: Sequence[Sequence[Any]]) -> Any:
        """The simplest wanted example that is found from those of these choices, the same every time."""
        database = InMemoryExampleDatabase() if self.database is None else self.database
        remove = kept(database, self._key(kind), examples)
        always = settings(derandomize=True, database=None)  # a seed would do the same, but with it Hypothesis reads no database
        try:
            return replace(self, seed=None).find(drawn, wanted, kind, phases=_KEPT, database=database, parent=always)
        finally:
            remove()

    def exact(self, f: Any, on: Domain) -> list[tuple[Any, Any]]:
        """A pair of a network that the engines find: where weights are any floats, pairs have numbers that nobody draws."""
        left = min(self.end - time.monotonic(), _EXACT)
        if not isinstance(f, Network) or left <= 0:
            return []
        pair = decide(Injective(f, on), within=left).counterexample
        return [(pair.x, pair.y)] if isinstance(pair, Pair) and pair.value is not None else []

    def _key(self, kind: str) -> bytes:
        return f"bijection {kind} {self.key}".encode("utf-8", "surrogatepass")


class _TimeIsUp(KeyboardInterrupt):
    """Hypothesis lets an interrupt pass, and nothing else that would end its search."""


def _name(f: Any) -> str:
    if isinstance(f, Function):
        return digest(f)
    return f"{getattr(f, '__module__', '')}.{getattr(f, '__qualname__', type(f).__qualname__)}"


def _outputs(f: Call) -> Call:
    """The function, which may not change what it is given; networks are asked once for each point."""
    if not isinstance(f, Function):
        return lambda x: f(deepcopy(x))
    known: dict[Any, Any] = {}

    def output(x: Any) -> Any:
        if x not in known:
            known[x] = f(x)
        return known[x]

    return output


def _simplest(found: Sequence[Any]) -> Any:
    return min((pair for pair in found if pair is not None), key=_length)


def _length(pair: tuple[Any, Any]) -> int:
    """Of what would be written, digits and letters; 0 counts for nothing."""
    text = [str(t) for x in pair for t in (x if isinstance(x, tuple) else (x,))]
    return sum(sum(c.isalnum() for c in t) for t in text if t != "0")


def _closeness(x: Any, y: Any, u: Any, v: Any) -> float:
    """Minus the logarithm of the slope between the two: without the distance of the inputs, equal inputs would attract the search."""
    far, apart = distance(u, v), distance(x, y)
    slope = far / apart if 0 < apart < math.inf else far
    return -_FAR if math.isnan(slope) or math.isinf(slope) else -math.log(slope) if slope > 0 else _FAR
