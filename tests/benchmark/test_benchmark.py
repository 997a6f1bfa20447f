"""The benchmark's parts: the instances are what their names say, encodings hold the exact trace, answers are judged exactly."""

from fractions import Fraction
from itertools import product
from math import inf

import numpy as np
import pytest

from bijection.engines.complete.boundary import by_boundary
from bijection.engines.pairs.reference import by_two_copies
from proofs.activations import leaky_relu
from proofs.domains import Box
from proofs.exact import vector
from proofs.network import Affine, Network, Node, Pointwise
from tests.benchmark import child, images, injectivity
from tests.benchmark.agreement import compare, disagree, question
from tests.benchmark.boundary import asked, turn, turning, twice
from tests.benchmark.peers import CLAIMED, PEERS, by_highs, by_z3, judged, mixed_integer, program
from tests.benchmark.suite import NORMS, SLOPE, Instance, groups, instance, instances
from tests.build import affine, box, chain, point
from tests.engines.asking import random_network

SMALL = [group for group in groups() if "64" not in group]


def matrices(f: Network) -> list[np.ndarray]:
    """The weights as floats, which they are exactly."""
    found = []
    for node in f.nodes:
        if isinstance(node.op, Affine):
            w = np.zeros((len(node.op.rows), node.op.columns))
            for i, row in enumerate(node.op.rows):
                w[i, list(row.columns)] = [a / node.op.denominator for a in row.coefficients]
            found.append(w)
    return found


def inputs(n: int, many: int = 5) -> list[tuple[Fraction, ...]]:
    rng = np.random.default_rng(n)
    return [tuple(Fraction(int(t), 16) for t in rng.integers(-16, 17, n)) for _ in range(many)]


@pytest.mark.parametrize("group", SMALL)
def test_an_instance_has_the_widths_of_its_name_and_float32_weights(group: str) -> None:
    i = instance(f"{group} #1")
    widths = [int(w) for w in group.split()[1].split("-")]
    assert i.group == group
    assert i.f.arity == widths[0]
    assert i.f.width == (widths[0] if group.startswith("residual") else widths[-1])
    assert i.on == box(-1, 1, widths[0])
    assert all((w == w.astype(np.float32)).all() for w in matrices(i.f))


def test_names_are_different_and_decide_the_instance() -> None:
    names = [f"{group} #{k}" for group in SMALL for k in (1, 2)]
    assert len(set(names)) == len(names)
    assert instance("shallow 2-16-4 #1") == instance("shallow 2-16-4 #1")
    assert instance("shallow 2-16-4 #1").f != instance("shallow 2-16-4 #2").f
    assert [i.name for i in instances(1)][:2] == ["layer 2-8 #1", "layer 2-16 #1"]


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(ValueError, match="no instance is called"):
        instance("shallow 2-16-4 hidden #1")


@pytest.mark.parametrize("size", ["3-3-3-3", "5-5-5-5", "8-8-8-8"])
def test_a_hidden_leaky_network_is_the_plain_one_and_its_middle_matrix_is_singular(size: str) -> None:
    plain, hidden = (instance(f"leaky {size} {kind} #1").f for kind in ("plain", "hidden"))
    n = plain.arity
    assert [hidden(x) for x in inputs(n)] == [plain(x) for x in inputs(n)]
    assert [w.shape for w in matrices(hidden)] == [(2 * n, n), (2 * n, 2 * n), (n, 2 * n)]
    assert np.linalg.matrix_rank(matrices(hidden)[1]) == n


@pytest.mark.parametrize("side", NORMS)
def test_the_norms_of_a_residual_network_are_on_their_side_of_one(side: str) -> None:
    w, v = matrices(instance(f"residual 4-16 {side} #1").f)
    product_of_norms = np.linalg.norm(w, 2) * np.linalg.norm(v, 2)
    assert (product_of_norms < 1) == (side == "below")
    assert abs(product_of_norms - 1) < 0.06


@pytest.mark.parametrize("name", ["layer 2-8 #1", "shallow 2-16-4 #1", "leaky 3-3-3-3 hidden #1", "residual 2-16 above #1"])
def test_the_program_holds_at_every_trace_of_two_inputs_but_for_the_equal_outputs(name: str) -> None:
    i = instance(name)
    p = program(i.f, i.on)
    equations = p.equations[: -i.f.width]
    for x, y in product(inputs(i.f.arity, 3), repeat=2):
        values = [float(t) for point in (x, y) for value in i.f.trace(vector(point)) for t in value.fractions()]
        assert len(values) == len(p.lower)
        assert all(low - 1e-9 <= t <= high + 1e-9 for low, t, high in zip(p.lower, values, p.upper, strict=True))
        assert all(abs(sum(a * values[j] for j, a in form.items()) - right) < 1e-9 for form, right in equations)
        assert all(values[h] == pytest.approx(max(values[z], a * values[z]), abs=1e-12) for z, h, a in p.units)


def test_a_binary_variable_chooses_the_larger_line() -> None:
    p = program(chain(1, Pointwise((leaky_relu(SLOPE),))), box(-2, 3))
    z, h, a = p.units[0]
    rows, (on, *_) = mixed_integer(p)
    about_the_unit = [row for row in rows if on in row.form or set(row.form) == {z, h}]
    assert len(about_the_unit) == 4
    for t in (-2.0, -1.0, 0.0, 1.5, 3.0):
        for value in (t, a * t, t + 0.1):
            at = [{z: t, h: value, on: side} for side in (0.0, 1.0)]
            fits = [all(row.low <= sum(c * v[j] for j, c in row.form.items()) <= row.high for row in about_the_unit) for v in at]
            assert any(fits) == (value == max(t, a * t))
    assert all(row.low > -inf or row.high < inf for row in rows)


@pytest.mark.parametrize("peer", [by_z3, by_highs])
def test_peers_tell_a_fold_from_its_half(peer) -> None:  # type: ignore[no-untyped-def]
    fold = chain(1, affine([[1], [1]], [0, -1]), Pointwise((leaky_relu(Fraction(0)),) * 2), affine([[1, -2]]))  # on [0, 2], up and down
    assert judged(fold, box(0, 2), peer(fold, box(0, 2), 10.0))[0] == "collides"
    assert judged(fold, box(0, 1), peer(fold, box(0, 1), 10.0)) == ("injective", None)


@pytest.mark.parametrize(("name", "package"), [(name, package) for name, (package, _) in PEERS.items()])
def test_every_installed_peer_answers_in_its_process(name: str, package: str) -> None:
    if not injectivity.importable(name):
        pytest.skip(f"{package} is not installed")
    flat = Instance("flat", chain(1, affine([[1]]), Pointwise((leaky_relu(Fraction(0)),))), box(-1, 1))
    assert child.ask(name, flat, 10.0)["answer"] == "collides"


def test_ours_in_its_process_is_measured_whole() -> None:
    answer = child.ask("ours", instance("leaky 3-3-3-3 plain #1"), 30.0)
    assert answer["answer"] == "injective"
    assert answer["rests_on"]
    assert min(answer["seconds"], answer["check"], answer["bytes"], answer["mebibytes"]) > 0


def test_a_search_is_ended_in_time() -> None:
    answer = child.ask("ours", instance("shallow 4-24-9 #1"), -0.5)  # the half second that ours is given beyond its time
    assert (answer["answer"], answer["seconds"]) == ("undecided", -0.5)


def test_a_claimed_pair_is_replayed_exactly() -> None:
    double = chain(1, affine([[2]]))
    assert judged(double, box(0, 1), (point(0), point("1/2"))) == ("wrong", 1.0)
    near = (point(0), (Fraction(CLAIMED) / 4,))
    assert judged(double, box(0, 1), near)[0] == "collides"
    assert judged(double, Box(point(1), point(2)), near)[0] == "wrong"
    assert judged(double, box(0, 1), (point(0), point(0)))[0] == "wrong"
    assert judged(double, box(0, 1), "unknown") == ("undecided", None)


def result(ours: str, theirs: str, **more: float) -> injectivity.Result:
    return {"name": "layer 2-8 #1", "ours": {"answer": ours, "seconds": 0.5, **more}, "z3": {"answer": theirs, "seconds": 5.0}}


def test_the_summary_compares_with_the_best_peer_and_lists_disagreements() -> None:
    fine, other = result("injective", "injective", check=0.1), result("collides", "injective")
    assert "it takes 10.0 times as long" in " ".join(injectivity.summary([fine], ["z3"]))
    assert injectivity.disagreements([fine, other], ["z3"]) == ["layer 2-8 #1"]
    assert injectivity.by_group([fine], ["z3"])[1] == [["layer 2-8", "1/1", "0.50", "1/1, 5.00", "10.0"]]
    assert injectivity.best(other, ["z3"]) is None


def test_a_solver_in_floats_may_miss_pairs_that_are_near() -> None:
    near, far = ({**result("collides", "undecided", distance=d), "highs": {"answer": "injective", "seconds": 1.0}} for d in (0.001, 0.5))
    assert not injectivity.contradicts(near, "highs")
    assert injectivity.contradicts(far, "highs")


@pytest.mark.parametrize("number", range(24))
def test_z3_and_the_kernel_agree(number: int) -> None:
    assert not disagree(compare(question(f"test/{number}", largest=2), 10.0))


def test_disagreement_is_about_answers_only() -> None:
    assert disagree(("injective", "collides"))
    assert not disagree(("injective", "undecided"))
    assert not disagree(("collides", "collides"))


def test_the_reference_is_the_engine_that_is_asked_last() -> None:
    from bijection.engines import ENGINES

    assert ENGINES[-1] is by_two_copies


def test_only_relu_like_units_are_encoded_for_floats() -> None:
    with pytest.raises(ValueError, match="neither ReLU nor a leaky ReLU"):
        program(Network(1, (Node(Pointwise((leaky_relu(Fraction(2)),)), (0,)),)), box(-1, 1))


def test_given_images_are_shipped_digits_of_the_right_size() -> None:
    for n in (784, 3072):
        image = images.given_image(3, n)
        assert len(image) == n
        assert {(255 * t).denominator for t in image} == {1}
        assert max(image) <= 1
        assert sum(image) > 20


def test_a_row_on_images_says_what_the_pair_looks_like() -> None:
    f = random_network(784, 5, 3)
    for what, looks in (
        ("8-bit, near", "pixels changed by at most"),
        ("real, between two", "both images"),
        ("real, apart", "= 1 of 1 (possible, and promised by T4)"),
    ):
        assert looks in images.row("small", f, what, 60)[-1]


def test_gradient_descent_comes_close_and_no_closer() -> None:
    said = images.gradient_descent(random_network(784, 5, 3), 1.0)
    assert "max |f(x) − f(y)| = " in said


def test_maps_that_turn_are_no_monotone_ones() -> None:
    """The networks of the table about boundaries: what they compute is close to what they approximate, and a small one is proved."""
    goal = turning(2, 48)
    assert isinstance(goal.on, Box)
    x = np.array([[0.25, 1.0], [0.75, -1.5]])
    for line, value in zip(x.tolist(), turn(x).tolist(), strict=True):
        found = goal.f(tuple(map(Fraction, line)))
        assert max(abs(float(s) - t) for s, t in zip(found, value, strict=True)) < 0.5
    assert asked(twice(2, 32), (by_boundary,), 60.0).startswith("proved")
