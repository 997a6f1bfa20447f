"""The instances of the benchmark, made from their names alone: the name seeds the generator.

Weights are float32 numbers, normal with standard deviation GAIN/√(fan in), biases normal with BIAS, read as the rationals they are; the
domain is [-1, 1]ⁿ. Leaky networks have the slope 1/8, so that every solver gets the very same function in floats.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np

from bijection.frontends.matrices import read
from proofs.domains import Box
from proofs.network import Network, Node, Sum

GAIN, BIAS = 1.0, 0.1
SEEDS = 3
SLOPE = Fraction(1, 8)
LEAKY = ("leaky_relu", SLOPE)
NORMS = {"below": 0.95, "above": 1.05}  # of ‖W₁‖·‖W₂‖ in residual networks

ONE_LAYER = ("2-8", "2-16", "2-32", "2-64", "3-12", "3-24", "3-48", "4-16", "4-32", "5-20", "6-24", "6-40")
SHALLOW = ("2-16-4", "2-32-4", "2-32-5", "2-64-5", "3-16-6", "3-32-7", "3-24-8", "4-24-9")
DEEP = ("2-16-16-4", "2-16-16-5", "3-16-16-6", "3-16-16-7", "2-16-16-16-5")
LEAKY_SIZES = (3, 4, 5, 8, 16, 64)
RESIDUAL = ("2-16", "4-16", "8-32")
FOLDS = ("2-8-2", "2-32-2", "3-12-3", "4-16-4", "8-32-8")

Array = np.ndarray[Any, np.dtype[np.float32]]


@dataclass(frozen=True, slots=True)
class Instance:
    """Is f injective on the box? `name` is "family size #number"; the size may have a word more."""

    name: str
    f: Network
    on: Box

    @property
    def group(self) -> str:
        """Family and size: what medians are taken over."""
        return self.name.partition(" #")[0]


def instances(seeds: int = SEEDS) -> Iterator[Instance]:
    """All of them, family by family."""
    for group in groups():
        for number in range(1, seeds + 1):
            yield instance(f"{group} #{number}")


def groups() -> list[str]:
    """Family and size of every group."""
    leaky = ["-".join([str(n)] * 4) for n in LEAKY_SIZES]
    return [
        *(f"layer {size}" for size in ONE_LAYER),
        *(f"shallow {size}" for size in SHALLOW),
        *(f"deep {size}" for size in DEEP),
        *(f"leaky {size} {kind}" for size in leaky for kind in ("plain", "hidden")),
        *(f"residual {size} {kind}" for size in RESIDUAL for kind in NORMS),
        *(f"fold {size}" for size in FOLDS),
    ]


def instance(name: str) -> Instance:
    """The instance of that name. The plain and the hidden network of one number are one function."""
    family, size, *kind, number = name.split()
    widths = [int(w) for w in size.split("-")]
    rng = np.random.default_rng(list(f"{family} {size} {number}".encode()))
    layers = [(_matrix(rng, n, m), _vector(rng, m, BIAS)) for n, m in pairwise(widths)]
    match family, kind:
        case "layer", []:
            f = read([*layers, "relu"])
        case (("shallow" | "deep" | "fold"), []):
            f = read(_between(layers, "relu"))
        case "leaky", ["plain"]:
            f = read(_between(layers, LEAKY))
        case "leaky", ["hidden"]:
            f = read(_between(_hidden(rng, layers), LEAKY))
        case "residual", [side]:
            f = _residual(rng, widths[0], widths[1], NORMS[side])
        case _:
            raise ValueError(f"no instance is called {name!r}")
    return Instance(name, f, Box((Fraction(-1),) * widths[0], (Fraction(1),) * widths[0]))


def _matrix(rng: np.random.Generator, n: int, m: int) -> Array:
    return (rng.normal(size=(m, n)) * GAIN / n**0.5).astype(np.float32)


def _vector(rng: np.random.Generator, m: int, scale: float) -> Array:
    return (rng.normal(size=m) * scale).astype(np.float32)


def _between(layers: list[tuple[Array, Array]], activation: object) -> list[object]:
    """The activation after every layer but the last."""
    return [part for layer in layers for part in (layer, activation)][:-1]


def _hidden(rng: np.random.Generator, layers: list[tuple[Array, Array]]) -> list[tuple[Array, Array]]:
    """The same function with every hidden neuron twice, in another order: each copy is scaled by a power of two, and the outgoing weight is
    split between the copies. So the middle matrix loses rank, and no single layer is injective any more.

    All weights stay float32: p = float32(s·a) with s ≥ 1/2 leaves a − p exactly (Sterbenz), and powers of two are exact.
    """
    found = list(layers)
    for i in range(len(layers) - 1):
        (w, b), (v, c) = found[i], found[i + 1]
        scale = np.float32(2.0) ** rng.integers(-2, 3, 2 * len(w)).astype(np.float32)
        order = rng.permutation(2 * len(w))
        part = (v * rng.uniform(0.5, 1.0, v.shape)).astype(np.float32)
        found[i] = ((np.vstack([w, w]) * scale[:, None])[order], (np.concatenate([b, b]) * scale)[order])
        found[i + 1] = ((np.hstack([part, v - part]) / scale)[:, order], c)
    return found


def _residual(rng: np.random.Generator, n: int, h: int, norms: float) -> Network:
    """x ↦ x + W₂·relu(W₁x + b₁) + b₂ with ‖W₁‖·‖W₂‖ close to the number."""
    w, v = _matrix(rng, n, h), _matrix(rng, h, n)
    share = (norms / (np.linalg.norm(w, 2) * np.linalg.norm(v, 2))) ** 0.5
    inner = read([((w * share).astype(np.float32), _vector(rng, h, BIAS)), "relu", ((v * share).astype(np.float32), _vector(rng, n, BIAS))])
    return Network(n, (*inner.nodes, Node(Sum(), (0, len(inner.nodes)))))
