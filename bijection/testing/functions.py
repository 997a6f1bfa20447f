"""Assertions about Python functions: every element of a finite set is tried, or Hypothesis searches where there are too many."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from copy import deepcopy
from functools import partial
from typing import Any, NoReturn, TypeAlias, get_args

from bijection.errors import NotSupported
from bijection.maps import FiniteMap
from bijection.testing.outcome import chosen, give_up, plugin
from bijection.testing.sameness import bits, collision, value
from proofs.domains import Domain, Finite, Floats, cardinality, points
from proofs.functions import Function

Call: TypeAlias = Callable[[Any], Any]

_ALL = 100_000  # elements of a domain that are all tried
_LONG = 2000  # characters of a value in a message
_MODELS = {"torch", "sklearn", "onnx"}
_SEARCH = ("max_examples", "seed", "database")


def is_function(model: Any) -> bool:
    """A Python callable that no frontend reads, or a dict or a map between finite sets."""
    if isinstance(model, Mapping | FiniteMap):
        return True
    if not callable(model) or isinstance(model, Function):
        return False
    return not _MODELS & {c.__module__.partition(".")[0] for c in type(model).__mro__}


def injective(model: Any, on: Any, options: dict[str, Any]) -> None:
    """Outputs of different inputs differ in some bit."""
    __tracebackhide__ = True
    f, on = _called(model, on)
    xs = _listed(on)
    if xs is not None:
        _chosen(options)
        _injective(f, xs)
        return
    found = _searched(partial(_search().find_collision, inputs=on), f, on, options)
    if found is not None:
        again = ["it is kept in Hypothesis's database, and tried first in the next run"] if _search().keeps(options) else []
        _colliding(found[0], found[1], f, "found by a search", again)


def surjective(model: Any, on: Any, onto: Any, options: dict[str, Any]) -> None:
    """Every element of a finite codomain is an output on a finite domain."""
    __tracebackhide__ = True
    f, on = _called(model, on)
    xs, ys = _finite(on, onto)
    _chosen(options)
    _surjective(f, xs, ys)


def bijective(model: Any, on: Any, onto: Any, options: dict[str, Any]) -> None:
    """Both, and no output outside."""
    __tracebackhide__ = True
    f, on = _called(model, on)
    xs, ys = _finite(on, onto)
    _chosen(options)
    inside = {bits(y) for y in ys}
    for x in xs:
        u = f(deepcopy(x))
        if bits(u) not in inside:
            other = next((y for y in ys if value(y) == value(u)), None)
            hint = "" if other is None else f"; it contains {_brief(other)}, a {type(other).__name__}, not a {type(u).__name__}"
            raise AssertionError(f"not bijective: the output of {_brief(x)}, {_brief(u)}, is not in the codomain{hint}")
    _injective(f, xs)
    _surjective(f, xs, ys)


def inverse(model: Any, back: Any, on: Any, onto: Any, options: dict[str, Any]) -> None:
    """Back and forth is the identity, and forth and back if the codomain is given."""
    __tracebackhide__ = True
    f, on = _called(model, on)
    g, onto = _called(back, onto)
    for first, second, where, name in ((f, g, on, "inverse(f(x))"), (g, f, onto, "f(inverse(x))")):
        if where is None and name != "inverse(f(x))":
            continue
        xs = _listed(where)
        if xs is None:
            moved = _searched(partial(_search().find_moved, g=second, inputs=where), first, where, dict(options))
        else:
            _chosen(options)
            tried = ((x, second(first(deepcopy(x)))) for x in xs)
            moved = next((pair for pair in tried if value(pair[0]) != value(pair[1])), None)
        if moved is not None:
            raise AssertionError(f"not the inverse: {name} is not x\nx = {_brief(moved[0])}\n{name} = {_brief(moved[1])}")


def _called(model: Any, on: Any) -> tuple[Call, Any]:
    """A function, and where: a dict and a finite map say so themselves."""
    if isinstance(model, FiniteMap):
        return model, model.domain if on is None else on
    if isinstance(model, Mapping):
        return model.__getitem__, list(model) if on is None else on
    return model, on


def _listed(on: Any) -> list[Any] | None:
    """The elements, each once, of a collection or a finite domain that is small enough to be tried; None for what is searched."""
    if isinstance(on, get_args(Domain)):
        size = cardinality(on)
        if isinstance(on, Floats) or not isinstance(size, int) or (size > _ALL and not isinstance(on, Finite)):
            return None
        return [x.fractions() for x in points(on, max(size, 1))]
    if isinstance(on, Collection):
        return _once(on)
    if on is None or not hasattr(on, "example"):
        raise NotSupported(
            "a Python function is tried, not read: say where, with a collection, a domain or a Hypothesis strategy as `on`"
            + ("" if on is None else f", not {_brief(on)}")
        )
    return None


def _once(xs: Collection[Any]) -> list[Any]:
    seen: list[Any] = []
    keys = set()
    for x in xs:
        key = value(x)
        try:
            new = key not in keys
            keys.add(key)
        except TypeError:
            new = all(value(y) != key for y in seen)
        if new:
            seen.append(x)
    return seen


def _finite(on: Any, onto: Any) -> tuple[list[Any], list[Any]]:
    if onto is None:
        raise NotSupported("whether a Python function is onto depends on the codomain: name it as `onto`, a collection or a finite domain")
    xs, ys = _listed(on), _listed(onto)
    if xs is None or ys is None:
        raise NotSupported(
            "a search cannot show that a value is missed: `on` and `onto` of a Python function are collections or finite domains"
        )
    return xs, ys


def _injective(f: Call, xs: list[Any]) -> None:
    __tracebackhide__ = True
    where = collision(f(deepcopy(x)) for x in xs)
    if where is not None:
        _colliding(xs[where[0]], xs[where[1]], f, f"among the {len(xs)} inputs")


def _colliding(x: Any, y: Any, f: Call, where: str, again: Sequence[str] = ()) -> NoReturn:
    __tracebackhide__ = True
    shown = _brief(f(deepcopy(x)))
    lines = [f"x = {_brief(x)}", f"y = {_brief(y)}", f"f(x) = f(y) = {shown}, bit for bit", *again]
    raise AssertionError("\n".join([f"not injective: two different inputs with the same output, {where}", *lines]))


def _surjective(f: Call, xs: list[Any], ys: list[Any]) -> None:
    __tracebackhide__ = True
    reached = {bits(f(deepcopy(x))) for x in xs}
    missed = next((y for y in ys if bits(y) not in reached), None)
    if missed is not None or any(bits(y) not in reached for y in ys):
        raise AssertionError(f"not surjective: {_brief(missed)} is not an output of any of the {len(xs)} inputs")


def _chosen(options: dict[str, Any]) -> tuple[dict[str, Any], str]:
    wrong = sorted(options.keys() - {*_SEARCH, "unknown", "within"})
    if wrong:
        raise NotSupported(f"{', '.join(wrong)}: no option for a Python function")
    return chosen(options)


def _searched(search: Callable[..., Any], f: Call, on: Any, options: dict[str, Any]) -> Any:
    """What the search finds; a search that has compared nothing in its time is no answer."""
    __tracebackhide__ = True
    how, unknown = _chosen(options)
    calls = 0

    def counted(x: Any) -> Any:
        nonlocal calls
        calls += 1
        return f(x)

    test = plugin().test_name() if plugin() else None
    name = f"{getattr(f, '__module__', '')}.{getattr(f, '__qualname__', type(f).__qualname__)}"
    found = search(counted, **{"key": f"{test or ''} {name} on {on!r}", **how})
    if found is None and calls < 2:
        give_up(unknown, "not known: nothing was tried", f"the search has compared no outputs in {how['within']:g} s; give it more time")
    return found


def _search() -> Any:
    """Hypothesis is an extra, which only searches need."""
    try:
        from bijection.testing import search
    except ImportError as error:
        raise NotSupported(f"a search needs Hypothesis: pip install 'bijection-nn[testing]' ({error})") from None
    return search


def _brief(x: Any) -> str:
    text = repr(x)
    return text if len(text) <= _LONG else f"{text[:_LONG]}… ({len(text)} characters)"
