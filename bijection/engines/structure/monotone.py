"""Certificates of strong monotonicity: a linear matrix inequality, solved in floats by an interior point method (A8, P13, P14)."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import frexp, sqrt

import numpy as np

from bijection.engines.proposal import Proposal, Search, proves
from bijection.engines.structure.layers import Steps, injective
from bijection.exact.floating import Array, approximate, quotient
from proofs.compose import cuts, prefix, suffix
from proofs.domains import Domain, Reals
from proofs.errors import Malformed, Rejected
from proofs.network import Affine, Network, Pointwise
from proofs.statements import Injective, Positive, Surjective
from proofs.theorems.composition import Through
from proofs.theorems.monotonicity import StronglyMonotone, secants

_MOST_VARIABLES = 500  # inputs and units
_MOST_FREE = 300  # entries of M that are looked for; beyond that M is one of a few guesses
_PRECISION = (8, 16, 32)  # bits that are kept of a number
_STEPS = 100
_VERTICES = 16
_SECONDS = 30.0  # for one certificate
_MARGIN = 0.02  # a λ that leaves room for rounding, where the trace is at most twice the size


def by_monotonicity(goal: Positive, search: Search) -> Iterator[Proposal]:
    """M and weights for the whole network, or for one part between cuts after the other."""
    match goal:
        case Injective(Network() as f, on) if 0 < f.arity <= f.width:
            steps = certificate(f, on, search) if _curved(f) else None
            if steps is None and len(cuts(f)) > 2:
                steps = injective(f, on, search, certificate)
            if steps is not None:
                yield Proposal(goal, steps, _because(steps))
        case Surjective(Network() as f, Reals() as on, Reals()) if 0 < f.arity == f.width and _curved(f):
            found = _onto(f, on, search)
            if found is not None:
                yield Proposal(goal, found, _because(found))
        case _:
            return


def certificate(f: Network, on: Domain, search: Search) -> Steps | None:
    """The step that proves Injective(f, on) by strong monotonicity, if there is one and it is found."""
    units = sum(width for node, width in zip(f.nodes, f.widths[1:], strict=True) if isinstance(node.op, Pointwise))
    if f.width < f.arity or f.arity + units > 4 * _MOST_VARIABLES:
        return None
    try:
        forms, slopes = secants(f, on)
    except (Rejected, Malformed):
        return None
    if forms.columns > _MOST_VARIABLES:
        return None
    search = replace(search, deadline=min(search.deadline, time.monotonic() + _SECONDS))
    with np.errstate(all="ignore"):  # numbers beyond floats lead nowhere
        for matrix, weights in _solutions(forms, slopes, f.arity, search):
            for bits in _PRECISION:
                step = StronglyMonotone(_matrix(matrix, bits), tuple(_rounded(t, bits) for t in weights))
                if proves(step, Injective(f, on)):
                    return (step,)
    return None


def _onto(f: Network, on: Domain, search: Search) -> Steps | None:
    """f is onto ℝⁿ if every part between cuts is monotone; parts are as short as possible, but for affine ones."""
    whole = certificate(f, on, search)
    if whole is not None:
        return whole
    found: list[StronglyMonotone | Through] = []
    while True:
        cut = next((k for k in cuts(f) if k > 0 and f.widths[k] == f.arity), len(f.nodes))
        steps = certificate(prefix(f, cut), on, search)
        if steps is None or search.remaining() <= 0:
            return None
        if cut == len(f.nodes):
            return (*found, *steps)
        found.append(Through(cut, on))
        found += [step for step in steps if isinstance(step, StronglyMonotone)]
        f = suffix(f, cut)


def _curved(f: Network) -> bool:
    return any(isinstance(node.op, Pointwise) for node in f.nodes)


def _because(steps: Steps) -> str:
    parts = sum(isinstance(step, StronglyMonotone) for step in steps)
    return "the network is strongly monotone after a matrix" if parts == len(steps) == 1 else f"{parts} parts are strongly monotone"


@dataclass(frozen=True, slots=True)
class _Problem:
    """Wanted: t > 0 and M with Σ t_c·sym(p_c q_cᵀ) + Σ M_ij·sym(e_i f_jᵀ) positive definite. Lines of `first` and `second` are the
    p_c and q_c, lines of `output` the f_j, all in variables of about the same size."""

    n: int
    first: Array
    second: Array
    output: Array
    guesses: tuple[Array, ...]  # for M
    jacobians: tuple[Array, ...]  # with the least slopes, the greatest ones, and some between


def _problem(forms: Affine, slopes: Sequence[tuple[Fraction, Fraction]], n: int) -> _Problem:
    k = len(slopes)
    rows = np.zeros((len(forms.rows), forms.columns))
    for i, row in enumerate(forms.rows):
        rows[i, list(row.columns)] = [quotient(a, forms.denominator) for a in row.coefficients]
    low, high = (np.array([approximate(pair[side]) for pair in slopes]) for side in (0, 1))
    unit = np.eye(forms.columns)[n:]
    reach = np.vstack([np.eye(n), np.zeros((k, n))])  # the size of the variables as functions of δx, if nothing cancels
    for i in range(k):
        reach[n + i] = max(abs(low[i]), abs(high[i])) * np.sqrt(rows[i] ** 2 @ reach**2)
    size = np.linalg.norm(reach, axis=1)
    scale = np.where(size > 1e-100, size, 1.0)
    jacobian = _jacobian(rows, (low + high) / 2, n)
    ends = np.random.default_rng(k).random((_VERTICES, k)) < 0.5
    jacobians = [_jacobian(rows, c, n) for c in (low, high, *np.where(ends, low, high))]
    guesses: list[Array] = [np.asarray(np.linalg.pinv(jacobian), dtype=np.float64), jacobian.T]
    if len(jacobian) == n:
        guesses.insert(0, np.eye(n))
    first, second = (unit - low[:, None] * rows[:k]) * scale, (unit - high[:, None] * rows[:k]) * scale
    return _Problem(n, first, second, rows[k:] * scale, tuple(guesses), tuple(jacobians))


def _jacobian(rows: Array, slopes: Array, n: int) -> Array:
    """δf as a function of δx if every unit has the given slope."""
    k = len(slopes)
    along = np.vstack([np.eye(n), np.zeros((k, n))])
    for i in range(k):
        along[n + i] = slopes[i] * (rows[i, : n + i] @ along[: n + i])
    out: Array = rows[k:] @ along
    return out


def _solutions(forms: Affine, slopes: Sequence[tuple[Fraction, Fraction]], n: int, search: Search) -> Iterator[tuple[Array, Array]]:
    """M and weights that may do: one guess after the other, at last with all entries of M free."""
    m, k = len(forms.rows) - len(slopes), len(slopes)
    try:
        problem = _problem(forms, slopes, n)
        if any(np.linalg.matrix_rank(j) < n for j in problem.jacobians):
            return  # M·J would have to be definite for each of them
        tries = [(guess, False) for guess in problem.guesses if all(_definite(guess @ j) for j in problem.jacobians)]
        tries += [(problem.guesses[0], True)] if n * m <= _MOST_FREE else []
        for guess, free in tries:
            y = _solve(problem, guess, free=free, search=search)
            if y is not None and np.isfinite(y).all():
                yield y[0] * guess + (y[1 + k :].reshape(n, m) if free else 0.0), y[1 : 1 + k]
    except np.linalg.LinAlgError:
        return


def definite_weights(a: Array, search: Search) -> Array | None:
    """w > 0 such that Σ wᵢ·ξᵢ·(aξ)ᵢ is a positive definite form, or None."""
    unit = np.eye(len(a))
    try:
        y = _solve(_Problem(1, unit[1:], a[1:], a[:1], (), ()), unit[:1, :1], free=False, search=search)
    except np.linalg.LinAlgError:
        return None
    return None if y is None else y


def _definite(a: Array) -> bool:
    return bool(np.linalg.eigvalsh(a + a.T)[0] > 0)


def _solve(problem: _Problem, guess: Array, *, free: bool, search: Search) -> Array | None:
    """y with S(y) positive definite, y[0] the factor of the guess, then the weights, then what is added to the guess; or None.

    Newton's method maximises λ, with the barrier below and for growing τ, from a λ that is small enough; it ends when λ > 0
    and moves little.
    """
    n, (k, size) = problem.n, problem.first.shape
    left, right = problem.first, problem.second
    if free:
        left = np.vstack([left, np.repeat(np.eye(size)[:n], len(problem.output), axis=0)])
        right = np.vstack([right, np.tile(problem.output, (n, 1))])
    fixed = np.zeros((size, size))
    fixed[:n] = guess @ problem.output
    fixed = (fixed + fixed.T) / 2
    trace = np.concatenate([[np.trace(fixed)], np.einsum("ij,ij->i", left, right)])
    y = np.zeros(1 + len(left))
    y[0] = 1 / max(1e-9, np.abs(fixed).max())
    y[1 : 1 + k] = 1.0 / np.maximum(1e-9, np.abs(np.einsum("ij,ij->i", left[:k], right[:k])))
    if trace @ y <= 0:
        return None
    y *= 1.5 * size / (trace @ y)
    state = _Barrier(fixed, left, right, trace, k)
    spectrum = np.linalg.eigvalsh(state.matrix(y))
    lam = float(spectrum[0] - max(1.0, spectrum[-1] - spectrum[0]))
    tau, good = float(np.sum(1 / (spectrum - lam))), None
    for _ in range(_STEPS):
        if search.remaining() <= 0:
            return None
        moved = state.newton(y, lam, tau)
        if moved is None:
            break
        y, lam, step = moved
        if lam > 0:
            good = y
            if lam > _MARGIN or step < 0.5:
                break
        elif step < 0.5 and lam + 2 * (size + k) / tau < 0:
            break  # near the maximum for this τ, and the best λ is at most so much better
        tau *= 4.0 if step < 1.0 else 1.0
        if tau > 1e9:
            break
    return good


@dataclass(frozen=True, slots=True)
class _Barrier:
    """The function τλ + log det(S(y) − λI) + Σ log y_c (the weights) + log(2N − tr S) + log(tr S − N) − |rest|²/2, S of size N."""

    fixed: Array
    left: Array
    right: Array
    trace: Array
    weights: int

    def matrix(self, y: Array) -> Array:
        """S(y)."""
        half = self.left.T @ (y[1:, None] * self.right)
        out: Array = y[0] * self.fixed + (half + half.T) / 2
        return out

    def slacks(self, y: Array) -> tuple[float, float]:
        """How far the trace is from twice the size, and from the size."""
        trace, size = float(self.trace @ y), len(self.fixed)
        return 2 * size - trace, trace - size

    def value(self, y: Array, lam: float, tau: float) -> float:
        """The function, −∞ outside its domain."""
        positive = y[: 1 + self.weights]
        above, below = self.slacks(y)
        if positive.min() <= 0 or above <= 0 or below <= 0:
            return -np.inf
        try:
            factor = np.linalg.cholesky(self.matrix(y) - lam * np.eye(len(self.fixed)))
        except np.linalg.LinAlgError:
            return -np.inf
        rest = y[1 + self.weights :]
        return float(tau * lam + 2 * np.log(np.diag(factor)).sum() + np.log(positive).sum() + np.log(above * below) - rest @ rest / 2)

    def newton(self, y: Array, lam: float, tau: float) -> tuple[Array, float, float] | None:
        """One step with backtracking: the new y and λ, and the length of the step in the local norm; None where nothing is gained."""
        size, w = len(self.fixed), 1 + self.weights
        try:
            inverse = np.linalg.inv(self.matrix(y) - lam * np.eye(size))
        except np.linalg.LinAlgError:
            return None
        inverse = (inverse + inverse.T) / 2
        pl, pr, pf = self.left @ inverse, self.right @ inverse, inverse @ self.fixed @ inverse
        above, below = self.slacks(y)
        gradient = np.concatenate([[np.sum(inverse * self.fixed)], np.einsum("ij,ij->i", pl, self.right), [tau - np.trace(inverse)]])
        gradient[:-1] += self.trace * (1 / below - 1 / above)
        gradient[:w] += 1 / y[:w]
        gradient[w:-1] -= y[w:]
        hessian = np.zeros((len(y) + 1,) * 2)
        cross = pl @ self.right.T
        hessian[1:-1, 1:-1] = ((pl @ self.left.T) * (pr @ self.right.T) + cross * cross.T) / 2
        hessian[0, 0] = np.sum(pf * self.fixed)
        hessian[0, 1:-1] = hessian[1:-1, 0] = np.einsum("ij,ij->i", self.left @ pf, self.right)
        hessian[-1, 0] = hessian[0, -1] = -np.trace(pf)
        hessian[-1, 1:-1] = hessian[1:-1, -1] = -np.einsum("ij,ij->i", pl, pr)
        hessian[-1, -1] = np.sum(inverse * inverse)
        hessian[:-1, :-1] += np.outer(self.trace, self.trace) * (1 / above**2 + 1 / below**2)
        hessian[range(w), range(w)] += 1 / y[:w] ** 2
        hessian[range(w, len(y)), range(w, len(y))] += 1.0
        try:
            direction = np.linalg.solve(hessian, gradient)
        except np.linalg.LinAlgError:
            return None
        decrement = sqrt(max(0.0, float(gradient @ direction)))
        here, length = self.value(y, lam, tau), 1.0
        while length > 1e-6:
            new, bound = y + length * direction[:-1], lam + length * float(direction[-1])
            if self.value(new, bound, tau) > here + 0.01 * length * decrement**2:
                return new, bound, decrement
            length /= 2
        return (y, lam, 0.0) if decrement < 1e-3 else None


def _matrix(matrix: Array, bits: int) -> tuple[tuple[Fraction, ...], ...]:
    """M with entries rounded to so many bits of its largest one."""
    unit = Fraction(2) ** (_exponent(np.abs(matrix).max(initial=0.0)) - bits)
    return tuple(tuple(round(Fraction(float(a)) / unit) * unit for a in line) for line in matrix)


def _rounded(t: float, bits: int) -> Fraction:
    """A positive number to so many bits."""
    unit = Fraction(2) ** (_exponent(t) - bits)
    return round(Fraction(float(t)) / unit) * unit


def _exponent(t: float) -> int:
    return int(frexp(t)[1]) if t > 0 else 0
