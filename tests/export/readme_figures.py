"""The two figures of the README, from pairs that the kernel accepts: `python -m tests.export.readme_figures` draws them again."""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path

from bijection import load
from bijection.examples import digits_samples, path
from bijection.verdict import Refuted, accept
from proofs.activations import leaky_relu
from proofs.domains import Domain, Point
from proofs.network import Network, Pointwise
from proofs.statements import Injective, Not
from proofs.theorems.collision import Collision
from tests.build import affine, box, chain, grid, point

FOLDER = path("digits.onnx").parent
LOOKS_THE_SAME = point(
    *(2, 1, 6, 14, 15, 15, 4, 1, 1, 3, 10, 8, 8, 13, 12, 2, 1, 1, 0, 0, 1, 13, 7, 0, 2, 2, 1, 2, 15, 12, 0, 0),
    *(0, 2, 0, 0, 13, 4, 1, 2, 0, 0, 1, 0, 8, 14, 1, 0, 2, 2, 9, 6, 14, 15, 2, 1, 1, 1, 13, 16, 11, 1, 0, 1),
)
FOLDS = chain(
    2,
    affine([[-1, -3], [-3, 3], [3, -1], [-3, -3], [1, 2], [-2, -2]], [0, 1, 0, 2, 0, 2]),
    Pointwise((leaky_relu(Fraction(1, 4)),) * 6),
    affine([[-2, 2, 1, 1, 1, 0], [1, -1, 1, -1, -2, 2]]),
)


def verdicts() -> dict[str, Refuted]:
    """What is drawn, by the name of its file."""
    digits = load(path("digits.onnx"))
    assert isinstance(digits, Network)
    three = next(sample.pixels for sample in digits_samples() if sample.label == 3)
    return {
        "digits_pair.svg": _refuted(digits, grid(0, 16, 64), three, LOOKS_THE_SAME, "two valid images with the same ten outputs"),
        "plane_pair.svg": _refuted(
            FOLDS, box(-2, 2, 2), point("-457/607", "-198/607"), point(2, 0), "the plane is folded, and covered twice"
        ),
    }


def _refuted(f: Network, on: Domain, x: Point, y: Point, because: str) -> Refuted:
    goal = Injective(f, on)
    verdict = accept(goal, Not(goal), (Collision(x, y),), because, 0.0)
    assert isinstance(verdict, Refuted)
    return verdict


def main(folder: Path = FOLDER) -> int:
    """Write them."""
    for name, verdict in verdicts().items():
        verdict.plot(path=folder / name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
