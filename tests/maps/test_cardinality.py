from fractions import Fraction
from itertools import product

import pytest

from bijection.maps import (
    ALEPH_0,
    CONTINUUM,
    Cardinal,
    cardinality,
    finite_map,
    finite_size,
    fullest_fibre,
    is_injective,
    is_surjective,
    settles,
    table_map,
)
from proofs.domains import Box, Floats, Grid, Integers, Labels, Polytope, Reals
from proofs.errors import Malformed

LARGEST_FLOAT = Fraction((2**24 - 1) * 2**104)
FINITE_FLOATS = cardinality(Floats((-LARGEST_FLOAT,), (LARGEST_FLOAT,)))  # by value: −0 = +0
WITH_INFINITIES = FINITE_FLOATS + finite_size(2)
BYTE = finite_size(256)


def test_sizes_increase_from_the_numbers_over_the_countable_to_the_continuum():
    assert finite_size(0) < finite_size(7) < finite_size(10**100) < ALEPH_0 < CONTINUUM
    assert [str(c) for c in (finite_size(7), ALEPH_0, CONTINUUM)] == ["7", "ℵ₀", "2^ℵ₀"]


def test_sums_products_and_powers():
    two, none = finite_size(2), finite_size(0)
    assert two + two == two * two == two**two == finite_size(4)
    assert ALEPH_0 + two == ALEPH_0 * two == ALEPH_0 * ALEPH_0 == ALEPH_0**two == ALEPH_0
    assert CONTINUUM + ALEPH_0 == CONTINUUM * ALEPH_0 == CONTINUUM**ALEPH_0 == two**ALEPH_0 == ALEPH_0**ALEPH_0 == CONTINUUM
    assert none * CONTINUUM == none == none**CONTINUUM == none**two
    assert none**none == CONTINUUM**none == finite_size(1) ** CONTINUUM == finite_size(1)


def test_the_arithmetic_ends_at_the_continuum_and_at_numbers_too_long_to_write():
    with pytest.raises(Malformed, match="2 to the power 2\\^ℵ₀ is larger than the continuum"):
        finite_size(2) ** CONTINUUM
    with pytest.raises(Malformed, match="the limit is 10000000; compare logarithms instead"):
        finite_size(10) ** finite_size(10**30)


@pytest.mark.parametrize(("level", "n"), [(3, 0), (1, 5), (0, -1), (0, 0.5), (0, True)])
def test_other_cardinals_do_not_exist_here(level, n):
    with pytest.raises(Malformed, match="no cardinal has level"):
        Cardinal(level, n)


def test_the_sizes_of_domains_and_collections():
    assert cardinality(Reals(784)) == cardinality(Reals(10)) == CONTINUUM ** finite_size(784) == CONTINUUM
    assert cardinality(Reals(0)) == cardinality(Box((), ())) == finite_size(1)
    assert cardinality(Integers(2)) == ALEPH_0
    assert cardinality(Labels(10)) == cardinality(range(10)) == cardinality(finite_map(dict.fromkeys(range(10)))) == finite_size(10)
    with pytest.raises(Malformed, match="the size of a Polytope is not read off"):
        cardinality(Polytope(1, (), ()))
    with pytest.raises(Malformed, match="7 has no size that is known"):
        cardinality(7)


def test_more_images_than_logits_settles_injectivity_on_pixels_but_not_on_reals():
    assert settles(CONTINUUM ** finite_size(784), CONTINUUM ** finite_size(10)).injective == "some"
    assert "'784 > 10' is no counting argument" in settles(cardinality(Reals(784)), cardinality(Reals(10))).explanation
    assert "look at the dimension" in settles(CONTINUUM, CONTINUUM).explanation
    assert "dimension" not in settles(ALEPH_0, ALEPH_0).explanation
    assert settles(CONTINUUM, finite_size(10)).injective == "no"
    assert settles(CONTINUUM, ALEPH_0).injective == "no"
    assert settles(ALEPH_0, CONTINUUM).surjective == "no"
    assert settles(ALEPH_0, ALEPH_0).equivalent is False


def test_what_sizes_settle_is_what_holds_for_every_no_or_some_map():
    for n, k in product(range(5), repeat=2):
        every = [table_map(values, codomain=range(k)) for values in product(range(k), repeat=n)] if n * k <= 12 else []
        if not every:
            continue
        settled = settles(finite_size(n), finite_size(k))
        for claimed, ask in ((settled.injective, is_injective), (settled.surjective, is_surjective)):
            answers = {bool(ask(f)) for f in every}
            assert claimed == ("every" if answers == {True} else "no" if answers == {False} else "some")
        assert settled.equivalent == all(bool(is_injective(f)) == bool(is_surjective(f)) for f in every)
        assert all(
            len(f.domain) == 0 or max(f.values.count(y) for y in f.codomain) >= fullest_fibre(finite_size(n), finite_size(k)).n
            for f in every
        )


def test_there_is_no_map_from_something_into_nothing():
    assert "no map" in settles(finite_size(2), finite_size(0)).explanation
    with pytest.raises(Malformed, match="the codomain must not be empty"):
        fullest_fibre(finite_size(2), finite_size(0))


def test_some_fibre_is_as_full_as_the_sizes_demand():
    assert fullest_fibre(finite_size(7), finite_size(3)) == finite_size(3)
    assert fullest_fibre(finite_size(7), ALEPH_0) == finite_size(1)
    assert fullest_fibre(finite_size(0), CONTINUUM) == finite_size(0)
    assert fullest_fibre(ALEPH_0, finite_size(3)) == ALEPH_0
    assert fullest_fibre(CONTINUUM, ALEPH_0) == fullest_fibre(CONTINUUM, finite_size(10)) == CONTINUUM
    assert fullest_fibre(CONTINUUM, CONTINUUM) == finite_size(1)


def test_there_are_4278190079_finite_binary32_values_and_4278190081_with_the_infinities():
    assert finite_size(4278190079) == FINITE_FLOATS
    assert finite_size(4278190081) == WITH_INFINITIES


@pytest.mark.parametrize("m", [1, 2, 10, 100, 1000])
def test_8_bit_images_outnumber_float_vectors_exactly_from_four_pixels_per_logit_on(m):
    logits = WITH_INFINITIES ** finite_size(m)
    assert BYTE ** finite_size(4 * m) > logits
    assert BYTE ** finite_size(4 * m - 1) < logits
    assert settles(BYTE ** finite_size(4 * m), logits).injective == "no"
    assert settles(BYTE ** finite_size(4 * m - 1), logits).injective == "some"


def test_some_logits_of_an_mnist_network_belong_to_at_least_2_to_the_5952_pixel_images():
    images = cardinality(Grid((Fraction(0),) * 784, (Fraction(255),) * 784, (Fraction(1),) * 784))
    assert images == BYTE ** finite_size(784)
    assert fullest_fibre(images, WITH_INFINITIES ** finite_size(10)) >= finite_size(2**5952)
