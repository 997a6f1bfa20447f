"""One call of a function of tensors, with every entry as a term beside its number, and with what the path through the call rests on.

Comparisons are answered by the numbers; their outcomes are the facts of the path. So whole numbers and truth values, and what is
picked, masked or counted by them, are constants of the path, and the terms are those of every input for which the facts hold.
Numbers of entries that Python looks at belong to the trail of the path, as the operators do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map

from bijection.errors import NotSupported
from bijection.frontends.pieces.marks import marks_of, none
from bijection.frontends.pieces.operators import TERMS, Numbers
from bijection.frontends.pieces.terms import Term, Terms, coordinates_in, evaluated


@dataclass(frozen=True, slots=True)
class Fact:
    """The term is not below 0; above 0 if `strict`."""

    term: Term
    strict: bool


class Path(TorchDispatchMode):  # type: ignore[misc]
    """The terms of all tensors of floats, by their memory: a view shares it, and overwriting changes what is in it."""

    def __init__(self, terms: Terms, number: Callable[[Any], Fraction], at: Mapping[Term, float]) -> None:
        super().__init__()
        self.terms, self.facts = terms, dict[Fact, None]()
        self.trail: list[tuple[Any, ...]] = []  # the operators that ran: two calls with one trail took one path
        self._number, self._at, self._near = number, at, dict[Term, float]()
        self._marks: dict[int, tuple[Any, Numbers]] = {}
        self._bits: dict[Term, int] = {}
        self._decided: dict[int, int] = {}
        self._inside: dict[Term, frozenset[Term]] = {}
        self._memory: dict[int, tuple[Any, Numbers]] = {}  # the storage is kept, so that nobody else gets its identity

    def saw(self, what: Any) -> None:
        """Numbers of entries that the function looked at: those that a mask picked differ from path to path."""
        self.trail.append(("sizes", what))

    def moves(self, x: Any) -> bool:
        """Whether what is in the tensor depends on the input."""
        return bool(self.marks(x).any()) or any(e.number is None for e in self.read(x).flat)

    def read(self, x: Any) -> Numbers:
        """The entries of a tensor as terms."""
        storage = x.untyped_storage()
        if x.is_floating_point() and storage._cdata in self._memory:
            return self._view(self._memory[storage._cdata][1], x)
        out = np.empty(x.numel(), dtype=object)
        lone = x.dim() == 0 and x.dtype == torch.float64
        out[:] = [self.terms.number(self._number(v) if lone else Fraction(v)) for v in x.detach().flatten().tolist()]
        return out.reshape(tuple(x.shape))

    def write(self, x: Any, entries: Numbers) -> None:
        """Make these the entries of the tensor."""
        storage = x.untyped_storage()
        if storage._cdata not in self._memory:
            whole = torch.empty(0, dtype=x.dtype).set_(storage)
            self._memory[storage._cdata] = (storage, self.read(whole))
        self._view(self._memory[storage._cdata][1], x)[...] = entries

    @staticmethod
    def _view(memory: Numbers, x: Any) -> Numbers:
        strides = [8 * s for s in x.stride()]
        return np.lib.stride_tricks.as_strided(memory[x.storage_offset() :], tuple(x.shape), strides)

    def marks(self, x: Any) -> Numbers:
        """Which comparisons decide what the entries of the tensor are."""
        storage = x.untyped_storage()
        if storage._cdata not in self._marks or not x.numel():
            return none(x.shape)
        return self._view(self._marks[storage._cdata][1], x)

    def _mark(self, x: Any, marks: Numbers) -> None:
        storage = x.untyped_storage()
        if storage._cdata not in self._marks and x.numel() and marks.any():
            self._marks[storage._cdata] = (storage, none((len(storage) // x.element_size(),)))
        if storage._cdata in self._marks and x.numel():
            self._view(self._marks[storage._cdata][1], x)[...] = marks

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run the operator on numbers, on terms and on marks."""
        kwargs = kwargs or {}
        overwrites, name = func._schema.is_mutable, func.overloadpacket.__name__
        word = name[:-1] if overwrites and name.endswith("_") else name
        given = [a for a in tree_leaves((args, kwargs)) if isinstance(a, torch.Tensor)]
        if not overwrites and any(r.alias_info is not None for r in func._schema.returns):
            out = func(*args, **kwargs)  # a view: what is in its memory is known
            if not _are_floats(out):
                self._refuse_moving(word, given)  # its bits are read as something else
            return out
        self.trail.append((name, *(a for a in tree_leaves((args, kwargs)) if isinstance(a, float | int))))
        if torch.Tag.nondeterministic_seeded in func.tags:
            raise NotSupported(f"{name} draws random numbers")
        floats = any(a.is_floating_point() for a in given)
        if word == "_local_scalar_dense" and floats and self.read(given[0]).item().number is None:
            raise NotSupported("it makes a Python number of a value that depends on the input")
        found = self._found(func, word, args, kwargs) if floats and word != "_local_scalar_dense" else None
        out = func(*args, **kwargs)
        self._decided.clear()
        if word == "_local_scalar_dense":
            self.trail.append((word, out))
        elif floats and word not in ANSWERED and not _are_floats(out):
            self._refuse_moving(word, given)
        if callable(found):
            found = found(out) if isinstance(out, torch.Tensor) else None
        marks = marks_of(func, word, args, kwargs, out, self.marks)
        tensors = [y for y in tree_leaves(out) if isinstance(y, torch.Tensor)]
        for y, m in zip(tensors, marks, strict=True):
            for at, more in self._decided.items():
                m.flat[at] |= more
            self._mark(y, m)
            if floats and y.is_floating_point():
                unread = self._unread(f"{name} is not followed through a function that branches", y.shape)
                self.write(y, found if isinstance(found, np.ndarray) and len(tensors) == 1 else unread)
        return out

    def _refuse_moving(self, name: str, given: Sequence[Any]) -> None:
        """Whole numbers and truth values are constants of the path only where its facts say so."""
        if any(e.number is None for a in given if a.is_floating_point() for e in self.read(a).flat):
            raise NotSupported(f"{name} of a value that depends on the input, with no fact that says what it gives")

    def _unread(self, why: str, shape: Any) -> Numbers:
        out = np.empty(tuple(shape), dtype=object)
        out.fill(self.terms.make("unread", why))
        return out

    def _found(self, func: Any, name: str, args: Any, kwargs: Any) -> Any:
        """The entries of the result, or a function that makes them from the result in numbers."""
        if name in MOVES:
            return self._moved(func, args, kwargs)
        if name in BRANCHES:
            terms = [self._entries(a) for a in args]
            more = {k: self._entries(v) for k, v in kwargs.items() if isinstance(v, torch.Tensor | int | float)}
            return lambda out: BRANCHES[name](self, out, *terms, **more)
        if name in TERMS:
            return TERMS[name](self.terms, *[self._entries(a) for a in args], **kwargs)
        if name in ("zeros_like", "ones_like", "full_like", "new_zeros", "new_ones", "new_full"):
            return self.read
        return lambda out: self._unread(f"{name} is not followed through a function that branches", out.shape)

    def _entries(self, a: Any) -> Any:
        """What an argument is: terms for tensors and floats, anything else as it is."""
        if isinstance(a, torch.Tensor):
            return self.read(a)
        return np.array(self.terms.number(self._number(a)), dtype=object) if isinstance(a, float) else a

    def _moved(self, func: Any, args: Any, kwargs: Any) -> Callable[[Any], Numbers]:
        """Which entry goes where: the same operator on numbers of places."""
        table: list[Any] = [self.terms.zero]

        def places(a: Any) -> Any:
            if not (isinstance(a, torch.Tensor) and a.is_floating_point()):
                if isinstance(a, float):
                    table.append(self.terms.number(self._number(a)))
                    return len(table) - 1
                return a
            entries = self.read(a)
            table.extend(entries.ravel().tolist())
            return torch.arange(len(table) - entries.size, len(table)).reshape(a.shape)

        if func._schema.name == "aten::constant_pad_nd":
            args = (*args[:2], float(args[2]) if len(args) > 2 else 0.0)
        if func._schema.name.startswith("aten::fill") and not isinstance(args[1], torch.Tensor):
            args = (args[0], float(args[1]))
        moved = func(*tree_map(places, tuple(args)), **{k: v for k, v in kwargs.items() if k not in ("dtype", "layout", "device")})
        lookup = np.array(table, dtype=object)
        entries = lookup[moved.numpy()]
        return lambda out: entries if out.is_floating_point() else self._whole(entries)

    def _whole(self, entries: Numbers) -> Numbers:
        if any(e.number is None for e in entries.ravel()):
            raise NotSupported("it rounds a value that depends on the input")
        return entries

    def learn(self, term: Term, strict: bool, at: int) -> None:
        """One fact more, which decides what the entry number `at` is; what numbers alone say is none."""
        if term.number is None:
            self.facts[Fact(term, strict)] = None
            bits = 0
            for x in coordinates_in(term, self._inside):
                bits |= 1 << self._bits.setdefault(x, len(self._bits))
            self._decided[at] = self._decided.get(at, 0) | bits

    def marked(self, mark: int) -> frozenset[Term]:
        """The coordinates in a mark."""
        return frozenset(x for x, k in self._bits.items() if mark >> k & 1)

    def near(self, term: Term) -> float:
        """About which number the term is."""
        return evaluated(term, self._at, self._near)


def _are_floats(out: Any) -> bool:
    return all(isinstance(y, torch.Tensor) and y.is_floating_point() for y in tree_leaves(out))


def _compare(path: Path, out: Any, a: Any, b: Any, sign: int, strict: bool) -> None:
    """A ≥ b, or a > b if strict; the other way round for the sign −1."""
    t = path.terms
    answers = out.numpy()
    first, second = (np.broadcast_to(_whole(path, v), answers.shape).ravel() for v in (a, b))
    for at, (p, q, answer) in enumerate(zip(first, second, answers.ravel().tolist(), strict=True)):
        parts = p.args if p.op in ("least", "largest") else (p,)
        if len(parts) > 1:  # of all entries together: of each by itself
            each = [(path.near(e) - path.near(q)) * sign for e in parts]
            holds = [d > 0 if strict else d >= 0 for d in each]
            if (all(holds) if (p.op == "least") == (sign > 0) else any(holds)) != answer:
                raise NotSupported("it compares numbers that are too near to each other")
        else:
            holds = [answer]
        for e, yes in zip(parts, holds, strict=True):
            d = t.sub(e, q) if sign > 0 else t.sub(q, e)
            if yes:
                path.learn(d, strict, at)
            else:
                path.learn(t.mul(t.number(Fraction(-1)), d), not strict, at)


def _whole(path: Path, v: Any) -> Numbers:
    return v if isinstance(v, np.ndarray) else np.array(path.terms.number(Fraction(v)), dtype=object)


def _comparison(sign: int, strict: bool) -> Callable[..., None]:
    return lambda path, out, a, b: _compare(path, out, a, b, sign, strict)


def _floor(path: Path, out: Any, a: Numbers) -> Numbers:
    """The whole number k with k ≤ a < k + 1."""
    t, found = path.terms, np.empty(a.shape, dtype=object)
    for at, (e, k) in enumerate(zip(a.flat, out.flatten().tolist(), strict=True)):
        found.flat[at] = t.number(Fraction(k))
        path.learn(t.sub(e, t.number(Fraction(k))), False, at)
        path.learn(t.sub(t.number(Fraction(k) + 1), e), True, at)
    return found


def _clamp(path: Path, out: Any, a: Numbers, low: Any = None, high: Any = None, **named: Any) -> Numbers:
    """A, cut to what lies between; which of the three is a fact of the path."""
    low, high = named.get("min", low), named.get("max", high)
    found = a
    for end, sign in ((low, 1), (high, -1)):
        if end is not None:
            found = _larger(path, found, _whole(path, end), sign)
    return found


def _larger(path: Path, a: Numbers, b: Numbers, sign: int) -> Numbers:
    """The larger of both, or the smaller one for the sign −1."""
    t, found = path.terms, np.empty(np.broadcast_shapes(a.shape, b.shape), dtype=object)
    pairs = zip(*(np.broadcast_to(v, found.shape).flat for v in (a, b)), strict=True)
    for at, (first, second) in enumerate(pairs):
        d = t.sub(first, second) if sign > 0 else t.sub(second, first)
        keeps = path.near(d) >= -1e-6  # which one is claimed makes no difference where they are equal
        path.learn(d if keeps else t.mul(t.number(Fraction(-1)), d), not keeps, at)
        found.flat[at] = first if keeps else second
    return found


def _extreme(op: str) -> Callable[..., Any]:
    def call(path: Path, out: Any, a: Numbers, *more: Any, **_: Any) -> Any:
        if more and isinstance(more[0], np.ndarray):
            return _larger(path, a, more[0], 1 if op == "largest" else -1)
        if more or not isinstance(out, torch.Tensor):
            raise NotSupported("the largest or smallest entry along an axis")
        found = np.empty((), dtype=object)
        found[()] = path.terms.make(op, *a.ravel()) if a.size > 1 else a.ravel()[0]
        return found

    return call


def _searchsorted(path: Path, out: Any, ends: Numbers, values: Any, right: bool = False, side: str = "left", **_: Any) -> None:
    """How many ends lie before each value (and at it, if right)."""
    t, values, right = path.terms, _whole(path, values), right or side == "right"
    found = out.numpy()
    rows = np.broadcast_to(ends, (*values.shape[:-1], ends.shape[-1])) if values.ndim else ends
    for at, place in enumerate(np.ndindex(values.shape)):
        for k, end in enumerate(rows[place[:-1]]):
            before = k < found[place]
            d = t.sub(values[place], end)
            path.learn(d if before else t.mul(t.number(Fraction(-1)), d), before != right, at)


def _bucketize(path: Path, out: Any, values: Any, ends: Numbers, right: bool = False, **_: Any) -> None:
    _searchsorted(path, out, np.broadcast_to(ends, (*values.shape[:-1], ends.shape[-1])), values, right=right)


BRANCHES: Mapping[str, Callable[..., Any]] = {
    "ge": _comparison(1, False),
    "gt": _comparison(1, True),
    "le": _comparison(-1, False),
    "lt": _comparison(-1, True),
    "floor": _floor,
    "clamp": _clamp,
    "clamp_min": _clamp,
    "clamp_max": lambda path, out, a, high: _clamp(path, out, a, None, high),
    **dict.fromkeys(("max", "amax", "maximum"), _extreme("largest")),
    **dict.fromkeys(("min", "amin", "minimum"), _extreme("least")),
    "searchsorted": _searchsorted,
    "bucketize": _bucketize,
}


ANSWERED = ("ge", "gt", "le", "lt", "searchsorted", "bucketize", "_to_copy", "isfinite", "isnan", "isinf")  # these are of real numbers

MOVES = (
    "index", "index_put", "index_select", "gather", "scatter", "cat", "stack", "where", "constant_pad_nd", "flip", "roll", "clone",
    "copy", "fill", "repeat", "masked_fill", "masked_select", "masked_scatter", "select_scatter", "slice_scatter", "zero", "_to_copy",
    "take", "take_along_dim", "contiguous", "_unsafe_view", "unfold_copy",
)  # fmt: skip
