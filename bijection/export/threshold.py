"""How many units make a random ReLU layer injective? Fractions of injective layers x ↦ ReLU(Wx) over N/n, each layer decided exactly.

python -m bijection.export.threshold [--n 1,2,3,4,5,6] [--layers 200] [--seed 0] [--within SECONDS] [--output FIGURE] [--data TABLE.csv]

W is N×n, its entries independent standard Gaussians rounded to float32, which are rational numbers. "Injective" has a certificate that
the kernel has accepted, "pair" an exact pair of inputs, "narrow" the theorem NarrowFirstLayer (N < 2n); "undecided" is counted too.
"""

from __future__ import annotations

import argparse
import csv
import importlib.util
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import inf, sqrt
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from bijection import load
from bijection.engines.onto.dimension import by_dimension
from bijection.engines.proposal import Search
from bijection.engines.structure.one_layer import by_layer_tree
from bijection.progress import progress
from bijection.verdict import Proved, accept
from proofs.domains import Reals
from proofs.errors import Malformed, Rejected
from proofs.statements import Injective
from proofs.theorems.dimension import NarrowFirstLayer

Weights: TypeAlias = np.ndarray[Any, Any]
Tallies: TypeAlias = dict[tuple[int, int], Counter[str]]  # by n and N, how many layers had which outcome

OUTCOMES = ("injective", "pair", "narrow", "undecided")
COLUMNS = ("n", "units", "seed", "first", *OUTCOMES)  # the layers first, first + 1, … of a seed and how many had which outcome
FIGURES = (".svg", ".png", ".pdf")
_WIDEST = 8  # N/n of the last point
_BLOCK = 20  # layers of one shape, then the next shape: when time is up, all have about as many
_EACH = 60.0  # seconds for one layer
_Z = 1.959964  # of a 95 % interval


def probability_injective(n: int, units: int) -> Fraction:
    """The probability that ReLU(Wx) is injective on ℝⁿ, n = 1 or 2, for N = `units` rows: exactly, by counting.

    It holds for every distribution of W for which any n rows are almost surely independent and the signs of the rows are fair
    coins, independent of each other and of the lines ℝwᵢ; Gaussian rows are such.

    Proof: such a layer is injective if and only if at least n units are active (⟨wᵢ, x⟩ > 0) in each cell of the arrangement of the
    hyperplanes wᵢ⊥ (L3): the active rows of a cell must have rank n, and any n rows have.

    n = 1: the two cells are the half-lines. One of them has no active unit if and only if all signs agree: 2 of 2ᴺ cases.

    n = 2: for N < 4 there are never enough (L4). Let N ≥ 4. N lines through 0 make 2N cells. Go round 0: each line crossed switches its
    unit on (+1) or off (−1), and N crossings later it is crossed again and switches it back. So the crossings are a word e of
    period 2N with e(k + N) = −e(k), and the number of active units is a walk with these steps, c(k + N) = N − c(k). The signs being
    fair, each of the 2ᴺ words is equally likely. The words to be counted are those with c ≤ 1 somewhere.

    (a) c = 0 somewhere. From there N units are switched on, so c runs 0, …, N, …, 0 and is 0 in one cell only, which determines the
    word: 2N words.
    (b) The least value is 1. From a cell with c = 1 on, the next N crossings are +1 but for one −1, the j-th. Neither j = 1 (the
    next cell would have c = 0) nor j = N (then e(0) = −e(N) = 1, so the cell before would have c = 0). This leaves 2N·(N − 2) pairs
    (cell, j), each of which determines a word. Of one word there are several pairs if c = 1 in several cells. After k < j crossings
    c is 1 + k, after j ≤ k ≤ N of them k − 1. So in the first half turn c = 1 again only for j = 2, at k = 2; and in the second half
    c = 1 where in the first c = N − 1: at k = N, where it is no new word but a cell in which c(2N) = c(0), and at k = N − 2 for
    j = N − 1. The words with j = 2 are thus those with j = N − 1, seen from two cells further on; all others have one such cell:
    2N(N − 2) − 2N = 2N(N − 3) words.

    Together 2N + 2N(N − 3) = 2N(N − 2) of 2ᴺ words are not injective.
    """
    if n not in (1, 2) or units < 0:
        raise Malformed(f"the exact probability is known for n = 1 and 2 and N ≥ 0 units, not for n = {n}, N = {units}")
    if units < 2 * n:
        return Fraction(0)
    bad = 2 if n == 1 else 2 * units * (units - 2)
    return 1 - Fraction(bad, 2**units)


def widths(n: int) -> range:
    """The numbers N of units that are tried for n inputs."""
    return range(n, _WIDEST * n + 1, (n + 1) // 2)


def gaussian(n: int, units: int, seed: int, number: int) -> Weights:
    """The weights of a layer; they depend on these four numbers only."""
    return np.random.default_rng([seed, n, units, number]).standard_normal((units, n)).astype(np.float32)


def outcome(w: Weights, seconds: float = _EACH) -> str:
    """Whether x ↦ ReLU(Wx) is injective on ℝⁿ: one of OUTCOMES, "undecided" only if no evidence was accepted in time."""
    goal = Injective(load([w, "relu"]), Reals(w.shape[1]))
    search = Search(time.monotonic() + seconds)
    for engine in (by_dimension, by_layer_tree):
        for proposal in engine(goal, search):
            try:
                verdict = accept(goal, proposal.claim, proposal.evidence, proposal.because, 0.0)
            except (Rejected, Malformed):
                continue
            if isinstance(verdict, Proved):
                return "injective"
            return "narrow" if isinstance(verdict.evidence[0], NarrowFirstLayer) else "pair"
    return "undecided"


def interval(tally: Counter[str]) -> tuple[float, float]:
    """Wilson's 95 % interval for the probability of "injective"; the undecided may be either."""
    layers, (least, most) = tally.total(), (tally["injective"], tally["injective"] + tally["undecided"])
    z = _Z * _Z / layers

    def end(successes: int, sign: int) -> float:
        p = successes / layers
        return (p + z / 2 + sign * sqrt(z * p * (1 - p) + z * z / 4)) / (1 + z)

    return end(least, -1) if least else 0.0, end(most, 1) if most < layers else 1.0  # there the formula is exact but for rounding


def experiment(n: int, layers: int, seed: int, known: Mapping[int, int], deadline: float) -> Iterator[tuple[int, int, str]]:
    """(N, number of the layer, outcome) until each N has so many layers or time is up; the first known[N] are not decided again."""
    for start in range(0, layers, _BLOCK):
        for units in widths(n):
            for number in range(max(start, known.get(units, 0)), min(start + _BLOCK, layers)):
                left = deadline - time.monotonic()
                found = outcome(gaussian(n, units, seed, number), min(left, _EACH)) if left > 0 else "undecided"
                if found == "undecided" and time.monotonic() >= deadline:
                    return
                yield units, number, found


class Records:
    """What is known, also from a file, to which is appended what is added."""

    def __init__(self, path: Path | None, seed: int) -> None:
        self.tallies: Tallies = {}
        self._path, self._seed = path, seed
        self._known: dict[tuple[int, int], int] = {}
        self._row: tuple[int, int, int, Counter[str]] | None = None  # n, N, the first layer, outcomes: not yet in the file
        if path is not None and path.exists():
            self._read(path)

    def known(self, n: int) -> dict[int, int]:
        """For each N how many layers of this seed are known."""
        return {units: count for (m, units), count in self._known.items() if m == n}

    def add(self, n: int, units: int, number: int, found: str) -> None:
        """One layer more."""
        if self._row is None or self._row[:2] != (n, units):
            self.flush()
            self._row = (n, units, number, Counter())
        self._row[3][found] += 1
        self._count(n, units, Counter([found]), number + 1)

    def flush(self) -> None:
        """Write what is not yet in the file."""
        row, self._row = self._row, None
        if row is None or self._path is None:
            return
        new = not self._path.exists() or not self._path.stat().st_size
        with self._path.open("a", newline="", encoding="ascii") as file:
            writer = csv.writer(file, lineterminator="\n")
            if new:
                writer.writerow(COLUMNS)
            n, units, first, counts = row
            writer.writerow([n, units, self._seed, first, *(counts[found] for found in OUTCOMES)])

    def _count(self, n: int, units: int, counts: Counter[str], known: int) -> None:
        self.tallies.setdefault((n, units), Counter()).update(counts)
        self._known[n, units] = known

    def _read(self, path: Path) -> None:
        with path.open(newline="", encoding="ascii", errors="replace") as file:
            lines = list(csv.reader(file))
        if lines and lines[0] != list(COLUMNS):
            raise Malformed(f"{path} begins with {','.join(lines[0])[:60]!r}; the columns must be {','.join(COLUMNS)}")
        for k, line in enumerate(lines[1:], 2):
            if len(line) != len(COLUMNS) or not all(entry.isdecimal() for entry in line):
                raise Malformed(f"{path}, line {k}: {','.join(line)[:60]!r}; {len(COLUMNS)} natural numbers are needed; delete the line")
            n, units, seed, first, *counts = map(int, line)
            tally = Counter(dict(zip(OUTCOMES, counts, strict=True)))
            if seed != self._seed:
                raise Malformed(f"{path}, line {k} has the seed {seed}; go on with --seed {seed}, or take another file")
            if first != self._known.get((n, units), 0):
                raise Malformed(f"{path}, line {k}: layer {first} does not follow on the {self._known.get((n, units), 0)} layers before it")
            self._count(n, units, tally, first + tally.total())


def table(n: int, tallies: Tallies) -> list[str]:
    """One line for each N."""
    lines = []
    for units in sorted(units for m, units in tallies if m == n):
        tally = tallies[n, units]
        layers, (low, high) = tally.total(), interval(tally)
        counts = "".join(f"{count:>11}" for count in (layers, *(tally[found] for found in OUTCOMES)))
        exact = f"{float(probability_injective(n, units)):>9.4f}" if n <= 2 else f"{'':>9}"
        lines.append(f"{n:>2}{units:>4}{units / n:>7.2f}{counts}{tally['injective'] / layers:>10.3f}  [{low:.3f}, {high:.3f}]{exact}")
    return lines


HEAD = f"{'n':>2}{'N':>4}{'N/n':>7}{'layers':>11}{''.join(f'{found:>11}' for found in OUTCOMES)}{'fraction':>10}  {'95 %':^14}{'exact':>9}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the experiment; the exit code: 0, also when time is up, 2 for an error, 130 after Ctrl-C."""
    parser = _parser()
    chosen = parser.parse_args(arguments)
    try:
        records = Records(chosen.data, chosen.seed)
    except (Malformed, OSError) as error:
        parser.error(str(error))
    deadline = time.monotonic() + chosen.within
    print(HEAD)
    interrupted = False
    with progress() as report:
        for k, n in enumerate(chosen.n):
            now = time.monotonic()
            share = now + (deadline - now) / (len(chosen.n) - k)  # what smaller n leave over is for larger ones
            try:
                if not interrupted:
                    for units, number, found in experiment(n, chosen.layers, chosen.seed, records.known(n), share):
                        records.add(n, units, number, found)
                        if report is not None:
                            report(f"n = {n}, N = {units}: {records.tallies[n, units].total()} of {chosen.layers} layers")
            except KeyboardInterrupt:
                interrupted = True
            records.flush()
            print("\n".join(table(n, records.tallies)), flush=True)
    known = sum(min(chosen.layers, records.known(n).get(units, 0)) for n in chosen.n for units in widths(n))
    wanted = chosen.layers * sum(len(widths(n)) for n in chosen.n)
    if known < wanted:
        print(f"{'interrupted' if interrupted else 'time is up'}: {known} of {wanted} layers", file=sys.stderr)
    if chosen.output is not None:
        from bijection.export.threshold_figure import draw  # matplotlib is an extra

        draw({key: tally for key, tally in records.tallies.items() if key[0] in chosen.n}, chosen.output)
    return 130 if interrupted else 0


def _parser() -> argparse.ArgumentParser:
    about, _, rest = (__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser(prog="python -m bijection.export.threshold", description=about, epilog=rest.partition("\n\n")[2])
    parser.add_argument("--n", type=_numbers, default=[1, 2, 3, 4, 5, 6], metavar="1,2,…", help="numbers of inputs (default: 1 to 6)")
    parser.add_argument("--layers", type=_positive, default=200, help="for each n and N (default: 200)")
    parser.add_argument("--seed", type=_natural, default=0, help="the same seed gives the same layers (default: 0)")
    parser.add_argument("--within", type=_seconds, default=inf, metavar="SECONDS", help="stop after that time with what there is")
    parser.add_argument("--output", type=_figure, metavar="FIGURE", help=f"draw it: a file that ends in {', '.join(FIGURES)}")
    parser.add_argument("--data", type=Path, metavar="TABLE.csv", help="keep the counts; what is in the file is not decided again")
    return parser


def _natural(text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise argparse.ArgumentTypeError(f"{text!r} is no natural number")
    return int(text)


def _positive(text: str) -> int:
    number = _natural(text)
    if number == 0:
        raise argparse.ArgumentTypeError("at least 1 is needed, not 0")
    return number


def _numbers(text: str) -> list[int]:
    return sorted({_positive(part) for part in text.split(",")})


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 < seconds < inf:
        raise argparse.ArgumentTypeError(f"{text!r} is no positive number of seconds")
    return seconds


def _figure(text: str) -> Path:
    path = Path(text)
    if path.suffix not in FIGURES:
        raise argparse.ArgumentTypeError(f"{text!r} must end in one of {', '.join(FIGURES)}")
    if not path.parent.is_dir():
        raise argparse.ArgumentTypeError(f"the folder {path.parent} does not exist")
    if importlib.util.find_spec("matplotlib") is None:
        raise argparse.ArgumentTypeError("a figure needs matplotlib: pip install -e '.[plot]'; without --output the table is printed")
    return path


if __name__ == "__main__":
    sys.exit(main())
