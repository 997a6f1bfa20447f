"""Assertions for users' test-suites: a proof behind each that passes, the counterexample in the message of each that fails.

>>> from bijection.testing import assert_injective
>>> assert_injective([[[2, 1], [1, 1]], "tanh"])
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import SkipTest

from bijection.driver import decide as decide_exactly
from bijection.errors import NotSupported
from bijection.frontends import load
from bijection.questions import codomain, decide, whole
from bijection.verdict import Pair, Proved, Refuted, Unknown, Verdict
from bijection.words import paragraph
from proofs.compose import compose
from proofs.domains import Domain
from proofs.functions import Function
from proofs.statements import Bijective, Injective, IsIdentity, Statement, Surjective

UNKNOWN = ("fail", "skip", "xfail")

__all__ = ["assert_bijective", "assert_injective", "assert_inverse", "assert_surjective"]


def assert_injective(model: Any, on: Any = None, **options: Any) -> None:
    """Different inputs of the domain have different outputs: proved, or AssertionError with the pair.

    model: all that `bijection.load` takes: a PyTorch module, an ONNX file, a list of layers …; or any Python function, for which `on` is
    a domain or a Hypothesis strategy: then a search for two inputs with bit-exactly equal outputs has to fail, which proves nothing.

    within: seconds (default 60, or pytest's --bijection-within); unknown: what an unproved answer does: "fail" (default), "skip" or
    "xfail" (which skips where pytest does not run it); input_shape, readout, arithmetic as for `load`; wish, near, seed … as for
    `decide`; max_examples of the search.
    """
    __tracebackhide__ = True  # pytest shows the line of the test
    if _is_function(model):
        _search(model, on, options)
        return
    f = _load(model, options)
    _settle(Injective(f, on or whole(f)), options)


def assert_surjective(model: Any, on: Domain | None = None, onto: Domain | None = None, **options: Any) -> None:
    """Every point of the codomain is an output: proved, or AssertionError with one that is missed. Options as for `assert_injective`."""
    __tracebackhide__ = True  # pytest shows the line of the test
    f = _load(model, options)
    _settle(Surjective(f, on or whole(f), onto or codomain(f)), options)


def assert_bijective(model: Any, on: Domain | None = None, onto: Domain | None = None, **options: Any) -> None:
    """Both, and no output outside the codomain. Options as for `assert_injective`."""
    __tracebackhide__ = True  # pytest shows the line of the test
    f = _load(model, options)
    _settle(Bijective(f, on or whole(f), onto or codomain(f)), options)


def assert_inverse(model: Any, inverse: Any, on: Domain | None = None, onto: Domain | None = None, **options: Any) -> None:
    """inverse(model(x)) = x for all x of the domain and model(inverse(y)) = y for all y of the codomain: proved, or AssertionError.

    Rounding counts: an inverse whose weights are rounded is none. Options as for `assert_injective`.
    """
    __tracebackhide__ = True  # pytest shows the line of the test
    f, g = (_load(m, options, keep=True) for m in (model, inverse))
    for key in _LOADING:
        options.pop(key, None)
    for outer, inner, where in ((g, f, on or whole(f)), (f, g, onto or whole(g))):
        _settle(IsIdentity(compose(outer, inner), where), dict(options))


_LOADING = ("input_shape", "readout", "preprocessing", "arithmetic")


def _load(model: Any, options: dict[str, Any], keep: bool = False) -> Function:
    chosen = {key: options[key] for key in _LOADING if key in options}
    if not keep:
        for key in chosen:
            options.pop(key)
    return load(model, **chosen)


def _is_function(model: Any) -> bool:
    """A Python function or method or another callable that no frontend reads."""
    if not callable(model) or isinstance(model, Function):
        return False
    brought = {c.__module__.partition(".")[0] for c in type(model).__mro__}
    return not {"torch", "sklearn", "onnx"} & brought


def _settle(statement: Statement, options: dict[str, Any]) -> None:
    __tracebackhide__ = True  # pytest shows the line of the test
    unknown = options.pop("unknown", "fail")
    if unknown not in UNKNOWN:
        raise NotSupported(f"unknown={unknown!r}; it is one of {', '.join(UNKNOWN)}")
    plugin = sys.modules.get("bijection.pytest_plugin")
    settings = plugin.settings() if plugin else {}
    options.setdefault("within", settings.get("within", 60.0))
    ask: Callable[..., Verdict] = decide_exactly if isinstance(statement, IsIdentity) else decide
    verdict = ask(statement, **options)
    if isinstance(verdict, Proved):
        return
    folder = _saved(verdict, settings)
    message = _message(verdict, folder)
    if plugin and folder is not None:
        plugin.record_evidence(folder)
    if isinstance(verdict, Unknown) and unknown != "fail":
        reason = f"unknown: {verdict.because}"
        if unknown == "xfail" and plugin:
            plugin.expect_failure(reason)
        raise SkipTest(reason)
    raise AssertionError(message)


def _saved(verdict: Verdict, settings: dict[str, Any]) -> Path | None:
    """The evidence below the folder that pytest was given, in a folder named like the test."""
    if settings.get("evidence") is None or not isinstance(verdict, Refuted):
        return None
    stem = re.sub(r"[^\w.-]+", "-", settings.get("test", "test")).strip("-")
    for number in range(1, 1000):
        folder = Path(settings["evidence"]) / (stem if number == 1 else f"{stem}-{number}")
        if not folder.exists():
            return verdict.save(folder, seed=None)
    raise NotSupported(f"{settings['evidence']} holds too many folders named {stem}; empty it")


def _message(verdict: Verdict, folder: Path | None) -> str:
    lines = [paragraph(verdict)]
    match verdict:
        case Refuted(counterexample=Pair(_, x, y)) if len(x) <= 16:
            lines += [
                "",
                "reproduce exactly:",
                f"x = {_reproducible(x)}",
                f"y = {_reproducible(y)}",
                "f = bijection.load(model); f(x) == f(y)",
            ]
        case _:
            pass
    if folder is not None:
        lines += ["", f"evidence: {folder}; check it again with: bijection check {folder}"]
    return "\n".join(lines)


def _reproducible(x: tuple[Any, ...]) -> str:
    return "(" + ", ".join(f'Fraction("{t}")' for t in x) + ("," if len(x) == 1 else "") + ")"


def _search(f: Callable[[Any], Any], inputs: Any, options: dict[str, Any]) -> None:
    __tracebackhide__ = True
    from bijection.testing.search import find_collision

    if inputs is None:
        raise NotSupported("a Python function is searched, not read: say from where, with a domain or a Hypothesis strategy as `on`")
    known = {key: options.pop(key) for key in ("max_examples", "seed", "database") if key in options}
    if set(options) - {"unknown", "within"}:
        raise NotSupported(f"{', '.join(sorted(set(options) - {'unknown', 'within'}))}: no option for a Python function")
    found = find_collision(f, inputs, key=f"{getattr(f, '__module__', '')}.{getattr(f, '__qualname__', repr(f))}", **known)
    if found is not None:
        x, y = found
        raise AssertionError(f"two different inputs with the same output:\nx = {x!r}\ny = {y!r}\nf(x) = f(y) = {f(x)!r}")
