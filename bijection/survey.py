"""One model, several questions: over the reals, in binary32 arithmetic, on 8-bit inputs, for the labels; the answers differ."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from bijection import report
from bijection.errors import NotSupported
from bijection.frontends import load
from bijection.questions import all_floats, codomain, decide, grid_of, reached_labels
from bijection.shown import Shown
from bijection.verdict import Pair, Proved, Refuted, Verdict
from bijection.words import domain, kind, number
from proofs.domains import Box, Domain, Floats, Reals
from proofs.errors import Malformed, NoExactValue
from proofs.functions import Function
from proofs.ieee import Binary32
from proofs.network import Argmax, Network
from proofs.statements import Injective, Statement, Surjective


@dataclass(frozen=True, slots=True)
class Line:
    """A question of the survey with its answer: a verdict, the verdicts label by label, or the reason why it cannot be asked."""

    about: str
    answer: Verdict | dict[int, Verdict] | str

    def words(self) -> tuple[str, str, str]:
        """What was asked, the answer in a word, the witness or the reason."""
        match self.answer:
            case str():
                return self.about, "not asked", self.answer
            case dict():
                kinds = {k: kind(v) for k, v in self.answer.items()}
                reached = [k for k, word in kinds.items() if word == "proved"]
                never = [k for k, word in kinds.items() if word == "refuted"]
                parts = [f"{len(reached)} of {len(kinds)} reached"]
                parts += [f"never: {', '.join(map(str, never))}"] if never else []
                word = "proved" if len(reached) == len(kinds) else "refuted" if never else "unknown"
                return self.about, word, "; ".join(parts)
            case verdict:
                return self.about, kind(verdict), _witness(verdict)


def _witness(verdict: Verdict) -> str:
    match verdict:
        case Refuted(counterexample=Pair(_, x, y) as pair):
            moved = sum(a != b for a, b in zip(x, y, strict=True))
            return f"{verdict.because}: {moved} of {len(x)} inputs differ, by at most {number(pair.distance)}"
        case Refuted(counterexample=None):
            return f"{verdict.because}; no pair is shown"
        case Proved() | Refuted():
            return f"{verdict.because} ({', '.join(b.name for b in verdict.rests_on)})"
        case _:
            return verdict.because


class Survey(list[Line], Shown):
    """The questions with their answers, in order."""

    __slots__ = ()

    def __str__(self) -> str:
        return table(self)

    __repr__ = __str__


def survey(
    model: Any,
    on: Domain | None = None,
    *,
    within: float = 60.0,
    seed: int = 0,
    progress: Callable[[str], None] | None = None,
) -> Survey:
    """The questions about a model with their answers, each within so many seconds.

    on: ℝⁿ, by default, or a box. Over the reals: injective, onto. In binary32 arithmetic: injective on the finite numbers in it. On 8-bit
    inputs: injective on 256 values of each input, from one side of the box to the other, from 0 to 1 on ℝⁿ. Labels, for models with
    several outputs: is the map to the label of the largest output injective, and which labels are reached.
    """
    lines = Survey()
    for about, ask in _questions(load(model), on):
        if progress is not None:
            progress(about)
        lines.append(Line(about, _answer(ask, within, seed, progress)))
    return lines


def _answer(
    ask: Callable[[], Statement | tuple[Network, Domain]], within: float, seed: int, progress: Callable[[str], None] | None
) -> Verdict | dict[int, Verdict] | str:
    started = time.monotonic()
    try:
        asked = ask()
        left = max(1.0, within - (time.monotonic() - started))
        if isinstance(asked, tuple):
            return reached_labels(*asked, within=left, seed=seed, progress=progress)
        return decide(asked, within=left, seed=seed, progress=progress)
    except (Malformed, NotSupported, NoExactValue) as error:
        return str(error)


def _questions(f: Function, on: Domain | None) -> Iterator[tuple[str, Callable[[], Any]]]:
    """What is asked, in words, and the question; making it may fail, which is an answer too."""
    if not isinstance(f, Network):
        raise NotSupported(f"a survey is about a network over the reals, not a {type(f).__name__}; ask one question of it with decide")
    on = Reals(f.arity) if on is None else on
    if not isinstance(on, Reals | Box):
        raise NotSupported(f"a survey is about ℝⁿ or a box, not about a {type(on).__name__}; ask one question about it with decide")
    where, numbers, grid = domain(on), all_floats(f.arity) if isinstance(on, Reals) else Floats(on.lower, on.upper), grid_of(on)
    classifies = bool(f.nodes) and isinstance(f.nodes[-1].op, Argmax)
    yield f"reals: injective on {where}", lambda: Injective(f, on)
    yield f"reals: {where} onto all outputs", lambda: Surjective(f, on, codomain(f))
    if not classifies:
        yield f"binary32: injective on {domain(numbers)}", lambda: Injective(Binary32(f), numbers)
    yield f"8 bits: injective on {domain(grid)}", lambda: Injective(f, grid)
    if not classifies:
        yield f"8 bits in binary32: injective on {domain(grid)}", lambda: Injective(Binary32(f), grid)
    if f.width > 1 and not classifies:
        labelled = load(f, readout="label")
        yield f"labels: the label map is injective on {where}", lambda: Injective(labelled, on)
        yield f"labels: reached from {where}", lambda: (labelled, on)


def table(lines: list[Line]) -> str:
    """The survey in columns."""
    rows = [line.words() for line in lines]
    first, second = (max(len(row[k]) for row in rows) for k in (0, 1))
    return "\n".join(f"{about:<{first}}  {word:<{second}}  {why}" for about, word, why in rows)


def to_json(line: Line) -> dict[str, Any]:
    """The answer as `decide --json` prints verdicts; label by label; or {"not asked": why}."""
    match line.answer:
        case str():
            return {"not asked": line.answer}
        case dict():
            return {str(k): report.to_json(v) for k, v in line.answer.items()}
        case verdict:
            return report.to_json(verdict)


def verdicts(lines: list[Line]) -> Iterator[tuple[str, Proved | Refuted]]:
    """What can be saved, with names for its folders."""
    for k, line in enumerate(lines, 1):
        about = f"{k}-{line.about.partition(':')[0].replace(' ', '-')}"
        match line.answer:
            case dict():
                yield from ((f"{about}-{label}", v) for label, v in line.answer.items() if isinstance(v, Proved | Refuted))
            case Proved() | Refuted():
                yield about, line.answer
            case _:
                pass
