"""Keras models through ONNX: a small one that Keras exported, stored here, and fresh ones where TensorFlow is installed."""

import json
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from bijection import decide, load
from bijection.exact.floating import shadow
from bijection.inversion.inverse import inverse
from bijection.verdict import Proved
from proofs.domains import Reals
from proofs.ieee import Binary32
from proofs.network import Network
from proofs.statements import Bijective

DATA = Path(__file__).with_name("data")
STORED = DATA / "keras_real_nvp.onnx"


def test_a_model_that_keras_exported_is_read_as_keras_runs_it() -> None:
    f = load(STORED)
    assert isinstance(f, Network)
    known = json.loads((DATA / "keras_real_nvp.json").read_text())
    assert np.allclose(shadow(f)(np.array(known["inputs"])), known["outputs"], atol=1e-5)
    assert isinstance(load(STORED, arithmetic="binary32"), Binary32)


def test_it_is_proved_bijective_and_inverted() -> None:
    f = load(STORED)
    verdict = decide(Bijective(f, Reals(4), Reals(4)), within=None)
    assert isinstance(verdict, Proved)
    assert {basis.name for basis in verdict.rests_on} >= {"Stages", "Triangular"}
    g = inverse(f)
    x = np.random.default_rng(1).normal(size=(20, 4))
    assert isinstance(f, Network)
    assert np.allclose(g(shadow(f)(x)), x, atol=1e-9)


@pytest.mark.skipif(not (find_spec("tensorflow") and find_spec("tf2onnx")), reason="tensorflow and tf2onnx are not installed")
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", ["two-sided", "one-sided", "additive"])
def test_what_keras_exports_here_is_read_and_proved_bijective(kind: str, tmp_path: Path) -> None:
    from tests.benchmark.keras_models import export, flow

    model = flow(4, 2, 1, 6, kind)
    export(model, tmp_path / "model.onnx")
    f = load(tmp_path / "model.onnx")
    assert isinstance(f, Network)
    x = np.random.default_rng(0).normal(size=(5, 4)).astype(np.float32)
    assert np.allclose(shadow(f)(x.astype(np.float64)), np.asarray(model(x)), atol=1e-4)
    assert np.allclose(np.asarray(model.inverse(model(x))), x, atol=1e-4)
    assert isinstance(decide(Bijective(f, Reals(4), Reals(4)), within=None), Proved)
