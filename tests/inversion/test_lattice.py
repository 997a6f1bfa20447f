import random
import time
from fractions import Fraction

import pytest

from bijection.engines.complete.regions import cells, groups
from bijection.engines.proposal import Search, proves
from bijection.engines.structure.left_inverse import together
from bijection.inversion.lattice import max_of_mins
from bijection.inversion.pieces import Piece, Pieces, inverse_pieces
from proofs.activations import RELU
from proofs.domains import Polytope, Reals
from proofs.network import Affine, Network, Node, Pointwise, Row, Sum
from proofs.statements import IsIdentity
from proofs.theorems import MaxOfMins
from tests.build import affine
from tests.inversion.cases import CELLS
from tests.proofs.cells import random_point


def residual(rng: random.Random, n: int, h: int) -> Network:
    """x + B·ReLU(Wx + b) with ‖B‖·‖W‖ < 1 in the maximum norm: a bijection (B5)."""
    w = [[rng.randint(-4, 4) for _ in range(n)] for _ in range(h)]
    b = [[rng.randint(-4, 4) for _ in range(h)] for _ in range(n)]
    norm = max(sum(abs(b[i][k]) * sum(map(abs, w[k])) for k in range(h)) for i in range(n)) + 1
    inner = (Node(affine(w, [rng.randint(-3, 3) for _ in range(h)]), (0,)), Node(Pointwise((RELU,) * h), (1,)))
    return Network(n, (*inner, Node(affine([[str(Fraction(a, norm)) for a in row] for row in b]), (2,)), Node(Sum(), (0, 3))))


def inverted(f: Network) -> tuple[Network, MaxOfMins]:
    tree = cells(f, Reals(f.arity), Search(time.monotonic() + 60))
    g = max_of_mins(inverse_pieces(tree), groups(tree))
    assert g is not None
    return g, MaxOfMins(tree.cuts, len(f.nodes))


@pytest.mark.parametrize(("n", "h", "count"), [(1, 6, 10), (2, 5, 10), (3, 4, 4)])
def test_the_inverse_of_a_residual_block_is_mostly_a_maximum_of_minima(n: int, h: int, count: int) -> None:
    rng = random.Random(f"lattice {n}")
    accepted = 0
    for _ in range(count):
        f = residual(rng, n, h)
        g, theorem = inverted(f)
        if proves(theorem, IsIdentity(together(g, f), Reals(n))):  # the form may fail where two pieces cross inside the region of another
            accepted += 1
            for _ in range(5):
                x = random_point(rng, n)
                assert g(f(x)) == x
    assert accepted > 0.8 * count


@pytest.mark.parametrize("f", CELLS.values(), ids=CELLS)
def test_groups_that_contain_others_are_left_out(f: Network) -> None:
    g, theorem = inverted(f)
    assert proves(theorem, IsIdentity(together(g, f), Reals(f.arity)))
    minima = g.nodes[1].op.groups  # type: ignore[union-attr]
    assert len(minima) <= f.arity * 2**f.arity
    assert not any(set(a) < set(b) for a in minima for b in minima)


def test_numbers_that_grow_too_long_are_left_in_pieces() -> None:
    maps = [Affine(1, (Row((0,), (1,), 0),), p) for p in (2**19937 - 1, 2**21701 - 1, 2**23209 - 1)]
    line = Polytope(1, (), ())
    assert max_of_mins(Pieces(1, 1, tuple(Piece(line, a) for a in maps) * 200), []) is None
