"""Trees of cells as files for Rocq: checked, refused once a number or a branch is changed; and real verdicts with many cells."""

import random
from pathlib import Path

import pytest

from bijection.engines.complete.cell_pairs import by_cell_pairs
from bijection.export import rocq as writer
from bijection.export.rocq_check import Outcome, check_text, library
from bijection.verdict import Proved
from proofs.domains import Domain, Reals
from proofs.network import Network
from proofs.statements import Injective
from proofs.theorems import SeparatedCells
from tests.build import box
from tests.engines.asking import random_network, verdicts
from tests.evidence.accepting import ACCEPTED
from tests.proofs.cells import random_question
from tests.rocq.test_corpus import module, run

DEEPER = [((2, 8, 4), box(-1, 1, 2)), ((2, 6, 6, 4), Reals(2)), ((3, 5, 5), box(-1, 1, 3))]

CURVE = "a bent curve by its cells"


def written(name: str) -> str:
    claim, steps = ACCEPTED[name]
    return writer.source(claim, steps)


def test_the_functionals_are_written_out() -> None:
    text = written(CURVE)
    assert "(Divide 1%nat 1%nat 1%nat (Stop (1) (integers [" in text
    assert "(Touching " in text


CHANGES = {
    "nothing": ("", "", Outcome.CHECKED),
    "a switch": ("(Divide 1%nat 1%nat 1%nat", "(Divide 1%nat 0%nat 0%nat", Outcome.FAILED),
    "a functional": ("(Touching false (integers [", "(Touching false (integers [4; ", Outcome.FAILED),
    "the side of a functional": ("(Touching false", "(Touching true", Outcome.FAILED),
    "a left inverse": ("(Stop (1)", "(Stop (2)", Outcome.FAILED),
    "a root": ("[0%nat; 1%nat]", "[0%nat; 0%nat]", Outcome.FAILED),
}


@pytest.mark.parametrize(("old", "new", "outcome"), CHANGES.values(), ids=CHANGES.keys())
def test_a_changed_tree_fails(old: str, new: str, outcome: Outcome, rocq: list[str], cache: Path) -> None:
    text = written(CURVE)
    assert old in text
    assert check_text(text.replace(old, new, 1), cache=cache).outcome is outcome


MATRIX = {
    "nothing": ("", "", Outcome.CHECKED),
    "the matrix": ("(Secants (map integers [[4]%uint63])", "(Secants (map integers [[6]%uint63])", Outcome.FAILED),
    "no weight": ("[(2 # 1)%Q]", "[]", Outcome.FAILED),
}


@pytest.mark.parametrize(("old", "new", "outcome"), MATRIX.values(), ids=MATRIX.keys())
def test_a_changed_matrix_fails(old: str, new: str, outcome: Outcome, rocq: list[str], cache: Path) -> None:
    text = written("a matrix for all of a leaky line")
    assert old in text
    assert check_text(text.replace(old, new, 1), cache=cache).outcome is outcome


def proved(f: Network, on: Domain) -> list[tuple[Injective, tuple[SeparatedCells]]]:
    """What the search by cells proves about f; nothing if it refutes."""
    found = verdicts(by_cell_pairs, Injective(f, on))
    return [(v.claim, v.evidence) for v in found if isinstance(v, Proved) and isinstance(v.evidence[0], SeparatedCells)]


def test_rocq_checks_what_the_search_finds(rocq: list[str], cache: Path, tmp_path: Path) -> None:
    """Residual networks, maxima, skips and degenerate ones, on ℝⁿ, boxes and polytopes, flat and empty ones too."""
    rng, questions = random.Random("rocq"), [(random_network(*widths, seed=1), on) for widths, on in DEEPER]
    while len(questions) < 24:
        f, on = random_question(rng, 4)
        if f.arity <= f.width:
            questions.append((f, on))
    cases = [case for f, on in questions for case in proved(f, on)]
    assert len(cases) >= 6
    done = run(rocq, library(cache), tmp_path, "\n".join(module(i, "", writer.body(*case)) for i, case in enumerate(cases)))
    assert done.returncode == 0, done.stderr
