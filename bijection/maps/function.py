"""Plain functions between finite sets: a frozen value with its domain, its codomain and its values, in the order given.

What is one element and what are two is Python's ==. Python also says 1 == True == 1.0, which is not what a table of
labels and flags means; so equal elements of different types within one set are refused, not merged. `nan`, which is
not equal to itself, is no element. −0.0 and 0.0 are one element, as they are one number.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from bijection.shown import Arrows, Shown
from proofs.errors import Brief, Malformed, brief
from proofs.network import Table

Element: TypeAlias = Hashable


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FiniteMap(Shown, Brief):
    """f: domain → codomain with f(domain[i]) = values[i]; every value lies in the codomain, no set lists an element twice.

    Two maps are equal when they are the same function: the same domain, codomain and values, in whatever order.
    """

    domain: tuple[Element, ...]
    codomain: tuple[Element, ...]
    values: tuple[Element, ...]
    _where: dict[Element, int] = field(init=False, repr=False)
    _number: dict[Element, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if len(self.values) != len(self.domain):
            raise Malformed(f"{len(self.domain)} elements but {len(self.values)} values; a function has one value per element")
        object.__setattr__(self, "_where", numbering(self.domain, "domain"))
        object.__setattr__(self, "_number", numbering(self.codomain, "codomain"))
        for x, y in zip(self.domain, self.values, strict=True):
            try:
                find(self._number, self.codomain, y, "the codomain")
            except Malformed as error:
                raise Malformed(f"the value of {show(x)}: {error}") from None

    def __call__(self, x: Element) -> Element:
        """The value at an element of the domain."""
        return self.values[self.position(x)]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FiniteMap) and self._function() == other._function()

    def __hash__(self) -> int:
        return hash(self._function())

    def _function(self) -> tuple[frozenset[object], frozenset[object]]:
        return frozenset(zip(self.domain, self.values, strict=True)), frozenset(self.codomain)

    def __len__(self) -> int:
        """How many elements the domain has."""
        return len(self.domain)

    def __bool__(self) -> bool:
        """The empty map is a map too; a map has no truth value of its own."""
        return True

    def __matmul__(self, inner: FiniteMap) -> FiniteMap:
        return compose(self, inner)

    def position(self, x: Element) -> int:
        """Which number the element has in the domain."""
        return find(self._where, self.domain, x, "the domain")

    def number(self, y: Element) -> int:
        """Which number the element has in the codomain."""
        return find(self._number, self.codomain, y, "the codomain")

    @property
    def table(self) -> Table:
        """The same function between numbers: i ↦ number of f(domain[i]) in the codomain."""
        return Table(tuple(self._number[y] for y in self.values))

    def plot(self, ax: Any = None, path: str | Path | None = None, image: Sequence[int] | None = None) -> Any:
        """Both sets and the arrows between them. See Shown.plot."""
        return self.arrows().plot(ax, path, image)

    def arrows(self, title: str = "", marked: frozenset[int] = frozenset()) -> Arrows:
        """The map for a figure; the arrows from the marked elements, by their numbers, are to be seen."""
        ends = (tuple(map(show, self.domain)), tuple(map(show, self.codomain)))
        about = title or f"f: a set of {len(self.domain)} → a set of {len(self.codomain)}"
        return Arrows(*ends, self.table.values, about, marked)

    @property
    def graph(self) -> tuple[tuple[Element, Element], ...]:
        """The pairs (x, f(x)), in the order of the domain."""
        return tuple(zip(self.domain, self.values, strict=True))


Source: TypeAlias = Mapping[Element, Element] | Iterable[tuple[Element, Element]] | Callable[[Element], Element] | FiniteMap | Table


def finite_map(source: Source, domain: Iterable[Element] | None = None, codomain: Iterable[Element] | None = None) -> FiniteMap:
    """The map that a dict, a list of pairs (x, f(x)), a kernel table, or a callable together with its domain describes.

    Without a codomain, the codomain is the set of values in order of appearance: such a map is onto by that choice,
    and only a stated codomain makes `is_surjective` a question. A domain given with a dict or pairs restricts them.
    """
    if isinstance(source, FiniteMap):
        codomain = source.codomain if codomain is None else codomain
        source = source.graph
    if callable(source) and not isinstance(source, Mapping | Table):
        if domain is None:
            raise Malformed("a callable does not say where it is defined; pass domain=, for example domain=range(10)")
        xs = tuple(domain)
        return _complete(xs, tuple(source(x) for x in xs), codomain)
    pairs = tuple(enumerate(source.values)) if isinstance(source, Table) else _pairs(source)
    xs, ys = tuple(x for x, _ in pairs), tuple(y for _, y in pairs)
    if domain is None:
        return _complete(xs, ys, codomain)
    whole = _complete(xs, ys, None)
    inside = tuple(domain)
    return _complete(inside, tuple(whole(x) for x in inside), codomain)


def table_map(values: Iterable[Element], codomain: Iterable[Element] | None = None) -> FiniteMap:
    """The map {0, …, n−1} → codomain with these n values; without a codomain, the set of values as in `finite_map`."""
    ys = tuple(values)
    return _complete(tuple(range(len(ys))), ys, codomain)


def identity(elements: Iterable[Element]) -> FiniteMap:
    """x ↦ x on the elements."""
    xs = tuple(elements)
    return FiniteMap(xs, xs, xs)


def compose(outer: FiniteMap, inner: FiniteMap) -> FiniteMap:
    """outer ∘ inner: x ↦ outer(inner(x)), from the domain of inner to the codomain of outer.

    Every value of inner must lie in the domain of outer; the rest of its codomain need not.
    """
    return FiniteMap(inner.domain, outer.codomain, tuple(outer(y) for y in inner.values))


def restrict(f: FiniteMap, subset: Iterable[Element]) -> FiniteMap:
    """f on a subset of its domain, with the same codomain."""
    xs = tuple(subset)
    return FiniteMap(xs, f.codomain, tuple(f(x) for x in xs))


def numbering(elements: tuple[Element, ...], name: str) -> dict[Element, int]:
    """element ↦ its place; Malformed for an element that is listed twice or cannot be told from another."""
    where: dict[Element, int] = {}
    for i, x in enumerate(elements):
        try:
            earlier = where.setdefault(x, i)
        except TypeError:
            raise Malformed(f"the {name} lists {show(x)}, a {type(x).__name__}, which is not hashable; use tuples or frozensets") from None
        if x != x:
            raise Malformed(f"the {name} lists {show(x)}, which is not equal to itself, so it is no element; give it a name such as 'nan'")
        if earlier != i:
            other = elements[earlier]
            trap = "" if _kind(x) == _kind(other) else f" as {show(other)} and {show(x)}, which are equal in Python; convert one of them"
            raise Malformed(f"the {name} lists {show(x)} twice{trap}; an element is listed once")
    return where


def find(where: Mapping[Element, int], elements: tuple[Element, ...], x: Element, name: str) -> int:
    """The place of an element; Malformed if it is not there or only something of another type that Python calls equal."""
    try:
        i = where.get(x)
    except TypeError:
        raise Malformed(f"{show(x)}, a {type(x).__name__}, is not hashable, so not in {name}; use tuples or frozensets") from None
    if i is None:
        raise Malformed(f"{show(x)} is not in {name}; its {len(elements)} elements are {show_all(elements)}")
    if _kind(elements[i]) != _kind(x):
        raise Malformed(
            f"{show(x)} is a {type(x).__name__}, in {name} there is {show(elements[i])}, which is equal in Python; convert one of them"
        )
    return i


def show(x: object) -> str:
    """An element for a message, not too long."""
    return brief(x) if isinstance(x, int) else (text if len(text := repr(x)) <= 60 else text[:59] + "…")


def show_all(elements: Iterable[Element], most: int = 6) -> str:
    """A set for a message: its first elements in braces."""
    xs = tuple(elements)
    return "{" + ", ".join([show(x) for x in xs[:most]] + ["…"] * (len(xs) > most)) + "}"


def _kind(x: object) -> object:
    """The type, looked up inside tuples too: (1, 2) and (True, 2) are as confusable as 1 and True."""
    return tuple(_kind(part) for part in x) if type(x) is tuple else type(x)


def _pairs(source: object) -> tuple[tuple[Element, Element], ...]:
    if not isinstance(source, Iterable):
        raise Malformed(f"{show(source)} is no function; pass a dict, a list of pairs, or a callable with domain=")
    pairs = tuple(source.items()) if isinstance(source, Mapping) else tuple(source)
    for pair in pairs:
        if not (isinstance(pair, tuple | list) and len(pair) == 2):
            raise Malformed(f"{show(pair)} is not a pair (x, f(x)); for a list of values at 0, 1, 2, … use table_map")
    return tuple((x, y) for x, y in pairs)


def _complete(xs: tuple[Element, ...], ys: tuple[Element, ...], codomain: Iterable[Element] | None) -> FiniteMap:
    """With the stated codomain, or the values without repetition."""
    if codomain is not None:
        return FiniteMap(xs, tuple(codomain), ys)
    try:
        return FiniteMap(xs, tuple(dict.fromkeys(ys)), ys)
    except TypeError:
        bad = next(y for y in ys if not _hashable(y))
        raise Malformed(f"the value {show(bad)}, a {type(bad).__name__}, is not hashable; use tuples or frozensets") from None


def _hashable(y: object) -> bool:
    try:
        hash(y)
    except TypeError:
        return False
    return True
