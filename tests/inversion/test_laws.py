"""Laws over all networks with known answers: what folds has no left inverse, and a left inverse undoes every point."""

import random

import pytest

from bijection.engines.proposal import proves
from bijection.engines.structure.left_inverse import by_layers, inverse_of, proof_of, together, undone_parts
from proofs.domains import Reals
from proofs.errors import NoExactValue
from proofs.network import Network
from proofs.statements import Injective, IsIdentity
from proofs.theorems import Cancels
from tests.engines.test_left_inverse import some_point
from tests.proofs.theorems.cases import proves as accepted
from tests.zoo import ZOO

NETWORKS = {
    name: (entry.statement.f, entry.holds)
    for name, entry in ZOO.items()
    if isinstance(entry.statement, Injective) and isinstance(entry.statement.on, Reals) and isinstance(entry.statement.f, Network)
}


@pytest.mark.parametrize(("f", "injective"), NETWORKS.values(), ids=NETWORKS)
def test_only_injective_networks_have_left_inverses(f: Network, injective: bool) -> None:
    parts = undone_parts(f)
    if parts is None:
        return
    assert injective
    g = inverse_of(f, parts)
    assert accepted(IsIdentity(together(g, f), Reals(f.arity)), *proof_of(parts))
    rng = random.Random("laws")
    for _ in range(5):
        x = some_point(rng, f.arity)
        try:
            assert g(f(x)) == x
        except NoExactValue:
            return


def test_many_networks_of_the_zoo_are_inverted_layer_by_layer() -> None:
    assert sum(by_layers(f) is not None for f, injective in NETWORKS.values() if injective) > 20


@pytest.mark.parametrize("name", [n for n, e in ZOO.items() if isinstance(e.statement, IsIdentity) and isinstance(e.statement.f, Network)])
def test_a_normal_form_never_shows_a_false_identity(name: str) -> None:
    entry = ZOO[name]
    assert not proves(Cancels(), entry.statement) or entry.holds
