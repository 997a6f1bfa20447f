"""`bijection.inverse(model)`: g with g ∘ f = id on the domain and f ∘ g = id on the codomain, accepted by the kernel."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from bijection import load
from bijection.engines.complete.regions import cells, groups
from bijection.engines.local import piecewise_affine
from bijection.engines.proposal import Search
from bijection.engines.structure.left_inverse import inverse_of, proof_of, together, undone_parts
from bijection.errors import NoInverse, NotSupported
from bijection.exact.floating import shadow
from bijection.inversion.lattice import max_of_mins
from bijection.inversion.lipschitz import NORMS, LipschitzConstant, lipschitz, of_matrices, with_proof
from bijection.inversion.pieces import Pieces, as_rows, inverse_pieces, is_flat, matrix, pieces_of
from bijection.inversion.proving import inverts, proof_of_pieces
from bijection.inversion.steepness import on_image
from bijection.questions import decide, whole
from bijection.shown import Shown
from bijection.verdict import Proved, Refuted, accept
from bijection.words import count, domain, function
from proofs.domains import Box, Domain, Point, Polytope, Reals, contains, dimension
from proofs.errors import Malformed, NoExactValue, Rejected, well_formed
from proofs.exact import vector
from proofs.kernel import Theorem
from proofs.network import Network
from proofs.statements import Bijective, Injective, IsIdentity, Statement, Surjective
from proofs.theorems.identity import Cancels, OtherSide
from proofs.theorems.lattice_form import MaxOfMins
from proofs.theorems.lipschitz import LipschitzInverse
from proofs.theorems.merging import merged
from proofs.theorems.orientation import InjectiveIsBijective
from proofs.theorems.sets import Halves, LeftInverse, RightInverse
from proofs.theorems.values import StaysInside

MOST_TOGETHER = 800  # pieces that are put together into one network


@dataclass(frozen=True, slots=True, repr=False)
class Inverse(Shown):
    """The inverse of f from `onto` (the image of `on`, if that is None) back to `on`.

    It is `network`, an exact network g, put together layer by layer or out of `pieces`, polytopes with affine maps; or, where there are
    very many, the pieces alone. `proofs` are the verdicts it rests on: for a network g ∘ f = id on `on`, f ∘ g = id on `onto`, and what
    follows for f; for pieces that f is injective, or bijective.
    Call it on an exact point for the exact value, or on float arrays (one point, or one a row) for an evaluation in binary64.
    """

    f: Network = field(repr=False)
    on: Domain
    onto: Domain | None
    network: Network | None = field(repr=False)
    pieces: Pieces | None = field(repr=False)
    proofs: tuple[Proved, ...]
    because: str

    def __call__(self, y: Any) -> Any:
        """The x in `on` with f(x) = y. Exact for ints and Fractions, and then checked; Malformed where there is no such x.

        Floats are not checked: where no input has the output y they give what the network, or the piece with the nearest region, has there.
        """
        if isinstance(y, np.ndarray) or any(isinstance(t, float | np.floating) for t in y):
            rows, back = as_rows(y, self.f.width, "an output")
            return back(self._in_floats(rows))
        return self.exact(y)

    def exact(self, y: Sequence[int | Fraction]) -> Point:
        """The exact value, after the check that f maps it to y."""
        well_formed(len(y) == self.f.width, "an output of {} numbers; the network has {}", len(y), self.f.width)
        value = vector(y).fractions()
        try:
            x = self.network(value) if self.network is not None else self._pieces()(value)
            if contains(self.on, vector(x)) and self.f(x) == value:
                return x
        except NoExactValue as why:
            raise NoExactValue(f"{why}; bijection.approximate_inverse encloses it, float arrays are evaluated in binary64") from None
        except Malformed:  # outside of all regions
            pass
        raise Malformed("no input of the domain has this output; the inverse is not defined there")

    def _in_floats(self, rows: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        return shadow(self.network)(rows) if self.network is not None else self._pieces().in_floats(rows)

    def _pieces(self) -> Pieces:
        assert self.pieces is not None, "an inverse is a network, or pieces"
        return self.pieces

    def formula(self, within: float = 60.0) -> Any:
        """A column of sympy expressions in y0, y1, …; sympy.Piecewise for piecewise-affine inverses. NotSupported where it is too long."""
        from bijection.inversion.formula import formula, symbolic

        if self.network is not None and piecewise_affine(self.network) < len(self.network.nodes):
            return symbolic(self.network, "y")
        return formula(self.in_pieces(within), "y")

    def in_pieces(self, within: float = 60.0) -> Pieces:
        """The inverse as polytopes with affine maps."""
        if self.pieces is not None:
            return self.pieces
        search = Search(time.monotonic() + within)
        if isinstance(self.onto, Reals | Box | Polytope) and self.network is not None:
            return pieces_of(cells(self.network, self.onto, search))
        if not isinstance(self.on, Reals | Box | Polytope):
            raise NotSupported(f"pieces on {type(self.on).__name__}; they are polytopes in ℝⁿ, a box or a polytope")
        return inverse_pieces(cells(self.f, self.on, search))

    def lipschitz(self, norm: str = "max", within: float = 60.0) -> LipschitzConstant:
        """The Lipschitz constant of the inverse in the max, sum or euclidean norm: exact for few regions, between bounds otherwise.

        `bijection.lipschitz` gives that of f; the two together say by how much f stretches and shrinks distances.
        """
        well_formed(norm in NORMS, f"the norm {norm!r}; choose {', '.join(NORMS)}")
        flat = self.pieces is not None and any(is_flat(piece.region) for piece in self.pieces.pieces)
        if isinstance(self.onto, Reals | Box | Polytope) and not flat:  # convex
            if self.pieces is not None:
                return self._of_pieces(norm)
            return lipschitz(self.network, self.onto, norm=norm, within=within)
        return on_image(self.f, self.network, self.on, norm, Search(time.monotonic() + within))

    def _of_pieces(self, norm: str) -> LipschitzConstant:
        """From the matrices of the pieces; the proof goes by the cells of f."""
        found = of_matrices((matrix(piece.map) for piece in self._pieces().pieces), norm)
        match self.network, self.proofs:
            case Network() as g, (Proved(evidence=(MaxOfMins(cuts, _), *_) as left), *_) if isinstance(self.onto, Reals):
                onto: tuple[Theorem, ...] = (InjectiveIsBijective(), LeftInverse(g), *left)
                return with_proof(found, g, self.onto, LipschitzInverse(self.f, self.on, cuts), *left, *onto)
            case _:
                return found

    def save(self, file: str | Path, dtype: str = "double") -> Any:
        """Write g as an ONNX file; the answer says whether its weights had to be rounded (then it holds an approximation of g).

        A network is read again by `load`; pieces alone become a graph that selects the nearest region, for other programs to run.
        """
        from bijection.export.onnx_model import write
        from bijection.inversion.pieces_onnx import write_pieces

        return write_pieces(self._pieces(), file, dtype) if self.network is None else write(self.network, file, dtype)

    def to_torch(self) -> Any:
        """g as a torch.nn.Module in binary64 (extra `torch`), differentiable; its `rounded` counts weights that are no binary64 numbers."""
        if self.network is None:
            raise NotSupported("the inverse is left in pieces, and no network; call it, or save it as ONNX, which selects a piece")
        from bijection.export.torch_module import to_torch

        return to_torch(self.network)

    def plot(self, ax: Any = None, path: str | Path | None = None, image: Sequence[int] | None = None) -> Any:
        """The inverse as a function of one or two numbers. See Shown.plot."""
        from bijection.export.figures import plot

        if self.network is None:
            raise NotSupported("the inverse is left in pieces, and no network: it is not drawn; plot the network that it inverts")
        return plot(self.network, ax, path, on=self.onto, image=image, title=f"The inverse of {function(self.f)}")

    def __repr__(self) -> str:
        onto = "the image" if self.onto is None else domain(self.onto)
        return f"<Inverse from {onto} to {domain(self.on)}: {self.because}>"

    def __str__(self) -> str:
        return "\n".join([self.because, *(str(proof) for proof in self.proofs)])


def inverse(model: Any, on: Domain | None = None, onto: Domain | None = None, *, within: float = 60.0, seed: int = 0) -> Inverse:
    """The inverse of the model on a domain (ℝⁿ by default), onto a codomain if one is named, else of its image.

    A network with as many outputs as inputs is inverted on all of ℝⁿ where it is a bijection. Raises NoInverse with the verdict, and its
    counterexample, where the model is not injective, or not a bijection onto the codomain, or where that is not decided in time.
    """
    f = load(model)
    if not isinstance(f, Network):
        raise NotSupported(f"a {type(f).__name__} has no layers; real networks are inverted here, finite maps in bijection.maps")
    task = _Task(f, on if on is not None else whole(f), onto, time.monotonic(), within, seed)
    well_formed(dimension(task.on) == f.arity, "a domain in {} dimensions for a network on {} inputs", dimension(task.on), f.arity)
    found = _network(f, task.started + within)
    return task.pieces() if found is None else task.network(*found)


def _network(f: Network, until: float) -> tuple[Network, tuple[Theorem, ...]] | None:
    """A left inverse on ℝⁿ, layer by layer, and how that is proved; where units are copies of each other, also with these merged."""
    parts = undone_parts(f, until)
    if parts is not None:
        return inverse_of(f, parts), proof_of(parts)
    try:
        less = merged(f)
    except (Rejected, Malformed):
        return None
    parts = None if less == f else undone_parts(less, until)
    return None if parts is None else (inverse_of(less, parts), (Cancels(),))


@dataclass(frozen=True, slots=True)
class _Task:
    """What is asked, and until when."""

    f: Network
    on: Domain
    onto: Domain | None
    started: float
    within: float
    seed: int

    def network(self, g: Network, steps: tuple[Theorem, ...]) -> Inverse:
        """The inverse that is a network, with what the kernel accepts about it; `steps` prove g ∘ f = id."""
        because = f"the inverse is a network of {count(len(g.nodes), 'operation')}, put together layer by layer"
        left = self.accepted(because, IsIdentity(together(g, self.f), self.on), *steps)
        if left is None:
            raise NotSupported("every part of the network has an inverse, but the whole takes more work to check than the kernel does")
        other = self._other_side(g, steps, because)
        if other:
            onto = self.onto if self.onto is not None else Reals(self.f.width)
            return Inverse(self.f, self.on, onto, g, None, (left, *other), because)
        injective = self.accepted(because, Injective(self.f, self.on), LeftInverse(g), *steps)
        return Inverse(self.f, self.on, None, g, None, tuple(p for p in (left, injective) if p is not None), because)

    def _other_side(self, g: Network, steps: tuple[Theorem, ...], because: str) -> list[Proved]:
        """f ∘ g = id on the codomain and f a bijection; nothing if the inverse is one of the image only."""
        onto = self.codomain()
        if onto is None:
            return []
        bijective, back = Bijective(self.f, self.on, onto), IsIdentity(together(self.f, g), onto)
        injective = (LeftInverse(g), *steps)
        ways: list[tuple[tuple[Theorem, ...], tuple[Theorem, ...]]] = [
            ((Cancels(),), (Halves(), *injective, RightInverse(g), Cancels(), StaysInside(), StaysInside())),
            ((OtherSide(len(g.nodes), self.on), InjectiveIsBijective(), *injective, *steps), (InjectiveIsBijective(), *injective)),
        ]
        for right, both in ways if isinstance(self.on, Reals) and isinstance(onto, Reals) else []:
            found = [self.accepted(because, back, *right), self.accepted(because, bijective, *both)]
            if None not in found:
                return [proof for proof in found if proof is not None]
        verdict, reached = self.decided(bijective), self.decided(Surjective(self.f, self.on, onto))
        if verdict is None or reached is None:
            return []
        shown = self.accepted(because, back, OtherSide(len(g.nodes), self.on), *reached.evidence, *steps)
        return [proof for proof in (shown, verdict) if proof is not None]

    def pieces(self) -> Inverse:
        """The inverse in pieces, of a network that is decided to be injective, or bijective, by whatever engine can."""
        if not isinstance(self.on, Reals | Box | Polytope):
            where = f"ℝⁿ, boxes and polytopes, not {type(self.on).__name__}"
            raise NotSupported(f"the layers of the network have no inverses of their own; such networks are inverted on {where}")
        onto = self.codomain()
        verdict = None if onto is None else self.decided(Bijective(self.f, self.on, onto))
        if verdict is None:
            onto, verdict = None, self.decided(Injective(self.f, self.on), needed=True)
        assert verdict is not None
        if piecewise_affine(self.f) < len(self.f.nodes):
            raise NotSupported(
                "it is injective, which is proved, but no network is found that is its inverse, and it has no linear regions: "
                "`bijection.approximate_inverse` (on the command line --at with --error) finds inputs with proved bounds of their errors"
            )
        tree = cells(self.f, self.on, Search(self.started + self.within))
        found = inverse_pieces(tree)
        because = f"the inverse has {len(found)} pieces, one for each linear region"
        g = max_of_mins(found, groups(tree)) if 0 < len(found) <= MOST_TOGETHER else None
        shown = [] if g is None else self.together(g, MaxOfMins(tree.cuts, len(self.f.nodes)), onto, because)
        if not shown:
            alone = self.accepted(because, inverts(found, tree, onto), *proof_of_pieces(found, tree, verdict.evidence))
            return Inverse(self.f, self.on, onto, None, found, (verdict,) if alone is None else (alone, verdict), because)
        return Inverse(self.f, self.on, onto, g if shown else None, found, (*shown, verdict), because)

    def together(self, g: Network, shows: Theorem, onto: Domain | None, because: str) -> list[Proved]:
        """That the pieces make one network g, a maximum of minima; nothing if they are not seen to."""
        left = self.accepted(because, IsIdentity(together(g, self.f), self.on), shows)
        if left is None or onto is None:
            return [] if left is None else [left]
        steps: tuple[Theorem, ...] = (InjectiveIsBijective(), LeftInverse(g), shows)
        if not (isinstance(self.on, Reals) and isinstance(onto, Reals)):
            reached = self.decided(Surjective(self.f, self.on, onto))
            steps = () if reached is None else reached.evidence
        right = self.accepted(because, IsIdentity(together(self.f, g), onto), OtherSide(len(g.nodes), self.on), *steps, shows)
        return [] if right is None else [left, right]

    def codomain(self) -> Domain | None:
        """The codomain asked for, or ℝⁿ for a network from ℝⁿ to ℝⁿ."""
        square = isinstance(self.on, Reals) and self.f.arity == self.f.width
        return Reals(self.f.width) if self.onto is None and square else self.onto

    def accepted(self, because: str, claim: Statement, *steps: Theorem) -> Proved | None:
        """The claim as a verdict, if the kernel accepts the steps."""
        try:
            verdict = accept(claim, claim, steps, because, time.monotonic() - self.started)
        except (Rejected, Malformed, NoExactValue):
            return None
        assert isinstance(verdict, Proved)
        return verdict

    def decided(self, claim: Statement, needed: bool = False) -> Proved | None:
        """The claim by the engines; NoInverse if it is false, or if it stays open and there is no way round."""
        left = max(0.1, self.started + self.within - time.monotonic())
        verdict = decide(claim, within=left, seed=self.seed)
        if isinstance(verdict, Proved):
            return verdict
        if isinstance(verdict, Refuted) or needed or self.onto is not None:
            raise NoInverse(verdict)
        return None
