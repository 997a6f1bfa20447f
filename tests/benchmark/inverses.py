"""How long the inverse takes: leaky networks layer by layer, hidden residual blocks piece by piece.

`python -m tests.benchmark.inverses` prints one row for each network: what the inverse is, the seconds (wall and processor), the bytes of
claim and evidence of g ∘ f = id (of both identities where the pieces stay pieces), and by how much floats miss the input.
"""

from __future__ import annotations

import random
import time
from fractions import Fraction

import numpy as np

import bijection as bj
from bijection.exact.floating import shadow
from proofs.network import Network
from proofs.statements import Inverts, IsIdentity

LEAKY = (16, 32, 64)
HIDDEN = ((2, 12), (2, 24), (3, 12), (3, 24), (4, 16))


def leaky(n: int) -> Network:
    """n-n-n-n with float32 weights."""
    rng = np.random.default_rng(0)
    layers: list[object] = []
    for _ in range(3):
        weights = (rng.normal(size=(n, n)) / n**0.5).astype(np.float32)
        layers += [(weights, rng.normal(size=n).astype(np.float32)), ("leaky_relu", Fraction(1, 10))]
    return bj.load(layers[:-1])  # type: ignore[return-value]


def hidden(n: int, h: int) -> Network:
    """x + B·relu(Wx + b), ‖B‖·‖W‖ < 1 in the maximum norm, written as a plain n-h-n ReLU network with its units shuffled."""
    rng, k = random.Random(1), h - 2 * n
    w = [[rng.randint(-4, 4) for _ in range(n)] for _ in range(k)]
    b = [[rng.randint(-4, 4) for _ in range(k)] for _ in range(n)]
    norm = max(sum(abs(b[i][j]) * sum(map(abs, w[j])) for j in range(k)) for i in range(n)) + 1
    unit = [[int(i == j) for j in range(n)] for i in range(n)]
    rows = [*w, *unit, *([-t for t in row] for row in unit)]
    bias = [*(rng.randint(-3, 3) for _ in range(k)), *([0] * (2 * n))]
    out = [[*(Fraction(t, norm) for t in b[i]), *unit[i], *(-t for t in unit[i])] for i in range(n)]
    order = rng.sample(range(h), h)
    return bj.load([([rows[j] for j in order], [bias[j] for j in order]), "relu", [[row[j] for j in order] for row in out]])  # type: ignore[return-value]


def row(name: str, f: Network) -> str:
    """One line of the table."""
    started, busy = time.monotonic(), time.process_time()
    g = bj.inverse(f, within=120)
    seconds, busy = time.monotonic() - started, time.process_time() - busy
    x = np.random.default_rng(1).normal(size=(100, f.arity))
    missed = np.abs(g(shadow(f)(x)) - x).max()
    kind = f"{len(g.pieces)} pieces" if g.pieces is not None else f"{len(g.network.nodes)} operations"  # type: ignore[union-attr]
    proof = g.proofs[0]
    kind += ", one network" if g.pieces is not None and g.network is not None else ""
    size = f"{sum(map(len, proof.files())):,}" if isinstance(proof.statement, IsIdentity | Inverts) else "–"
    return f"| {name} | {kind} | {seconds:.1f} | {busy:.1f} | {size} | {missed:.0e} |"


def main() -> None:
    """Print the table."""
    print("| network | inverse | s | processor s | bytes | floats miss by |\n|---|---|---|---|---|---|")
    for n in LEAKY:
        print(row(f"leaky {n}-{n}-{n}-{n}", leaky(n)), flush=True)
    for n, h in HIDDEN:
        print(row(f"hidden {n}-{h}-{n}", hidden(n, h)), flush=True)


if __name__ == "__main__":
    main()
