"""Inverses in pieces: what is proved of them is true, and each piece is needed."""

import random
import time
from dataclasses import replace
from fractions import Fraction

import pytest

import bijection as bj
from bijection.engines.complete.regions import cells
from bijection.engines.proposal import Search
from bijection.errors import NotSupported
from bijection.inversion import inverse as module
from bijection.inversion.pieces import inverse_pieces
from bijection.inversion.proving import inverts, proof_of_pieces
from proofs.codec import decode_claim, decode_evidence, encode_claim, encode_evidence
from proofs.domains import Polytope, Reals
from proofs.errors import Malformed, Rejected
from proofs.kernel import Theorem, check
from proofs.network import Affine
from proofs.statements import Bijective, Injective, Inverts
from tests.build import box
from tests.inversion.cases import CELLS
from tests.inversion.test_lattice import residual
from tests.networks.truth import truth
from tests.proofs.cells import random_question


def accepted(claim: Inverts, steps: tuple[Theorem, ...]) -> bool:
    """Whether the kernel accepts the steps as bytes."""
    try:
        return bool(check(decode_claim(encode_claim(claim)), decode_evidence(encode_evidence(steps))))
    except Rejected:
        return False


@pytest.mark.parametrize("seed", range(6))
def test_what_is_proved_of_pieces_is_true(seed: int) -> None:
    rng = random.Random(f"pieces {seed}")
    proved = 0
    while proved < 3:
        f, on = random_question(rng, 4)
        injective = bj.decide(Injective(f, on), within=None)
        if not isinstance(injective, bj.Proved):
            continue
        tree = cells(f, on, Search(time.monotonic() + 30))
        pieces = inverse_pieces(tree)
        claim, steps = inverts(pieces, tree, None), proof_of_pieces(pieces, tree, injective.evidence)
        assert accepted(claim, steps)
        assert truth(claim)
        proved += 1
        for other in spoilt(claim, rng):
            assert not accepted(other, steps) or truth(other)


def spoilt(claim: Inverts, rng: random.Random) -> list[Inverts]:
    """The claim with a piece left out, a map moved, and a region that is shifted, or has lost a side."""
    if not claim.pieces:
        return []
    k = rng.randrange(len(claim.pieces))
    region, a = claim.pieces[k]
    moved = Affine(a.columns, tuple(replace(row, constant=row.constant + 1) for row in a.rows), a.denominator)
    changed = [(region, moved), (Polytope(region.n, region.normals[1:], region.offsets[1:]), a)]
    changed.append((Polytope(region.n, region.normals, tuple(t - 1 for t in region.offsets)), a))
    with_one = [(*claim.pieces[:k], one, *claim.pieces[k + 1 :]) for one in changed]
    return [replace(claim, pieces=pieces) for pieces in ((*claim.pieces[:k], *claim.pieces[k + 1 :]), *with_one)]


@pytest.mark.parametrize("name", CELLS)
def test_an_inverse_left_in_pieces_is_proved_from_both_sides(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_TOGETHER", 0)
    f = CELLS[name]
    g = bj.inverse(f)
    n = Reals(f.arity)
    assert g.network is None
    assert g.pieces is not None
    pieces = tuple((piece.region, piece.map) for piece in g.pieces.pieces)
    assert [proof.statement for proof in g.proofs] == [Inverts(f, n, n, pieces), Bijective(f, n, n)]
    assert truth(g.proofs[0].statement, 20.0)


def test_on_a_box_the_pieces_undo_the_network_on_its_image(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_TOGETHER", 0)
    f, on = residual(random.Random(3), 2, 4), box(-1, 1, 2)
    g = bj.inverse(f, on)
    assert isinstance(g.proofs[0].statement, Inverts)
    assert g.proofs[0].statement.onto is None
    assert {b.name for b in g.proofs[0].rests_on} >= {"InvertedByCells", "CellsStayInside"}
    assert truth(g.proofs[0].statement, 20.0)


def test_on_nothing_there_are_no_pieces() -> None:
    nothing = Polytope(2, ((Fraction(1), Fraction(0)), (Fraction(-1), Fraction(0))), (Fraction(0), Fraction(-1)))
    g = bj.inverse(residual(random.Random(3), 2, 4), nothing)
    assert g.pieces is not None
    assert len(g.pieces) == 0
    assert isinstance(g.proofs[0].statement, Inverts)
    with pytest.raises(Malformed, match="no input of the domain has this output"):
        g((0, 0))
    with pytest.raises(NotSupported, match="no formula"):
        g.formula()
