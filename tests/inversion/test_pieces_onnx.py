import random
import time
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from bijection.engines.complete.regions import cells
from bijection.engines.proposal import Search
from bijection.errors import NotSupported
from bijection.inversion.pieces import Pieces, inverse_pieces, pieces_of
from bijection.inversion.pieces_onnx import write_pieces
from proofs.domains import Reals
from proofs.errors import Malformed
from proofs.network import Network
from tests.build import affine, box, chain
from tests.inversion.cases import CELLS
from tests.inversion.test_lattice import residual

NETWORKS = {**CELLS, "residual": residual(random.Random("pieces"), 3, 4), "affine": chain(2, affine([[2, 1], [1, 1]], [1, 0]))}


@pytest.mark.parametrize("f", NETWORKS.values(), ids=NETWORKS)
def test_the_graph_gives_the_inverse_in_floats(f: Network, tmp_path: Path) -> None:
    pieces = inverse_pieces(cells(f, Reals(f.arity), Search(time.monotonic() + 60)))
    write_pieces(pieces, tmp_path / "g.onnx")
    xs = np.random.default_rng(0).normal(size=(30, f.arity))
    rows = np.array([[float(t) for t in f([int(1000 * v) for v in x])] for x in xs])
    (out,) = onnxruntime.InferenceSession(tmp_path / "g.onnx").run(None, {"x": rows})
    assert np.allclose(out, (1000 * xs).astype(int), rtol=1e-9, atol=1e-6)
    assert np.allclose(out, pieces.in_floats(rows), rtol=1e-9, atol=1e-6)


def test_weights_that_are_floats_are_not_rounded() -> None:
    f = CELLS["a P-matrix (G8)"]
    assert write_pieces(pieces_of(cells(f, Reals(2), Search(time.monotonic() + 60)))).exact
    assert write_pieces(pieces_of(cells(chain(1), box(0, 1), Search(time.monotonic() + 60))), dtype="float").exact
    assert not write_pieces(inverse_pieces(cells(chain(1, affine([[3]])), Reals(1), Search(time.monotonic() + 60)))).exact


def test_what_cannot_be_written_is_refused() -> None:
    with pytest.raises(NotSupported, match="0 pieces"):
        write_pieces(Pieces(1, 1, ()))
    with pytest.raises(Malformed, match="choose double or float"):
        write_pieces(Pieces(1, 1, ()), dtype="half")
