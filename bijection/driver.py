"""The driver: asks the engines in order, lets the kernel check what they propose, keeps to the time allowed."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from bijection import worker
from bijection.engines import ENGINES
from bijection.engines.grids.finite import by_counting
from bijection.engines.onto.labels import by_labels, classes, each_label
from bijection.engines.onto.nearest import nearer
from bijection.engines.pairs.near import brought_nearer
from bijection.engines.proposal import OBSTACLE, Engine, Proposal, Search, reduces
from bijection.errors import EngineBug
from bijection.verdict import Claims, Pair, Proved, Refuted, Unknown, Verdict, accept
from bijection.wishes import Near, Wish, cost, distance, fits
from proofs.domains import Domain, Point, cardinality
from proofs.errors import Malformed, NoExactValue, Rejected, well_formed
from proofs.functions import Function
from proofs.network import Network
from proofs.statements import Bijective, Injective, MapsInto, Not, Positive, Reached, Statement, Surjective
from proofs.theorems.agreement import Agreement
from proofs.theorems.collision import Collision
from proofs.theorems.counting import EqualSizes
from proofs.theorems.orientation import InjectiveIsBijective
from proofs.theorems.sets import BrokenHalf, Halves
from proofs.theorems.values import Escapes, Misses, Reaches, ReachesLabel


def decide(
    statement: Statement,
    *,
    within: float | None = 60.0,
    seed: int = 0,
    wish: Wish | None = None,
    progress: Callable[[str], None] | None = None,
    executor: Executor | None = None,
    journal: str | Path | None = None,
) -> Verdict:
    """Proved or Refuted with evidence that the kernel has accepted, or Unknown.

    within: seconds; the search runs in a worker process that is ended on time. None searches in this process, without limit.
    wish: what a colliding pair should look like (`bijection.wishes`). progress: receives lines that say what is being tried.
    The same seed gives the same verdict if time suffices. executor: any concurrent.futures.Executor; it does the units of the
    complete search, all else runs in this process, and solvers keep to `within` themselves. journal: a folder that keeps
    these units; the same question asked again with it goes on.
    """
    started = time.monotonic()
    positive = statement.statement if isinstance(statement, Not) else statement
    if wish is not None:
        fits(wish, positive.on)
    share: list[str] = []  # the last line about a share of the search that is done
    lacking: list[str] = []  # the last line about why no pair is shown
    failed: list[str] = []  # what a network that looks as if it were built to be invertible lacks

    def report(line: str) -> None:
        if "%" in line:
            share[:] = [line]
        if line.startswith(OBSTACLE):
            lacking[:] = [line]
        if line.startswith("hypothesis: ") and line not in failed:
            failed.append(line)
        if progress is not None:
            progress(line)

    deadline = started + (within if within is not None else 1e9)
    search = Search(deadline, seed, wish, report, executor, None if journal is None else str(journal))
    here = within is None or executor is not None
    source = proposals(positive, search) if here else worker.proposals(positive, search)
    verdict = _first_accepted(statement, source, search, started)
    if isinstance(verdict, Unknown) and (share or failed or lacking):
        return replace(verdict, because="; ".join([verdict.because, *failed[:2], *lacking, *share]))
    if isinstance(verdict, Refuted) and verdict.counterexample is None and lacking:
        return replace(verdict, because="; ".join([verdict.because, *lacking]))
    return verdict


def decide_labels(
    f: Function,
    on: Domain,
    *,
    within: float | None = 60.0,
    seed: int = 0,
    near: Point | None = None,
    progress: Callable[[str], None] | None = None,
    executor: Executor | None = None,
) -> dict[int, Verdict]:
    """For each label of a classifier, Proved with an input that has it, Refuted, or Unknown; options as for `decide`, the time for all.

    near: an input of the domain to which the inputs shown are to be close, in the largest change of a coordinate.
    """
    started = time.monotonic()
    wish = None if near is None else Near(near)
    if wish is not None:
        fits(wish, on)
    deadline = started + (within if within is not None else 1e9)
    search = Search(deadline, seed, wish, report=progress or (lambda line: None), executor=executor)
    count = classes(f)
    well_formed(count is not None, "a function that gives no labels: the network ends with an argmax, or is made to by a readout")
    labels = range(count or 0)
    goals = {label: Reached(f, on, (Fraction(label),)) for label in labels}
    here = within is None or executor is not None
    source = label_proposals(goals[0], labels, search) if here else worker.proposals(goals[0], search, labels)
    found: dict[int, Verdict] = {}
    why = "neither an input with this label nor a proof that there is none was found"
    if not isinstance(f, Network):
        why += "; in binary32 arithmetic labels are excluded only by trying all inputs of a small domain"
    try:
        for proposal in source:
            goal = proposal.claim.statement if isinstance(proposal.claim, Not) else proposal.claim
            assert isinstance(goal, Reached)
            with suppress(Rejected, Malformed, NoExactValue):
                verdict = accept(goal, proposal.claim, proposal.evidence, proposal.because, time.monotonic() - started)
                label = int(goal.value[0])
                if label not in found or _closer(verdict, found[label], near):
                    found[label] = verdict
        if search.remaining() < 1:
            why += "; the time allowed is used up, more of it may help"
    except KeyboardInterrupt:
        why = "interrupted"
    finally:
        source.close()
    seconds = time.monotonic() - started
    tried = _names()
    return {label: found.get(label, Unknown(goals[label], why, tried, seconds)) for label in labels}


def _closer(new: Verdict, known: Verdict, near: Point | None) -> bool:
    """Whether the new input that shows a label is nearer to the wished one."""
    if near is None or not isinstance(new, Proved) or not isinstance(known, Proved):
        return False
    return distance(new.inputs[0], near) < distance(known.inputs[0], near)


def label_proposals(goal: Positive, labels: Sequence[int], search: Search) -> Generator[Proposal, None, None]:
    """What the engines propose about each label of a classifier; the goal is that one of them is reached. Last come inputs that are
    nearer to a wished one.
    """
    left, inputs = set(labels), {}
    for proposal in each_label(goal.f, goal.on, labels, search):
        positive = proposal.claim.statement if isinstance(proposal.claim, Not) else proposal.claim
        assert isinstance(positive, Reached)
        label, step = int(positive.value[0]), proposal.evidence[0]
        left.discard(label)
        if isinstance(step, Reaches | ReachesLabel):
            inputs[label] = step.x
        yield proposal
    for label in sorted(left):
        for engine in ENGINES:
            if engine is not by_labels and search.remaining() > 0:
                yield from engine(Reached(goal.f, goal.on, (Fraction(label),)), search)
    yield from nearer(goal.f, goal.on, inputs, search)


def proposals(goal: Positive, search: Search) -> Generator[Proposal, None, None]:
    """What the engines propose about the goal, cheap ones first."""
    if isinstance(goal, Bijective):
        yield from _halves(goal, search)
        return
    for engine in ENGINES:
        if search.remaining() <= 0:
            return
        search.report(_name(engine))
        for proposal in engine(goal, search):
            yield brought_nearer(goal, proposal, search)
            if proposal.improvable:
                search = replace(search, deadline=search.after(proposal))
        if engine is by_counting and isinstance(goal, Surjective):
            yield from _of_equal_sizes(goal, search)


def _of_equal_sizes(goal: Surjective, search: Search) -> Iterator[Proposal]:
    """Onto a finite set as large as the domain: exactly the injective ones are, of the maps into it (S5)."""
    if not _same_size(goal):
        return
    theorem, because = EqualSizes(goal.onto), f"the codomain has as many points as the domain, {cardinality(goal.on)}"
    half = replace(search, deadline=time.monotonic() + search.remaining() / 2)  # the other engines have their ways too
    into = next((p for p in proposals(MapsInto(goal.f, goal.on, goal.onto), half) if not isinstance(p.claim, Not)), None)
    for proposal in proposals(Injective(goal.f, goal.on), half):
        if isinstance(proposal.claim, Not):
            yield Proposal(Not(goal), (theorem, *proposal.evidence), f"{because}, and two collide: {proposal.because}", True)
        elif into is not None:
            yield Proposal(goal, (theorem, *into.evidence, *proposal.evidence), f"{because}, and f is injective: {proposal.because}")
            return


def _same_size(goal: Surjective | Bijective) -> bool:
    size = cardinality(goal.on)
    return isinstance(size, int) and size == cardinality(goal.onto)


def _name(engine: Engine) -> str:
    return engine.__module__.rpartition(".")[2].replace("_", " ")


def _names() -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(_name, ENGINES)))


def _halves(goal: Bijective, search: Search) -> Iterator[Proposal]:
    """A bijection from its three parts, or the first part that fails; of ℝⁿ, where one part is enough, from that one (P8)."""
    if reduces(InjectiveIsBijective(), goal) is not None:
        for proposal in proposals(Injective(goal.f, goal.on), search):
            if proposal.claim == Injective(goal.f, goal.on):
                yield Proposal(goal, (InjectiveIsBijective(), *proposal.evidence), f"injective, and so onto: {proposal.because}")
            else:
                yield _broken(goal, "injective", proposal)
        return
    parts: list[tuple[str, Positive]] = [
        ("into", MapsInto(goal.f, goal.on, goal.onto)),
        ("injective", Injective(goal.f, goal.on)),
        ("surjective", Surjective(goal.f, goal.on, goal.onto)),
    ]
    found: dict[str, Proposal] = {}
    for half, part in parts:
        if half == "surjective" and _same_size(goal) and len(found) == 2:
            steps = (EqualSizes(goal.onto), *found["into"].evidence, *found["injective"].evidence)
            found[half] = Proposal(part, steps, "so onto, as many points as there are")
            break
        left = max(0.0, search.remaining()) * (2 / 3 if half == "injective" else 1)  # what is not onto may be found out sooner
        for proposal in proposals(part, replace(search, deadline=time.monotonic() + left)):
            if proposal.claim == part:
                found[half] = proposal
                break
            yield _broken(goal, half, proposal)
    if len(found) == len(parts):
        order = ("injective", "surjective", "into")
        evidence = tuple(step for half in order for step in found[half].evidence)
        yield Proposal(goal, (Halves(), *evidence), "; ".join(found[half].because for half in order))


def _broken(goal: Bijective, half: str, proposal: Proposal) -> Proposal:
    return Proposal(Not(goal), (BrokenHalf(half), *proposal.evidence), proposal.because, proposal.improvable)


def _first_accepted(statement: Statement, source: Generator[Proposal, None, None], search: Search, started: float) -> Verdict:
    """The first accepted proposal that cannot be improved, else the first accepted one, else Unknown."""
    best: Proved | Refuted | None = None
    stopped: list[str] = []
    claims = Claims()
    try:
        for proposal in source:
            if best is not None and not _improves(proposal, best, search.wish):
                if proposal.improvable:
                    continue
                break
            try:
                verdict = accept(statement, proposal.claim, proposal.evidence, proposal.because, time.monotonic() - started, claims)
            except (Rejected, Malformed, NoExactValue) as error:
                stopped.append(f"the kernel rejected a proposal ({proposal.because}): {error}")
                continue
            if best is not None and type(best) is not type(verdict):
                why = f"{best.because!r} and {verdict.because!r}"
                raise AssertionError(f"the kernel accepted proofs of a statement and of its negation ({why}): report this")
            best = verdict
            if not proposal.improvable:
                break
    except KeyboardInterrupt:
        stopped.append("interrupted")
        search.report("interrupted")  # what has been found is the answer; who asked may want to stop too
    except BrokenExecutor as error:
        stopped.append(f"the executor broke, as a worker that runs out of memory makes it; a journal keeps what was done ({error})")
    except EngineBug as error:
        if best is None:
            raise
        search.report(f"the search for a better witness failed: {error}")  # what the kernel has accepted stands
    finally:
        source.close()  # ends the worker process
    if best is not None:
        return best
    seconds = time.monotonic() - started
    why = "no engine found a proof or a counterexample; a smaller domain may be easier"
    if search.remaining() <= 0:
        why = "the time allowed is used up; more of it may help"
    if stopped[-1:] == ["interrupted"]:
        why = f"the search was stopped after {seconds:.0f} s"
        stopped.pop()
    return Unknown(statement, "; ".join([why, *stopped]), _names(), seconds)


def _improves(proposal: Proposal, best: Proved | Refuted, wish: Wish | None) -> bool:
    """Whether the proposal shows more than the verdict so far: a pair that comes closer to the wish, a counterexample where there is none,
    else what its engine is content with.
    """
    known = best.counterexample
    pair = next((step for step in proposal.evidence if isinstance(step, Collision)), None)
    if wish is not None and pair is not None and isinstance(known, Pair):
        return cost(wish, pair.x, pair.y) < cost(wish, known.x, known.y)
    explicit = any(isinstance(step, Collision | Agreement | Misses | Escapes) for step in proposal.evidence)
    return not proposal.improvable or (explicit and known is None)
