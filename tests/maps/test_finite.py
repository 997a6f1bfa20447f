from dataclasses import replace
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bijection.maps import FiniteMap, finite_map, identity, is_bijective, is_injective, is_surjective, pigeonhole, question, table_map
from proofs.codec import decode_claim, decode_evidence, encode_claim, encode_evidence
from proofs.domains import Labels
from proofs.errors import Malformed, Rejected
from proofs.kernel import check
from proofs.network import Table
from proofs.statements import negate
from proofs.theorems.collision import Collision
from proofs.theorems.counting import Enumeration, Pigeonhole
from proofs.theorems.sets import BrokenHalf, Halves, LeftInverse, RightInverse
from proofs.theorems.values import Misses, StaysInside
from tests.maps.random_maps import maps

QUESTIONS = ("injective", "surjective", "bijective")


def every_map(most):
    for n, k in product(range(most + 1), repeat=2):
        for values in product(range(k), repeat=n):
            yield table_map(values, codomain=range(k))


def test_every_map_between_sets_of_up_to_three_elements_is_answered_as_the_definition_says():
    for f in every_map(3):
        injective = all(f(x) != f(y) for x in f.domain for y in f.domain if x != y)
        surjective = all(any(f(x) == y for x in f.domain) for y in f.codomain)
        assert bool(is_injective(f)) == injective
        assert bool(is_surjective(f)) == surjective
        assert bool(is_bijective(f)) == (injective and surjective)


@given(maps())
def test_answers_agree_with_counting_values_and_show_what_they_say(f):
    distinct = len(set(f.values))
    injective, surjective, bijective = (question(f, what) for what in QUESTIONS)
    assert bool(injective) == (distinct == len(f.domain))
    assert bool(surjective) == (distinct == len(f.codomain))
    assert bool(bijective) == (injective.holds and surjective.holds)
    if not injective:
        x, y = injective.collision
        assert x != y
        assert f(x) == f(y)
    if not surjective:
        assert surjective.missed.value in f.codomain
        assert surjective.missed.value not in f.values
    if bijective:
        assert bijective.inverse @ f == identity(f.domain)
        assert f @ bijective.inverse == identity(f.codomain)
    else:
        assert bijective.inverse is None
        assert (bijective.collision is None) != (bijective.missed is None)


@given(maps(), st.sampled_from(QUESTIONS))
def test_the_files_of_an_answer_prove_the_claim_and_not_its_opposite(f, what):
    answer = question(f, what)
    claim, evidence = answer.files()
    assert tuple(check(decode_claim(claim), decode_evidence(evidence))) == answer.rests_on
    with pytest.raises(Rejected):
        check(negate(answer.claim), decode_evidence(evidence))


def test_the_empty_map_is_injective_and_onto_the_empty_set_only():
    assert is_bijective(finite_map({})).inverse == identity(())
    into_one = finite_map({}, codomain=("a",))
    assert is_injective(into_one)
    assert is_surjective(into_one).missed.value == "a"
    assert is_bijective(into_one).missed.value == "a"


def test_every_function_on_one_point_is_injective():
    assert is_injective(finite_map({"only": "value"}, codomain=("value", "other")))


def test_the_identity_is_its_own_inverse():
    assert is_bijective(identity("abc")).inverse == identity("abc")


def test_a_constant_on_two_points_collides_there():
    assert is_injective(finite_map(lambda x: "c", domain=("a", "b"))).collision == ("a", "b")


def test_none_can_be_the_missed_element():
    answer = is_surjective(finite_map({1: 2}, codomain=(2, None)))
    assert answer.missed is not None
    assert answer.missed.value is None


def test_an_answer_reads_as_a_sentence_with_both_sets_in_it():
    f = finite_map({"a": 0, "b": 0, "c": 1}, codomain=(0, 1, 2))
    assert str(is_injective(f)) == "The map from {'a', 'b', 'c'} to {0, 1, 2} is not injective: 'a' and 'b' have the same value 0."
    assert str(is_surjective(f)) == "The map from {'a', 'b', 'c'} to {0, 1, 2} is not surjective: no element has the value 2."
    assert str(is_bijective({"a": 1})) == "The map from {'a'} to {1} is bijective."


def test_what_an_answer_rests_on_is_named():
    assert is_injective({1: 1}).rests_on == ("Enumeration",)
    assert is_injective({1: 1, 2: 1}).rests_on == ("Collision",)
    assert is_surjective(finite_map({}, codomain="a")).rests_on == ("Misses", "Enumeration")
    assert is_bijective({1: 1}).rests_on == ("Halves", "LeftInverse", "Enumeration", "RightInverse")


@given(maps())
def test_more_elements_than_places_is_refuted_by_counting_and_by_the_pair(f):
    if len(f.domain) <= len(f.codomain):
        with pytest.raises(Malformed, match="needs more elements than places; ask is_injective"):
            pigeonhole(f)
        return
    answer = pigeonhole(f)
    x, y = answer.collision
    assert not answer
    assert x != y
    assert f(x) == f(y)
    assert answer.rests_on == ("Pigeonhole", "StaysInside", "Collision")


def test_a_question_with_another_name_is_refused():
    with pytest.raises(Malformed, match="no question is called 'onto'; ask whether a map is 'injective'"):
        question(identity("a"), "onto")


def test_more_than_a_million_elements_are_refused_before_work_is_done():
    large = FiniteMap(tuple(range(1_000_001)), (0,), (0,) * 1_000_001)
    with pytest.raises(Malformed, match="the domain has 1000001 elements; the kernel enumerates at most 1000000; restrict"):
        is_injective(large)


# Tampering: whatever is changed in the bytes of the evidence, the kernel rejects it or the claim is true all the same.

TWO_TO_ONE = table_map([0, 1, 0], codomain=range(3))


def accepted(claim, *steps):
    try:
        check(decode_claim(encode_claim(claim)), decode_evidence(encode_evidence(steps)))
    except (Rejected, Malformed):
        return False
    return True


def point(i):
    return (Fraction(i),)


@given(st.tuples(st.integers(-1, 4), st.integers(-1, 4)))
def test_a_tampered_collision_is_accepted_only_if_it_is_a_collision(pair):
    x, y = pair
    assert accepted(is_injective(TWO_TO_ONE).claim, Collision(point(x), point(y))) == (pair in {(0, 2), (2, 0)})


def test_a_collision_between_the_elements_or_of_two_coordinates_is_rejected():
    claim = is_injective(TWO_TO_ONE).claim
    assert not accepted(claim, Collision((Fraction(1, 2),), point(0)))
    assert not accepted(claim, Collision((Fraction(0), Fraction(0)), (Fraction(2), Fraction(0))))


@pytest.mark.parametrize("value", range(-1, 4))
def test_a_tampered_missed_value_is_accepted_only_if_it_is_missed(value):
    assert accepted(is_surjective(TWO_TO_ONE).claim, Misses(point(value)), Enumeration()) == (value == 2)


@given(st.lists(st.integers(-1, 3), max_size=4), st.lists(st.integers(-1, 3), max_size=4))
@example([2, 0, 1], [2, 0, 1])
def test_a_tampered_inverse_is_accepted_only_if_it_is_the_inverse(left, right):
    f = table_map([1, 2, 0], codomain=range(3))
    onto = (RightInverse(Table(tuple(right))), Enumeration(), Enumeration())
    evidence = (Halves(), LeftInverse(Table(tuple(left))), Enumeration(), *onto, Enumeration())
    if accepted(is_bijective(f).claim, *evidence):
        assert left[:3] == right[:3] == [2, 0, 1]  # what a table says outside the codomain is not asked
    else:
        assert (left, right) != ([2, 0, 1], [2, 0, 1])


def test_missing_surplus_and_exchanged_steps_are_rejected():
    answer = is_bijective(table_map([1, 0]))
    assert not accepted(answer.claim, *answer.evidence[:-1])
    assert not accepted(answer.claim, *answer.evidence, Enumeration())
    assert not accepted(answer.claim, *reversed(answer.evidence))
    refuted = is_bijective(TWO_TO_ONE)
    assert not accepted(refuted.claim, BrokenHalf("surjective"), *refuted.evidence[1:])
    assert not accepted(refuted.claim, BrokenHalf("both"), *refuted.evidence[1:])


def test_evidence_does_not_carry_over_to_another_map():
    answer = is_injective(TWO_TO_ONE)
    other = replace(answer.claim, statement=is_injective(table_map([0, 1, 2])).statement)
    assert not accepted(other, *answer.evidence)


def test_the_pigeonhole_needs_a_set_that_the_values_lie_in():
    claim = is_injective(table_map([0, 1, 1], codomain=range(2))).claim
    assert accepted(claim, Pigeonhole(Labels(2)), StaysInside())
    assert not accepted(claim, Pigeonhole(Labels(1)), StaysInside())
    assert not accepted(claim, Pigeonhole(Labels(3)), StaysInside())
