"""A RealNVP model in ONNX: read, proved bijective, inverted."""

import numpy as np

from bijection import decide
from bijection.exact.floating import shadow
from bijection.frontends import load
from bijection.inversion.inverse import inverse
from bijection.verdict import Proved
from proofs.domains import Reals
from proofs.network import Network
from proofs.statements import Bijective, IsIdentity
from tests.frontends.onnx_flows import real_nvp
from tests.frontends.onnx_models import replay


def test_real_nvp_is_a_bijection_with_an_inverse() -> None:
    proto = real_nvp()
    f = load(proto)
    assert isinstance(f, Network)
    x = np.random.default_rng(0).normal(size=(1, 4))
    assert np.allclose(shadow(f)(x), replay(proto, {"x": x.astype(np.float32)})[0], atol=1e-4)
    verdict = decide(Bijective(f, Reals(4), Reals(4)), within=None)
    assert isinstance(verdict, Proved)
    assert {basis.name for basis in verdict.rests_on} >= {"Stages", "Triangular"}
    g = inverse(f)
    assert g.network is not None
    assert [type(proof.statement) for proof in g.proofs] == [IsIdentity, IsIdentity, Bijective]
    assert np.allclose(shadow(g.network)(shadow(f)(x)), x, atol=1e-9)
