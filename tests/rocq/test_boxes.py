"""Pairs of boxes as files for Rocq: checked, refused once a number, a cut or a pair is changed; and real verdicts with many pairs."""

import random
import re
from pathlib import Path

from bijection.engines.complete.box_pairs import by_box_pairs
from bijection.export import rocq as writer
from bijection.export.rocq_check import Outcome, check_text, library
from bijection.export.rocq_terms import Terms, listed, matrix
from bijection.verdict import Proved, accept
from proofs.activations import ABS, PiecewiseAffine, clip, leaky_relu
from proofs.network import Network, Node, Pointwise, Stack
from proofs.statements import Injective
from proofs.theorems import SeparatedBoxes
from proofs.theorems.box_tree import FINE
from tests.build import affine, box, chain, layer, q
from tests.engines.asking import verdicts
from tests.proofs.theorems.test_separated_boxes import question
from tests.rocq.test_corpus import module, run

LEAKY = Injective(layer(leaky_relu(q("1/2"))), box(-1, 1))
CUTS = (0, 0, -1, -1, 0, -1, -1)
PAIRS = ((-1,), (1, 0, 0, 1), (-1,), (0, -1), (-2,), (1, 1, 0, 1, 0), (0, -1), (1, 0, 0, 1))


def without(k: int) -> tuple[tuple[int, ...], ...]:
    return PAIRS[:k] + PAIRS[k + 1 :]


def instead(k: int, *numbers: int) -> tuple[tuple[int, ...], ...]:
    return (*PAIRS[:k], numbers, *PAIRS[k + 1 :])


CHANGES = {
    "a functional": (CUTS, instead(3, 0, 1)),
    "a functional of two numbers": (CUTS, instead(3, 0, -1, 0)),
    "a multiplier": (CUTS, instead(1, 1, 0, 0, -1)),
    "an exponent": (CUTS, instead(5, 1, 1, 0, 1, 9)),
    "no exponent": (CUTS, instead(5, 1, 1, 0, 1)),
    "a set of units": (CUTS, instead(5, 1, 2, 0, 1, 0)),
    "which box is taken apart": (CUTS, instead(4, -1)),
    "a pair of no known kind": (CUTS, instead(3, 2, -1)),
    "no numbers": (CUTS, instead(3)),
    **{f"without pair {k}": (CUTS, without(k)) for k in range(len(PAIRS))},
    "one pair more": (CUTS, (*PAIRS, (1, 0, 0, 1))),
    "a cut": ((0, -1, -1), PAIRS),
    "the coordinate of a cut": ((0, 1, *CUTS[2:]), PAIRS),
}


def test_boxes_are_checked(rocq: list[str], cache: Path) -> None:
    verdict = accept(LEAKY, LEAKY, (SeparatedBoxes(CUTS, PAIRS),), "boxes", 0.0)
    assert [basis.status for basis in verdict.rests_on] == ["machine"]
    assert check_text(writer.text(verdict), cache=cache)


def test_long_numbers_are_checked(rocq: list[str], cache: Path) -> None:
    assert check_text(writer.source(LEAKY, (SeparatedBoxes(CUTS, instead(3, 0, -(2**70))),)), cache=cache)


def test_a_changed_certificate_is_rejected(rocq: list[str], cache: Path, tmp_path: Path) -> None:
    """By the rule in Rocq, which says no: the files are well formed."""
    cases = []
    for number, (name, (cuts, pairs)) in enumerate(CHANGES.items()):
        text, found, _ = writer.body(LEAKY, (SeparatedBoxes(cuts, pairs),)).partition("\nTheorem verdict")
        assert found
        cases.append(module(number, name, text.replace("= true", "= false").replace("eq_refl true", "eq_refl false")))
    done = run(rocq, library(cache), tmp_path, "\n".join(cases))
    assert done.returncode == 0, done.stderr


def test_a_changed_file_fails(rocq: list[str], cache: Path) -> None:
    """The text is changed, not what it is written from: one bit of the certificate, one slope."""
    text = writer.source(LEAKY, (SeparatedBoxes(CUTS, PAIRS),))
    word = text[text.index("(concat [[") + len("(concat [[") :].partition(";")[0]
    for old, new in ((word, hex(int(word, 16) ^ 1 << 13)), ("((1 # 2)%Q, (0 # 1)%Q)", "((-1 # 2)%Q, (0 # 1)%Q)")):
        assert old in text
        assert check_text(text.replace(old, new), cache=cache).outcome is Outcome.FAILED


# units that bend up, down, and both ways, beside a copy of the input that makes up for them
ZIGZAG = PiecewiseAffine((q(0), q("1/2")), ((q(1), q(0)), (q(-1), q(0)), (q(2), q("-3/2"))))
KINDS = (ABS, leaky_relu(q("1/3")), clip(q(0), q(1)), ZIGZAG, PiecewiseAffine((q("1/3"),), ((q(2), q(0)), (q("1/2"), q("1/2")))))
RESIDUAL = Network(
    2,
    (
        Node(affine([["1/3", 1], ["-2/3", "1/5"], [1, "1/2"], ["1/2", -1], ["3/4", "1/4"]], ["1/7", 0, "-1/4", "1/3", "1/5"]), (0,)),
        Node(Pointwise(KINDS), (1,)),
        Node(affine([["1/6", "1/9", "-1/8", "1/9", "1/7"], ["1/9", "-1/7", "1/8", "1/6", 0], [1, 0, "1/3", 0, -1]]), (2,)),
        Node(affine([[1, "1/4"], ["1/5", 1], [0, 0]]), (0,)),
        Node(Stack(), (3, 4)),
        Node(affine([[1, 0, 0, 1, 0, 0], [0, 1, 0, 0, 1, 0], [0, 0, 1, 0, 0, 1]]), (5,)),
    ),
)
WIDE = chain(
    2, affine([[3, 1], [-2, 1], [1, -4], [-1, -1]], [1, "1/2", 0, "-1/3"]), Pointwise((ABS,) * 4), affine([[1, 2, 0, 1], [0, 1, 3, -1]])
)


def test_rocq_checks_what_the_search_finds(rocq: list[str], cache: Path, tmp_path: Path) -> None:
    """Activations that are convex, concave, and neither; sums and stacks around them."""
    goals = [Injective(RESIDUAL, box("-1/3", "7/5", 2)), Injective(WIDE, box("1/4", "3/4", 2))]
    found = [v for goal in goals for v in verdicts(by_box_pairs, goal) if isinstance(v, Proved)]
    assert found
    done = run(rocq, library(cache), tmp_path, "\n".join(module(i, "", writer.body(v.claim, v.evidence)) for i, v in enumerate(found)))
    assert done.returncode == 0, done.stderr


PARTS = """From Bijection Require Import OneLayer BoxFacts BoxSecants.
Definition given_ {A} (o : option A) (d : A) := match o with Some a => a | None => d end.
"""
SETTING = """Definition net := match {f} with Net g => g | Table _ => [] end.
Definition nothing := Ground 1 1 (Layer [] 1 [] [] 1) [] [] [] [] [] [] [].
Definition G := given_ (match one_layer {n} net with Some g => ground_of {n} {unit} {scale} g | None => None end) nothing."""


def test_rocq_answers_as_the_kernel_does(rocq: list[str], cache: Path, tmp_path: Path) -> None:
    """About random functionals and matrices on random boxes: the bounds are the same numbers."""
    cases, expected = [], []
    for seed in range(12):
        rng = random.Random(f"Rocq, boxes {seed}")
        f, tree = question(rng)
        terms, count = Terms(), len(tree.forms.units)
        lines = [SETTING.format(f=terms.function(f), n=f"{f.arity}%nat", unit=tree.unit, scale=FINE * tree.scale)]
        for k, sides in enumerate(zip(tree.middles, tree.halfs, strict=True)):
            box_ = listed(f"({(m - h) // 2}, {(m + h) // 2})" for m, h in zip(*sides, strict=True))
            lines.append(f"Definition k{k} := given_ (know G {box_}) (Facts [] [] [] []).")
        for _ in range(20):
            p, q_ = rng.choice([(0, 0), (1, 1), (1, 2), (3, 1), (4, 1), (2, 4), (3, 4)])
            u, m = [rng.randint(-3, 3) for _ in range(3)], [rng.randint(-2, 2) for _ in range(tree.forms.size)]
            exponents = [rng.randint(-3, 3) for _ in range(count)]
            expected += [tree.separates(u, p, q_), tree.monotone([(1 << count) - 1, 0, *m, *exponents], p, q_)]
            rows = matrix(m[3 * i : 3 * i + 3] for i in range(f.arity))
            lines.append(f"Eval vm_compute in separates G {listed(map(str, u))} k{p} k{q_}.")
            lines.append(f"Eval vm_compute in strongly_monotone G {f.arity} {rows} {listed(map(str, exponents))} k{p} k{q_}.")
        cases.append(module(seed, "", "\n".join([*terms.definitions, *lines])))
    done = run(rocq, library(cache), tmp_path, PARTS + "\n".join(cases))
    assert done.returncode == 0, done.stderr
    assert [word == "true" for word in re.findall(r"= (true|false)", done.stdout)] == expected
    assert any(expected[::2])
    assert any(expected[1::2])
