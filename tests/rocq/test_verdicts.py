"""Verdicts as files for Rocq: written without Rocq, checked by it, and refused once anything in them is changed."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

import bijection as bj
from bijection.errors import NotSupported
from bijection.export import rocq as writer
from bijection.export import rocq_check
from bijection.export.rocq_check import Outcome, check_file, check_text, library
from bijection.export.rocq_terms import binary32, words
from bijection.verdict import Unknown, accept
from proofs.activations import RELU, Tanh
from proofs.domains import Domain, Floats, Integers, Labels, Reals
from proofs.network import Argmax, Pointwise
from proofs.statements import Injective, Not, Surjective
from proofs.theorems import Collision, KernelDirection, LayerTree, OntoLayer, Pigeonhole, StaysInside, StronglyMonotone, TooFewPoints
from tests.build import affine, box, chain, finite, grid, point
from tests.evidence.functions import BLOCK, GATED
from tests.rocq.test_corpus import module, run

# |2t + 1/2|, from two units: it takes equal values at two pixels only because every number is what it is
FOLD = chain(1, affine([[2], [-2]], ["1/2", "-1/2"]), Pointwise((RELU, RELU)), affine([[1, 1]]))


@pytest.fixture
def home(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library is compiled in pytest's cache and not in the user's."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache.parent))


@pytest.fixture(scope="module")
def verdict() -> bj.Refuted:
    claim = Injective(FOLD, grid(-8, 8, step="1/4"))
    found = accept(claim, Not(claim), (Collision(point("3/4"), point("-5/4")),), "a fold", 0.0)
    assert isinstance(found, bj.Refuted)
    return found


def test_the_file_is_written_without_rocq(verdict: bj.Refuted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    text = verdict.to_rocq(tmp_path / "verdict.v")
    assert (tmp_path / "verdict.v").read_text(encoding="utf-8") == text
    assert "Theorem verdict : forall K : ofield,\n  ~ injective_on (member D) (image f : list K -> list K)." in text
    answer = verdict.check_rocq()
    assert answer.outcome is Outcome.UNAVAILABLE
    assert "coqc is not installed" in answer.reason


def test_weights_are_written_as_their_32_bits(verdict: bj.Refuted) -> None:
    assert "[[0x40000000]%uint63;\n   [0xc0000000]%uint63]\n  [0x3f000000; 0xbf000000]%uint63" in writer.text(verdict)


def test_rocq_checks_the_verdict(verdict: bj.Refuted, rocq: list[str], home: None) -> None:
    answer = verdict.check_rocq()
    assert answer, answer
    assert set(answer.assumptions) <= rocq_check.PRIMITIVES


def test_the_cache_may_be_named_from_where_one_is(
    verdict: bj.Refuted, rocq: list[str], cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(cache.parent)
    assert check_text(writer.text(verdict), cache=cache.name)


CHANGES = {
    "one weight": ("0x40000000", "0x40000001"),
    "one bias": ("0x3f000000", "0x3f000001"),
    "one pixel of x": ("(fractions_of [16]%uint63 [12]", "(fractions_of [16]%uint63 [8]"),
    "the domain": ("(8 # 1)", "(0 # 1)"),
    "the step of the grid": ("(1 # 4)", "(1 # 2)"),
    "the claim": ("  ~ injective_on (member D)", "  injective_on (member D)"),
    "no evidence": ("by_ (Collision_sound x y)", ""),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_changed_file_fails(change: tuple[str, str], verdict: bj.Refuted, rocq: list[str], cache: Path, tmp_path: Path) -> None:
    path, text = tmp_path / "verdict.v", verdict.to_rocq()
    assert text.count(change[0]) >= 1
    path.write_text(text.replace(*change, 1), encoding="utf-8")
    assert check_file(path, cache=cache).outcome is Outcome.FAILED


@pytest.mark.parametrize("assumption", ["Axiom cheat : False.", "Parameter cheat : False.", "Lemma cheat : False. Admitted."])
def test_a_file_that_assumes_something_fails(assumption: str, verdict: bj.Refuted) -> None:
    answer = check_text(writer.text(verdict).replace("Lemma accepted", f"{assumption}\nLemma accepted"))
    assert answer.outcome is Outcome.FAILED
    assert "assumes something" in answer.reason


FEW_FLOATS = Floats((Fraction(1),), (1 + Fraction(3, 2**23),))  # four of them


@pytest.mark.parametrize(
    "on", [Reals(1), box(0, 1), grid(0, 9, step="1/2"), finite([0], [1], [2], [5]), FEW_FLOATS], ids=lambda on: type(on).__name__
)
def test_a_classifier_is_not_injective(on: Domain, rocq: list[str], cache: Path) -> None:
    claim = Injective(chain(1, affine([[1], [0], [-1]], [0, 5, 0]), Argmax()), on)
    verdict = accept(claim, Not(claim), (Pigeonhole(Labels(3)), StaysInside()), "four inputs, three labels", 0.0)
    answer = check_text(verdict.to_rocq(), cache=cache)
    assert answer, answer


def test_countably_many_inputs_do_not_reach_all_reals(rocq: list[str], cache: Path) -> None:
    claim = Surjective(FOLD, Integers(1), Reals(1))
    text = accept(claim, Not(claim), (TooFewPoints(),), "counting", 0.0).to_rocq()
    assert "Theorem verdict : let K := R_ofield in" in text  # over the rationals there is no such argument
    answer = check_text(text, cache=cache)
    assert answer, answer
    assert set(answer.assumptions) & rocq_check.REALS
    over_every_field = text.replace("over_reals TooFewPoints_sound_in_reals", "everywhere (by_ TooFewPoints_sound)")
    assert over_every_field != text
    assert check_text(over_every_field, cache=cache).outcome is Outcome.FAILED


# two ReLU units, one of which is active at each point of the line
LAYER = Injective(chain(1, affine([[1], [-1]], [1, "-1/2"]), Pointwise((RELU, RELU))), Reals(1))
TREE = LayerTree(3, (((0, 1), (1, 1), ()),), (0,))
OTHERS = {
    "nothing": ("", "", Outcome.CHECKED),
    "one multiplier": ("(integers [4; 4]%uint63)", "(integers [4; 8]%uint63)", Outcome.FAILED),
    "a branch": ("[0%nat; 1%nat] (integers [4; 4]%uint63)", "[0%nat] (integers [4]%uint63)", Outcome.FAILED),
    "a node": ("(map Z.to_nat (integers [0]%uint63))", "[]", Outcome.FAILED),
    "one bias": ("0xbf000000", "0xbfc00000", Outcome.FAILED),
}


@pytest.mark.parametrize(("old", "new", "outcome"), OTHERS.values(), ids=OTHERS.keys())
def test_a_tree_is_checked_and_fails_when_it_is_changed(old: str, new: str, outcome: Outcome, rocq: list[str], cache: Path) -> None:
    text = writer.source(LAYER, (TREE,))
    assert old in text
    assert check_text(text.replace(old, new, 1), cache=cache).outcome is outcome


@pytest.mark.parametrize(("weight", "modulus"), [(1, 8191), (8191, 131071)])
def test_a_tree_is_written_modulo_the_shortest_prime_that_will_do(weight: int, modulus: int) -> None:
    claim = Injective(chain(1, affine([[weight], [-weight]], [1, "-1/2"]), Pointwise((RELU, RELU))), Reals(1))
    verdict = accept(claim, claim, (replace(TREE, modulus=2**31 - 19),), "a tree", 0.0)
    assert f"LayerTree_sound ({modulus})" in verdict.to_rocq()


def test_a_tree_is_checked_modulo_any_number(rocq: list[str], cache: Path, tmp_path: Path) -> None:
    moduli = (5, 9, 15, 2**17 - 1, 2**31 - 19)  # with division, and without
    cases = [module(i, f"modulo {m}", writer.body(LAYER, (replace(TREE, modulus=m),))) for i, m in enumerate(moduli)]
    done = run(rocq, library(cache), tmp_path, "\n".join(cases))
    assert done.returncode == 0, done.stderr


def test_an_unknown_verdict_has_no_theorem() -> None:
    unknown = Unknown(Injective(chain(1), Reals(1)), "nothing was tried", (), 0.0)
    with pytest.raises(NotSupported, match="unknown verdict"):
        writer.text(unknown)


def test_a_direction_is_written_as_the_pair_at_its_ends(rocq: list[str], cache: Path) -> None:
    claim = Injective(chain(2, Pointwise((RELU, RELU))), box(-2, 2, 2))
    text = accept(claim, Not(claim), (KernelDirection(point(-1, 1), point(4, 0)),), "a flat unit", 0.0).to_rocq()
    assert "Collision_sound" in text
    assert check_text(text, cache=cache)


def test_a_smooth_layer_is_not_onto_in_rocq() -> None:
    claim = Surjective(chain(1, Pointwise((Tanh(),))), Reals(1), box("-1/2", "1/2"))
    verdict = accept(claim, claim, (OntoLayer(),), "the intermediate value theorem", 0.0)
    assert [basis.status for basis in verdict.rests_on] == ["computed"]
    with pytest.raises(NotSupported, match="OntoLayer: not proved in proofs/rocq"):
        writer.text(verdict)


@pytest.mark.parametrize(
    "claim",
    [Surjective(BLOCK, Reals(1), Reals(1)), Injective(GATED, Reals(1))],
    ids=["fixed points", "slopes of a gate"],
)
def test_what_is_not_known_of_monotone_maps_in_rocq(claim: Injective | Surjective) -> None:
    verdict = accept(claim, claim, (StronglyMonotone((point(1),), point(1)),), "a quadratic form", 0.0)
    assert [basis.status for basis in verdict.rests_on] == ["computed"]
    with pytest.raises(NotSupported, match="StronglyMonotone: not proved in proofs/rocq"):
        writer.text(verdict)


@pytest.mark.parametrize("value", [1, -1, 3, 0, 2**60, -(2**59), 2**59, -(2**200) + 7])
def test_long_integers_are_words_of_60_bits(value: int) -> None:
    digits = [int(t) for t in words([value]).removesuffix("]%uint63").removeprefix("[").split("; ")]
    assert all(0 <= d < 2**63 for d in digits)
    assert [d & 1 for d in digits] == [1] * (len(digits) - 1) + [0]
    top = (digits[-1] >> 2) - (2**60 if digits[-1] & 2 else 0)
    assert sum((d >> 2) << 60 * i for i, d in enumerate(digits[:-1])) + (top << 60 * (len(digits) - 1)) == value


@pytest.mark.parametrize(("value", "bits"), [("1", 0x3F800000), ("-5/2", 0xC0200000), ("0", 0), ("1/3", None), ("16777217", None)])
def test_the_bits_of_a_float(value: str, bits: int | None) -> None:
    q = Fraction(value)
    assert binary32(q.numerator, q.denominator) == bits


def test_the_smallest_and_the_largest_float() -> None:
    assert binary32(1, 2**149) == 1
    assert binary32((2**24 - 1) * 2**104, 1) == 0x7F7FFFFF
    assert binary32(2**128, 1) is None
    assert binary32(1, 2**150) is None
