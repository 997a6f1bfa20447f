"""The exported questions: z3 answers them as the kernel does, cvc5 agrees, the numbers are exact."""

from fractions import Fraction

import pytest
import z3

from bijection.errors import NotSupported
from bijection.export.smtlib import number, question
from bijection.verdict import Proved
from proofs.activations import Tanh
from proofs.domains import Reals
from proofs.statements import Bijective, Injective, Reached
from tests import verdicts
from tests.build import affine, box, chain, layer
from tests.export.corpus import NAMES, verdict

EXPORTED: dict[str, str] = {}
REFUSED: dict[str, str] = {}
for _name in NAMES:
    try:
        EXPORTED[_name] = question(verdict(_name).statement)
    except NotSupported as _why:
        REFUSED[_name] = str(_why)


def expected(name: str) -> str:
    """What a solver must say to the exported question."""
    found = verdict(name)
    true = isinstance(found, Proved)
    return "sat" if true == isinstance(found.statement, Reached) else "unsat"


@pytest.mark.parametrize("name", sorted(EXPORTED))
def test_z3_answers_as_the_kernel_does(name: str) -> None:
    solver = z3.Solver()
    solver.set("timeout", 20_000)
    solver.from_string(EXPORTED[name])
    assert str(solver.check()) == expected(name)


@pytest.mark.parametrize("name", sorted(EXPORTED))
def test_cvc5_agrees(name: str) -> None:
    cvc5 = pytest.importorskip("cvc5", reason="cvc5 is not installed")
    solver = cvc5.Solver()
    solver.setOption("tlimit-per", "20000")
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, EXPORTED[name], name)
    symbols, answers = parser.getSymbolManager(), []
    while not (command := parser.nextCommand()).isNull():
        answers.append(str(command.invoke(solver, symbols)).strip())
    assert expected(name) in answers


def test_most_of_the_corpus_is_exported() -> None:
    assert len(EXPORTED) >= 40
    for why in REFUSED.values():
        assert any(word in why for word in ("linear", "one thing at a time", "not written out"))


def test_the_file_says_what_it_asks() -> None:
    text = verdicts.collision().to_smtlib()
    assert text.startswith("; Is it true that f: ℝ² → ℝ² (network")
    assert "; unsat: yes; sat: no, and the model is a counterexample." in text
    assert "(set-logic QF_LRA)" in text
    assert "(assert (or (not (= x0 y0)) (not (= x1 y1))))" in text
    assert text.endswith("(check-sat)\n(get-model)\n(exit)\n")


def test_surjectivity_is_a_quantified_question() -> None:
    text = verdicts.missed().to_smtlib()
    assert "(set-logic LRA)" in text
    assert "(assert (not (exists ((x0 Real) (u1_0 Real))" in text


def test_the_pair_of_a_collision_satisfies_the_question() -> None:
    solver = z3.Solver()
    solver.from_string(verdicts.collision().to_smtlib())
    values = {"x0": Fraction(-1, 3), "x1": 2, "y0": -1, "y1": 2}
    for name, value in values.items():
        solver.add(z3.Real(name) == z3.Q(Fraction(value).numerator, Fraction(value).denominator))
    assert solver.check() == z3.sat


def test_numbers_are_quotients_of_integers() -> None:
    assert [number(q) for q in (3, Fraction(-1, 3), 0)] == ["3.0", "(- (/ 1.0 3.0))", "0.0"]


def test_what_is_not_linear_is_refused() -> None:
    with pytest.raises(NotSupported, match="Tanh is not piecewise affine"):
        question(Injective(layer(Tanh()), Reals(1)))
    with pytest.raises(NotSupported, match="one thing at a time"):
        question(Bijective(chain(1), Reals(1), Reals(1)))
    with pytest.raises(NotSupported, match="more than 12000 bits"):
        question(Injective(chain(1, affine([[7**9000]])), box(0, 1)))
