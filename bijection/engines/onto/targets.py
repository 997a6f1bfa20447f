"""What is to be excluded, or shown to hold, as the goal of a linear program: a label, a value, a half-space (T12)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

import numpy as np

from bijection.engines.onto.relaxed import Program, Rows, Solved, rounded
from bijection.exact.floating import approximate, floats
from proofs.domains import Domain, Point
from proofs.exact import dot
from proofs.network import Network


@dataclass(frozen=True, slots=True)
class Label:
    """The label of a classifier whose scores g are; ⟨u, g⟩ > 0 with u comparing it with others excludes it."""

    k: int
    of: int

    def program(self, g: Network, on: Domain) -> Program:
        """Maximise s with g_k − gⱼ ≥ s for all j."""
        rivals = [j for j in range(self.of) if j != self.k]
        links: Rows = [({self.k: 1.0, j: -1.0, self.of: -1.0}, 0.0, np.inf) for j in rivals]
        return Program(g, on, links, {self.of: -1.0}, 1)

    def functional(self, program: Program, solved: Solved) -> Point:
        """Σ λⱼ(eⱼ − e_k)."""
        weights = [rounded(max(0.0, float(y))) for y in program.weights(solved)]
        return (*weights[: self.k], -sum(weights, Fraction(0)), *weights[self.k :])

    def excluded(self, u: Point, least: Fraction) -> bool:
        """Whether this lower bound of ⟨u, g⟩ excludes the label."""
        return least > 0 or (least == 0 and any(u[: self.k]))


@dataclass(frozen=True, slots=True)
class Value:
    """A value y; ⟨u, f⟩ > ⟨u, y⟩ excludes it."""

    y: Point

    def program(self, g: Network, on: Domain) -> Program:
        """Minimise Σ |fᵢ − yᵢ|."""
        m = len(self.y)
        links: Rows = []
        for i, t in enumerate(floats(self.y)):
            links += [({i: 1.0, m + i: -1.0}, -np.inf, float(t)), ({i: 1.0, m + i: 1.0}, float(t), np.inf)]
        return Program(g, on, links, {m + i: 1.0 for i in range(m)}, m)

    def functional(self, program: Program, solved: Solved) -> Point:
        """What separates the value."""
        weights = program.weights(solved)
        return tuple(rounded(float(-a - b)) for a, b in zip(weights[::2], weights[1::2], strict=True))

    def excluded(self, u: Point, least: Fraction) -> bool:
        """Whether this lower bound of ⟨u, f⟩ excludes the value."""
        return least > dot(u, self.y)


@dataclass(frozen=True, slots=True)
class HalfSpace:
    """⟨a, f⟩ ≤ b, which is to hold."""

    a: Point
    b: Fraction

    def program(self, g: Network, on: Domain) -> Program:
        """Maximise ⟨a, f⟩."""
        return Program(g, on, [], {i: -approximate(t) for i, t in enumerate(self.a)})

    def functional(self, program: Program, solved: Solved) -> Point:
        """−a."""
        return tuple(-t for t in self.a)

    def excluded(self, u: Point, least: Fraction) -> bool:
        """Whether this lower bound of ⟨u, f⟩ shows it."""
        return least >= -self.b


Target: TypeAlias = Label | Value | HalfSpace
