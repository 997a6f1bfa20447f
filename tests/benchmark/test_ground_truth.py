"""The recorded float32 pairs and round trips of FrEIA's blocks, replayed on weights rebuilt from their seed."""

from importlib.util import find_spec

import numpy as np
import pytest

from tests.benchmark.ground_truth import FOLDER, blocks, inputs, permuted, rebuilt, recorded, round_trip, run, singles

pytestmark = [
    pytest.mark.skipif(not FOLDER.is_dir(), reason="../shared/networks/GROUND_TRUTH is not there"),
    pytest.mark.skipif(not find_spec("FrEIA"), reason="FrEIA, of the extra 'flows', is not installed"),
    pytest.mark.filterwarnings("ignore"),  # FrEIA's own
]
NAMES = ("NICECouplingBlock", "RNVPCouplingBlock", "GLOWCouplingBlock", "GINCouplingBlock", "AffineCouplingOneSided", "ActNorm")
OTHERS = (
    "OrthogonalTransform",
    "InvertibleSigmoid",
    "HouseholderPerm",
    "IResNetLayer",
    "SequenceINN RNVPCouplingBlock x1",
    "AllInOneBlock",
)


@pytest.mark.parametrize("magnitude", ["1", "100"])
@pytest.mark.parametrize("name", [*NAMES, *OTHERS])
def test_the_recorded_pair_is_one_of_the_rebuilt_block(name: str, magnitude: str) -> None:
    """The bits of a sum depend on the processor's order, so they are compared in the last places only."""
    example = recorded("float32_collisions_FrEIA.json")[f"FrEIA.{name} mag {magnitude}"]["example"]
    batch = inputs(magnitude)
    x, other, y = (singles(example[key]) for key in ("x", "x_prime", "y"))
    assert (batch[example["row"]] == x).all()
    assert (x != other).sum() == 1
    block = rebuilt(blocks()[name], batch)
    if name == "AllInOneBlock":
        permuted(block, x, y)
    size = float(np.abs(y).max())
    for point in (x, other):
        assert np.abs(run(block, point[None])[0] - y).max() <= 2e-6 * size


def test_most_of_the_recorded_pairs_have_one_output_here_too() -> None:
    pairs = recorded("float32_collisions_FrEIA.json")
    same = []
    for name in NAMES:
        example = pairs[f"FrEIA.{name} mag 1"]["example"]
        block = rebuilt(blocks()[name], inputs("1"))
        first, second = (run(block, singles(example[key])[None])[0] for key in ("x", "x_prime"))
        same.append(first.tobytes() == second.tobytes())
    assert sum(same) >= len(NAMES) // 2


@pytest.mark.parametrize("magnitude", ["1", "100"])
@pytest.mark.parametrize("name", NAMES)
def test_the_recorded_round_trip_errors_are_met(name: str, magnitude: str) -> None:
    known = recorded("roundtrip_FrEIA.json")["single_layers"][name][magnitude]
    error, _ = round_trip(rebuilt(blocks()[name], inputs("1")), inputs(magnitude))
    assert known["max_abs"] / 3 <= error <= 3 * known["max_abs"]
