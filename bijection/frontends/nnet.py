"""The `.nnet` text format of ACAS Xu: fully connected ReLU networks with a normalisation header.

The function of a file is what the format's own C++ and Julia programs (github.com/sisl/NNet) evaluate, in real arithmetic:
each input is clipped to its stated minimum and maximum, becomes (x − mean)/range, passes the layers (ReLU between them,
none at the end), and each output is multiplied by the output range and shifted by the output mean. (The Python program of
the same repository agrees on the stated box; outside it, it forgets to subtract the mean.) A number in the text stands for
the binary64 value nearest to it, because that is what every program that runs these files stores.

Some test files put a single 0 on each of the four normalisation lines: they mean that there is no normalisation.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias

import numpy as np

from bijection.frontends.exact import dense, exact
from bijection.frontends.preprocessing import diagonal
from proofs.activations import RELU, PiecewiseAffine, clip
from proofs.domains import Box
from proofs.errors import Malformed, well_formed
from proofs.network import Affine, Network, Node, Pointwise

LARGEST_FILE = 64 * 2**20  # bytes; the largest .nnet files in use have under 10 MB

Floats: TypeAlias = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Normalisation:
    """Ends of the stated box, and mean and range of every input and (last) of all outputs; ranges are not zero."""

    lower: Floats
    upper: Floats
    means: Floats
    ranges: Floats


@dataclass(frozen=True, slots=True)
class NNet:
    """The content of a file: layers[k] is the weight's rows and the bias, of the shapes that follow from `sizes`."""

    sizes: tuple[int, ...]
    normalisation: Normalisation | None
    layers: tuple[tuple[tuple[Floats, ...], Floats], ...]


def read(source: str | Path | bytes, *, clipped: bool = True) -> Network:
    """The function of the file, ℝⁿ → ℝᵐ; with clipped=False, without the clip of the inputs to the stated box.

    On the stated box (see `stated_box`) the two are equal. Outside it, only the clipped one is what the programs of the
    format compute, and it is never injective on all of ℝⁿ.
    """
    return network(parse(source), clipped=clipped)


def stated_box(source: str | Path | bytes) -> Box | None:
    """The box of the inputs that the file states, exactly; None where it states none."""
    norm = parse(source).normalisation
    return None if norm is None else Box(tuple(map(exact, norm.lower)), tuple(map(exact, norm.upper)))


def network(content: NNet, *, clipped: bool = True) -> Network:
    """The straight-line code of a parsed file."""
    n, m, norm = content.sizes[0], content.sizes[-1], content.normalisation
    ops: list[Affine | Pointwise] = []
    if norm is not None:
        if clipped:
            ops.append(Pointwise(tuple(_clip_to(exact(a), exact(b)) for a, b in zip(norm.lower, norm.upper, strict=True))))
        scale = [1 / exact(r) for r in norm.ranges[:n]]
        ops.append(diagonal(scale, [-exact(a) * s for a, s in zip(norm.means[:n], scale, strict=True)]))
    for k, (weight, bias) in enumerate(content.layers):
        if k:
            ops.append(Pointwise((RELU,) * content.sizes[k]))
        ops.append(dense(np.array(weight), np.array(bias), f"layer {k}"))
    if norm is not None:
        ops.append(diagonal([exact(norm.ranges[n])] * m, [exact(norm.means[n])] * m))
    return Network(n, tuple(Node(op, (i,)) for i, op in enumerate(ops)))


def parse(source: str | Path | bytes) -> NNet:
    """The numbers of the file; Malformed names the line and the rule it breaks."""
    lines = _Lines(_text(source))
    sizes = _sizes(lines)
    lines.take("the unused flag")
    norm = _normalisation(lines, sizes[0])
    layers = []
    for k, (columns, rows) in enumerate(pairwise(sizes)):
        weight = tuple(lines.floats(f"row {i} of the weight of layer {k}", columns) for i in range(rows))
        bias = tuple(lines.floats(f"entry {i} of the bias of layer {k}", 1)[0] for i in range(rows))
        layers.append((weight, bias))
    lines.end()
    return NNet(sizes, norm, tuple(layers))


def _text(source: str | Path | bytes) -> str:
    if not isinstance(source, bytes):
        path = Path(source)
        well_formed(path.is_file(), f"there is no file {path}")
        size = path.stat().st_size
        well_formed(size <= LARGEST_FILE, f"{path.name} has {size} bytes; .nnet files of up to {LARGEST_FILE} bytes are read")
        source = path.read_bytes()
    well_formed(len(source) <= LARGEST_FILE, f"{len(source)} bytes; .nnet files of up to {LARGEST_FILE} bytes are read")
    return source.decode("latin-1")  # names in comments come in any encoding; numbers are ASCII in all of them


class _Lines:
    """The lines of the file, consumed one by one, each with its number."""

    def __init__(self, text: str) -> None:
        self.lines = [line.strip() for line in text.rstrip().split("\n")]
        self.next = 0
        while self.next < len(self.lines) and (self.lines[self.next].startswith("//") or not self.lines[self.next]):
            self.next += 1

    def take(self, what: str) -> str:
        well_formed(self.next < len(self.lines), f"the file ends after line {len(self.lines)}, before {what}")
        self.next += 1
        return self.lines[self.next - 1]

    def fields(self, what: str) -> list[str]:
        fields = [f.strip() for f in self.take(what).split(",")]
        return fields[:-1] if fields[-1] == "" else fields

    def floats(self, what: str, count: int | None = None) -> Floats:
        fields = self.fields(what)
        if count is not None and len(fields) != count:
            raise Malformed(f"line {self.next} has {len(fields)} numbers; {what} needs {count}")
        return tuple(self.number(f, what) for f in fields)

    def number(self, field: str, what: str) -> float:
        try:
            value = float(field) if "_" not in field else None
        except ValueError:
            value = None
        if value is None:
            raise Malformed(f"line {self.next}: {field[:40]!r} in {what} is not a decimal number")
        if value - value != 0:
            raise Malformed(f"line {self.next}: {what} holds {field[:40]}, no finite binary64 number; only finite values are exact")
        return value

    def counts(self, what: str) -> tuple[int, ...]:
        fields = self.fields(what)
        for f in fields:
            plain = f.isascii() and f.isdigit() and len(f) <= 9 and int(f) > 0
            well_formed(plain, f"line {self.next}: {f[:40]!r} in {what} is not a whole number from 1 to 999999999")
        return tuple(int(f) for f in fields)

    def end(self) -> None:
        rest = len(self.lines) - self.next
        well_formed(rest == 0, f"line {self.next + 1}: {rest} lines follow the last bias, which must end the file")


def _sizes(lines: _Lines) -> tuple[int, ...]:
    """The widths of all layers; the first line's four numbers say some of them again, and some files keep only the first number."""
    header = lines.counts("the line 'layers, inputs, outputs, largest width'")
    well_formed(bool(header), f"line {lines.next} is empty; it must begin with the number of layers")
    sizes = lines.counts("the widths of the layers")
    depth = header[0]
    well_formed(len(sizes) == depth + 1, f"line {lines.next} has {len(sizes)} widths; {depth} layers need {depth + 1}")
    stated, actual = header[1:3], (sizes[0], sizes[-1])[: len(header[1:3])]
    if stated != actual:
        raise Malformed(f"line {lines.next}: the widths run from {sizes[0]} to {sizes[-1]}, the line above states {stated}")
    return sizes


def _normalisation(lines: _Lines, n: int) -> Normalisation | None:
    names = ("the input minimums", "the input maximums", "the means of inputs and output", "the ranges of inputs and output")
    start = lines.next
    lower, upper, means, ranges = (lines.floats(name) for name in names)
    if lower == upper == means == ranges == (0.0,):
        return None  # one 0 is never a full line of means: there are n + 1 ≥ 2 of them
    wanted = (n, n, n + 1, n + 1)
    for i, (name, given, count) in enumerate(zip(names, (lower, upper, means, ranges), wanted, strict=True)):
        well_formed(len(given) == count, f"line {start + i + 1} has {len(given)} numbers; {name} need {count}")
    for i, (a, b) in enumerate(zip(lower, upper, strict=True)):
        well_formed(a <= b, f"line {start + 2}: the maximum {b} of input {i} is below its minimum {a}")
    for i, r in enumerate(ranges):
        well_formed(r != 0, f"line {start + 4}: range {i} is 0, and inputs are divided by their ranges")
    return Normalisation(lower, upper, means, ranges)


def _clip_to(lower: Fraction, upper: Fraction) -> PiecewiseAffine:
    if lower == upper:
        return PiecewiseAffine((), ((Fraction(0), lower),))
    return clip(lower, upper)
