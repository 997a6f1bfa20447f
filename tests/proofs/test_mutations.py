"""A changed certificate is rejected, or what it proves is still true."""

import json
import random
from collections.abc import Iterator
from copy import deepcopy
from fractions import Fraction
from typing import Any

import pytest

from proofs.codec import decode_claim, decode_evidence, encode_claim, encode_evidence
from proofs.errors import Malformed, Rejected
from proofs.kernel import Theorem, check
from proofs.statements import Statement, negate
from tests.evidence.accepting import ACCEPTED
from tests.strategies import evidence_for, truth

Json = Any
DUST = Fraction(1, 2**20)


def places(value: Json, path: tuple[object, ...] = ()) -> Iterator[tuple[tuple[object, ...], Json]]:
    """Every part of a JSON value, with the way to it."""
    yield path, value
    if isinstance(value, dict):
        for key, entry in value.items():
            yield from places(entry, (*path, key))
    if isinstance(value, list):
        for i, entry in enumerate(value):
            yield from places(entry, (*path, i))


def changed(value: Json, path: tuple[object, ...], new: Json) -> Json:
    """A copy with another value at the place."""
    if not path:
        return new
    copy = deepcopy(value)
    at = copy
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = new
    return copy


def variants(value: Json) -> list[Json]:
    """What one part of a file is changed to."""
    match value:
        case bool():
            return []
        case int():
            return [value + 1, value - 1, -value, 0]
        case str() if value.lstrip("-")[:1].isdigit() and "x" not in value:
            t = Fraction(value)
            return [str(t + 1), str(t - 1), str(-t), str(t + DUST), str(t - DUST)]
        case list() if value:
            swapped = [[*value[:i], value[i + 1], value[i], *value[i + 2 :]] for i in range(min(len(value) - 1, 3))]
            return [value[1:], value[:-1], [*value, value[-1]], [value[0], *value], *swapped]
        case {"is": "Injective", "f": f, "on": on}:
            return [{"is": "Surjective", "f": f, "on": on, "onto": on}, {"is": "Not", "statement": value}]
        case {"is": "Surjective", "f": f, "on": on, "onto": onto}:
            return [{"is": "Injective", "f": f, "on": on}, {**value, "is": "Bijective"}, {"is": "MapsInto", "f": f, "on": on, "into": onto}]
        case {"is": "Not", "statement": inner}:
            return [inner]
        case _:
            return []


def mutations(document: Json) -> Iterator[Json]:
    for path, part in places(document):
        for new in variants(part):
            if new != part:
                yield changed(document, path, new)


def survives(claim: bytes, evidence: bytes) -> tuple[Statement, tuple[Theorem, ...]] | None:
    """What a changed pair of files proves; None where it is refused. Any other exception is a failure of the kernel."""
    try:
        statement, steps = decode_claim(claim), decode_evidence(evidence)
        check(statement, steps)
    except (Malformed, Rejected):
        return None
    return statement, steps


def refuted(statement: Statement) -> bool:
    """The statement is false by trying every point, or the kernel accepts evidence against it."""
    true = truth(statement)
    if true is not None:
        return not true
    return evidence_for(negate(statement), random.Random(0), 1, 16) is not None


@pytest.mark.parametrize("name", ACCEPTED)
def test_a_changed_certificate_never_breaks_the_kernel(name: str) -> None:
    """The claim is true, so accepting a changed certificate is right; refusing is right; an exception is not."""
    claim, steps = ACCEPTED[name]
    for mutation in mutations(json.loads(encode_evidence(steps))):
        survives(encode_claim(claim), json.dumps(mutation).encode())


@pytest.mark.parametrize("name", ACCEPTED)
def test_a_changed_claim_is_refused_or_still_true(name: str) -> None:
    claim, steps = ACCEPTED[name]
    for mutation in mutations(json.loads(encode_claim(claim))):
        proved = survives(json.dumps(mutation).encode(), encode_evidence(steps))
        assert proved is None or not refuted(proved[0]), proved


@pytest.mark.parametrize("name", ACCEPTED)
def test_the_certificates_of_other_claims_prove_nothing_false(name: str) -> None:
    claim = ACCEPTED[name][0]
    for _, steps in ACCEPTED.values():
        assert survives(encode_claim(negate(claim)), encode_evidence(steps)) is None


@pytest.mark.parametrize("name", ACCEPTED)
def test_evidence_with_a_step_less_or_more_at_its_end_is_rejected(name: str) -> None:
    claim, steps = ACCEPTED[name]
    for changed_steps in ((), steps[:-1], (*steps, steps[-1])):
        with pytest.raises(Rejected):
            check(claim, changed_steps)


@pytest.mark.parametrize("name", [name for name, (_, steps) in ACCEPTED.items() if len(steps) > 1])
def test_swapped_steps_are_rejected_unless_they_are_equal(name: str) -> None:
    claim, (first, second, *rest) = ACCEPTED[name]
    if first != second:
        with pytest.raises(Rejected):
            check(claim, (second, first, *rest))
