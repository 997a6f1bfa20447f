"""What `decide` answers: Proved, Refuted or Unknown, with everything that is needed to check and to cite it."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from bijection.exact.values import value_at
from bijection.shown import Shown
from bijection.wishes import distance
from proofs.codec import decode_claim, decode_evidence, encode_claim, encode_evidence
from proofs.domains import Point
from proofs.errors import Brief, Malformed, NoExactValue
from proofs.exact import same, vector
from proofs.functions import Function
from proofs.kernel import Theorem, check
from proofs.statements import Not, Statement, negate
from proofs.theorems.agreement import Agreement
from proofs.theorems.collision import Collision
from proofs.theorems.composition import PrefixCollides
from proofs.theorems.rounding import NoRounding
from proofs.theorems.sets import BrokenHalf, Restriction
from proofs.theorems.values import Escapes, Misses, Reaches, ReachesAll, ReachesEach, ReachesLabel

if TYPE_CHECKING:
    from bijection.export.rocq_check import RocqCheck


@dataclass(frozen=True, slots=True)
class Basis:
    """A theorem that a verdict rests on: its name, its status (computed, machine, cited) and its source."""

    name: str
    status: str
    source: str


@dataclass(frozen=True, slots=True, repr=False)
class Pair(Shown, Brief):
    """Two different inputs with the same output, exact. `value` is that output, None where it is no known rational
    (the pair then collides inside the network, before its smooth part)."""

    f: Function = field(repr=False)
    x: Point
    y: Point
    value: Point | None

    def __repr__(self) -> str:
        if len(self.x) <= 8:
            return Brief.__repr__(self)
        moved = sum(a != b for a, b in zip(self.x, self.y, strict=True))
        return f"<Pair of inputs that differ in {moved} of {len(self.x)} coordinates>"

    @property
    def x_array(self) -> np.ndarray[Any, np.dtype[np.float64]]:
        """x rounded to binary64, for looking at; not exact."""
        return np.array([_binary64(t) for t in self.x])

    @property
    def y_array(self) -> np.ndarray[Any, np.dtype[np.float64]]:
        """y rounded to binary64, for looking at; not exact."""
        return np.array([_binary64(t) for t in self.y])

    @property
    def distance(self) -> Fraction:
        """max |xᵢ − yᵢ|, exact."""
        return distance(self.x, self.y)

    def in_floats(self, dtype: Any = np.float32) -> FloatPair:
        """The pair rounded to a float type, and whether the rounded points still collide under the exact function."""
        return _rounded(self, dtype)


@dataclass(frozen=True, slots=True)
class FloatPair:
    """A pair rounded to floats. `collides`: the rounded points differ and their exact outputs agree; None if not computable."""

    x: np.ndarray[Any, Any]
    y: np.ndarray[Any, Any]
    collides: bool | None


@dataclass(frozen=True, slots=True, repr=False)
class Missed(Shown, Brief):
    """An output that no input of the domain has, exact."""

    value: Point

    def __repr__(self) -> str:
        return Brief.__repr__(self) if len(self.value) <= 8 else f"<Missed output of {len(self.value)} coordinates>"


@dataclass(frozen=True, slots=True, repr=False)
class Escape(Shown, Brief):
    """An input whose output lies outside the stated codomain, exact."""

    x: Point

    def __repr__(self) -> str:
        return Brief.__repr__(self) if len(self.x) <= 8 else f"<Escape from an input of {len(self.x)} coordinates>"


Counterexample: TypeAlias = Pair | Missed | Escape


class _Answered(Shown):
    """What every verdict can do: be saved, printed, and be asked of other tools."""

    __slots__ = ()

    def save(self, folder: str | Path, *, seed: int | None = None) -> Path:
        """The verdict as a folder that stands alone (an unknown one without evidence); `bijection check FOLDER` re-checks it."""
        return _save(self, folder, seed)

    def to_json(self) -> dict[str, Any]:
        """The verdict as the command line's --json prints it."""
        return _to_json(self)

    def to_smtlib(self, path: str | Path | None = None) -> str:
        """The question in SMT-LIB 2, exact."""
        return _export("smtlib", self, path)

    def to_vnnlib(self, path: str | Path | None = None) -> str:
        """The question in VNN-LIB 2: two networks that are equal, over the reals."""
        return _export("vnnlib", self, path)

    def __str__(self) -> str:
        return _in_words(self)

    def __repr__(self) -> str:
        return _brief(self)


@dataclass(frozen=True, slots=True, repr=False)
class _Decided(_Answered):
    statement: Statement
    claim: Statement  # what the evidence proves: the statement, or its negation
    because: str
    evidence: tuple[Theorem, ...]
    rests_on: tuple[Basis, ...]
    seconds: float

    def files(self) -> tuple[bytes, bytes]:
        """The claim and the evidence as the kernel reads them."""
        return encode_claim(self.claim), encode_evidence(self.evidence)

    def to_latex(self, path: str | Path | None = None, *, document: bool = True) -> str:
        """Theorem, lemmas and proof as LaTeX, written to the path if one is given; document=False leaves out the preamble."""
        return _export("latex", self, path, document=document)

    def to_markdown(self, path: str | Path | None = None) -> str:
        """The same as Markdown with mathematics between dollars."""
        return _export("markdown", self, path)

    def to_rocq(self, path: str | Path | None = None) -> str:
        """The verdict as a file for Rocq (Coq): the claim as a theorem, proved by evaluation. Rocq need not be installed."""
        return _export("rocq", self, path)

    def check_rocq(self, *, within: float = 900.0) -> RocqCheck:
        """Let Rocq check the verdict: checked, failed, or unavailable with the reason. The first time it compiles its library."""
        return _check_rocq(self, within)

    def bibtex(self) -> str:
        """What the proof cites, the tool and the model as BibTeX entries."""
        return _export("bibtex", self, None)


@dataclass(frozen=True, slots=True, repr=False)
class Proved(_Decided):
    """The statement is true; the kernel has accepted the evidence for it."""

    @property
    def counterexample(self) -> None:
        """There is none."""
        return None

    @property
    def inputs(self) -> tuple[Point, ...]:
        """The inputs that show that values are reached (one for each label, in order), where the proof shows any."""
        match self.evidence:
            case (ReachesAll(points),):
                return points
            case (Reaches() | ReachesLabel(),) | (ReachesEach(), *_):
                return tuple(step.x for step in self.evidence if isinstance(step, Reaches | ReachesLabel))
            case _:
                return ()

    def __bool__(self) -> bool:
        return True


@dataclass(frozen=True, slots=True, repr=False)
class Refuted(_Decided):
    """The statement is false; the kernel has accepted evidence for its negation. A counting argument shows no counterexample."""

    counterexample: Counterexample | None

    def __bool__(self) -> bool:
        return False


@dataclass(frozen=True, slots=True, repr=False)
class Unknown(_Answered):
    """Neither was shown: why, what was tried, and what would help."""

    statement: Statement
    because: str
    tried: tuple[str, ...]
    seconds: float

    @property
    def counterexample(self) -> None:
        """None is known."""
        return None

    @property
    def rests_on(self) -> tuple[Basis, ...]:
        """Nothing is claimed."""
        return ()

    def __bool__(self) -> bool:
        raise TypeError(
            f"the verdict is unknown ({self.because}); compare it with `isinstance(verdict, Proved)` instead of using it as a truth value"
        )


def _brief(verdict: Any) -> str:
    """One line: a network's weights are nothing to print at a prompt. str(verdict) says everything."""
    return f"<{type(verdict).__name__}: {verdict.because} ({verdict.seconds:.2f} s)>"


Verdict: TypeAlias = Proved | Refuted | Unknown


class Claims:
    """Claims as the kernel reads them: encoded and decoded, once each. Several proposals may be about one claim on a large network."""

    def __init__(self) -> None:
        self._read: list[tuple[Statement, Statement]] = []

    def read(self, claim: Statement) -> Statement:
        """The claim, from its bytes."""
        found = next((checked for known, checked in self._read if known == claim), None)
        if found is None:
            found = decode_claim(encode_claim(claim))
            self._read.append((claim, found))
        return found


def accept(
    statement: Statement, claim: Statement, evidence: tuple[Theorem, ...], because: str, seconds: float, claims: Claims | None = None
) -> Proved | Refuted:
    """The verdict on the statement from evidence for the claim (the statement or its negation); raises Rejected or Malformed.

    The evidence goes through the kernel as bytes: encoded, decoded, checked.
    """
    steps = decode_evidence(encode_evidence(evidence))
    checked = (claims or Claims()).read(claim)
    rests_on = tuple(Basis(name, status.value, theorem.source) for name, (theorem, status) in check(checked, steps).items())
    if claim == statement:
        return Proved(statement, claim, because, steps, rests_on, seconds)
    if claim != negate(statement):
        raise AssertionError("evidence for another statement")  # and not an assert, which python -O leaves out
    return Refuted(statement, claim, because, steps, rests_on, seconds, _counterexample(statement, steps))


def _counterexample(statement: Statement, steps: tuple[Theorem, ...]) -> Counterexample | None:
    """The counterexample that the evidence carries, if it carries one of the statement itself and not of some other subgoal."""
    if isinstance(statement, Not):
        return None
    for step in steps:
        match step:
            case Collision(x, y) | Agreement(x, y):
                return Pair(statement.f, x, y, value_at(statement.f, x))
            case Misses(value):
                return Missed(value)
            case Escapes(x):
                return Escape(x)
            case BrokenHalf() | Restriction() | PrefixCollides() | NoRounding():
                continue  # a counterexample to what they reduce the goal to is one to the goal
            case _:
                return None
    return None


def _rounded(pair: Pair, dtype: Any) -> FloatPair:
    with np.errstate(over="ignore"):  # what is too large for the type becomes ∞, and then nothing can be computed
        x, y = pair.x_array.astype(dtype), pair.y_array.astype(dtype)
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        return FloatPair(x, y, None)
    u, v = (vector([Fraction(float(t)) for t in array]) for array in (x, y))
    try:
        collides = not same(u, v) and same(pair.f.trace(u)[-1], pair.f.trace(v)[-1])
    except (NoExactValue, Malformed):
        return FloatPair(x, y, None)
    return FloatPair(x, y, collides)


def _binary64(t: Fraction) -> float:
    try:
        return float(t)
    except OverflowError:
        return inf if t > 0 else -inf


# Saving and wording live in rooms that know verdicts, so they are imported only when they are asked for.


def _save(verdict: Any, folder: str | Path, seed: int | None) -> Path:
    from bijection.evidence import save

    return save(verdict, folder, seed=seed)


def _to_json(verdict: Any) -> dict[str, Any]:
    from bijection.report import to_json

    return to_json(verdict)


def _check_rocq(verdict: Any, within: float) -> RocqCheck:
    from bijection.export.rocq import text
    from bijection.export.rocq_check import check_text

    return check_text(text(verdict), seconds=within)


def _export(to: str, verdict: Any, path: str | Path | None, **options: Any) -> str:
    from bijection.export import export

    return export(verdict, to, path, **options)


def _in_words(verdict: Any) -> str:
    from bijection.words import paragraph

    return paragraph(verdict)


__all__ = ["Basis", "Escape", "FloatPair", "Missed", "Pair", "Proved", "Refuted", "Unknown", "Verdict", "accept"]
