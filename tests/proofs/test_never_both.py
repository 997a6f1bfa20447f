"""The strongest tests of the kernel: it never believes a statement and its negation, nor anything that trying every point contradicts."""

import random
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from proofs.activations import PiecewiseAffine
from proofs.codec import decode_claim, decode_evidence, encode_claim, encode_evidence
from proofs.kernel import check
from proofs.network import Pointwise
from proofs.statements import Injective, MapsInto, Statement, Surjective, negate
from tests.build import box, chain, grid
from tests.strategies import evidence_for, statements, truth, zigzags


def accepted(statement: Statement, rng: random.Random) -> list[str]:
    """The names of the theorems of a derivation that the kernel accepts as bytes; empty where the search finds none."""
    steps = evidence_for(statement, rng)
    if steps is None:
        return []
    claim = decode_claim(encode_claim(statement))
    return list(check(claim, decode_evidence(encode_evidence(steps))))


SEEN: Counter[str] = Counter()


@settings(max_examples=700)
@given(statements(), st.integers(0, 2**32))
def test_no_statement_and_its_negation_are_ever_both_accepted(statement: Statement, seed: int) -> None:
    rng = random.Random(seed)
    for_it, against_it = accepted(statement, rng), accepted(negate(statement), rng)
    SEEN.update(for_it + against_it)
    assert not (for_it and against_it)


@settings(max_examples=700)
@given(statements(), st.integers(0, 2**32))
def test_nothing_false_on_a_finite_domain_is_accepted(statement: Statement, seed: int) -> None:
    true = truth(statement)
    if true is not None:
        false = negate(statement) if true else statement
        assert not accepted(false, random.Random(seed))


@settings(max_examples=150)
@given(st.lists(zigzags(), min_size=1, max_size=2), st.data())
def test_nothing_false_about_a_layer_of_any_activations_is_accepted(layer: list[PiecewiseAffine], data: st.DataObject) -> None:
    """Dense where the mistake of the prototype was: breakpoints out of order."""
    f, n = chain(len(layer), Pointwise(tuple(layer))), len(layer)
    on = data.draw(st.sampled_from([grid(-3, 3, n), grid(-3, 3, n, "1/2"), grid(0, 1, n, "1/4")]))
    for statement in (Injective(f, on), Surjective(f, on, grid(-1, 1, n)), MapsInto(f, on, box(0, 1, n))):
        false = negate(statement) if truth(statement) else statement
        assert not accepted(false, random.Random(0))


def test_the_search_for_evidence_reaches_most_theorems() -> None:
    """Guards the test above against becoming empty: where evidence is never accepted, nothing is shown."""
    if not SEEN:
        test_no_statement_and_its_negation_are_ever_both_accepted()
    assert len(SEEN) >= 22, sorted(SEEN)
