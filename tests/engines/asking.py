"""Ask single engines, with the kernel as the judge of every proposal."""

import time
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import numpy as np

from bijection.engines.proposal import Engine, Proposal, Search
from bijection.frontends.exact import dense
from bijection.verdict import Proved, Refuted, accept
from bijection.wishes import Apart, Near
from proofs.activations import RELU, Activation
from proofs.domains import Point
from proofs.network import Network, Pointwise
from proofs.statements import Positive
from tests.build import chain


def proposals(engine: Engine, goal: Positive, **wishes: Any) -> list[Proposal]:
    """What the engine proposes within a minute; near=x is short for wish=Near(x), apart=True for wish=Apart()."""
    short = {"near": Near, "apart": lambda _: Apart()}
    for name in short.keys() & wishes.keys():
        wishes["wish"] = short[name](wishes.pop(name))
    return list(engine(goal, Search(deadline=time.monotonic() + 60, **wishes)))


def verdicts(engine: Engine, goal: Positive, **wishes: Any) -> list[Proved | Refuted]:
    """The engine's proposals as verdicts; a proposal that the kernel rejects is an error here."""
    return [accept(goal, p.claim, p.evidence, p.because, 0.0) for p in proposals(engine, goal, **wishes)]


def random_network(*widths: int, seed: int = 0, activation: Activation = RELU) -> Network:
    """A network with normally distributed float32 weights and one activation between its affine maps."""
    rng = np.random.default_rng(seed)
    ops: list[Any] = []
    for n, m in pairwise(widths):
        weight = (rng.normal(size=(m, n)) / n**0.5).astype(np.float32)
        ops += [dense(weight, (rng.normal(size=m) / 10).astype(np.float32)), Pointwise((activation,) * m)]
    return chain(widths[0], *ops[:-1])


def digits(points: Iterable[Point]) -> int:
    """The length of the longest numerator or denominator."""
    return max(len(str(max(abs(t.numerator), t.denominator))) for p in points for t in p)
