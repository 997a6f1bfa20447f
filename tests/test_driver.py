"""The driver: what the kernel rejects never becomes a verdict, whatever an engine says."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures.process import BrokenProcessPool
from fractions import Fraction

import pytest

from bijection import driver, questions, worker
from bijection.engines.proposal import Engine, Proposal, Search
from bijection.errors import EngineBug
from bijection.questions import codomain, decide, is_bijective, is_injective, is_surjective, whole
from bijection.verdict import Escape, Missed, Pair, Proved, Refuted, Unknown
from bijection.wishes import Antipodal, Apart, Between, Near, Sparse, Wish
from proofs.domains import Labels, Reals
from proofs.errors import Malformed
from proofs.kernel import Theorem
from proofs.network import Pointwise, Table
from proofs.statements import Bijective, Injective, MapsInto, Not, Positive, Surjective
from proofs.theorems.affine import FullColumnRank, FullRowRank
from proofs.theorems.collision import Collision, KernelDirection
from proofs.theorems.composition import SuffixCollides
from proofs.theorems.counting import Enumeration, EqualSizes
from proofs.theorems.dimension import NarrowFirstLayer
from proofs.theorems.identity import Cancels
from proofs.theorems.sets import LeftInverse, RightInverse
from proofs.theorems.values import Escapes, Misses, Separator, StaysInside
from tests.build import affine, box, chain, finite, point
from tests.verdicts import CLASSIFIER, IDENTITY, RELU, RELU_2

FOLDS = Injective(RELU_2, Reals(2))
TRUE = Injective(IDENTITY, Reals(2))
PAIR = (Collision(point(-1, 0), point(-2, 0)),)
OTHER = (Collision(point(-5, 0), point(-7, 0)),)
NO_PAIR = (KernelDirection(point(-1, 0), point(1, 0)),)  # right, but shows no pair
LIE = (Collision(point(1, 0), point(2, 0)),)


def engine(*proposals: Proposal | Exception | type[BaseException] | float) -> Engine:
    """An engine with a script: proposals to make, exceptions to raise, seconds to sleep."""

    def scripted(goal: Positive, search: Search) -> Iterator[Proposal]:
        for entry in proposals:
            match entry:
                case Proposal():
                    yield entry
                case float():
                    time.sleep(entry)
                case _:
                    raise entry

    return scripted


def refutes(evidence: tuple[Theorem, ...], because: str = "", improvable: bool = False, goal: Positive = FOLDS) -> Proposal:
    return Proposal(Not(goal), evidence, because, improvable)


Ask = Callable[..., object]


@pytest.fixture(name="ask")
def _ask(monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Decide with the given engines only, in this process."""

    def ask(*engines: Engine, goal: Positive | Not = FOLDS, **options: object) -> object:
        monkeypatch.setattr(driver, "ENGINES", engines)
        return decide(goal, **{"within": None, **options})  # type: ignore[arg-type]

    return ask


def test_evidence_that_the_kernel_rejects_never_becomes_a_verdict(ask: Ask) -> None:
    verdict = ask(engine(refutes(LIE, "trust me")))
    assert isinstance(verdict, Unknown)
    assert "; the kernel rejected a proposal (trust me): step 0 (Collision)" in verdict.because
    assert verdict.tried == ("test driver",)


def test_evidence_that_is_malformed_never_becomes_a_verdict(ask: Ask) -> None:
    inexact = (Collision((0.5, -1.0), (0.5, -2.0)),)  # type: ignore[arg-type]
    verdict = ask(engine(refutes(inexact, "floats")))
    assert isinstance(verdict, Unknown)
    assert "is not exact" in verdict.because


def test_a_worker_that_dies_is_a_reason_and_no_error(ask: Ask) -> None:
    verdict = ask(engine(BrokenProcessPool("a child process terminated abruptly")))
    assert isinstance(verdict, Unknown)
    assert "the executor broke" in verdict.because
    known = ask(engine(refutes(NO_PAIR, "too narrow", improvable=True), BrokenProcessPool("again")))
    assert isinstance(known, Refuted)


def test_why_no_pair_is_shown_is_said_where_none_is_shown(ask: Ask) -> None:
    def obstructed(goal: Positive, search: Search) -> Iterator[Proposal]:
        search.report("obstacle: the vectors are too long")
        yield from ()

    known = ask(engine(refutes(NO_PAIR, "counted", improvable=True)), obstructed)
    assert isinstance(known, Refuted)
    assert known.because == "counted; obstacle: the vectors are too long"
    unknown = ask(obstructed)
    assert isinstance(unknown, Unknown)
    assert "; obstacle: the vectors are too long" in unknown.because
    shown = ask(obstructed, engine(refutes(PAIR, "a pair")))
    assert isinstance(shown, Refuted)
    assert "obstacle" not in shown.because


def test_a_false_claim_of_truth_never_becomes_a_verdict(ask: Ask) -> None:
    no_rank = FullColumnRank(3, (0, 1), ((1, 0), (0, 1)))
    for evidence in ((), (no_rank,), PAIR, (StaysInside(),), (Enumeration(),), (LeftInverse(IDENTITY), Cancels())):
        assert isinstance(ask(engine(Proposal(FOLDS, evidence, "surely"))), Unknown)


def test_a_later_engine_is_asked_after_a_rejection(ask: Ask) -> None:
    verdict = ask(engine(refutes(LIE)), engine(refutes(PAIR, "it folds")))
    assert isinstance(verdict, Refuted)
    assert verdict.because == "it folds"


def test_the_first_proposal_that_cannot_be_improved_ends_the_search(ask: Ask) -> None:
    verdict = ask(engine(refutes(PAIR, "first"), RuntimeError("asked again")))
    assert isinstance(verdict, Refuted)
    assert verdict.because == "first"


def test_an_improvable_answer_is_improved_if_that_works(ask: Ask) -> None:
    verdict = ask(engine(refutes(NO_PAIR, "too narrow", improvable=True)), engine(refutes(PAIR, "a pair")))
    assert isinstance(verdict, Refuted)
    assert (verdict.because, isinstance(verdict.counterexample, Pair)) == ("a pair", True)


def test_an_improvable_answer_stands_if_nothing_better_is_found(ask: Ask) -> None:
    again = refutes(NO_PAIR, "no pair either", improvable=True)
    for later in (engine(), engine(refutes(LIE, "a lie")), engine(again)):
        verdict = ask(engine(refutes(NO_PAIR, "too narrow", improvable=True)), later)
        assert isinstance(verdict, Refuted)
        assert (verdict.because, verdict.counterexample) == ("too narrow", None)


def test_an_explicit_pair_replaces_an_argument_without_one_and_only_a_final_one_replaces_it(ask: Ask) -> None:
    first, second = refutes(PAIR, "a pair", improvable=True), refutes(OTHER, "another pair", improvable=True)
    verdict = ask(engine(refutes(NO_PAIR, "too narrow", improvable=True), first, second))
    assert isinstance(verdict, Refuted)
    assert verdict.because == "a pair"


@pytest.mark.parametrize(
    ("wish", "welcome"),
    [
        (Near(point(-1, -1)), "near"),
        (Sparse(point(-1, -1)), "near"),
        (Between(point(-2, -1), point(-1, -1)), "near"),
        (Apart(), "far"),
        (Antipodal(), "far"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_of_two_pairs_the_one_that_was_wished_for_stands(ask: Ask, wish: Wish, welcome: str) -> None:
    pairs = {"near": (point(-1, -1), point("-17/16", -1)), "far": (point(-1, -1), point(-9, -2))}
    goal = Injective(RELU_2, box(-9, 9, 2))
    for first, second in (("near", "far"), ("far", "near")):
        proposals = [refutes((Collision(*pairs[name]),), name, improvable=name == first, goal=goal) for name in (first, second)]
        verdict = ask(*(engine(proposal) for proposal in proposals), goal=goal, wish=wish)
        assert isinstance(verdict, Refuted)
        assert verdict.because.startswith(f"{welcome}; ")


def test_what_was_accepted_stands_when_the_worker_fails_later(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(goal: Positive, search: Search) -> Iterator[Proposal]:
        yield refutes(NO_PAIR, "too narrow", improvable=True)
        raise EngineBug("out of memory")

    monkeypatch.setattr(worker, "proposals", fails)
    lines: list[str] = []
    verdict = decide(FOLDS, progress=lines.append)
    assert isinstance(verdict, Refuted)
    assert lines == ["the search for a better witness failed: out of memory"]


def test_a_worker_that_fails_with_nothing_accepted_is_our_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "_PROGRAM", "raise SystemExit")
    with pytest.raises(EngineBug, match="ended without an answer"):
        decide(FOLDS)


def test_ctrl_c_gives_unknown_or_what_is_known_already(ask: Ask) -> None:
    verdict = ask(engine(KeyboardInterrupt))
    assert isinstance(verdict, Unknown)
    assert verdict.because == "the search was stopped after 0 s"
    known = ask(engine(refutes(NO_PAIR, "too narrow", improvable=True), KeyboardInterrupt))
    assert isinstance(known, Refuted)


def test_a_crash_in_this_process_is_not_hidden_as_unknown(ask: Ask) -> None:
    with pytest.raises(ZeroDivisionError):
        ask(engine(ZeroDivisionError()))


def test_a_kernel_that_accepts_both_sides_is_shouted_about(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    def gullible(statement: Positive, claim: object, evidence: object, because: str, seconds: float, *_: object) -> Proved | Refuted:
        if claim == statement:
            return Proved(statement, claim, because, (), (), seconds)
        return Refuted(statement, claim, because, (), (), seconds, None)

    monkeypatch.setattr(driver, "accept", gullible)
    with pytest.raises(AssertionError, match="the kernel accepted proofs of a statement and of its negation"):
        ask(engine(refutes((), "no", improvable=True), Proposal(FOLDS, (), "yes")))


def test_evidence_for_another_statement_is_our_bug(ask: Ask) -> None:
    with pytest.raises(AssertionError, match="evidence for another statement"):
        ask(engine(Proposal(TRUE, (LeftInverse(IDENTITY), Cancels()), "it is the identity")))


def test_a_negated_question_has_the_opposite_answer(ask: Ask) -> None:
    verdict = ask(engine(refutes(PAIR)), goal=Not(FOLDS))
    assert isinstance(verdict, Proved)
    assert verdict.counterexample is None


def test_time_that_is_used_up_is_said() -> None:
    verdict = decide(FOLDS, within=0)
    assert isinstance(verdict, Unknown)
    assert verdict.because == "the time allowed is used up; more of it may help"
    assert verdict.seconds < 1


def test_progress_names_the_engine(ask: Ask) -> None:
    lines: list[str] = []
    ask(engine(), progress=lines.append)
    assert lines == ["test driver"]


BIJECTION = Bijective(IDENTITY, Reals(2), Reals(2))


def _by_parts(goal: Positive, search: Search) -> Iterator[Proposal]:
    match goal:
        case MapsInto():
            yield Proposal(goal, (StaysInside(),), "into")
        case Injective(f):
            yield Proposal(goal, (LeftInverse(f), Cancels()), "injective") if f == IDENTITY else refutes(PAIR, "folds", goal=goal)
        case Surjective(f):
            yield Proposal(goal, (RightInverse(f), Cancels(), StaysInside()), "onto")


def test_a_bijection_is_put_together_from_its_parts(ask: Ask) -> None:
    verdict = ask(_by_parts, goal=Bijective(IDENTITY, box(0, 1, 2), box(0, 1, 2)))
    assert isinstance(verdict, Proved)
    assert verdict.because == "injective; onto; into"
    assert verdict.rests_on[0].name == "Halves"


def test_of_a_piecewise_affine_map_of_space_one_part_is_enough(ask: Ask) -> None:
    verdict = ask(_by_parts, goal=BIJECTION)
    assert isinstance(verdict, Proved)
    assert verdict.because == "injective, and so onto: injective"
    assert verdict.rests_on[0].name == "InjectiveIsBijective"


def test_a_bijection_is_refuted_by_one_part_with_its_counterexample(ask: Ask) -> None:
    verdict = ask(_by_parts, goal=Bijective(RELU_2, Reals(2), Reals(2)))
    assert isinstance(verdict, Refuted)
    assert isinstance(verdict.counterexample, Pair)
    leaves = ask(
        engine(refutes((Escapes(point(1)),), goal=MapsInto(chain(1, affine([[2]])), box(0, 1), box(0, 1)))),
        goal=Bijective(chain(1, affine([[2]])), box(0, 1), box(0, 1)),
    )
    assert isinstance(leaves, Refuted)
    assert leaves.counterexample == Escape(point(1))


def test_a_missed_output_is_the_counterexample_of_a_surjection(ask: Ask) -> None:
    goal = Surjective(chain(1, Pointwise((RELU,))), Reals(1), Reals(1))
    verdict = ask(engine(refutes((Misses(point(-1)), Separator(point(1))), goal=goal)), goal=goal)
    assert isinstance(verdict, Refuted)
    assert verdict.counterexample == Missed(point(-1))


def test_a_pair_of_another_function_is_no_counterexample(ask: Ask) -> None:
    """SuffixCollides shows two hidden values, not two inputs."""
    half = FullRowRank(3, (0,), ((2,),))  # 2·2 = 1 modulo 3
    goal = Injective(chain(1, affine([[2]]), Pointwise((RELU,))), Reals(1))
    evidence = (SuffixCollides(1, Reals(1)), half, Collision(point(-1), point(-2)))
    verdict = ask(engine(refutes(evidence, goal=goal)), goal=goal)
    assert isinstance(verdict, Refuted)
    assert verdict.counterexample is None


def test_a_missed_value_is_no_counterexample_to_injectivity(ask: Ask) -> None:
    f, two = chain(1, affine([[0]])), finite([0], [1])
    goal = Injective(f, two)
    evidence = (EqualSizes(two), Enumeration(), Misses(point(1)), Enumeration())
    verdict = ask(engine(refutes(evidence, goal=goal)), goal=goal)
    assert isinstance(verdict, Refuted)
    assert verdict.counterexample is None


def test_the_input_to_be_near_to_is_exact_and_inside(ask: Ask) -> None:
    seen: list[object] = []

    def looks(goal: Positive, search: Search) -> Iterator[Proposal]:
        seen.append((search.near, search.apart, search.seed))
        return iter(())

    ask(looks, near=[0.5, 1], seed=3)
    ask(looks, goal=Injective(RELU_2, box(-1, 1, 2)), wish=Antipodal())
    assert seen == [((Fraction(1, 2), Fraction(1)), False, 3), (None, True, 0)]
    with pytest.raises(Malformed, match=r"'Near and Apart' are two different wishes; choose one"):
        ask(looks, near=[0.5, 1], apart=True)
    with pytest.raises(Malformed, match=r"the input to be near to does not lie in the domain: coordinate 0 is 2, its side is \[0, 1\]"):
        ask(looks, goal=Injective(RELU_2, box(0, 1, 2)), near=[2, 0])
    with pytest.raises(Malformed, match=r"coordinate 1 of the input to be near to is nan"):
        ask(looks, near=[0, float("nan")])


def test_the_defaults_are_the_whole_domain_and_all_outputs() -> None:
    assert whole(RELU_2) == Reals(2)
    assert codomain(RELU_2) == Reals(2)
    assert codomain(CLASSIFIER) == Labels(3)
    assert (whole(Table((0, 5))), codomain(Table((0, 5))), codomain(Table(()))) == (Labels(2), Labels(6), Labels(0))


def test_the_short_forms_ask_the_question_of_their_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(questions, "decide", lambda statement, **options: (statement, options))
    assert is_injective(RELU_2, seed=1) == (FOLDS, {"seed": 1})  # type: ignore[comparison-overlap]
    assert is_surjective(CLASSIFIER, on=box(0, 1, 2)) == (Surjective(CLASSIFIER, box(0, 1, 2), Labels(3)), {})  # type: ignore[comparison-overlap]
    assert is_bijective(IDENTITY) == (BIJECTION, {})  # type: ignore[comparison-overlap]


def test_unknown_has_no_truth_value() -> None:
    with pytest.raises(TypeError, match=r"the verdict is unknown \(no time\)"):
        bool(Unknown(FOLDS, "no time", (), 0.0))


def test_proved_is_true_and_refuted_is_false(ask: Ask) -> None:
    assert bool(ask(engine(refutes(PAIR)), goal=Not(FOLDS))) is True
    assert bool(ask(engine(refutes(PAIR)))) is False


@pytest.mark.parametrize("first", ["is_injective", "decide"])
def test_the_function_decide_is_hidden_by_no_module(first: str) -> None:
    program = f"import bijection; bijection.{first}; import bijection.driver; assert callable(bijection.decide), bijection.decide"
    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_wish_for_a_pair_is_given_all_the_time_until_one_is_known() -> None:
    counted = Proposal(Not(FOLDS), (NarrowFirstLayer(),), "", improvable=True)
    paired = refutes(PAIR, improvable=True)
    wished, plain = Search(1e12, wish=Antipodal()), Search(1e12)
    assert wished.after(counted) == 1e12
    assert plain.after(paired) < plain.after(counted) < 1e12
    assert wished.after(paired) < 1e12
