"""Many values at once, any two of which may collide; and how each was drawn, so that Hypothesis can shrink two of them alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from hypothesis import strategies as st
from hypothesis.control import current_build_context
from hypothesis.database import ExampleDatabase, choices_to_bytes

from bijection.testing.sameness import bits, value

Drawn: TypeAlias = tuple[Any, list[Any]]  # a value, and the choices that Hypothesis has made for it

_MOST = 40
_PAIRS = 10  # that are shrunk, the simplest of them


@st.composite
def crowds(draw: st.DrawFn, one: st.SearchStrategy[Any]) -> list[Drawn]:
    """Some dozens of values."""
    drawn: list[Drawn] = []
    while len(drawn) < _MOST and draw(st.integers(0, _MOST - 1)):
        drawn.append(_recorded(draw, one))
    return drawn


def _recorded(draw: st.DrawFn, one: st.SearchStrategy[Any]) -> Drawn:
    data: Any = current_build_context().data
    before = len(data.choices)
    x = draw(one)
    return x, list(data.choices[before:])


def kept(database: ExampleDatabase, key: bytes, examples: Sequence[Sequence[Any]]) -> Callable[[], None]:
    """Put examples of these choices where Hypothesis looks for examples, and takes the simplest; the function that takes them out again.

    Each has one choice more than is needed: an example that is kept and replayed to the letter is believed to be shrunk already.
    """
    written = [choices_to_bytes([*choices, 0]) for choices in examples]
    for example in written:
        database.save(key, example)

    def remove() -> None:
        for example in written:
            database.delete(key, example)

    return remove


def moved(first: Sequence[Any], second: Sequence[Any]) -> list[list[Any]]:
    """The choices for two values, and the same with numbers in both moved together, to where one of each two is 0."""
    if len(first) != len(second):
        return [[*first, *second]]
    by = [a if type(a) is type(b) is int else 0 for a, b in zip(first, second, strict=True)]
    less = [(a - t if t else a, b - t if t else b) for a, b, t in zip(first, second, by, strict=True)]
    return [[*first, *second], [a for a, _ in less] + [b for _, b in less]]


class Crowd:
    """All values so far and their outputs, and the simplest pairs of different ones with the same output, with how they were drawn."""

    def __init__(self, output: Callable[[Any], Any], patience: int) -> None:
        self._output = output
        self._patience = patience  # more crowds that are looked at for a simpler pair
        self._outputs: dict[Any, Any] = {}  # keys of outputs, by the keys of values
        self._simplest: dict[Any, Drawn] = {}  # the simplest value, by the key of its output
        self._others: list[tuple[Any, Drawn]] = []  # of outputs without a hash
        self.pairs: list[tuple[Drawn, Drawn]] = []

    def is_enough(self, drawn: list[Drawn]) -> bool:
        """Look at these values; whether two with the same output are known, and simpler ones have been looked for."""
        for found in drawn:
            known = self._partner(found)
            if known is not None:
                pair = (known, found) if _cost(known) <= _cost(found) else (found, known)
                self.pairs = sorted([*(p for p in self.pairs if _choices(p) != _choices(pair)), pair], key=lambda p: sum(map(_cost, p)))[
                    :_PAIRS
                ]
        self._patience -= bool(self.pairs)
        return self._patience < 0

    def _key(self, x: Any) -> Any:
        try:
            if value(x) not in self._outputs:
                self._outputs[value(x)] = bits(self._output(x))
            return self._outputs[value(x)]
        except TypeError:  # inputs without a hash
            return bits(self._output(x))

    def _partner(self, drawn: Drawn) -> Drawn | None:
        """The simplest earlier value with the same output that is another one."""
        key = self._key(drawn[0])
        try:
            known = self._simplest.setdefault(key, drawn)
            if _cost(drawn) < _cost(known):
                self._simplest[key] = drawn
        except TypeError:
            known = next((other for k, other in self._others if k == key), drawn)
            self._others.append((key, drawn))
        return known if value(known[0]) != value(drawn[0]) else None


def _choices(pair: tuple[Drawn, Drawn]) -> list[Any]:
    return [choices for _, choices in pair]


def _cost(drawn: Drawn) -> int:
    """How far the choices are from what Hypothesis shrinks to."""
    return sum(map(_size, drawn[1]))


def _size(choice: Any) -> int:
    match choice:
        case int():
            return choice.bit_length()
        case float():
            return 0 if choice == 0 else len(repr(choice))
        case str():
            return sum(1 + ord(c).bit_length() for c in choice)
        case _:
            return len(choice)
