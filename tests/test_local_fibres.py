"""Local fibres: dimension, directions, the polytope, and points along it that the kernel has accepted."""

import json
from fractions import Fraction

import numpy as np
import pytest

import bijection
from bijection.__main__ import main
from bijection.errors import NotSupported
from bijection.exact.linear import rank
from bijection.examples import digits_samples, path
from proofs.activations import RELU, Sigmoid, leaky_relu
from proofs.domains import Box, Grid, Reals, contains
from proofs.errors import Malformed
from proofs.exact import vector
from proofs.network import Max, Network, Node, Pointwise, Table
from tests.build import affine, box, chain, point
from tests.engines.asking import random_network

N = 30
X = tuple(Fraction(int(t), 16) for t in np.random.default_rng(0).integers(0, 17, N))  # some coordinates lie on the sides of the box


def test_a_deep_network_around_an_image() -> None:
    f = random_network(N, 8, 8, 4)
    found = bijection.local_fibre(f, X, on=box(0, 1, N))
    assert found.dimension == N - rank(found.rows)
    points = found.points(5)
    assert len(set(points)) == 5
    for p in points:
        assert f(p) == f(X)
        assert contains(found.polytope, vector(p))
        assert contains(found.on, vector(p))
    assert contains(found.polytope, vector(X))
    assert bijection.local_fibre(f, X, on=box(0, 1, N)).points(5) == points


def test_directions_are_a_basis_and_keep_the_output() -> None:
    f = random_network(N, 8, 4)
    found = bijection.local_fibre(f, X)
    directions = found.directions()
    assert len(directions) == rank(directions) == found.dimension
    assert found.directions(2) == found.directions()[:2] or len(found.directions(2)) == 2
    short = Fraction(1, 10**9 * max(abs(t) for v in directions for t in v))
    assert all(f(tuple(a + short * b for a, b in zip(X, v, strict=True))) == f(X) for v in directions)


def test_a_polytope_that_can_be_read() -> None:
    f = chain(2, affine([[1, 1], [1, -1]], [0, -3]), Pointwise((RELU,) * 2), affine([[1, 1]]))
    found = bijection.local_fibre(f, [1, 1], on=box(0, 4, 2))  # the second unit is flat: x + y = 2, x − y ≤ 3
    assert found.dimension == 1
    p = found.polytope
    for x, inside in ((0, True), (2, True), (Fraction(5, 2), False), (-1, False)):
        assert contains(p, vector(point(x, 2 - x))) is inside
    assert contains(p, vector(point(1, 2))) is False


def test_an_injective_network_has_points_as_fibres() -> None:
    found = bijection.local_fibre([[[1, 2], [3, 4]]], [1, 1])
    assert (found.dimension, found.directions(), found.points(3)) == (0, [], ())


def test_sides_of_the_box_that_pin_the_fibre_leave_the_dimension_open() -> None:
    found = bijection.local_fibre([[[1, 1]]], [0, 0], on=box(0, 1, 2))
    assert found.dimension is None
    assert found.points(3) == ()
    flat = bijection.local_fibre([[[1, 1, 1]]], [0, 0.5, 0.5], on=Box(point(0, 0, 0), point(0, 1, 1)))
    assert flat.dimension == 1


def test_a_smooth_end_does_not_matter() -> None:
    f = random_network(N, 5)
    g = Network(N, (*f.nodes, Node(Pointwise((Sigmoid(),) * 5), (1,))))
    found = bijection.local_fibre(g, X)
    assert (found.dimension, len(found.points(2))) == (N - 5, 2)


@pytest.mark.parametrize("on", [Reals(3), box(-1, 1, 3)], ids=["ℝ³", "box"])
def test_between_regions_the_fibre_goes_on_in_one_of_them(on: Reals | Box) -> None:
    f = chain(3, affine([[1, 2, 3], [1, 0, -1], [1, 1, 1]], [0, 0, "-3/4"]), Pointwise((RELU,) * 3), Max(((0, 1), (2,))))
    for x in (point("1/4", "1/4", "1/4"), point(0, 0, 0), point("1/2", 0, "1/4"), point(0, 0, 1)):
        found = bijection.local_fibre(f, x, on=on)
        assert found.dimension == 3 - rank(found.rows)
        assert contains(found.polytope, vector(x))
        points = found.points(4)
        assert len(points) == 4
        assert all(f(p) == f(x) and contains(found.polytope, vector(p)) for p in points)


def test_where_a_unit_turns_the_flat_side_is_the_fibre() -> None:
    found = bijection.local_fibre(chain(1, Pointwise((RELU,))), [0])
    assert found.dimension == 1
    assert all(p <= (0,) for p in found.points(5))
    assert bijection.local_fibre(chain(1, Pointwise((leaky_relu(Fraction(1, 2)),))), [0]).points(1) == ()


def test_what_has_no_local_fibre_is_refused() -> None:
    relu = chain(1, Pointwise((RELU,)))
    with pytest.raises(NotSupported, match="begins with an operation that is not piecewise affine"):
        bijection.local_fibre(chain(1, Pointwise((Sigmoid(),))), [0])
    with pytest.raises(Malformed, match="does not lie in the domain Box"):
        bijection.local_fibre(relu, [2], on=box(0, 1))
    with pytest.raises(Malformed, match="not on a Grid"):
        bijection.local_fibre(relu, [1], on=Grid(point(0), point(1), point(1)))
    with pytest.raises(Malformed, match="a table has no linear regions"):
        bijection.local_fibre(Table((0, 1)), [0])
    wide = random_network(800, 600, 3)
    with pytest.raises(NotSupported, match="600 walls in dimension 800 are too many"):
        _ = bijection.local_fibre(wide, [Fraction(1, 3)] * 800).polytope


def test_the_command_shows_points(capsys: pytest.CaptureFixture[str]) -> None:
    call = ["fibre", str(path("digits.onnx")), "--at", "example:3", "--on", "box:0,16", "--points", "2"]
    assert main(call) == 0
    assert "local fibre of dimension" in capsys.readouterr().out
    assert main([*call, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert len(shown["points"]) == 2
    assert digits_samples()[3].pixels != tuple(map(Fraction, shown["points"][0]))
