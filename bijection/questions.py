"""The questions as users ask them: models of every kind in, verdicts out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from fractions import Fraction
from pathlib import Path
from typing import Any, assert_never

import numpy as np

from bijection import degrees, driver, fibres, images, local_fibres, maps
from bijection.degrees import Degree
from bijection.engines.onto.labels import classes
from bijection.fibres import Fibre
from bijection.frontends import load
from bijection.frontends.exact import exact
from bijection.images import Image
from bijection.label_table import LabelTable
from bijection.local_fibres import LocalFibre
from bijection.verdict import Verdict
from bijection.welcome import compared
from bijection.wishes import KINDS, Apart, Between, Near, Wish, named
from proofs.binary32 import LARGEST
from proofs.domains import Box, Domain, Floats, Grid, Labels, Reals
from proofs.errors import Malformed, well_formed
from proofs.functions import Function
from proofs.ieee import Binary32
from proofs.network import Network, Table
from proofs.statements import Bijective, Injective, Statement, Surjective


def decide(
    statement: Statement,
    *,
    within: float | None = 60.0,
    seed: int = 0,
    wish: Wish | None = None,
    near: Sequence[Any] | None = None,
    apart: bool = False,
    progress: Callable[[str], None] | None = None,
    executor: Executor | None = None,
    journal: str | Path | None = None,
) -> Verdict:
    """Proved or Refuted with evidence that the kernel has accepted, or Unknown.

    within: seconds; the search runs in a worker process that is ended on time. None searches in this process, without limit.
    wish: what a colliding pair should look like, one of `Near(x)`, `Sparse(x)`, `Apart()`, `Antipodal()`, `Between(x, y)`,
    where inputs are in any numbers (floats are taken as the rationals they are); near=x is short for the first, apart=True
    for the third. progress: receives lines that say what is being tried. The same seed gives the same verdict if time
    suffices. executor: any concurrent.futures.Executor does the units of the complete search; the rest then runs in this
    process. journal: a folder that keeps these units; asked again with it, the same question goes on where it stopped.
    """
    wishes = [w for w in (wish, None if near is None else Near(tuple(near)), Apart() if apart else None) if w is not None]
    well_formed(len(wishes) < 2, "{} are two different wishes; choose one", " and ".join(type(w).__name__ for w in wishes))
    exactly = _exact(wishes[0]) if wishes else None
    verdict = driver.decide(statement, within=within, seed=seed, wish=exactly, progress=progress, executor=executor, journal=journal)
    return compared(verdict, exactly)


def _exact(wish: Wish) -> Wish:
    """The wish with the inputs it names as exact numbers; an array of any shape is read line by line, as `load` reads images."""
    known = ", ".join(f"{kind.__name__}({', '.join(kind.__match_args__)})" for kind in KINDS)
    well_formed(isinstance(wish, KINDS), f"{wish!r:.100} is no wish; there are {known}")
    where = "coordinate {} of the input to be near to"
    points = [np.asarray(x, dtype=object).ravel().tolist() for x in named(wish)]
    inputs = [tuple(exact(t, where.format(i)) for i, t in enumerate(x)) for x in points]
    return Near(inputs[0]) if isinstance(wish, Between) and inputs[0] == inputs[1] else type(wish)(*inputs)


def is_injective(model: Any, on: Domain | None = None, *, arithmetic: str = "real", **options: Any) -> Verdict | maps.Answer:
    """Whether the model is injective on the domain (by default all of ℝⁿ); options as for `decide`.

    arithmetic: "real", or "binary32" for the function that rounds after every operation, by default on all finite binary32 inputs.

    A dict or a FiniteMap is a function between finite sets; its answer is a `maps.Answer` in the elements of those sets.
    """
    if isinstance(model, Mapping | maps.FiniteMap):
        return maps.is_injective(maps.finite_map(model))
    f = load(model, arithmetic=arithmetic)
    return decide(Injective(f, on or whole(f)), **options)


def is_surjective(
    model: Any, on: Domain | None = None, onto: Domain | None = None, *, arithmetic: str = "real", **options: Any
) -> Verdict | maps.Answer:
    """Whether the model maps the domain onto the codomain (by default ℝᵐ, or all labels); otherwise as `is_injective`."""
    if isinstance(model, Mapping | maps.FiniteMap):
        return maps.is_surjective(maps.finite_map(model))
    f = load(model, arithmetic=arithmetic)
    return decide(Surjective(f, on or whole(f), onto or codomain(f)), **options)


def is_bijective(
    model: Any, on: Domain | None = None, onto: Domain | str | None = None, *, arithmetic: str = "real", **options: Any
) -> Verdict | maps.Answer:
    """Whether the model is a bijection from the domain to the codomain; defaults as for `is_surjective`.

    onto="image" asks about the image of the domain. It is a bijection onto that exactly if it is injective, so the verdict is about
    `Injective`; `image(model, on)` lists the image.
    """
    if isinstance(model, Mapping | maps.FiniteMap):
        return maps.is_bijective(maps.finite_map(model))
    f = load(model, arithmetic=arithmetic)
    if isinstance(onto, str):
        well_formed(onto == "image", 'onto={}; it is a codomain, such as a Box, or "image"', onto)
        return decide(Injective(f, on or whole(f)), **options)
    return decide(Bijective(f, on or whole(f), onto or codomain(f)), **options)


def reached_labels(
    model: Any,
    on: Domain | None = None,
    *,
    readout: str = "label",
    arithmetic: str = "real",
    near: Sequence[Any] | None = None,
    **options: Any,
) -> LabelTable:
    """For each label of a classifier, whether some input of the domain has it: Proved with an input, Refuted, or Unknown.

    The model ends with an argmax, or is made to; readout="argmin" takes the smallest output, for outputs that are costs. near: an input
    of the domain; for each label an input near it is looked for. arithmetic="binary32" asks about the function that rounds after every
    operation. Options: within (seconds for all labels together), seed, progress, executor, as for `decide`. The answer is a dict by
    labels that can be printed, drawn and saved.
    """
    well_formed(readout in ("label", "argmin"), "readout {}; labels are read as 'label' (the largest output) or 'argmin'", readout)
    if isinstance(model, Binary32):
        model, arithmetic = model.network, "binary32"
    f = load(model, readout=readout, arithmetic=arithmetic)
    x = None if near is None else tuple(exact(t, f"coordinate {i} of the input to be near to") for i, t in enumerate(near))
    return LabelTable(driver.decide_labels(f, on or whole(f), near=x, **options))


def preimages(
    model: Any,
    of: Sequence[Any] | None = None,
    on: Domain | None = None,
    *,
    like: Sequence[Any] | None = None,
    within: float = 60.0,
    progress: Callable[[str], None] | None = None,
) -> Fibre:
    """All inputs of the domain (by default ℝⁿ) where the model has the value `of`, or the value that it has at the input `like`: exact
    polytopes, with the proof that these are all where the kernel has accepted one.

    A model is piecewise affine; the domain is ℝⁿ, a box or a polytope. within: seconds for the search; its check is not counted.
    """
    well_formed(
        (of is None) != (like is None), "preimages(model, of=…) asks about an output, like=… about that of an input; give one of them"
    )
    f = load(model)
    known = () if like is None else (tuple(exact(t, f"coordinate {i} of the input") for i, t in enumerate(like)),)
    value = f(known[0]) if known else tuple(exact(t, f"coordinate {i} of the value") for i, t in enumerate(of or ()))
    return fibres.preimages(f, value, on or whole(f), within=within, progress=progress, known=known)


def image(model: Any, on: Domain | None = None, *, within: float = 60.0, progress: Callable[[str], None] | None = None) -> Image:
    """The outputs on the domain (by default ℝⁿ), as exact polytopes, for a piecewise-affine model with few linear regions.

    The domain is ℝⁿ, a box or a polytope. `y in image(model, on)` says whether an output is reached.
    """
    f = load(model)
    return images.image(f, on or whole(f), within=within, progress=progress)


def degree(model: Any, *, within: float = 60.0, progress: Callable[[str], None] | None = None, seed: int = 0) -> Degree:
    """The degree of a piecewise-affine map ℝⁿ → ℝⁿ, with a regular value and all its preimages, each with its sign; `number` is None
    where it is not found or there is none.
    """
    return degrees.degree(load(model), within=within, progress=progress, seed=seed)


def local_fibre(model: Any, x: Sequence[Any], on: Domain | None = None) -> LocalFibre:
    """What the input shares its output with inside its own linear region (by default in ℝⁿ, else in a box): a polytope of exact
    dimension, with directions and points along it, for networks of any size.
    """
    f = load(model)
    well_formed(isinstance(f, Network), "a table has no linear regions; its fibres are in bijection.maps")
    assert isinstance(f, Network)
    domain = on or whole(f)
    well_formed(isinstance(domain, Reals | Box), f"local fibres are found in ℝⁿ or a box, not on a {type(domain).__name__}")
    assert isinstance(domain, Reals | Box)
    return local_fibres.local_fibre(f, tuple(exact(t, f"coordinate {i} of the input") for i, t in enumerate(x)), domain)


def box(lower: Any, upper: Any, n: int | None = None) -> Box:
    """The closed box of these ends: one number for all n sides, or a sequence of any shape; floats are the rationals they are."""
    ends = []
    for name, end in (("lower", lower), ("upper", upper)):
        entries = [end] * (n or 1) if np.ndim(end) == 0 else np.asarray(end, dtype=object).ravel().tolist()
        ends.append(tuple(exact(t, f"the {name} end of the box") for t in entries))
    return Box(*ends)


def whole(f: Function) -> Domain:
    """The largest domain on which f is defined."""
    match f:
        case Table(values):
            return Labels(len(values))
        case Binary32():
            return all_floats(f.arity)
        case Network():
            return Reals(f.arity)
        case _:
            assert_never(f)


def floats(lower: Any, upper: Any, n: int | None = None) -> Floats:
    """Every finite binary32 number between the ends, which are given as to `box`."""
    ends = box(lower, upper, n)
    return Floats(ends.lower, ends.upper)


def all_floats(n: int) -> Floats:
    """All vectors of n finite binary32 numbers."""
    return Floats((-LARGEST,) * n, (LARGEST,) * n)


def grid_of(on: Domain, levels: int = 256) -> Grid:
    """So many equidistant values on each side of a box; for ℝⁿ between 0 and 1."""
    match on:
        case Grid():
            return on
        case Box(lower, upper):
            pass
        case Reals(n):
            lower, upper = (Fraction(0),) * n, (Fraction(1),) * n
        case _:
            raise Malformed(f"no grid of {levels} levels belongs to a {type(on).__name__}; choose a box, ℝⁿ or a grid")
    step = tuple((b - a) / (levels - 1) if b > a else Fraction(1) for a, b in zip(lower, upper, strict=True))
    return Grid(lower, upper, step)


def codomain(f: Function) -> Domain:
    """All labels for a classifier, the numbers up to the largest value for a table, all finite numbers in binary32, else ℝᵐ."""
    match f:
        case Table(values):
            return Labels(max(values, default=-1) + 1)
        case Network() | Binary32() if (k := classes(f)) is not None:
            return Labels(k)
        case Binary32():
            return all_floats(f.width)
        case _:
            return Reals(f.width)
