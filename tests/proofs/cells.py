"""Trees of cells for tests, grown without the engine: each cell is cut by the first switch that allows it."""

from __future__ import annotations

import random
from fractions import Fraction

from proofs.activations import ABS, IDENTITY, RELU, PiecewiseAffine, clip, leaky_relu
from proofs.domains import Box, Point, Polytope, Reals
from proofs.network import Affine, Max, Network, Node, Op, Pointwise, Stack, Sum
from proofs.subdivision import Subdivision
from proofs.theorems.cell_tree import LEAF, CellTree
from tests.build import affine, box

STEP = PiecewiseAffine((Fraction(-1), Fraction(1)), tuple((Fraction(a), Fraction(b)) for a, b in ((1, 1), (0, 0), (1, -1))))
ACTIVATIONS = (
    RELU,
    RELU,
    RELU,
    ABS,
    leaky_relu(Fraction(1, 4)),
    leaky_relu(Fraction(-1, 2)),
    clip(Fraction(0), Fraction(6)),
    STEP,
    IDENTITY,
)


def grown(f: Network, on: Reals | Box | Polytope) -> tuple[int, ...]:
    """The cuts of a complete tree."""
    s = Subdivision(f, on)
    first = 2 * f.arity + 1 + (len(on.normals) if isinstance(on, Polytope) else 0)
    todo = [(cell, first) for cell in reversed(s.roots())]
    cuts = []
    while todo:
        cell, wall = todo.pop()
        switch = next(s.available(s.mixed(cell)), LEAF)
        cuts.append(switch)
        if switch != LEAF:
            todo += [(part, wall + 1) for part in reversed(s.cut(cell, switch, wall))]
    return tuple(cuts)


def cell_tree(f: Network, on: Reals | Box | Polytope) -> CellTree:
    """The tree as the theorem sees it."""
    return CellTree(Subdivision(f, on), grown(f, on))


def random_question(rng: random.Random, most: int = 5) -> tuple[Network, Reals | Box | Polytope]:
    """A small network on one to three inputs, often degenerate, and a domain for it."""
    n = rng.choice([1, 2, 2, 3])
    f = Network(n, tuple(_nodes(rng, n, most if n < 3 else 3)))
    return f, random_domain(rng, n)


def _nodes(rng: random.Random, n: int, most: int) -> list[Node]:
    nodes: list[Node] = []
    widths = [n]

    def put(op: Op, *inputs: int) -> int:
        nodes.append(Node(op, inputs))
        widths.append(Network(n, tuple(nodes)).width)
        return len(nodes)

    def activated(value: int) -> int:
        first = rng.choice(ACTIVATIONS)
        mixed = rng.random() < 0.4
        return put(Pointwise(tuple(rng.choice(ACTIVATIONS) if mixed else first for _ in range(widths[value]))), value)

    shape, biased = rng.choice(["plain", "plain", "residual", "maximum", "skip", "bare"]), rng.random() < 0.7
    wide, m = rng.randint(1, most), rng.randint(n, 2 * n + 1)
    value = 0
    if shape == "plain":
        for _ in range(rng.randint(1, 3)):
            value = activated(put(random_affine(rng, widths[value], rng.randint(1, most), biased), value))
    elif shape == "residual":
        for _ in range(rng.randint(1, 2)):
            branch = activated(put(random_affine(rng, n, wide, biased), value))
            value = put(Sum(), value, put(random_affine(rng, wide, n, biased), branch))
    elif shape == "maximum":
        forms = put(random_affine(rng, n, rng.randint(2, 4), biased), 0)
        value = put(Max(tuple(tuple(rng.choices(range(widths[forms]), k=rng.randint(1, 3))) for _ in range(m))), forms)
    elif shape == "skip":
        value = put(Stack(), activated(put(random_affine(rng, n, wide, biased), 0)), 0)
    else:
        value = activated(0)
    if rng.random() < 0.7:
        value = put(random_affine(rng, widths[value], m, biased), value)
    return nodes


def random_affine(rng: random.Random, n: int, m: int, biased: bool) -> Affine:
    """Small integers, sometimes the same row twice."""
    w: list[list[int | str]] = [[rng.randint(-2, 2) for _ in range(n)] for _ in range(m)]
    if m > 1 and rng.random() < 0.25:
        w[1] = w[0]
    return affine(w, [f"{rng.randint(-2, 2)}/{rng.choice([1, 1, 2, 3])}" if biased else 0 for _ in range(m)], n)


def random_domain(rng: random.Random, n: int) -> Reals | Box | Polytope:
    """ℝⁿ, a box or a polytope; boxes and polytopes may be flat, polytopes also empty or unbounded, with sides that do not matter."""
    kind = rng.choice(["space", "cube", "box", "polytope", "polytope"])
    if kind == "space":
        return Reals(n)
    if kind == "cube":
        return box(-1, 1, n)
    if kind == "box":
        lower = tuple(Fraction(rng.randint(-2, 1)) for _ in range(n))
        return Box(lower, tuple(a + rng.randint(0, 2) for a in lower))
    normals = [tuple(Fraction(rng.randint(-2, 2)) for _ in range(n)) for _ in range(rng.randint(1, n + 3))]
    offsets = [Fraction(rng.randint(-1, 3)) for _ in normals]
    if rng.random() < 0.3:
        normals, offsets = [*normals, tuple(-t for t in normals[0])], [*offsets, -offsets[0]]
    if rng.random() < 0.2:
        normals, offsets = [*normals, tuple(2 * t for t in normals[0])], [*offsets, 2 * offsets[0]]
    return Polytope(n, tuple(normals), tuple(offsets))


def random_point(rng: random.Random, n: int, reach: int = 3) -> Point:
    """A point with odd denominators, so that it seldom lies on the side of a cell."""
    return tuple(Fraction(rng.randint(-reach * 997, reach * 997), 997) for _ in range(n))
