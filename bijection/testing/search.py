"""Property-based search for two inputs with one output, of networks and of any Python function; Hypothesis targets and shrinks."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from random import Random
from typing import Any, Literal, TypeAlias

from hypothesis import find, settings, target
from hypothesis import strategies as st
from hypothesis.database import ExampleDatabase
from hypothesis.errors import NoSuchExample

from bijection.testing.sameness import collision, distance, same, value
from bijection.testing.strategies import crowds, pairs, points
from proofs.codec import digest
from proofs.domains import Domain
from proofs.errors import Malformed, well_formed
from proofs.functions import Function

Inputs: TypeAlias = Domain | st.SearchStrategy[Any]
Database: TypeAlias = ExampleDatabase | Literal["hypothesis"] | None

_FAR = 1e6  # of the logarithm of a distance that cannot be measured
_EXAMPLES = 1000
_OPTIONS = ("max_examples", "seed", "database", "key", "within")

__all__ = ["distance", "find_collision", "find_moved", "same"]


def find_collision(f: Callable[[Any], Any], inputs: Inputs, **options: Any) -> tuple[Any, Any] | None:
    """Two different inputs with the same output, the simplest that shrinking finds, or None if the search finds none, which proves nothing.

    f: a network, whose values are exact, or any function. Outputs are the same bit for bit (`bijection.testing.sameness`); inputs differ
    as values, so 0.0 and −0.0 are no pair. inputs: a strategy for single inputs, or a domain, whose points f takes as tuples of Fractions.

    The search looks at crowds of inputs, in which any two may collide, and at pairs, which Hypothesis targets towards outputs that are
    close for inputs that are not.

    max_examples: how many crowds and pairs (default 1000); within: seconds for the search, at whose end the best pair so far is given.
    seed: the same seed gives the same search. database: where Hypothesis keeps what it has found and from where that is tried first: by
    default the one of the active profile, as for any Hypothesis test, which is the folder .hypothesis; None keeps nothing. key: under
    what name, by default the names of the function and of the inputs. All else follows the active profile of Hypothesis.
    """
    found: list[tuple[Any, Any]] = []
    known: dict[Any, Any] = {}
    pure = isinstance(f, Function)

    def output(x: Any) -> Any:
        if not pure:
            return f(deepcopy(x))  # a function may change what it is given
        if x not in known:
            known[x] = f(x)
        return known[x]

    def collides(xs: list[Any]) -> bool:
        different = list({_hashed(x): x for x in xs}.values())
        outputs = list(map(output, different))
        where = collision(outputs)
        if where is None:
            if len(outputs) == 2:
                target(_closeness(*different, *outputs), label="closeness of the outputs")
            return False
        found[:] = [(different[where[0]], different[where[1]])]
        return True

    _find(_drawn(inputs), collides, f, inputs, options)
    return found[0] if found else None  # Hypothesis runs the simplest example last


def find_moved(f: Callable[[Any], Any], g: Callable[[Any], Any], inputs: Inputs, **options: Any) -> Any:
    """(x, g(f(x))) for an input x that is not g(f(x)), the simplest that shrinking finds, or None; otherwise as `find_collision`."""
    found: list[Any] = []

    def moves(x: Any) -> bool:
        back = g(f(deepcopy(x)))
        if value(x) == value(back):
            return False
        found[:] = [(x, back)]
        return True

    _find(inputs if isinstance(inputs, st.SearchStrategy) else points(inputs), moves, f, inputs, options)
    return found[0] if found else None


def _find(drawn: st.SearchStrategy[Any], wanted: Callable[[Any], bool], f: Any, inputs: Any, options: dict[str, Any]) -> None:
    """Hypothesis's own `find`, within the time allowed."""
    wrong = sorted(options.keys() - set(_OPTIONS))
    well_formed(not wrong, f"{', '.join(wrong)}: no option of a search; there are {', '.join(_OPTIONS)}")
    within, seed = options.get("within"), options.get("seed")
    end = math.inf if within is None else time.monotonic() + within

    def in_time(x: Any) -> bool:
        if time.monotonic() > end:
            raise _TimeIsUp
        return wanted(x)

    how: dict[str, Any] = {"max_examples": options.get("max_examples", _EXAMPLES), "deadline": None, "print_blob": False}
    database = options.get("database", "hypothesis")
    if database != "hypothesis":
        how |= {"database": database, "derandomize": settings.default.derandomize and database is None}
    with suppress(NoSuchExample, _TimeIsUp):
        find(
            drawn,
            in_time,
            settings=settings(**how),
            random=None if seed is None else Random(seed),
            database_key=(options.get("key") or f"{_name(f)} on {inputs!r}").encode(),
        )


class _TimeIsUp(KeyboardInterrupt):
    """Hypothesis lets an interrupt pass, and nothing else that would end its search."""


def _name(f: Any) -> str:
    if isinstance(f, Function):
        return digest(f)
    return f"{getattr(f, '__module__', '')}.{getattr(f, '__qualname__', type(f).__qualname__)}"


def _drawn(inputs: Inputs) -> st.SearchStrategy[list[Any]]:
    if isinstance(inputs, st.SearchStrategy):
        return st.one_of(st.tuples(inputs, inputs).map(list), crowds(inputs))
    return st.one_of(pairs(inputs).map(list), crowds(points(inputs)))


def _hashed(x: Any) -> Any:
    key = value(x)
    try:
        hash(key)
    except TypeError:
        raise Malformed(f"the input {x!r}, a {type(x).__name__}, cannot be told from others: it is not hashable") from None
    return key


def _closeness(x: Any, y: Any, u: Any, v: Any) -> float:
    """Minus the logarithm of the slope between the two: without the distance of the inputs, equal inputs would attract the search."""
    far, apart = distance(u, v), distance(x, y)
    slope = far / apart if 0 < apart < math.inf else far
    return -_FAR if math.isnan(slope) or math.isinf(slope) else -math.log(slope) if slope > 0 else _FAR
