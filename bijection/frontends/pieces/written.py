"""Functions in pieces as operations of the network: piecewise affine activations, and monotone rational-quadratic splines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import lcm
from typing import Any

import numpy as np

from bijection.errors import NotSupported
from bijection.frontends.code import add, beside, pointwise, rows_of, scale_shift
from bijection.frontends.pieces.branches import Branches, Entry, Piece
from bijection.frontends.pieces.quotients import Basis, affine, below, rational_quadratic
from bijection.frontends.pieces.roots import inverse_rational_quadratic
from bijection.frontends.pieces.terms import ONE, ZERO, Form, Forms, Term
from bijection.frontends.torch.activations import ACTIVATIONS
from bijection.frontends.torch.functions import FUNCTIONS
from bijection.frontends.torch.splines import read_spline
from bijection.frontends.torch.tracer import Tracer
from bijection.frontends.values import Array, Tensor, Value
from proofs.activations import PiecewiseAffine
from proofs.network import Row


@dataclass(frozen=True, slots=True)
class Curve:
    """The function x ↦ base + S(x − start), S with these bins: widths, heights, slopes at the left and at the right of each."""

    x: Term
    start: Form
    base: Form
    bins: tuple[tuple[Form, ...], ...]
    power: int


_PLAIN = ("number", "coordinate", "add", "mul", "div", "unread")


class Writer:
    """Terms as coordinates of the network under construction."""

    def __init__(self, t: Tracer, branches: Branches) -> None:
        self._tracer, self._terms = t, branches.terms
        self._forms = branches.forms
        self._plain = Forms(t.code, frozenset(), branches.terms, through=False)
        self._placed: dict[Term, tuple[int, int]] = {}

    def terms(self, terms: Array) -> Tensor:
        """The terms, which are affine in functions of affine terms and so on."""
        found = np.empty(terms.shape, dtype=object)
        for at, term in np.ndenumerate(terms):
            form = self._plain.of(term)
            if form is None or any(a.op == "unread" for a in form.weights):
                why = next((a.args[0] for a in (form.weights if form else [term]) if a.op == "unread"), f"it computes with a {term.op}")
                raise NotSupported(why)
            found[at] = form
        return self.forms(found)

    def forms(self, forms: Array) -> Tensor:
        """One affine map that computes the forms."""
        code = self._tracer.code
        short = [self._forms.short(form) for form in forms.ravel()]
        self._place(dict.fromkeys(a for form in short for a in form.weights))
        values = sorted({self._placed[a][0] for form in short for a in form.weights}) or [0]
        wide = [Tensor(v, np.arange(code.widths[v], dtype=np.int64), shared=True) for v in values]
        at = {v: part for v, part in zip(values, beside(code, wide), strict=True)}
        common = lcm(*(q.denominator for form in short for q in (form.constant, *form.weights.values())))
        rows = np.empty(len(short), dtype=object)
        for i, form in enumerate(short):
            parts = dict[int, int]()
            for a, c in form.weights.items():
                value, j = self._placed[a]
                column = int(at[value].index[j])
                parts[column] = parts.get(column, 0) + int(c * common)
            columns = tuple(sorted(k for k, c in parts.items() if c))
            rows[i] = Row(columns, tuple(parts[k] for k in columns), int(form.constant * common))
        code.plan(sum(len(row.columns) for row in rows), rows.size)
        source = next(iter(at.values())).value
        return rows_of(code, source, rows.reshape(forms.shape), common)

    def _place(self, atoms: Mapping[Term, None]) -> None:
        """Coordinates of the network for these terms."""
        waiting: dict[tuple[Any, ...], list[Term]] = {}
        for a in atoms:
            if a.op == "coordinate":
                self._placed[a] = a.args
            elif a not in self._placed and a.op == "softmax":
                waiting.setdefault(("softmax", len(a.args) - 1), []).append(a)
            elif a not in self._placed:
                waiting.setdefault((a.op, *a.args[1:]), []).append(a)
        for (name, *more), these in waiting.items():
            if name == "softmax":
                self._place_shares(list(dict.fromkeys(a.args[1:] for a in these)))
            elif name in ACTIVATIONS:
                inner = np.empty(len(these), dtype=object)
                inner[:] = [a.args[0] for a in these]
                out = ACTIVATIONS[name](self._tracer, self.terms(inner), *map(float, more))
                assert isinstance(out, Tensor), "what depends on coordinates is none of the constants"
                self._placed |= {a: (out.value, int(j)) for a, j in zip(these, out.index, strict=True)}
            else:
                raise NotSupported(these[0].args[0] if name == "unread" else f"it computes with a {name}")

    def _place_shares(self, groups: Sequence[tuple[Term, ...]]) -> None:
        inner = np.empty((len(groups), len(groups[0])), dtype=object)
        for i, group in enumerate(groups):
            inner[i] = group
        out = FUNCTIONS["softmax"](self._tracer, self.terms(inner), dim=-1)
        for i, group in enumerate(groups):
            self._placed |= {self._terms.make("softmax", k, *group): (out.value, int(j)) for k, j in enumerate(out.index[i])}


def read_pieces(t: Tracer, branches: Branches, entries: Sequence[Entry], shape: tuple[int, ...]) -> Value:
    """The output with these entries."""
    writer = Writer(t, branches)
    found: dict[Any, list[tuple[int, Any]]] = {}
    for at, entry in enumerate(entries):
        kind, what = _recognised(branches, entry)
        found.setdefault(kind, []).append((at, what))
    parts = [_WRITTEN[kind[0]](t, writer, [what for _, what in these]) for kind, these in found.items()]
    index = np.empty(len(entries), dtype=np.int64)
    together = beside(t.code, parts)
    for part, these in zip(together, found.values(), strict=True):
        index[[at for at, _ in these]] = part.index.ravel()
    return Tensor(together[0].value, index.reshape(shape))


def _recognised(branches: Branches, entry: Entry) -> tuple[tuple[Any, ...], Any]:
    """What the entry is, and what entries it can be written beside."""
    x, pieces = entry.x, entry.pieces
    if x is None:
        return ("terms",), pieces[0].term
    merged = _merged(pieces)
    forms = [branches.forms.of(piece.term) for piece in merged]
    if all(f is not None and set(f.weights) <= {x} for f in forms) and all(p.upper is None or p.upper.is_constant for p in merged):
        _no_facts(branches, x, merged)
        return ("affine",), (x, _activation(x, [f for f in forms if f is not None], merged))
    curve = _curve(branches, x, merged)
    return ("curve", len(curve.bins), curve.power), curve


def _merged(pieces: Sequence[Piece]) -> list[Piece]:
    """Neighbours with one term are one piece."""
    out = [pieces[0]]
    for piece in pieces[1:]:
        last = out[-1]
        if piece.term is last.term:
            out[-1] = Piece(last.lower, piece.upper, last.term, last.facts + piece.facts)
        else:
            out.append(piece)
    if any(p.lower is not None and p.upper is not None and p.upper.minus(p.lower).is_zero for p in out):
        raise NotSupported("it is another function at a single place")
    return out


def _activation(x: Term, forms: Sequence[Form], pieces: Sequence[Piece]) -> PiecewiseAffine:
    ends = tuple(p.upper.constant for p in pieces if p.upper is not None)
    for end, (f, g) in zip(ends, pairwise(forms), strict=True):
        if f.of(x) * end + f.constant != g.of(x) * end + g.constant:
            raise NotSupported(
                f"it jumps at {float(end):g}, from {float(f.of(x) * end + f.constant):.9g} to {float(g.of(x) * end + g.constant):.9g}"
            )
    return PiecewiseAffine(ends, tuple((f.of(x), f.constant) for f in forms))


def _curve(branches: Branches, x: Term, pieces: Sequence[Piece]) -> Curve:
    """The monotone spline that the pieces are."""
    first, *inner, last = pieces
    if first.upper is None or not inner:
        raise NotSupported("it is no affine function in each of its pieces, and has no bins")
    power = -1 if any(_roots(piece.term) for piece in inner) else 1
    tails = [_tail(branches, x, piece, side) for piece, side in ((first, "left"), (last, "right"))]
    at, bins = first.upper.plus(tails[0]), []
    base = at
    for k, piece in enumerate(inner, 1):
        where = f"in bin {k} of {len(inner)}"
        try:
            low, high, left, right = _bin(branches.forms, x, piece, power)
        except NotSupported as why:
            raise NotSupported(f"{where}, {why}") from None
        for name, form in (("width", _length(piece)), ("height", high.minus(low)), ("left slope", left), ("right slope", right)):
            if not branches.forms.positive(form):
                raise NotSupported(f"{where}, its {name} is not known to be positive")
        if not low.minus(at).is_zero:
            raise NotSupported(f"it jumps where bin {k} of {len(inner)} starts{_by(low.minus(at))}")
        lengths = (_length(piece), high.minus(low))
        bins.append((*lengths[::power], left, right))
        at = high
    assert last.lower is not None, "only the first piece starts at −∞"
    end = last.lower.plus(tails[1])
    if not end.minus(at).is_zero:
        raise NotSupported(f"it jumps where its last bin ends{_by(end.minus(at))}")
    _no_facts(branches, x, pieces)
    return Curve(x, first.upper, base, tuple(bins), power)


def _by(gap: Form) -> str:
    return f", by {float(gap.constant):.3g}" if gap.is_constant else ""


def _tail(branches: Branches, x: Term, piece: Piece, side: str) -> Form:
    """What is added to x there."""
    form = branches.forms.of(piece.term)
    if form is None or form.of(x) != 1:
        taken = sorted({a.op for a in (piece.term, *below(piece.term)) if a.op not in _PLAIN})
        shown = f"{float(form.constant):g}" if form is not None and form.is_constant else "another function"
        shown += f" with {', '.join(taken)}" if taken else ""
        raise NotSupported(f"{side} of all bins it is {shown}, not its argument plus a number")
    return form.minus(Form({x: ONE}, ZERO))


def _length(piece: Piece) -> Form:
    """The length of a piece that is not the first or last one."""
    if piece.lower is None or piece.upper is None:
        raise AssertionError("only the first and last pieces have no end")
    return piece.upper.minus(piece.lower)


def _roots(term: Term) -> set[Term]:
    """What square roots are taken of."""
    return {a.args[0] for a in (term, *below(term)) if a.op == "sqrt"}


def _bin(forms: Forms, x: Term, piece: Piece, power: int) -> tuple[Form, Form, Form, Form]:
    """The values and slopes at the ends of a piece that is rational-quadratic."""
    length = _length(piece)
    assert piece.lower is not None, "a bin has ends"
    basis = Basis(forms, x, piece.lower, length)
    tree = basis.tree(piece.term)
    known = rational_quadratic if power > 0 else inverse_rational_quadratic
    found = known(tree, basis.size, length.constant if length.is_constant else None, basis.positive())
    return basis.form(found.low), basis.form(found.high), basis.form(found.left), basis.form(found.right)


def _no_facts(branches: Branches, x: Term, pieces: Sequence[Piece]) -> None:
    """The facts that are not about the ends of a piece must follow from them: functions affine in x, not negative at both ends;
    and what a root is taken of is not negative (see `inverse_rational_quadratic`).
    """
    for piece in pieces:
        for fact in piece.facts:
            rooted = fact.term in _roots(piece.term) and not fact.strict
            if not rooted and not _follows(branches, x, piece, fact.term):
                raise NotSupported("its path depends on a comparison that is not followed")


def _follows(branches: Branches, x: Term, piece: Piece, term: Term) -> bool:
    if piece.lower is None or piece.upper is None:
        return False
    length = piece.upper.minus(piece.lower)
    basis = Basis(branches.forms, x, piece.lower, length)
    try:
        tree = basis.tree(term)
        found = affine(tree, basis.size, length.constant if length.is_constant else None, basis.positive())
    except NotSupported:
        return False
    ends = [branches.forms.lower(basis.form(end)) for end in found]
    return all(e is not None and e >= 0 for e in ends)


def _write_terms(t: Tracer, writer: Writer, terms: Sequence[Term]) -> Tensor:
    array = np.empty(len(terms), dtype=object)
    array[:] = terms
    return writer.terms(array)


def _write_affine(t: Tracer, writer: Writer, pairs: Sequence[tuple[Term, PiecewiseAffine]]) -> Tensor:
    return pointwise(t.code, _write_terms(t, writer, [x for x, _ in pairs]), [s for _, s in pairs])


def _write_curves(t: Tracer, writer: Writer, curves: Sequence[Curve]) -> Tensor:
    def written(forms: Sequence[Any], *shape: int) -> Tensor:
        array = np.empty(len(forms), dtype=object)
        array[:] = forms
        return writer.forms(array.reshape(len(curves), *shape))

    x = written([Form({c.x: ONE}, ZERO).minus(c.start) for c in curves])
    w, h, left, right = (written([b[k] for c in curves for b in c.bins], len(curves[0].bins)) for k in range(4))
    out = read_spline(t, x, (w, h, left, right), curves[0].power)
    if all(c.base.is_constant for c in curves):
        return scale_shift(t.code, out, 1, np.array([c.base.constant for c in curves], dtype=object))
    return add(t.code, out, written([c.base for c in curves]))


_WRITTEN: Mapping[str, Callable[[Tracer, Writer, Sequence[Any]], Tensor]] = {
    "terms": _write_terms,
    "affine": _write_affine,
    "curve": _write_curves,
}
