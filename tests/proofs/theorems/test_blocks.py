import pytest

from proofs.activations import RELU
from proofs.domains import Box, Reals
from proofs.network import Affine, Argmax, Max, Network, Node, Pointwise, Product, Softmax, Stack, Sum
from proofs.statements import Injective, Not
from proofs.theorems import Blocks
from proofs.theorems.blocks import block, dependence, groups
from tests.build import affine, box, chain, grid, point
from tests.proofs.theorems.cases import rejects

# Outputs 0 and 2 belong to input 0, output 1 to inputs 1 and 2.
F = chain(3, affine([[1, 0, 0], [0, 1, 1], [2, 0, 0]], [0, 1, 2]), Pointwise((RELU,) * 3))


def test_each_group_is_asked_on_its_factor():
    first, second = Blocks(((0,), (1, 2))).reduce(Injective(F, Box(point(0, 1, 2), point(3, 4, 5))))
    assert isinstance(first, Injective)
    assert isinstance(second, Injective)
    assert first.on == Box(point(0), point(3))
    assert second.on == Box(point(1, 2), point(4, 5))
    assert first.f(point(3)) == F(point(3, 0, 0))[::2] == F(point(3, 7, -2))[::2]
    assert second.f(point(1, 4)) == F(point(9, 1, 4))[1:2]


def test_an_output_that_depends_on_two_groups_serves_neither():
    first, second = Blocks(((0,), (1,))).reduce(Injective(chain(2, affine([[1, 1], [0, 1]])), Reals(2)))
    assert isinstance(first, Injective)
    assert isinstance(second, Injective)
    assert (first.f.width, second.f.width) == (0, 1)  # the first is false, so nothing is proved


def test_groups_that_do_not_part_the_inputs():
    for wrong in ((), ((0, 1),), ((0, 1), (1, 2)), ((0,), (1, 3)), ((0, 1, 2), ())):
        rejects("the groups do not part|a group is empty", Injective(F, Reals(3)), Blocks(wrong))


@pytest.mark.parametrize("goal", [Not(Injective(F, Reals(3))), Injective(F, grid(0, 1, 3))])
def test_other_statements_and_domains(goal):
    rejects("on ℝⁿ or a box", goal, Blocks(((0,), (1, 2))))


def test_what_depends_on_what():
    nodes = (
        Node(Product(), (0, 0)),
        Node(Sum(), (0, 1)),
        Node(Stack(), (2, 0)),
        Node(Max(((0, 1), (2,), (3, 5))), (3,)),
    )
    assert dependence(Network(3, nodes)) == [0b011, 0b100, 0b101]
    assert dependence(chain(3, Softmax(((0, 2), (1,))))) == [0b101, 0b010, 0b101]
    assert dependence(chain(2, Argmax())) == [0b11]
    assert dependence(chain(2, Affine(2, affine([[0, 1]]).rows, 1))) == [0b10]


def test_groups_are_as_small_as_can_be():
    assert groups(F) == ((0,), (1, 2))
    assert groups(chain(3, affine([[1, 1, 0], [0, 1, 1]]))) == ((0, 1, 2),)
    assert groups(Network(2, ())) == ((0,), (1,))


def test_a_block_without_outputs():
    assert block(chain(1, affine([[0]])), [0], (0,)).width == 1  # a constant depends on nothing, so it may stay
    assert Blocks(((0,), (1,))).reduce(Injective(chain(2, affine([[1, 0]])), box(0, 1, 2)))[1].f.width == 0
