"""Property-based search for two inputs with one output, of networks and of any Python function; Hypothesis targets and shrinks."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from hypothesis import HealthCheck, assume, given, settings, target
from hypothesis import strategies as st
from hypothesis.database import ExampleDatabase

from bijection.testing.strategies import pairs
from proofs.domains import Domain

_FAR = 1e6  # of the logarithm of a distance that cannot be measured


def find_collision(
    f: Callable[[Any], Any],
    inputs: Domain | st.SearchStrategy[Any],
    *,
    max_examples: int = 2000,
    seed: int | None = None,
    database: ExampleDatabase | None = None,
    key: str = "find_collision",
) -> tuple[Any, Any] | None:
    """Two different inputs with the same output, the simplest that shrinking finds, or None if the search finds none, which proves nothing.

    f: a network, whose values are exact, or any function; then "the same" means bit for bit: floats and arrays agree in every bit but the
    sign of zero, NaN agrees with nothing, other values agree by ==. inputs: a domain, or a strategy for single inputs. The search is
    drawn towards outputs that are close. seed: the same seed gives the same search. database: where Hypothesis keeps what it has found,
    under the key, and from where it is tried first.
    """
    drawn = pairs(inputs) if not isinstance(inputs, st.SearchStrategy) else st.tuples(inputs, inputs)
    found: list[tuple[Any, Any]] = []

    @settings(
        max_examples=max_examples,
        deadline=None,
        database=database,
        derandomize=seed is None and database is None,
        print_blob=False,
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    @given(drawn)
    def attempt(pair: tuple[Any, Any]) -> None:
        x, y = pair
        assume(not same(x, y))
        u, v = f(x), f(y)
        if same(u, v):
            found[:] = [(x, y)]
            raise _Collide
        target(-_logarithm(distance(u, v)), label="closeness of the outputs")

    attempt.hypothesis.inner_test._hypothesis_internal_add_digest = key.encode()  # type: ignore[attr-defined]
    if seed is not None:
        from hypothesis import seed as seeded

        attempt = seeded(seed)(attempt)
    try:
        attempt()
    except _Collide:
        return found[0]  # Hypothesis runs the simplest example last
    return None


class _Collide(Exception):
    """A pair was found."""


def same(u: Any, v: Any) -> bool:
    """Whether two values are one, bit for bit where they are floats or arrays; 0 and −0 are one, NaN is nothing."""
    if isinstance(u, float) and isinstance(v, float):
        return u == v and not math.isnan(u)
    if isinstance(u, tuple | list) and isinstance(v, tuple | list):
        return len(u) == len(v) and all(map(same, u, v))
    a, b = _array(u), _array(v)
    if a is not None and b is not None:
        return a.dtype == b.dtype and a.shape == b.shape and bool((a == b).all())
    return bool(u == v)


def distance(u: Any, v: Any) -> float:
    """How far two outputs are apart, for the search only: the largest difference of entries, infinite where there is none."""
    a, b = _entries(u), _entries(v)
    if a is None or b is None or len(a) != len(b):
        return math.inf
    try:
        return max((abs(float(s) - float(t)) for s, t in zip(a, b, strict=True)), default=math.inf)
    except OverflowError:
        return math.inf


def _logarithm(t: float) -> float:
    if math.isnan(t) or math.isinf(t):
        return _FAR
    return math.log(t) if t > 0 else -_FAR


def _entries(u: Any) -> list[Any] | None:
    if isinstance(u, int | float | Fraction):
        return [u]
    if isinstance(u, tuple | list):
        parts = [_entries(t) for t in u]
        return None if None in parts else [t for part in parts if part is not None for t in part]
    a = _array(u)
    return None if a is None else a.ravel().tolist()


def _array(u: Any) -> Any:
    """A NumPy array or a torch tensor as an array; None for anything else."""
    if type(u).__module__.partition(".")[0] == "torch":
        u = u.detach().cpu().numpy()
    return u if hasattr(u, "dtype") and hasattr(u, "shape") else None
