import math

import pytest

from bijection.maps import FiniteMap, compose, finite_map, identity, restrict, table_map
from proofs.errors import Malformed
from proofs.network import Table


def test_a_dict_pairs_a_table_and_a_callable_describe_one_map():
    square = finite_map({0: 0, 1: 1, 2: 4}, codomain=(0, 1, 4, 9))
    assert square == finite_map([(0, 0), (1, 1), (2, 4)], codomain=(0, 1, 4, 9))
    assert square == finite_map(lambda n: n * n, domain=range(3), codomain=(0, 1, 4, 9))
    assert square == finite_map(Table((0, 1, 4)), codomain=(0, 1, 4, 9)) == table_map([0, 1, 4], codomain=(0, 1, 4, 9))
    assert square == finite_map(square)
    assert hash(square) == hash(finite_map(square))


def test_without_a_codomain_the_codomain_is_the_set_of_values_in_order_of_appearance():
    assert finite_map({"a": 2, "b": 1, "c": 2}).codomain == (2, 1)


def test_a_map_is_its_domain_codomain_and_values_in_whatever_order():
    assert FiniteMap((1, 2), ("a", "b"), ("a", "b")) == FiniteMap((2, 1), ("b", "a"), ("b", "a"))
    assert FiniteMap((1,), ("a",), ("a",)) != FiniteMap((1,), ("a", "b"), ("a",))
    assert FiniteMap((1,), ("a",), ("a",)) != {1: "a"}


def test_the_order_is_the_order_given():
    f = finite_map({"z": 1, "a": 0}, codomain=(1, 0, 7))
    assert (f.domain, f.codomain, f.values, f.table) == (("z", "a"), (1, 0, 7), (1, 0), Table((0, 1)))
    assert f.graph == (("z", 1), ("a", 0))


def test_the_empty_map_is_a_map_and_not_false():
    empty = finite_map({})
    assert empty
    assert len(empty) == 0
    assert empty == identity(())


def test_a_given_domain_restricts_and_keeps_a_stated_codomain():
    f = table_map([5, 6, 7])
    assert restrict(f, (2, 0)) == FiniteMap((2, 0), (5, 6, 7), (7, 5))
    assert finite_map({0: 5, 1: 6}, domain=(1,)) == FiniteMap((1,), (6,), (6,))
    assert finite_map(f, domain=(1,)) == FiniteMap((1,), (5, 6, 7), (6,))


def test_composition_is_inner_first_and_needs_the_values_only():
    inner = finite_map({"x": 1}, codomain=(1, 2))
    outer = finite_map({1: "one"})
    assert (outer @ inner)("x") == compose(outer, inner)("x") == "one"
    with pytest.raises(Malformed, match=r"2 is not in the domain; its 1 elements are \{1\}"):
        compose(outer, finite_map({"x": 2}))


@pytest.mark.parametrize("pair", [(1, True), (1, 1.0), ((1, "a"), (True, "a"))])
def test_equal_elements_of_different_types_are_refused_not_merged(pair):
    a, b = pair
    with pytest.raises(Malformed, match="equal in Python; convert one"):
        finite_map([(a, 0), (b, 1)])
    with pytest.raises(Malformed, match="equal in Python; convert one"):
        FiniteMap((0, 1), (a,), (a, b))
    with pytest.raises(Malformed, match="equal in Python; convert one"):
        finite_map({a: 0})(b)


def test_the_two_zeros_are_one_element():
    assert finite_map({0.0: "zero"})(-0.0) == "zero"


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: FiniteMap((1,), (), ()), "1 elements but 0 values"),
        (lambda: FiniteMap((1,), ("a",), ("b",)), r"the value of 1: 'b' is not in the codomain; its 1 elements are \{'a'\}"),
        (lambda: finite_map([(1, 2), (1, 3)]), "the domain lists 1 twice; an element is listed once"),
        (lambda: finite_map({1: 2}, codomain=(2, 2)), "the codomain lists 2 twice"),
        (lambda: finite_map({math.nan: 1}), "nan, which is not equal to itself"),
        (lambda: finite_map([([], 1)]), r"lists \[\], a list, which is not hashable; use tuples"),
        (lambda: finite_map({1: []}), r"the value \[\], a list, is not hashable"),
        (lambda: finite_map({1: []}, codomain=(1,)), r"\[\], a list, is not hashable, so not in the codomain"),
        (lambda: finite_map(abs), "pass domain="),
        (lambda: finite_map(7), "7 is no function"),
        (lambda: finite_map([1, 2]), "1 is not a pair"),
        (lambda: identity("abc")("d"), r"'d' is not in the domain; its 3 elements are \{'a', 'b', 'c'\}"),
        (lambda: identity(range(9))("d" * 99), r"d….*\{0, 1, 2, 3, 4, 5, …\}"),
    ],
)
def test_what_is_no_map_is_refused_with_the_value_and_the_rule(build, words):
    with pytest.raises(Malformed, match=words):
        build()
