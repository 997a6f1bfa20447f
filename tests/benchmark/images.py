"""How long until two images with equal outputs are shown, for classifiers of MNIST and CIFAR size; beside z3, Marabou and gradient descent.

python -m tests.benchmark.images [--tables networks,wishes,growth,peers] [--only TEXT] [--questions TEXT] [--within SECONDS]
                                 [--peer-seconds SECONDS] [--repeat N] [--write FILE]

Without options four tables: all questions of all networks; how far apart pairs are, beside the bound of Borsuk and Ulam, and how little
two images have to be moved; random networks of growing width and depth; the other solvers on some networks. Seconds are medians of N runs.
The networks are those of ../shared/networks and some with random weights, 784-256-256-10 among them. There are no MNIST images in this
package: the given images are its own handwritten digits, 8×8 pixels, enlarged to 24×24 (32×32 in three colours) and set on black.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cache
from math import isqrt
from pathlib import Path
from statistics import median

import numpy as np

from bijection import Antipodal, Apart, Between, Box, Grid, Near, Sparse, decide, load
from bijection.exact.floating import floats, shadow
from bijection.examples import digits_samples
from bijection.verdict import Pair, Unknown, Verdict
from bijection.wishes import Wish
from proofs.domains import Domain, Point
from proofs.errors import NoExactValue
from proofs.network import Network
from proofs.statements import Injective
from tests.benchmark.child import ask
from tests.benchmark.suite import Instance
from tests.engines.asking import random_network

REPOSITORY = Path(__file__).parents[2]
FOLDERS = ("mnist", "cifar", "transformer")
RATE, FIRST, SECOND = 0.001, 0.9, 0.999  # of Adam
FLIPPED = 0.25  # how far gradient descent moves one pixel, so that it does not end where it began
WIDTHS, DEPTHS = (32, 64, 128, 256, 512), (1, 2, 3, 4, 6, 8)  # units of one hidden layer, hidden layers of 64 units
CLOSE = Fraction(1, 16)  # how far from the given image the other solvers may look, beside the whole box
PEERS = ("random 784-64-10", "mnist2x10", "mnist5x20_leaky_relu", "yizhak_net")  # the networks on which they are asked


def given_image(label: int, n: int) -> Point:
    """The shipped digit with that label as an image of n pixels between 0 and 1, all of them multiples of 1/255."""
    grey = np.array([int(t) for t in digits_samples()[label].pixels]).reshape(8, 8)
    colours = 3 if n == 3072 else 1
    side = isqrt(n // colours)
    large = np.kron(grey, np.ones((side // 8, side // 8), dtype=int))
    framed = np.pad(large, (side - len(large)) // 2)
    return tuple(Fraction(min(int(t) * 16, 255), 255) for t in framed.ravel()) * colours


def questions(n: int) -> dict[str, tuple[Domain, Wish]]:
    """What is asked of each network: the domain and the wish, by the name of the column."""
    x, y = given_image(3, n), given_image(7, n)
    box = Box((0,) * n, (1,) * n)
    grid = Grid((0,) * n, (1,) * n, (Fraction(1, 255),) * n)
    return {
        "real, near": (box, Near(x)),
        "real, sparse": (box, Sparse(x)),
        "real, between two": (box, Between(x, y)),
        "real, apart": (box, Apart()),
        "real, antipodal": (box, Antipodal()),
        "8-bit, near": (grid, Near(x)),
        "8-bit, sparse": (grid, Sparse(x)),
        "8-bit, between two": (grid, Between(x, y)),
    }


@cache
def networks() -> dict[str, Callable[[], Network]]:
    """The networks by name."""
    shared = REPOSITORY.parent / "shared" / "networks"
    files = [p for folder in FOLDERS for p in sorted((shared / folder).glob("*.onnx"))]
    found: dict[str, Callable[[], Network]] = {p.stem.partition("__")[2]: lambda p=p: load(p) for p in files}  # type: ignore[misc]
    found["random 784-64-10"] = lambda: random_network(784, 64, 10)
    found["random 784-256-256-10"] = lambda: random_network(784, 256, 256, 10)
    return found


def row(name: str, f: Network, question: str, within: float, repeat: int = 1) -> list[str]:
    """One question: seconds to the pair, seconds of a fresh kernel, what the pair looks like."""
    on, wish = questions(f.arity)[question]
    finding, checking = [], []
    for _ in range(repeat):
        started = time.perf_counter()
        verdict = decide(Injective(f, on), within=within, wish=wish)
        finding.append(time.perf_counter() - started)
        checking.append(0.0 if isinstance(verdict, Unknown) else _checked(verdict))
    check = "" if isinstance(verdict, Unknown) else f"{median(checking):.2f}"
    return [name, question, f"{median(finding):.2f}", check, _looks(verdict, wish)]


def _checked(verdict: Verdict) -> float:
    """Seconds that a fresh kernel takes."""
    assert not isinstance(verdict, Unknown), "there is evidence"
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / "claim.json", Path(folder) / "evidence.json"]
        for file, data in zip(files, verdict.files(), strict=True):
            file.write_bytes(data)
        started = time.perf_counter()
        subprocess.run([sys.executable, "-m", "proofs", "check", *files], cwd=REPOSITORY, check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - started


def _looks(verdict: Verdict, wish: Wish) -> str:
    pair = verdict.counterexample
    if not isinstance(pair, Pair):
        return "unknown" if isinstance(verdict, Unknown) else f"no pair: {', '.join(b.name for b in verdict.rests_on)}"
    unit = 255
    match wish:
        case Near(x) | Sparse(x):
            changed = sum(len({a, b, c}) > 1 for a, b, c in zip(pair.x, pair.y, x, strict=True))
            most = max(abs(a - c) for p in (pair.x, pair.y) for a, c in zip(p, x, strict=True))
            return f"{changed} pixels changed by at most {float(most * unit):.3g}/255"
        case Between(x, y):
            most = max(abs(a - c) for p, q in ((pair.x, x), (pair.y, y)) for a, c in zip(p, q, strict=True))
            return f"both images changed by at most {float(most * unit):.3g}/255"
        case _:
            mean = sum(abs(a - b) for a, b in zip(pair.x, pair.y, strict=True)) / len(pair.x)
            symmetric = "symmetric" if all(a + b == 1 for a, b in zip(pair.x, pair.y, strict=True)) else "not symmetric"
            return f"max |x − y| = {float(pair.distance):.3g} of 1 (possible, and promised by T4), mean {float(mean):.2f}, {symmetric}"


def gradient_descent(f: Network, seconds: float) -> str:
    """How close Adam brings f(y) to f(x) for the given image x, with one pixel of y held elsewhere: the exact difference."""
    run, x = shadow(f), floats(given_image(3, f.arity))
    y, fixed = x.copy(), f.arity // 2
    y[fixed] = x[fixed] + FLIPPED if x[fixed] < 0.5 else x[fixed] - FLIPPED
    value, first, second, step = run(x[None])[0], np.zeros(f.arity), np.zeros(f.arity), 0
    best, at, started = np.inf, y, time.monotonic()
    while time.monotonic() - started < seconds and step < 20_000:
        step += 1
        gap = run(y[None])[0] - value
        size = float(np.abs(gap).max())
        best, at = (size, y.copy()) if size < best else (best, at)
        slope = run.gradient(y[None], gap[None])[0]
        slope[fixed] = 0
        first, second = FIRST * first + (1 - FIRST) * slope, SECOND * second + (1 - SECOND) * slope**2
        rate = RATE * 0.5 ** (step / 500)
        y = np.clip(y - rate * (first / (1 - FIRST**step)) / (np.sqrt(second / (1 - SECOND**step)) + 1e-12), 0.0, 1.0)
    exact = [f.trace(_vector(p))[-1].fractions() for p in (x, at)]
    difference = max(abs(a - b) for a, b in zip(*exact, strict=True))
    return f"{step} steps, max |f(x) − f(y)| = {float(difference):.1e}" + ("" if difference else " (an exact pair)")


def _vector(p: np.ndarray) -> object:  # type: ignore[type-arg]
    from proofs.exact import vector

    return vector(Fraction(float(t)) for t in p)


def near_image(n: int) -> Box:
    """The part of the pixel box around the given image."""
    x = given_image(3, n)
    return Box(tuple(max(t - CLOSE, Fraction(0)) for t in x), tuple(min(t + CLOSE, Fraction(1)) for t in x))


def peer_rows(name: str, f: Network, seconds: float) -> Iterator[list[str]]:
    """Ours near the image; the others asked for any pair near it, and in the whole box; gradient descent near it."""
    yield [name, "ours", *row(name, f, "real, near", seconds)[2:]]
    for where, on in ((f"within {CLOSE}", near_image(f.arity)), ("anywhere", Box((0,) * f.arity, (1,) * f.arity))):
        for who in ("z3", "marabou"):
            try:
                said = ask(who, Instance(name, f, on), seconds)
                looks = f"{said['answer']} {said.get('because', '')}"
                if said.get("gap") is not None:
                    looks = f"{said['answer']}, max |f(x) − f(y)| = {said['gap']:.1e}"
                yield [name, f"{who}, {where}", f"{said['seconds']:.2f}", "", looks]
            except (ImportError, ValueError) as why:
                yield [name, f"{who}, {where}", "", "", str(why)]
    started = time.perf_counter()
    try:
        said_of = gradient_descent(f, seconds)
    except NoExactValue as why:
        said_of = str(why)
    yield [name, "gradient descent", f"{time.perf_counter() - started:.2f}", "", said_of]


def growth(chosen: argparse.Namespace) -> Iterator[list[str]]:
    """Random networks of growing width, and of growing depth."""
    sizes = [(width,) for width in WIDTHS] + [(64,) * depth for depth in DEPTHS[1:]]
    for hidden in sizes:
        f = random_network(784, *hidden, 10)
        for question in ("real, near", "real, between two", "8-bit, near"):
            if chosen.questions in question:
                yield row(f"random 784-{'-'.join(map(str, hidden))}-10", f, question, chosen.within, chosen.repeat)


def all_questions(chosen: argparse.Namespace) -> Iterator[list[str]]:
    """Every question of every network."""
    for name, read in networks().items():
        if chosen.only in name:
            f = read()
            for question in questions(f.arity):
                if chosen.questions in question:
                    yield row(name, f, question, chosen.within, chosen.repeat)


def wishes(chosen: argparse.Namespace) -> Iterator[list[str]]:
    """How far apart pairs are and how little two images have to be moved."""
    for name, read in networks().items():
        if chosen.only in name:
            f = read()
            for question in ("real, apart", "real, antipodal", "real, between two"):
                if chosen.questions in question:
                    yield row(name, f, question, chosen.within, chosen.repeat)


def peers(chosen: argparse.Namespace) -> Iterator[list[str]]:
    """The others."""
    for name in PEERS:
        if chosen.only in name and name in networks():
            yield from peer_rows(name, networks()[name](), chosen.peer_seconds)


TABLES: dict[str, Callable[[argparse.Namespace], Iterator[list[str]]]] = {
    "networks": all_questions,
    "wishes": wishes,
    "growth": growth,
    "peers": peers,
}


def main() -> int:
    """Print the tables as they grow."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", default=",".join(TABLES), help="which ones, separated by commas")
    parser.add_argument("--only", default="", help="networks whose name contains this text")
    parser.add_argument("--questions", default="", help="questions whose name contains this text")
    parser.add_argument("--within", type=float, default=60.0, help="seconds for each question")
    parser.add_argument("--peer-seconds", type=float, default=20.0, help="seconds for each of the others")
    parser.add_argument("--repeat", type=int, default=1, help="runs of each question, of whose seconds the medians are shown")
    parser.add_argument("--write", type=Path, help="write the rows to this file too, as JSON")
    chosen = parser.parse_args()
    found: dict[str, list[list[str]]] = {}
    for table in chosen.tables.split(","):
        print(f"\n{table}\n\n| network | question | find s | check s | pair |\n|---|---|---|---|---|", flush=True)
        for cells in TABLES[table](chosen):
            print(f"| {' | '.join(cells)} |", flush=True)
            found.setdefault(table, []).append(cells)
    if chosen.write:
        chosen.write.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
