"""How an assertion ends: with nothing, or with an error that says what was found, how to repeat it and where the evidence lies."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn
from unittest import SkipTest

from bijection.driver import decide as decide_exactly
from bijection.errors import NotSupported
from bijection.questions import decide
from bijection.verdict import Escape, Missed, Pair, Proved, Refuted, Unknown, Verdict
from bijection.words import paragraph, point
from proofs.errors import Malformed
from proofs.statements import Bijective, Injective, IsIdentity, Statement, Surjective
from proofs.theorems.identity import Moves

UNKNOWN = ("fail", "skip", "xfail")
_SHOWN = 16  # coordinates of inputs that are written out to be pasted
_WORDS = {Injective: "injective", Surjective: "surjective", Bijective: "bijective", IsIdentity: "the inverse"}


def plugin() -> Any:
    """The pytest plugin, where pytest has loaded it."""
    return sys.modules.get("bijection.pytest_plugin")


def chosen(options: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """The options with the time that pytest allows where they name none, and without what an unknown answer does, which comes second."""
    loaded = plugin()
    settings = {"within": 60.0, "unknown": "fail", **(loaded.settings() if loaded else {}), **options}
    unknown = settings.pop("unknown")
    if unknown not in UNKNOWN:
        raise NotSupported(f"unknown={unknown!r}; it is one of {', '.join(UNKNOWN)}")
    return settings, unknown


def settle(statement: Statement, options: dict[str, Any], code: str) -> None:
    """Decide the statement; the code says how the function f in it is made."""
    __tracebackhide__ = True  # pytest shows the line of the test
    settings, unknown = chosen(options)
    ask: Callable[..., Verdict] = decide_exactly if isinstance(statement, IsIdentity) else decide
    stopped: list[str] = []
    told = settings.pop("progress", None)

    def progress(line: str) -> None:
        if line == "interrupted":
            stopped.append(line)
        if told is not None:
            told(line)

    verdict = ask(statement, progress=progress, **settings)
    if stopped:
        raise KeyboardInterrupt  # which is for the whole run of the tests, not for one verdict
    if isinstance(verdict, Unknown):
        give_up(unknown, f"not known whether {_WORDS[type(statement)]}: {verdict.because}", paragraph(verdict))
    folder, kept = _kept(verdict)
    if isinstance(verdict, Refuted):
        again = _from_evidence(verdict, folder) if folder else _from_model(verdict, code)
        raise AssertionError("\n".join([_headline(verdict), "", paragraph(verdict), *again, *kept]))


def give_up(unknown: str, headline: str, message: str) -> NoReturn:
    """Fail, skip or fail as expected, for want of an answer."""
    __tracebackhide__ = True
    if unknown == "fail":
        raise AssertionError(f"{headline}\n\n{message}")
    if unknown == "xfail" and plugin():
        plugin().expect_failure(headline)
    raise SkipTest(headline)


def _headline(verdict: Refuted) -> str:
    """What is seen where one line is shown: the counterexample if it is short."""
    word = _WORDS[type(verdict.statement)]
    match verdict.counterexample:
        case Pair(_, x, y) if len(x) <= 4:
            what = f"x = {point(x)} and y = {point(y)} have the same output"
        case Pair():
            what = "two different inputs have the same output"
        case Missed(value):
            what = f"the output {point(value)} is not reached"
        case Escape(x):
            what = f"the output of x = {point(x)} lies outside the codomain"
        case _:
            what = verdict.because
    return f"not {word}: {what}"


def _kept(verdict: Proved | Refuted) -> tuple[str | None, list[str]]:
    """Save the evidence where pytest wants it: the folder, and how to check it again."""
    loaded = plugin()
    folder: Path | None = loaded.evidence_folder(isinstance(verdict, Proved)) if loaded else None
    if folder is None:
        return None, []
    try:
        verdict.save(folder)
    except (OSError, Malformed) as error:
        return None, ["", f"the evidence could not be saved: {error}"]
    shown = loaded.record_evidence(folder)
    return shown, ["", f"evidence: {shown}", f"check it again: bijection check {shlex.quote(shown)}"]


def _from_evidence(verdict: Refuted, folder: str) -> list[str]:
    """Lines of Python that show the pair again, to be pasted: the function is in the evidence."""
    if not isinstance(verdict.counterexample, Pair):
        return []
    lines = ["", "reproduce it:", "", "from bijection.evidence import read", f"pair = read({folder!r}).counterexample"]
    if verdict.counterexample.value is None:  # no rational number, and the function is asked for one
        return [*lines, "print(pair.x, pair.y)"]
    return [*lines, "assert pair.x != pair.y and pair.f(pair.x) == pair.f(pair.y)"]


def _from_model(verdict: Refuted, code: str) -> list[str]:
    """The same where no evidence is kept, from the model; the code makes the function f of it."""
    match verdict.counterexample, verdict.evidence:
        case Pair(_, x, y, value), _ if len(x) <= _SHOWN:
            points = [f"x = {_written(x)}", f"y = {_written(y)}"]
            shown = "print(x, y)" if value is None else "assert x != y and f(x) == f(y)"
        case Escape(x), _ if len(x) <= _SHOWN:
            points, shown = [f"x = {_written(x)}"], "print(f(x))"
        case _, (*_, Moves(x)) if len(x) <= _SHOWN:
            points, shown = [f"x = {_written(x)}"], "assert f(x) != x"
        case _:
            return []
    return ["", "reproduce it:", "", "from fractions import Fraction", "import bijection", code, *points, shown]


def _written(x: tuple[Any, ...]) -> str:
    numbers = [str(t) if t.denominator == 1 else f"Fraction({t.numerator}, {t.denominator})" for t in x]
    return f"({', '.join(numbers)}{',' * (len(x) == 1)})"
