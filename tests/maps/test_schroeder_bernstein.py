from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bijection.maps import INTEGERS, PAIRING, RATIONALS, Undecided, between_finite, finite_map, inverse, is_bijective, schroeder_bernstein
from proofs.errors import Malformed
from tests.maps.random_maps import permutations

sizes = st.integers(0, 6)


@given(sizes.flatmap(lambda n: st.tuples(permutations(n), permutations(n))))
def test_on_finite_sets_the_bijection_is_the_first_injection(pair):
    f, g = pair
    h = between_finite(f, g)
    assert is_bijective(h)
    assert h == f


def test_finite_sets_of_other_elements_none_among_them():
    f = finite_map({None: "a", 0: "b"})
    g = finite_map({"a": 0, "b": None})
    assert inverse(between_finite(f, g))("b") == 0


def test_maps_that_do_not_fit_or_collide_are_refused():
    f = finite_map({1: "a"})
    with pytest.raises(Malformed, match="the domain of f and the codomain of g differ"):
        between_finite(f, finite_map({"a": 2}))
    with pytest.raises(Malformed, match="the domain of g and the codomain of f differ"):
        between_finite(f, finite_map({"a": 1, "b": 1}))
    with pytest.raises(Malformed, match="'a' and 'b' have the same value 1; both maps must be injective"):
        between_finite(finite_map({1: "a"}, codomain="ab"), finite_map({"a": 1, "b": 1}))


def successor_both_ways():
    """A = B = ℕ, f = g = (n ↦ n + 1): lines start at 0 on either side."""

    def back(n):
        return n - 1 if n > 0 else None

    return schroeder_bernstein(lambda n: n + 1, lambda n: n + 1, back, back)


def test_two_successors_exchange_neighbours():
    h = successor_both_ways()
    assert [h(n) for n in range(6)] == [1, 0, 3, 2, 5, 4]
    assert h.holds_on(range(50), range(50))
    assert h.inverse(1) == 0


def halve(m):
    return m // 2 if m % 2 == 0 else None


def test_the_natural_numbers_and_the_even_ones():
    """f doubles into the even numbers, g includes them."""
    h = schroeder_bernstein(lambda n: 4 * n, lambda m: m, lambda m: m // 4 if m % 4 == 0 else None, lambda n: n if n % 2 == 0 else None)
    values = [h(n) for n in range(200)]
    assert len(set(values)) == 200
    assert all(v % 2 == 0 for v in values)
    assert h.holds_on(range(200), range(0, 400, 2))
    assert schroeder_bernstein(lambda n: 2 * n, lambda m: m, halve, lambda n: n if n % 2 == 0 else None)(3) == 6


def exponents(number):
    """(m, n) with number = 2^m·3^n, or None."""
    m = n = 0
    while number and number % 2 == 0:
        number, m = number // 2, m + 1
    while number and number % 3 == 0:
        number, n = number // 3, n + 1
    return (m, n) if number == 1 else None


def test_pairs_of_natural_numbers_and_natural_numbers():
    h = schroeder_bernstein(lambda p: 2 ** p[0] * 3 ** p[1], lambda n: (n, 0), exponents, lambda p: p[0] if p[1] == 0 else None)
    pairs = [(m, n) for m in range(12) for n in range(12)]
    assert len({h(p) for p in pairs}) == len(pairs)
    assert h.holds_on(pairs, range(300))


def test_integers_and_natural_numbers():
    h = schroeder_bernstein(
        lambda z: 3 * z if z >= 0 else -3 * z + 1,
        lambda n: n,
        lambda n: {0: n // 3, 1: -(n // 3) if n > 1 else None}.get(n % 3),
        lambda z: z if z >= 0 else None,
    )
    assert h.holds_on(range(-100, 100), range(200))
    assert len({h(z) for z in range(-100, 100)}) == 200


def test_the_closed_and_the_open_unit_interval_are_equally_large():
    """f squeezes [0, 1] into (0, 1), g includes; the theorem gives the bijection that no continuous map is."""
    squeeze = schroeder_bernstein(
        lambda t: (t + 1) / 3,
        lambda t: t,
        lambda t: 3 * t - 1 if 1 <= 3 * t <= 2 else None,
        lambda t: t if 0 < t < 1 else None,
    )
    closed = [Fraction(i, 60) for i in range(61)]
    values = [squeeze(t) for t in closed if t != Fraction(1, 2)]
    assert all(0 < t < 1 for t in values)
    assert squeeze(Fraction(0)) == Fraction(1, 3)
    assert squeeze.holds_on(closed, closed[1:-1])


def test_a_line_that_returns_follows_f():
    swap = {0: 1, 1: 0}.get
    h = schroeder_bernstein(swap, lambda b: b, swap, lambda a: a)
    assert [h(0), h(1), h.inverse(0)] == [1, 0, 1]


def test_a_line_without_a_start_is_reported_not_guessed():
    shift = schroeder_bernstein(lambda z: z + 1, lambda z: z + 1, lambda z: z - 1, lambda z: z - 1, most_steps=100)
    with pytest.raises(Undecided, match="the line of 7 has no start within 200 ancestors; raise most_steps above 100"):
        shift(7)
    with pytest.raises(Undecided, match="the line of 6"):
        shift.inverse(7)


def test_a_line_longer_than_allowed_is_reported_and_answered_with_more_steps():
    def back(n):
        return n - 1 if n > 0 else None

    short = schroeder_bernstein(lambda n: n + 1, lambda n: n + 1, back, back, most_steps=3)
    with pytest.raises(Undecided, match="the line of 50"):
        short(50)
    assert successor_both_ways()(50) == 51


def test_inverses_that_contradict_the_injections_are_refused():
    wrong = schroeder_bernstein(lambda n: n + 1, lambda n: n + 1, lambda n: None, lambda n: n)
    with pytest.raises(Malformed, match=r"g_inverse\(3\) is 3, but g of it is 4; return x with g\(x\) equal to the argument, or None"):
        wrong(3)
    with pytest.raises(Malformed, match="most_steps is 0"):
        schroeder_bernstein(lambda n: n, lambda n: n, lambda n: n, lambda n: n, most_steps=0)


def test_pairing_walks_the_diagonals():
    assert [PAIRING.inverse(n) for n in range(6)] == [(0, 0), (1, 0), (0, 1), (2, 0), (1, 1), (0, 2)]
    assert PAIRING((10**30, 10**30)) == 2 * 10**30 * (2 * 10**30 + 1) // 2 + 10**30


@given(st.integers(0, 10**40), st.integers(0, 10**40))
def test_pairing_is_a_bijection_of_pairs_and_numbers(m, n):
    assert PAIRING.holds_on([(m, n)], [m])


def test_the_integers_in_order():
    assert [INTEGERS(n) for n in range(5)] == [0, 1, -1, 2, -2]
    assert INTEGERS.holds_on(range(100), range(-50, 50))


def test_the_rationals_in_the_order_of_calkin_and_wilf():
    half, two, third = Fraction(1, 2), Fraction(2), Fraction(1, 3)
    assert [RATIONALS(n) for n in range(8)] == [0, 1, -1, half, -half, two, -two, third]
    assert len({RATIONALS(n) for n in range(2000)}) == 2000


@given(st.integers(0, 10**60), st.fractions(max_denominator=10**4).filter(lambda q: abs(q) < 10**4))
def test_every_rational_has_one_number(n, q):
    assert RATIONALS.holds_on([n], [q])


@given(st.integers(0, 10**6))
def test_bijections_compose(n):
    fixed = PAIRING.inverse.then(PAIRING)
    assert fixed(n) == fixed.inverse(n) == n
    assert INTEGERS.inverse.then(RATIONALS).inverse(RATIONALS(n)) == INTEGERS(n)


def test_what_is_no_element_is_refused():
    with pytest.raises(Malformed, match="-1 is not a natural number; pass an int"):
        INTEGERS(-1)
    with pytest.raises(Malformed, match="True is not a natural number"):
        PAIRING((0, True))
    with pytest.raises(Malformed, match=r"0\.5 is not an exact rational; pass an int or a Fraction"):
        RATIONALS.inverse(0.5)
    with pytest.raises(Malformed, match="more than 1000000 bits"):
        RATIONALS.inverse(Fraction(10**9))
