"""Pairs of boxes for Rocq: the evidence of `SeparatedBoxes` as one stream of short numbers, many of which go into a machine word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bijection.export.rocq_terms import integer, listed_in_lines, natural
from proofs.domains import Box
from proofs.errors import Malformed, Rejected
from proofs.network import Network
from proofs.statements import Injective, Statement
from proofs.theorems.box_tree import FINE, LEAF, BoxTree
from proofs.theorems.separated_boxes import FIRST, FUNCTIONAL, MATRIX, SECOND, SeparatedBoxes

_DIGIT, _DIGITS = 12, 5  # bits of a digit, of which bit 0 says that another one follows; digits of a word
_LINE = 100  # words
_UNFIT = ["read_number", "1%positive", "1%positive", "O", "(words_of [])"]
_NOTHING, _ALONG, _SECANTS, _FIRST, _SECOND, _END = range(6)


def certificate(theorem: SeparatedBoxes, goal: Statement | None) -> list[str]:
    """The certificate of `SeparatedBoxes` in proofs/rocq; one that fits nothing becomes one that Rocq rejects."""
    match goal:
        case Injective(Network() as f, Box() as on):
            try:
                tree = BoxTree(f, on, theorem.cuts)
            except (Rejected, Malformed):
                return _UNFIT
            numbers = [*(j - LEAF for j in theorem.cuts), *_entries(theorem, tree), _END]
            denominators = [f"(Z.to_pos {integer(t)})" for t in (tree.unit, FINE * tree.scale)]
            return ["read_number", *denominators, natural(_depth(theorem.cuts)), f"(words_of (concat {listed_in_lines(_words(numbers))}))"]
        case _:
            return _UNFIT


def _depth(cuts: Iterable[int]) -> int:
    """How many boxes one comes through at most."""
    deepest, todo = 0, [1]
    for j in cuts:
        depth = todo.pop()
        deepest = max(deepest, depth)
        if j != LEAF:
            todo += [depth + 1, depth + 1]
    return deepest


def _entries(theorem: SeparatedBoxes, tree: BoxTree) -> Iterator[int]:
    """A number that says what is done with each pair, and the numbers for it."""
    size, units = tree.forms.size, (1 << len(tree.forms.units)) - 1
    for entry in theorem.pairs:
        kind, *numbers = entry or (SECOND[0] - 1,)
        if entry in (FIRST, SECOND):
            yield _FIRST if entry == FIRST else _SECOND
        elif kind == FUNCTIONAL and len(numbers) == tree.f.width:
            yield from (_ALONG, *numbers)
        elif kind == MATRIX and numbers and numbers[0] >= 0 and len(numbers) == 2 + size + (numbers[0] & units).bit_count():
            yield from (_SECANTS, *numbers)
        else:
            yield _NOTHING


def _words(numbers: Iterable[int]) -> Iterator[str]:
    line: list[int] = []
    word = filled = 0
    for digit in _digits(numbers):
        word |= digit << _DIGIT * filled
        filled += 1
        if filled == _DIGITS:
            line.append(word)
            word = filled = 0
            if len(line) == _LINE:
                yield _literals(line)
                line = []
    yield _literals([*line, word])


def _digits(numbers: Iterable[int]) -> Iterator[int]:
    """Numbers in the order 0, −1, 1, −2, … and these in digits, the lowest first."""
    for a in numbers:
        a = 2 * a if a >= 0 else -2 * a - 1
        while a >= 1 << _DIGIT - 1:
            yield (a << 1 | 1) & (1 << _DIGIT) - 1
            a >>= _DIGIT - 1
        yield a << 1


def _literals(line: Iterable[int]) -> str:
    return f"[{'; '.join(map(hex, line))}]%uint63"
