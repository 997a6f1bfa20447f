import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofs.activations import RELU
from proofs.compose import compose, cuts, prefix, suffix
from proofs.errors import Malformed
from proofs.network import Network, Node, Pointwise, Sum, Table
from tests.build import affine, chain
from tests.strategies import networks, points_in

SKIP = Network(1, (Node(Pointwise((RELU,)), (0,)), Node(Sum(), (0, 1))))


@settings(max_examples=200)
@given(st.data())
def test_a_network_is_its_suffix_after_its_prefix_at_every_cut(data: st.DataObject) -> None:
    f = data.draw(networks(smooth=False))
    x = data.draw(points_in(f.arity))
    for cut in cuts(f):
        assert suffix(f, cut)(prefix(f, cut)(x)) == f(x)


@given(networks())
def test_composing_the_parts_gives_the_network_back(f: Network) -> None:
    assert all(compose(suffix(f, cut), prefix(f, cut)) == f for cut in cuts(f))


@given(networks())
def test_the_cuts_are_exactly_where_a_suffix_exists(f: Network) -> None:
    def factors(cut: int) -> bool:
        try:
            suffix(f, cut)
        except Malformed:
            return False
        return True

    assert cuts(f) == [cut for cut in range(len(f.nodes) + 1) if factors(cut)]


@given(st.data())
def test_a_composition_has_the_values_of_one_after_the_other(data: st.DataObject) -> None:
    inner = data.draw(networks(smooth=False))
    outer = data.draw(networks(inner.width, smooth=False))
    x = data.draw(points_in(inner.arity))
    assert compose(outer, inner)(x) == outer(inner(x))


def test_tables_compose() -> None:
    assert compose(Table((5, 6, 7)), Table((2, 0))) == Table((7, 5))


def test_an_outer_table_must_know_all_values_of_the_inner_one() -> None:
    with pytest.raises(Malformed, match="values that the outer table does not know"):
        compose(Table((5,)), Table((0, 1)))


def test_a_negative_value_of_the_inner_table_is_not_an_index_from_the_end() -> None:
    with pytest.raises(Malformed, match="does not know"):
        compose(Table((5,)), Table((-1,)))


def test_a_table_and_a_network_do_not_compose() -> None:
    with pytest.raises(Malformed, match="a Table after a Network; only two of a kind compose"):
        compose(Table((0,)), Network(1, ()))


def test_widths_must_agree() -> None:
    with pytest.raises(Malformed, match="the outer network takes 2 inputs, the inner one gives 1"):
        compose(Network(2, ()), Network(1, ()))


def test_no_cut_passes_under_a_skip() -> None:
    assert cuts(SKIP) == [0, 2]


@pytest.mark.parametrize("cut", [-1, 3])
@pytest.mark.parametrize("part", [prefix, suffix], ids=["prefix", "suffix"])
def test_a_cut_outside_is_refused(part: object, cut: int) -> None:
    with pytest.raises(Malformed, match=f"cut {cut} of a network of 2 nodes"):
        part(SKIP, cut)  # type: ignore[operator]


def test_a_cut_under_a_skip_is_refused() -> None:
    with pytest.raises(Malformed, match="a node after cut 1 reads a value before it"):
        suffix(SKIP, 1)


def test_the_prefix_of_a_chain_is_its_first_layers() -> None:
    assert prefix(chain(1, affine([[2]]), affine([[3]])), 1) == chain(1, affine([[2]]))
