"""Assertions for users' test-suites: a proof behind each that passes, the counterexample in the message of each that fails.

>>> from bijection.testing import assert_injective, assert_inverse
>>> assert_injective([[[2, 1], [1, 1]], "tanh"])
>>> assert_inverse([[[1, 1], [0, 1]]], [[[1, -1], [0, 1]]])
>>> assert_injective(str.lower, on=["a", "B", "c"])

Each takes a model, which is anything that `bijection.load` reads (a PyTorch module, an ONNX file, a scikit-learn model, a list of layers, a
Network), or a function: any Python callable, or a dict. A model is decided exactly. A function is tried on every element of a finite set
or a collection, which settles it; from a Hypothesis strategy or an infinite domain it is searched for a counterexample, and a search that
finds none passes, as any property-based test does, and proves nothing.

Options of all four:
  within       seconds for each proof or search (default 60, or what pytest is told);
  unknown      what a question does that stays open: "fail" (default), "skip" or "xfail" (which skips where pytest does not run it);
  of models    input_shape, readout, preprocessing, arithmetic as for `bijection.load`; seed, wish, near, apart, progress, executor,
               journal as for `bijection.decide`;
  of functions max_examples, seed, database as for `bijection.testing.search.find_collision`.
A failure is an AssertionError with the counterexample, lines to be pasted that show it again, and where pytest has kept the evidence
(`bijection.pytest_plugin`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bijection.frontends import load
from bijection.questions import codomain, whole
from bijection.testing import functions
from bijection.testing.functions import is_function
from bijection.testing.outcome import settle
from proofs.compose import compose
from proofs.errors import well_formed
from proofs.functions import Function
from proofs.statements import Bijective, Injective, IsIdentity, Surjective

__all__ = ["assert_bijective", "assert_injective", "assert_inverse", "assert_surjective"]


def assert_injective(model: Any, on: Any = None, **options: Any) -> None:
    """Different inputs of the domain (by default all of ℝⁿ) have different outputs, or AssertionError with two that have not.

    Of a function, `on` is a collection, a domain or a Hypothesis strategy; outputs are compared bit for bit. Options: see the module.
    """
    __tracebackhide__ = True  # pytest shows the line of the test
    if is_function(model):
        functions.injective(model, on, options)
        return
    f, code = _load(model, options)
    settle(Injective(f, on or whole(f)), options, code)


def assert_surjective(model: Any, on: Any = None, onto: Any = None, **options: Any) -> None:
    """Every point of the codomain (by default ℝᵐ, or all labels) is an output, or AssertionError with one that is missed.

    Of a function, `on` and `onto` are collections or finite domains. Options: see the module.
    """
    __tracebackhide__ = True
    if is_function(model):
        functions.surjective(model, on, onto, options)
        return
    f, code = _load(model, options)
    settle(Surjective(f, on or whole(f), onto or codomain(f)), options, code)


def assert_bijective(model: Any, on: Any = None, onto: Any = None, **options: Any) -> None:
    """Injective, surjective, and no output outside the codomain, or AssertionError. Otherwise as `assert_surjective`."""
    __tracebackhide__ = True
    if is_function(model):
        functions.bijective(model, on, onto, options)
        return
    f, code = _load(model, options)
    settle(Bijective(f, on or whole(f), onto or codomain(f)), options, code)


def assert_inverse(model: Any, inverse: Any, on: Any = None, onto: Any = None, **options: Any) -> None:
    """inverse(model(x)) = x for all x of the domain and model(inverse(y)) = y for all y of the codomain, or AssertionError.

    Rounding counts: an inverse whose weights are rounded is none. Of functions, `on` is as for `assert_injective`, and the second half is
    asserted only if `onto` is given. Options: see the module; each half has its own time.
    """
    __tracebackhide__ = True
    both = is_function(model), is_function(inverse)
    if all(both):
        functions.inverse(model, inverse, on, onto, options)
        return
    well_formed(not any(both), "one of the two is a Python function and the other a model that is read: give two of one kind")
    chosen = dict(options)
    (f, first), (g, second) = _load(model, options), _load(inverse, chosen, "inverse")
    first, second = (code.partition("= ")[2] for code in (first, second))
    for outer, inner, where, code in ((g, f, on or whole(f), (second, first)), (f, g, onto or whole(g), (first, second))):
        settle(IsIdentity(compose(outer, inner), where), options, f"f = lambda x: {code[0]}({code[1]}(x))")


_LOADING = ("input_shape", "readout", "preprocessing", "arithmetic")


def _load(model: Any, options: dict[str, Any], name: str = "model") -> tuple[Function, str]:
    """The function, and the line of Python that makes it; what that takes leaves the options."""
    chosen = {key: options.pop(key) for key in _LOADING if key in options}
    written = [repr(str(model)) if isinstance(model, str | Path) else name, *(f"{key}={t!r}" for key, t in chosen.items())]
    return load(model, **chosen), f"f = bijection.load({', '.join(written)})"
