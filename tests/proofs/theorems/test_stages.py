"""Parts of a network between lists of coordinates."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofs.activations import RELU, leaky_relu
from proofs.domains import Labels, Reals
from proofs.errors import Malformed, NoExactValue, Rejected
from proofs.exact import vector
from proofs.limits import Meter
from proofs.network import Argmax, Max, Network, Node, Pointwise, Product, Softmax, Stack, Sum, Table
from proofs.statements import Injective, MapsInto, Not, Surjective
from proofs.theorems import Collision, FullRowRank, Stages
from proofs.theorems.stages import reads, segment, segments
from tests.build import affine, box, chain, point, q
from tests.proofs.theorems.cases import proves, rejects
from tests.strategies import networks, points_in

# (x, y) ↦ (u, v) with u = x + relu(y), v = y − relu(u)
F = Network(
    2,
    (
        Node(affine([[0, 1]]), (0,)),
        Node(Pointwise((RELU,)), (1,)),
        Node(affine([[1, 0]]), (0,)),
        Node(Sum(), (3, 2)),
        Node(Pointwise((RELU,)), (4,)),
        Node(affine([[-1]]), (5,)),
        Node(Sum(), (1, 6)),
        Node(Stack(), (4, 7)),
    ),
)
HALFWAY = ((4, 0), (0, 1))


def test_the_parts_compose_to_the_whole() -> None:
    first, second = segments(F, [HALFWAY])
    for x in (point(1, 2), point(-3, "1/2"), point(2, -5)):
        assert first(x) == (F.trace(vector(x))[4].fractions()[0], x[1])
        assert second(first(x)) == F(x)


def test_each_part_is_asked_between_its_sets() -> None:
    via = box(-1, 1, 2)
    first, into, second = Stages((HALFWAY,), (via,)).reduce(Injective(F, box(0, 1, 2)))
    assert isinstance(first, Injective)
    assert isinstance(into, MapsInto)
    assert isinstance(second, Injective)
    assert (first.on, into.into, second.on) == (box(0, 1, 2), via, via)
    assert first.f == into.f
    first, second = Stages((HALFWAY,), (Reals(2),)).reduce(Surjective(F, Reals(2), via))
    assert isinstance(first, Surjective)
    assert isinstance(second, Surjective)
    assert (first.onto, second.on, second.onto) == (Reals(2), Reals(2), via)
    assert len(Stages((HALFWAY,), (Reals(2),)).reduce(Injective(F, Reals(2)))) == 2


@pytest.mark.parametrize(
    ("why", "places"),
    [
        ("does not suffice to compute the next one: input 1 is needed too", ((4, 0),)),
        ("does not suffice to compute the next one: input 0 is needed too", ((0, 1),)),
        ("names a coordinate twice", ((4, 0), (4, 0))),
        ("names the coordinate 2 of value 0", ((0, 2), (0, 1))),
        ("names the coordinate 0 of value 9", ((9, 0), (0, 1))),
        ("names the coordinate -1 of value 0", ((0, -1), (0, 1))),
    ],
)
def test_lists_that_do_not_separate(why: str, places: tuple[tuple[int, int], ...]) -> None:
    rejects(why, Injective(F, Reals(2)), Stages((places,), (Reals(len(places)),)))


def test_other_certificates_statements_and_functions() -> None:
    rejects("1 stages with 0 sets", Injective(F, Reals(2)), Stages((HALFWAY,), ()))
    rejects("0 stages; what is not injective lies between two", Not(Injective(F, Reals(2))), Stages((), ()))
    rejects("injectivity and surjectivity only", Not(Surjective(F, Reals(2), Reals(2))), Stages((), ()))
    rejects("only a network in exact arithmetic has stages", Injective(Table((0,)), Labels(1)), Stages((), ()))
    with pytest.raises(Malformed, match="Reals' has dimension 3"):
        Stages((HALFWAY,), (Reals(3),)).reduce(Injective(F, Reals(2)))


def test_a_collision_between_two_lists() -> None:
    """(x, y) ↦ (x, relu(y)) between an onto part and a part nobody looks at."""
    f = chain(2, affine([[1, 0], [0, 2]]), Pointwise((leaky_relu(q(1)), RELU)), affine([[1, 5], [0, 1]]))
    lists = (((1, 0), (1, 1)), ((2, 0), (2, 1)))
    onto, collide = Stages(lists, (Reals(2), Reals(2))).reduce(Not(Injective(f, Reals(2))))
    assert isinstance(onto, Surjective)
    assert onto.onto == Reals(2)
    assert collide == Not(Injective(segments(f, lists)[1], Reals(2)))
    steps = (Stages(lists, (Reals(2), Reals(2))), FullRowRank(3, (0, 1), ((1, 0), (0, 2))), Collision(point(0, -1), point(0, -2)))
    assert proves(Not(Injective(f, Reals(2))), *steps)


def test_a_value_of_which_one_coordinate_is_given() -> None:
    """The sum needs both coordinates of value 1: one is given, the other computed."""
    f = chain(2, Pointwise((leaky_relu(q(2)),) * 2), affine([[1, 1], [0, 1]]))
    g = segment(f, ((1, 0), (0, 1)), ((2, 0), (2, 1)), Meter())
    assert g(point(5, -1)) == (3, -2)


def test_an_empty_list_separates_a_constant() -> None:
    f = chain(1, affine([[0]], [7]))
    first, second = segments(f, [()])
    assert first(point(3)) == ()
    assert second(()) == (7,)


@given(networks(), st.data())
def test_parts_of_any_network_compose_to_the_whole(f: Network, data: st.DataObject) -> None:
    places = [(v, i) for v, width in enumerate(f.widths) for i in range(width)]
    chosen = tuple(data.draw(st.lists(st.sampled_from(places), unique=True)))
    x = data.draw(points_in(f.arity))
    try:
        first, second = segments(f, [chosen])
        expected = f(x)
    except (Rejected, NoExactValue, Malformed):
        return
    assert second(first(x)) == expected


def test_what_each_operation_reads() -> None:
    meter = Meter()
    assert reads(affine([[1, 0], [0, 1]]), [1], [2], meter) == [{1}]
    assert reads(Product(), [1], [3, 3], meter) == [{1}, {1}]
    assert reads(Stack(), [0, 3], [2, 2], meter) == [{0}, {1}]
    assert reads(Max(((0, 2), (1,))), [0], [3], meter) == [{0, 2}]
    assert reads(Softmax(((0, 2), (1,))), [1, 2], [3], meter) == [{0, 1, 2}]
    assert reads(Argmax(), [0], [3], meter) == [{0, 1, 2}]
