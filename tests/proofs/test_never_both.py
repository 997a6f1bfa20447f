"""The strongest tests of the kernel: it never believes a statement and its negation, nor anything that trying every point contradicts."""

import random
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from proofs.codec import decode_claim, decode_evidence, encode_claim, encode_evidence
from proofs.kernel import check
from proofs.statements import Statement, negate
from tests.strategies import evidence_for, statements, truth


def accepted(statement: Statement, rng: random.Random) -> list[str]:
    """The names of the theorems of a derivation that the kernel accepts as bytes; empty where the search finds none."""
    steps = evidence_for(statement, rng)
    if steps is None:
        return []
    claim = decode_claim(encode_claim(statement))
    return list(check(claim, decode_evidence(encode_evidence(steps))))


SEEN: Counter[str] = Counter()


@settings(max_examples=1200)
@given(statements(), st.integers(0, 2**32))
def test_no_statement_and_its_negation_are_ever_both_accepted(statement: Statement, seed: int) -> None:
    rng = random.Random(seed)
    for_it, against_it = accepted(statement, rng), accepted(negate(statement), rng)
    SEEN.update(for_it + against_it)
    assert not (for_it and against_it)


@settings(max_examples=1200)
@given(statements(), st.integers(0, 2**32))
def test_nothing_false_on_a_finite_domain_is_accepted(statement: Statement, seed: int) -> None:
    true = truth(statement)
    if true is not None:
        false = negate(statement) if true else statement
        assert not accepted(false, random.Random(seed))


def test_the_search_for_evidence_reaches_most_theorems() -> None:
    """Guards the test above against becoming empty: where evidence is never accepted, nothing is shown."""
    if not SEEN:
        test_no_statement_and_its_negation_are_ever_both_accepted()
    assert len(SEEN) >= 22, sorted(SEEN)
