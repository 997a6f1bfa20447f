"""Verdicts from hand-written evidence, so that what is done with verdicts is tested without any engine."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from bijection.verdict import Proved, Refuted, Unknown, accept
from proofs.activations import PiecewiseAffine
from proofs.domains import Box, Labels, Point, Reals
from proofs.network import Argmax, Network, Pointwise
from proofs.statements import Bijective, Injective, MapsInto, Not, Positive, Surjective
from proofs.theorems.collision import Collision
from proofs.theorems.counting import Pigeonhole
from proofs.theorems.identity import Cancels
from proofs.theorems.sets import BrokenHalf, LeftInverse
from proofs.theorems.values import Escapes, Misses, ReachesAll, Separator, StaysInside
from tests.build import affine, box, chain, point, q

RELU = PiecewiseAffine((q(0),), ((q(0), q(0)), (q(1), q(0))))
IDENTITY = chain(2)
RELU_2 = chain(2, Pointwise((RELU, RELU)))
CLASSIFIER = chain(2, affine([[1, 0], [0, 1], [1, 1]]), Argmax())


def proved() -> Proved:
    verdict = accept(
        Injective(IDENTITY, box(0, 1, 2)), Injective(IDENTITY, box(0, 1, 2)), (LeftInverse(IDENTITY), Cancels()), "it is the identity", 0.5
    )
    assert isinstance(verdict, Proved)
    return verdict


def refuted(goal: Positive, *steps: object) -> Refuted:
    verdict = accept(goal, Not(goal), steps, "a counterexample is shown", 0.25)  # type: ignore[arg-type]
    assert isinstance(verdict, Refuted)
    return verdict


def collision(f: Network = RELU_2, on: Box | Reals = Reals(2)) -> Refuted:  # noqa: B008 - frozen
    return refuted(Injective(f, on), Collision(point("-1/3", 2), point(-1, 2)))


def missed() -> Refuted:
    f = chain(1, Pointwise((RELU,)))
    return refuted(Surjective(f, Reals(1), Reals(1)), Misses(point(-1)), Separator(point(-1)))


def escape() -> Refuted:
    f = chain(1, affine([[2]]))
    return refuted(Bijective(f, box(0, 1), box(0, 1)), BrokenHalf("into"), Escapes(point(1)))


def missed_value(f: Network, value: Point) -> Refuted:
    """A value with a negative first coordinate, of a network that takes none."""
    normal = (q(-1), *(q(0),) * (f.width - 1))
    return refuted(Surjective(f, Reals(f.arity), Reals(f.width)), Misses(value), Separator(normal))


def escape_of_three() -> Refuted:
    f = chain(3, affine([[2, 0, 0], [0, 1, 0], [0, 0, 1]]))
    return refuted(Bijective(f, box(0, 1, 3), box(0, 1, 3)), BrokenHalf("into"), Escapes(point(1, 0, 0)))


def reached(f: Network, *inputs: Point) -> Proved:
    goal = Surjective(f, Reals(f.arity), Labels(len(inputs)))
    verdict = accept(goal, goal, (ReachesAll(inputs),), "an input for every label", 0.5)
    assert isinstance(verdict, Proved)
    return verdict


def flat() -> Proved:
    """On a side of a square."""
    goal = Injective(IDENTITY, Box(point(0, -1), point(0, 1)))
    verdict = accept(goal, goal, (LeftInverse(IDENTITY), Cancels()), "it is the identity", 0.5)
    assert isinstance(verdict, Proved)
    return verdict


def pigeonhole() -> Refuted:
    return refuted(Injective(CLASSIFIER, Reals(2)), Pigeonhole(Labels(3)), StaysInside())


def unknown() -> Unknown:
    return Unknown(MapsInto(IDENTITY, Reals(2), Reals(2)), "the time allowed is used up", ("counting", "layers"), 1.5)


def onnx_file(folder: Path, weights: list[list[float]], *, relu: bool = False, name: str = "net.onnx") -> Path:
    """x ↦ Wx, or max(Wx, 0), as an ONNX file."""
    w = np.array(weights, dtype=np.float32)
    out = "z" if relu else "y"
    nodes = [helper.make_node("Gemm", ["x", "w"], [out], transB=1)]
    nodes += [helper.make_node("Relu", ["z"], ["y"])] if relu else []
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, w.shape[1]])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, w.shape[0]])
    graph = helper.make_graph(nodes, "net", [x], [y], [numpy_helper.from_array(w, "w")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    path = folder / name
    path.write_bytes(model.SerializeToString())
    onnx.checker.check_model(model)
    return path
