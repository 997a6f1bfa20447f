"""Generated functions, domains, statements and evidence, and the truth about them where it can be found by trying every point."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import product
from math import prod

from hypothesis import strategies as st

from proofs.activations import (
    ABS,
    IDENTITY,
    RELU,
    Activation,
    Atan,
    Elu,
    Erf,
    Exp,
    PiecewiseAffine,
    Reciprocal,
    Sigmoid,
    Sin,
    Softplus,
    Sqrt,
    Tanh,
    clip,
    leaky_relu,
)
from proofs.domains import (
    Box,
    Domain,
    Finite,
    Floats,
    Grid,
    Infinite,
    Integers,
    Labels,
    Point,
    Polytope,
    Reals,
    Simplex,
    cardinality,
    contains,
    dimension,
)
from proofs.errors import Malformed, NoExactValue, Rejected
from proofs.exact import vector
from proofs.functions import Function
from proofs.kernel import Theorem
from proofs.network import Argmax, Max, Network, Node, Op, Pointwise, Product, Softmax, Stack, Sum, Table
from proofs.relaxation import Combination
from proofs.statements import Bijective, Injective, IsIdentity, MapsInto, Not, Reached, Statement, Surjective, negate
from proofs.theorems import (
    Bottleneck,
    BranchAndBound,
    BrokenHalf,
    CancelInner,
    CancelOuter,
    Cancels,
    Collision,
    DominatedLabel,
    Enumeration,
    EqualSizes,
    Escapes,
    FloatCount,
    FullColumnRank,
    FullRowRank,
    GridCount,
    Halves,
    InjectiveIsBijective,
    KernelDirection,
    LayerTree,
    LeftInverse,
    MeetInTheMiddle,
    MissedBefore,
    Misses,
    MomentCurve,
    MonotoneLayer,
    NarrowFirstLayer,
    NullImage,
    OntoLayer,
    OpenRange,
    OppositeDeterminants,
    OppositeOrientations,
    Pigeonhole,
    PrefixCollides,
    Reaches,
    ReachesAll,
    ReachesLabel,
    Recession,
    Restriction,
    RightInverse,
    Separator,
    ShortDualVectors,
    Stages,
    StaysInside,
    StaysOnGrid,
    SuffixCollides,
    SuffixMisses,
    Through,
    TooFewPoints,
    Triangular,
)
from proofs.theorems.branching import Closed, Cut
from tests.build import affine, chain, point

HALF = Fraction(1, 2)
PIECEWISE = (
    RELU,
    ABS,
    IDENTITY,
    leaky_relu(HALF),
    leaky_relu(-HALF),
    clip(Fraction(0), Fraction(1)),
    clip(Fraction(-1), Fraction(2)),
    clip(None, Fraction(1)),
)
SMOOTH = (
    Sigmoid(),
    Tanh(),
    Softplus(),
    Exp(),
    Atan(),
    Erf(),
    Sin(),
    Sqrt(),
    Reciprocal(HALF),
    Elu(Fraction(1), Fraction(1)),
    Elu(HALF, Fraction(2)),
)
rationals = st.builds(Fraction, st.integers(-12, 12), st.sampled_from([1, 2, 3, 4]))


@st.composite
def zigzags(draw: st.DrawFn) -> PiecewiseAffine:
    """Any small piecewise-affine function; breakpoints are tried as drawn, and put in order where the constructor insists."""
    drawn = draw(st.lists(st.integers(-2, 2), min_size=1, max_size=2, unique=True))
    slopes = draw(st.lists(st.sampled_from([-1, 0, 1, 1, 2]), min_size=len(drawn) + 1, max_size=len(drawn) + 1))
    for breakpoints in (drawn, sorted(drawn)):
        pieces, shift = [point(slopes[0], 0)], Fraction(0)
        for b, left, right in zip(breakpoints, slopes, slopes[1:], strict=False):
            shift += (left - right) * b
            pieces.append(point(right, shift))
        try:
            return PiecewiseAffine(point(*breakpoints), tuple(pieces))
        except Malformed:
            continue
    raise AssertionError("a function with sorted breakpoints was refused")


@st.composite
def networks(draw: st.DrawFn, arity: int | None = None, smooth: bool = True, most: int = 4) -> Network:
    """Small networks with every op, integer weights, sometimes skips."""
    n = draw(st.integers(1, 3)) if arity is None else arity
    nodes: list[Node] = []
    widths = [n]
    for _ in range(draw(st.integers(0, most))):
        source = draw(st.sampled_from([len(nodes)] * 4 + list(range(len(widths)))))
        node = Node(*draw(_op(source, widths, smooth)))
        nodes.append(node)
        widths.append(Network(n, tuple(nodes)).width)
    return Network(n, tuple(nodes))


@st.composite
def _op(draw: st.DrawFn, source: int, widths: list[int], smooth: bool) -> tuple[Op, tuple[int, ...]]:
    w = widths[source]
    twins = [j for j, v in enumerate(widths) if v == w]
    kinds = ["affine"] * 4 + ["pointwise"] * 4 + ["sum", "product", "max"] + (["stack"] if w <= 2 else []) + (["argmax"] if w else [])
    kind = draw(st.sampled_from(kinds + (["softmax"] if smooth and w else [])))
    match kind:
        case "affine":
            m = draw(st.integers(1, 3))
            entries = st.integers(-2, 2)
            rows = draw(st.lists(st.lists(entries, min_size=w, max_size=w), min_size=m, max_size=m))
            return affine(rows, draw(st.lists(st.sampled_from([0, 0, 1, -1, "1/2"]), min_size=m, max_size=m)), w), (source,)
        case "pointwise":
            pool: tuple[Activation, ...] = PIECEWISE * 2 + (SMOOTH if smooth else ())
            return Pointwise(tuple(draw(st.lists(st.sampled_from(pool) | zigzags(), min_size=w, max_size=w)))), (source,)
        case "sum":
            return Sum(), (source, draw(st.sampled_from(twins)))
        case "product":
            return Product(), (source, draw(st.sampled_from(twins)))
        case "max":
            group = st.lists(st.integers(0, w - 1), min_size=1, max_size=3).map(tuple)
            return Max(tuple(draw(st.lists(group, min_size=1, max_size=3)))), (source,)
        case "stack":
            return Stack(), (source, draw(st.sampled_from([j for j, v in enumerate(widths) if v <= 2])))
        case "argmax":
            return Argmax(), (source,)
        case _:
            return Softmax((tuple(range(w)),)), (source,)


tables = st.lists(st.integers(-1, 4), max_size=5).map(lambda values: Table(tuple(values)))


def functions() -> st.SearchStrategy[Function]:
    """Networks, and one table for every four of them."""
    return st.one_of(networks(), networks(smooth=False, most=1), networks(smooth=False, most=2), networks(arity=1, smooth=False), tables)


@st.composite
def boxes(draw: st.DrawFn, n: int) -> Box:
    """Boxes, some of their sides single points."""
    lower = draw(st.lists(st.integers(-3, 3), min_size=n, max_size=n))
    sides = draw(st.lists(st.sampled_from([0, 1, 2, HALF]), min_size=n, max_size=n))
    return Box(point(*lower), tuple(Fraction(a) + s for a, s in zip(lower, sides, strict=True)))


@st.composite
def polytopes(draw: st.DrawFn, n: int) -> Polytope:
    """A few half-spaces; unbounded or empty at times."""
    normals = draw(st.lists(st.lists(st.integers(-1, 1), min_size=n, max_size=n), max_size=3))
    offsets = draw(st.lists(st.integers(-1, 2), min_size=len(normals), max_size=len(normals)))
    return Polytope(n, tuple(point(*a) for a in normals), point(*offsets))


@st.composite
def grids(draw: st.DrawFn, n: int) -> Grid:
    """Grids of a handful of points, the upper end often not on the grid."""
    side = draw(boxes(n))
    return Grid(side.lower, side.upper, tuple(draw(st.lists(st.sampled_from([HALF, Fraction(1), Fraction(2)]), min_size=n, max_size=n))))


def points_in(n: int) -> st.SearchStrategy[Point]:
    """Points with small coordinates."""
    return st.lists(rationals, min_size=n, max_size=n).map(tuple)


def finites(n: int) -> st.SearchStrategy[Finite]:
    """One to five points."""
    return st.lists(points_in(n), min_size=1, max_size=5, unique=True).map(lambda ps: Finite(tuple(ps)))


def domains(n: int) -> st.SearchStrategy[Domain]:
    """Every kind of set in ℝⁿ."""
    kinds: list[st.SearchStrategy[Domain]] = [
        finites(n),
        grids(n),
        grids(n),
        boxes(n),
        boxes(n),
        polytopes(n),
        st.just(Reals(n)),
        st.just(Integers(n)),
    ]
    kinds.append(boxes(n).map(lambda b: Floats(b.lower, b.upper)))
    if n:
        kinds.append(st.just(Simplex(n)))
    if n == 1:
        kinds += [st.integers(0, 4).map(Labels)]
    return st.one_of(kinds)


@st.composite
def statements(draw: st.DrawFn) -> Statement:
    """Claims of every kind, and their negations, that the constructors admit."""
    f = draw(functions())
    on = draw(table_domains(f) if isinstance(f, Table) else domains(f.arity))
    image = domains(f.width)
    positive: Statement
    match draw(st.sampled_from(["injective"] * 3 + ["surjective"] * 3 + ["bijective", "into", "reached", "identity"])):
        case "injective":
            positive = Injective(f, on)
        case "surjective":
            positive = Surjective(f, on, draw(image))
        case "bijective":
            positive = Bijective(f, on, draw(image))
        case "into":
            positive = MapsInto(f, on, draw(image))
        case "identity" if f.width == f.arity:
            positive = IsIdentity(f, on)
        case _:
            positive = Reached(f, on, draw(st.lists(st.integers(-1, 2), min_size=f.width, max_size=f.width).map(lambda v: point(*v))))
    return positive if draw(st.booleans()) else negate(positive)


def table_domains(f: Table) -> st.SearchStrategy[Domain]:
    """Sets of points of the table."""
    labels = st.integers(0, len(f.values)).map(Labels)
    if not f.values:
        return labels
    some = st.lists(st.integers(0, len(f.values) - 1), min_size=1, unique=True)
    return st.one_of(labels, some.map(lambda ks: Finite(tuple(point(k) for k in ks))))


# The truth, by trying every point.


def all_points(domain: Domain) -> list[Point] | None:
    """Every point of a finite set, found without the kernel's enumeration; None where the set is large, infinite or not understood."""
    match domain:
        case Finite(points):
            return list(points)
        case Labels(k):
            return [(Fraction(i),) for i in range(k)]
        case Grid(lower, upper, step):
            axes = []
            if prod((b - a) / s + 1 for a, b, s in zip(lower, upper, step, strict=True)) > 100_000:
                return None
            for a, b, s in zip(lower, upper, step, strict=True):
                axis = []
                while a <= b:
                    axis.append(a)
                    a += s
                axes.append(axis)
            return [tuple(p) for p in product(*axes)]
        case Box(lower, upper) if lower == upper:
            return [lower]
        case _:
            return None


def truth(statement: Statement) -> bool | None:
    """Whether the statement is true, by trying every point of its domain; None where that cannot be done."""
    if isinstance(statement, Not):
        inner = truth(statement.statement)
        return None if inner is None else not inner
    xs = all_points(statement.on)
    if xs is None:
        return None
    try:
        ys = [tuple(statement.f(x)) for x in xs]
    except NoExactValue:
        return None
    match statement:
        case Injective():
            return len(set(ys)) == len(xs)
        case Surjective(_, _, onto):
            return _covers(ys, onto)
        case Bijective(_, _, onto):
            covered = _covers(ys, onto)
            return None if covered is None else covered and len(set(ys)) == len(xs) and all(contains(onto, vector(y)) for y in ys)
        case MapsInto(_, _, into):
            return all(contains(into, vector(y)) for y in ys)
        case Reached(_, _, value):
            return value in ys
        case IsIdentity():
            return xs == ys


def _covers(ys: list[Point], onto: Domain) -> bool | None:
    wanted = all_points(onto)
    if wanted is not None:
        return set(wanted) <= set(ys)
    return False if isinstance(cardinality(onto), Infinite) else None


# Evidence: plausible certificates for a goal, tried recursively.


def evidence_for(goal: Statement, rng: random.Random, depth: int = 3, width: int = 14) -> list[Theorem] | None:
    """A derivation in preorder whose every step the theorems themselves accept, if a short random search finds one."""
    for theorem in candidates(goal, rng, width):
        try:
            subgoals = theorem.reduce(goal)
        except (Rejected, Malformed, NoExactValue):
            continue
        if depth == 0 and subgoals:
            continue
        steps: list[Theorem] | None = [theorem]
        for subgoal in subgoals:
            below = evidence_for(subgoal, rng, depth - 1, max(width // 2, 4))
            if below is None:
                steps = None
                break
            steps += below
        if steps is not None:
            return steps
    return None


def candidates(goal: Statement, rng: random.Random, width: int) -> Iterator[Theorem]:
    """Theorems that might fit the goal: those without free choices first, then random certificates."""
    fixed: dict[type, tuple[Theorem, ...]] = {
        Injective: (Enumeration(), MonotoneLayer()),
        Surjective: (Enumeration(), OntoLayer()),
        MapsInto: (StaysInside(), StaysOnGrid(), Enumeration()),
        IsIdentity: (Cancels(), Enumeration()),
        Bijective: (Halves(),),
    }
    against: dict[type, tuple[Theorem, ...]] = {
        Injective: (NarrowFirstLayer(), GridCount(), FloatCount()),
        Surjective: (TooFewPoints(),),
        Bijective: tuple(map(BrokenHalf, ("injective", "surjective", "into"))),
        Reached: (Enumeration(),),
    }
    inner = goal.statement if isinstance(goal, Not) else goal
    sure = list((against if isinstance(goal, Not) else fixed).get(type(inner), ()))
    rng.shuffle(sure)
    yield from sure
    makers = _MAKERS.get((isinstance(goal, Not), type(inner)), ())
    for _ in range(min(width, 3 * len(makers))):
        yield rng.choice(makers)(inner, rng)


Maker = Callable[[Statement, random.Random], Theorem]


def _number(rng: random.Random) -> Fraction:
    return rng.choice([Fraction(k) for k in range(-3, 4)] + [HALF, -HALF, Fraction(3, 2), Fraction(1, 3)])


def _vector(n: int, rng: random.Random) -> Point:
    return tuple(_number(rng) for _ in range(n))


def _member(domain: Domain, rng: random.Random) -> Point:
    """A point, most of the time in the domain."""
    n = dimension(domain)
    match domain:
        case Box(lower, upper) | Floats(lower, upper):
            return tuple(a + (b - a) * rng.choice([0, HALF, 1, Fraction(1, 4)]) for a, b in zip(lower, upper, strict=True))
        case Simplex():
            weights = [rng.randint(1, 3) for _ in range(n)]
            return tuple(Fraction(w, sum(weights)) for w in weights)
        case Integers() | Polytope():
            return tuple(Fraction(rng.randint(-3, 3)) for _ in range(n))
        case _:
            xs = all_points(domain)
            return rng.choice(xs) if xs else _vector(n, rng)


def _domain(n: int, rng: random.Random) -> Domain:
    a = rng.randint(-2, 1)
    match rng.choice(["reals", "integers", "box", "space", "grid", "finite", "simplex", "labels", "labels"]):
        case "integers":
            return Integers(n)
        case "box":
            return Box(point(*[a] * n), point(*[a + rng.randint(0, 3)] * n))
        case "space":
            return Polytope(n, (), ())
        case "grid":
            return Grid(point(*[a] * n), point(*[a + rng.randint(0, 2)] * n), (rng.choice([HALF, Fraction(1)]),) * n)
        case "finite":
            return Finite(tuple({_vector(n, rng) for _ in range(rng.randint(1, 3))}))
        case "simplex" if n:
            return Simplex(n)
        case "labels" if n == 1:
            return Labels(rng.randint(0, 5))
        case _:
            return Reals(n)


def _near(domain: Domain, rng: random.Random) -> Domain:
    """A set related to the domain: itself, a part of it, or any set of the dimension."""
    n = dimension(domain)
    members = tuple({_member(domain, rng) for _ in range(3)})
    return rng.choice([domain, Reals(n), Finite(members), _domain(n, rng)])


def _pair(goal: Statement, rng: random.Random) -> Theorem:
    seen: dict[Point, Point] = {}
    x = _member(goal.on, rng)
    for _ in range(12):
        x = _member(goal.on, rng)
        try:
            y = tuple(goal.f(x))
        except (NoExactValue, Malformed):
            break
        if seen.setdefault(y, x) != x:
            return Collision(seen[y], x)
    return Collision(x, _member(goal.on, rng))


def _cut(goal: Statement, rng: random.Random) -> int:
    return rng.randint(0, len(goal.f.nodes)) if isinstance(goal.f, Network) else 0


def _between(goal: Statement, rng: random.Random) -> tuple[int, Domain]:
    cut = _cut(goal, rng)
    width = goal.f.widths[cut] if isinstance(goal.f, Network) else 1
    return cut, _domain(width, rng)


def _other(n: int, m: int, rng: random.Random) -> Function:
    """A function from ℝⁿ to ℝᵐ to compose with."""
    w = [[rng.choice([-1, 0, 1, 1, 2, "1/2"]) for _ in range(n)] for _ in range(m)]
    if rng.random() < 0.4 and n == m:
        w = [[rng.choice([1, -1, 2, "1/2"]) if i == j else 0 for j in range(n)] for i in range(m)]
    if rng.random() < 0.2:
        return Table(tuple(rng.randint(0, 3) for _ in range(rng.randint(1, 4))))
    return chain(n, affine(w, None, n), *([Pointwise(tuple(rng.choice(PIECEWISE) for _ in range(m)))] if rng.random() < 0.3 else []))


def _inverse_table(goal: Statement, rng: random.Random, n: int, m: int) -> Function:
    """Of a table, a table that takes values back where that can be done; of a network, any network the other way."""
    if not isinstance(goal.f, Table) or rng.random() < 0.2:
        return _other(n, m, rng)
    back = {v: i for i, v in enumerate(goal.f.values)}
    return Table(tuple(back.get(v, 0) for v in range(max(back, default=-1) + 1)))


def _rank(goal: Statement, rng: random.Random, make: type) -> Theorem:
    """A modular inverse of a few rows or columns of size 1 and 2, often the right one."""
    p = rng.choice([2, 3, 5, 101])
    f = goal.f
    op = f.nodes[-1].op if isinstance(f, Network) and f.nodes else None
    rows = getattr(op, "rows", ())
    w = [[dict(zip(r.columns, r.coefficients, strict=True)).get(j, 0) for j in range(getattr(op, "columns", 0))] for r in rows]
    lines, width = (len(w), f.arity) if make is FullColumnRank else (f.arity, len(w))
    chosen = tuple(rng.randrange(max(lines, 1)) for _ in range(min(width, 2)))
    if make is FullRowRank:
        w = [[row[j] for row in w] for j in range(f.arity)] if w and len(w[0]) == f.arity else []
    try:
        z = [w[i] for i in chosen]
        if width == 1:
            return make(p, chosen, ((pow(z[0][0], -1, p),),))
        (a, b), (c, d) = z if make is FullColumnRank else zip(*z, strict=True)
        t = pow(a * d - b * c, -1, p)
        return make(p, chosen, ((d * t, -b * t), (-c * t, a * t)))
    except (ValueError, IndexError):
        return make(p, chosen, tuple((rng.randint(-1, 1),) * width for _ in range(width)))


def _tree(goal: Statement, rng: random.Random) -> Theorem:
    """Single flats with either sign, or two of them at once, in any order."""
    count = goal.f.width + 1
    dependencies = []
    for _ in range(rng.randint(0, 3)):
        flats = tuple(rng.randrange(count) for _ in range(rng.choice([1, 1, 2])))
        sides = ((rng.randrange(4), 1),) if isinstance(goal.on, Polytope) and rng.random() < 0.7 else ()
        dependencies.append((flats, tuple(rng.choice([1, 1, 2, -1]) for _ in flats), sides))
    tree = tuple(rng.randrange(len(dependencies)) for _ in range(rng.randint(0, 3))) if dependencies else ()
    return LayerTree(rng.choice([2, 3, 4, 101]), tuple(dependencies), tree)


def _some_label(goal: Statement, rng: random.Random) -> Theorem:
    f = goal.f
    last = f.nodes[-1] if isinstance(f, Network) and f.nodes else None
    k = f.widths[last.inputs[0]] if last and isinstance(last.op, Argmax) else 1
    return DominatedLabel(tuple(Fraction(rng.choice([0, 0, 1, 2])) for _ in range(k)))


def _branching(goal: Statement, rng: random.Random) -> Theorem:
    """A cut or none, and combinations with small numbers."""
    f = goal.f
    scores = f.nodes[-1].inputs[0] if isinstance(f, Network) and f.nodes and isinstance(f.nodes[-1].op, Argmax) else -1
    width = f.widths[scores] if isinstance(f, Network) else 1

    def closed() -> Closed:
        u = [Fraction(rng.choice([-1, 0, 1])) for _ in range(width)]
        if isinstance(goal, Reached) and scores != -1:
            k = int(goal.value[0]) % width
            u[k] -= sum(u)
        some = tuple((rng.randint(0, 2), rng.randint(0, 1), _number(rng)) for _ in range(rng.randint(0, 2)))
        return Closed((Combination(tuple(u), some, tuple((v, i, m) for v, i, m in some[:1])[: rng.randint(0, 1)], ()),))

    cut = Cut(rng.randint(0, 2), 0, Fraction(rng.randint(-1, 1)))
    return BranchAndBound(rng.choice([(closed(),), (cut, closed(), closed())]))


def _interior(goal: Statement, rng: random.Random) -> Theorem:
    return Bottleneck(_cut(goal, rng), rng.choice([None, _vector(goal.f.arity, rng)]))


def _order(goal: Statement, rng: random.Random) -> Theorem:
    n = goal.f.arity
    outputs = [rng.randrange(max(goal.f.width, 1)) for _ in range(n)]
    if rng.random() < 0.7 and goal.f.width >= n:
        outputs = rng.sample(range(goal.f.width), n)
    return Triangular(tuple(rng.choice([0, 0, 1, 2]) for _ in range(n)), tuple(outputs))


def _stages(goal: Statement, rng: random.Random) -> Theorem:
    """One list of coordinates, as many as there are inputs, of any values."""
    widths = goal.f.widths if isinstance(goal.f, Network) else (1, 1)
    places = [(v, i) for v, width in enumerate(widths) for i in range(width)]
    chosen = tuple(rng.sample(places, min(goal.f.arity, len(places))))
    return Stages((chosen,), (rng.choice([Reals(len(chosen)), _domain(len(chosen), rng)]),))


_MAKERS: dict[tuple[bool, type], tuple[Maker, ...]] = {
    (False, Injective): (
        lambda g, r: LeftInverse(_inverse_table(g, r, g.f.width, g.f.arity)),
        lambda g, r: CancelOuter(_other(g.f.width, r.randint(1, 2), r)),
        lambda g, r: Restriction(_near(g.on, r), None),
        lambda g, r: EqualSizes(_domain(g.f.width, r)),
        lambda g, r: Through(*_between(g, r)),
        lambda g, r: _rank(g, r, FullColumnRank),
        lambda g, r: ShortDualVectors(tuple((Fraction(1, r.randint(1, 9)),) * g.f.width for _ in range(r.randint(0, g.f.arity)))),
        lambda g, r: MeetInTheMiddle(tuple(j for j in range(g.f.arity) if r.randint(0, 1))),
        lambda g, r: _tree(g, r),
        _order,
        _order,
        _stages,
    ),
    (True, Injective): (
        _pair,
        _pair,
        lambda g, r: KernelDirection(_member(g.on, r), _vector(g.f.arity, r)),
        lambda g, r: OppositeDeterminants(_member(g.on, r), _member(g.on, r)),
        lambda g, r: OppositeOrientations(_member(g.on, r), _member(g.on, r)),
        lambda g, r: InjectiveIsBijective(),
        _interior,
        lambda g, r: Pigeonhole(_domain(g.f.width, r)),
        lambda g, r: PrefixCollides(_cut(g, r)),
        lambda g, r: SuffixCollides(*_between(g, r)),
        lambda g, r: Restriction(_near(g.on, r), None),
        lambda g, r: EqualSizes(_domain(g.f.width, r)),
    ),
    (False, Surjective): (
        lambda g, r: ReachesAll(tuple(_member(g.on, r) for _ in range(4))),
        lambda g, r: RightInverse(_inverse_table(g, r, g.f.width, g.f.arity)),
        lambda g, r: CancelInner(_other(n := r.randint(1, 2), g.f.arity, r), _domain(n, r)),
        lambda g, r: Restriction(_near(g.on, r), r.choice([None, _near(g.onto, r)])),
        lambda g, r: EqualSizes(g.onto),
        lambda g, r: InjectiveIsBijective(),
        lambda g, r: Through(*_between(g, r)),
        lambda g, r: _rank(g, r, FullRowRank),
        _order,
        _stages,
    ),
    (True, Surjective): (
        lambda g, r: Misses(_member(g.onto, r)),
        lambda g, r: Misses(_member(g.onto, r)),
        lambda g, r: NullImage(_cut(g, r)),
        lambda g, r: Recession(),
        lambda g, r: SuffixMisses(*_between(g, r)),
        lambda g, r: Restriction(_near(g.on, r), r.choice([None, _near(g.onto, r)])),
        lambda g, r: EqualSizes(g.onto),
    ),
    (False, MapsInto): (lambda g, r: Through(*_between(g, r)), _branching),
    (True, MapsInto): (lambda g, r: Escapes(_member(g.on, r)),),
    (False, Reached): (lambda g, r: Reaches(_member(g.on, r)), lambda g, r: ReachesLabel(_member(g.on, r))),
    (True, Reached): (
        lambda g, r: Separator(_vector(g.f.width, r)),
        lambda g, r: Separator(tuple(Fraction(int(i == 0)) for i in range(g.f.width))),
        _some_label,
        _branching,
        _branching,
        lambda g, r: SuffixMisses(*_between(g, r)),
        lambda g, r: OpenRange(r.randrange(max(1, g.f.width))),
        lambda g, r: MomentCurve(_cut(g, r), _vector(g.f.width, r)),
        lambda g, r: MissedBefore(*_between(g, r), _vector(g.f.width, r)),
    ),
}
