import pytest
from hypothesis import given

from bijection.maps import (
    compose,
    factor,
    fibre,
    fibres,
    finite_map,
    identity,
    image,
    inverse,
    is_bijective,
    is_injective,
    is_surjective,
    kernel_pair,
    preimage,
    restrict,
    retraction,
    right_inverse,
    section,
    table_map,
)
from proofs.errors import Malformed
from tests.maps.random_maps import maps

PARITY = finite_map(lambda n: n % 2, domain=range(5), codomain=(0, 1, 2))


def test_images_and_preimages_of_the_parity_map():
    assert image(PARITY) == (0, 1)
    assert image(PARITY, (4, 2)) == (0,)
    assert preimage(PARITY, (1, 2)) == (1, 3)
    assert fibre(PARITY, 0) == (0, 2, 4)
    assert fibre(PARITY, 2) == ()
    assert fibres(PARITY) == {0: (0, 2, 4), 1: (1, 3)}
    assert len(kernel_pair(PARITY)) == 3 * 3 + 2 * 2


def test_elements_outside_the_sets_are_refused():
    with pytest.raises(Malformed, match="9 is not in the domain"):
        image(PARITY, (9,))
    with pytest.raises(Malformed, match="9 is not in the codomain"):
        preimage(PARITY, (9,))


def test_the_empty_map_has_no_fibres():
    empty = finite_map({}, codomain="a")
    assert image(empty) == ()
    assert fibres(empty) == {}
    assert kernel_pair(empty) == ()
    assert factor(empty).inclusion == finite_map({}, codomain="a")


@given(maps())
def test_the_fibres_partition_the_domain(f):
    parts = list(fibres(f).values())
    assert all(parts)
    assert sorted(x for part in parts for x in part) == list(f.domain)
    assert set(kernel_pair(f)) == {(x, y) for x in f.domain for y in f.domain if f(x) == f(y)}


@given(maps())
def test_every_map_factors_through_the_quotient_with_a_bijection_in_the_middle(f):
    parts = factor(f)
    assert is_surjective(parts.quotient)
    assert is_bijective(parts.middle)
    assert is_injective(parts.inclusion)
    assert parts.inclusion @ parts.middle @ parts.quotient == f


@given(maps())
def test_a_section_inverts_on_the_image(f):
    s = section(f)
    assert all(f(s(y)) == y for y in image(f))
    assert set(s.domain) == set(image(f))


@given(maps())
def test_a_right_inverse_exists_exactly_for_surjective_maps(f):
    if is_surjective(f):
        assert f @ right_inverse(f) == identity(f.codomain)
    else:
        with pytest.raises(Malformed, match=r"no right inverse: . is not reached; `section` inverts on the image"):
            right_inverse(f)


@given(maps())
def test_a_left_inverse_exists_exactly_for_injective_maps_unless_only_the_domain_is_empty(f):
    if not is_injective(f):
        with pytest.raises(Malformed, match=r"no left inverse: . and . have the same value; `factor`"):
            retraction(f)
    elif f.codomain and not f.domain:
        with pytest.raises(Malformed, match="would have to go to an element of the empty domain"):
            retraction(f)
    else:
        assert retraction(f) @ f == identity(f.domain)


@given(maps())
def test_an_inverse_exists_exactly_for_bijections_and_undoes_itself(f):
    if is_bijective(f):
        assert inverse(inverse(f)) == f
        assert inverse(f) == retraction(f) == right_inverse(f)
    else:
        with pytest.raises(Malformed, match=r"no inverse\. The map .* is not bijective"):
            inverse(f)


# Composition (S4) and restriction (S12): what holds always, and the named examples that stop the converses.


@given(maps(3, 3), maps(3, 3))
def test_composition_laws(g, f):
    h = g @ f
    assert not (is_injective(g) and is_injective(f)) or is_injective(h)
    assert not (is_surjective(g) and is_surjective(f)) or is_surjective(h)
    assert not is_injective(h) or is_injective(f)
    assert not is_surjective(h) or is_surjective(g)


@given(maps(2, 3), maps(3, 2), maps(2, 2))
def test_composition_is_associative_with_the_identity(f, g, h):
    assert h @ (g @ f) == (h @ g) @ f
    assert f @ identity(f.domain) == f == identity(f.codomain) @ f


INTO_THREE = table_map([0, 1], codomain=range(3))
FOLD = table_map([0, 1, 1], codomain=range(2))


def test_a_composite_can_be_a_bijection_although_the_outer_map_collides_and_the_inner_one_misses():
    assert is_bijective(FOLD @ INTO_THREE)
    assert not is_injective(FOLD)
    assert not is_surjective(INTO_THREE)


def test_injective_after_surjective_can_be_neither():
    both = INTO_THREE @ FOLD
    assert not is_injective(both)
    assert not is_surjective(both)


def test_one_identity_makes_no_inverse():
    assert identity(range(2)) == FOLD @ INTO_THREE
    assert identity(range(3)) != INTO_THREE @ FOLD


@given(maps())
def test_injective_passes_to_subsets_of_the_domain_and_onto_comes_back_from_them(f):
    smaller = restrict(f, f.domain[::2])
    assert not is_injective(f) or is_injective(smaller)
    assert not is_surjective(smaller) or is_surjective(f)


def test_the_restriction_of_a_map_that_collides_can_be_injective():
    assert is_injective(restrict(FOLD, (0, 1)))
    assert not is_injective(FOLD)


@given(maps(3, 3))
def test_a_map_is_injective_exactly_when_it_cancels_on_the_left_and_onto_exactly_when_on_the_right(f):
    points = [table_map([x], codomain=range(3)) for x in range(3)]
    assert bool(is_injective(f)) == all(u == v or compose(f, u) != compose(f, v) for u in points for v in points)
    labels = [table_map([i >> j & 1 for j in range(3)], codomain=range(2)) for i in range(8)]
    assert bool(is_surjective(f)) == all(u == v or compose(u, f) != compose(v, f) for u in labels for v in labels)
