import hashlib
import json
from contextlib import suppress
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import proofs.network
from proofs.activations import RELU, Elu, PiecewiseAffine, Sigmoid, Softplus, Tanh
from proofs.codec import decode, decode_claim, decode_evidence, digest, encode, encode_claim, encode_evidence, show
from proofs.domains import Domain, Floats, Polytope, Reals
from proofs.errors import Malformed
from proofs.network import Affine, Network, Pointwise, Row, Table
from proofs.statements import Injective, Statement
from proofs.theorems import THEOREMS, Collision
from tests.build import affine, chain, layer, point, q
from tests.evidence.accepting import ACCEPTED
from tests.strategies import PIECEWISE, SMOOTH, candidates, domains, networks, statements, tables

numbers = st.fractions() | st.builds(lambda a, k: Fraction(a) * 2**k, st.integers(), st.integers(0, 20_000))


@given(numbers)
def test_rationals_of_any_length_survive(t: Fraction) -> None:
    assert decode(json.loads(json.dumps(encode(t))), Fraction) == t


@given(st.integers() | st.builds(lambda a, k: a << k, st.integers(), st.integers(0, 20_000)))
def test_integers_of_any_length_survive(a: int) -> None:
    assert decode(json.loads(json.dumps(encode(a))), int) == a


@settings(max_examples=200)
@given(statements())
def test_statements_survive(statement: Statement) -> None:
    data = encode_claim(statement)
    assert decode_claim(data) == statement
    assert encode_claim(decode_claim(data)) == data


@given(st.integers(1, 3).flatmap(domains))
def test_domains_survive(domain: Domain) -> None:
    assert decode(encode(domain), Domain) == domain


@given(networks() | tables)
def test_functions_survive(f: Network | Table) -> None:
    assert decode(encode(f), Network | Table) == f


@settings(max_examples=150)
@given(statements(), st.randoms(use_true_random=False))
def test_theorems_survive(goal: Statement, rng: Any) -> None:
    steps = tuple(candidates(goal, rng, 4))
    assert decode_evidence(encode_evidence(steps)) == steps


@pytest.mark.parametrize("name", ACCEPTED)
def test_the_examples_survive(name: str) -> None:
    claim, steps = ACCEPTED[name]
    assert (decode_claim(encode_claim(claim)), decode_evidence(encode_evidence(steps))) == (claim, steps)


@pytest.mark.parametrize("activation", [*PIECEWISE, *SMOOTH], ids=repr)
def test_activations_survive(activation: object) -> None:
    assert decode(encode(layer(activation)), Network) == layer(activation)  # type: ignore[arg-type]


def test_rows_with_equal_lists_are_written_once() -> None:
    convolution = affine([[1, -1, 0, 0], [0, 1, -1, 0], [0, 0, 1, -1]])
    assert encode(convolution)["rows"] == [[0, 0, 0, 0], [0, 1, 0, 0], [0, 2, 0, 0]]


def test_equal_activations_in_a_row_are_written_once() -> None:
    assert [count for count, _ in encode(Pointwise((RELU, RELU, Tanh(), RELU)))["runs"]] == [2, 1, 1]


def test_the_digest_is_that_of_the_canonical_form() -> None:
    assert (
        digest(Network(1, ()))
        == hashlib.sha256(b'{"arity":1,"is":"Network","nodes":[]}').hexdigest()
        == "a8b146de9b4af63b73ab94c476e1ce6eb4d59f0ab4763096144e9031450d5b96"
    )


def test_the_digest_depends_on_every_weight() -> None:
    assert digest(chain(1, affine([[1]]))) != digest(chain(1, affine([[1]], [1])))


def test_long_integers_are_written_in_hexadecimal() -> None:
    assert show(2**9000) == hex(2**9000)


@pytest.mark.parametrize("value", [0.5, True, float("nan")], ids=repr)
def test_inexact_values_are_not_written(value: object) -> None:
    with pytest.raises(Malformed, match="is not exact"):
        encode(value)


@pytest.mark.parametrize(
    "text",
    ["", "1.5", "1e3", "0x", "1/0", " 1", "1/", "+1", "--1", "0X1F", "1/-2", "٣", "1_0", "9" * 4001, 1, None, True, [], {}],
    ids=repr,
)
def test_what_is_no_rational_is_refused(text: object) -> None:
    with pytest.raises(Malformed, match=r"expected a rational|has denominator 0"):
        decode(text, Fraction)


@pytest.mark.parametrize("data", ["1/2", True, None, [], "x"], ids=repr)
def test_what_is_no_integer_is_refused(data: object) -> None:
    with pytest.raises(Malformed, match="expected a"):
        decode(data, int)


def test_an_absent_point_and_a_point_both_decode() -> None:
    assert decode(None, Fraction | None) is None
    assert decode(["1/2"], tuple[Fraction, ...] | None) == point("1/2")


GOOD = encode(affine([[1, 2]]))


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("columns", 1, "reaches outside the 1 columns"),
        ("columns", "x", "expected a rational"),
        ("denominator", 0, "it must be positive"),
        ("patterns", [], "names a pattern or coefficients that are not there"),
        ("coefficients", [], "names a pattern or coefficients that are not there"),
        ("coefficients", [[1]], "row 0: 2 columns, 1 coefficients"),
        ("coefficients", [[1, 0.5]], "expected a rational"),
        ("rows", [[0, 0, 0]], "expected 4 entries, got 3"),
        ("rows", [[-1, 0, 0, 0]], "names a pattern or coefficients that are not there"),
        ("rows", [[0, -1, 0, 0]], "row 0 reaches outside"),
        ("rows", 7, "expected a list, got 7"),
        ("extra", 7, "Affine has the fields"),
    ],
    ids=lambda v: str(v)[:40],
)
def test_a_bad_affine_map_is_refused(field: str, value: object, message: str) -> None:
    with pytest.raises(Malformed, match=message):
        decode({**GOOD, field: value}, Affine)


@pytest.mark.parametrize("runs", [[[0, {"is": "Tanh"}]], [[-1, {"is": "Tanh"}]], [[2, {"is": "Tanh"}], [-1, {"is": "Tanh"}]]], ids=str)
def test_a_run_that_is_not_positive_is_refused(runs: object) -> None:
    with pytest.raises(Malformed, match="a run that is not positive"):
        decode({"is": "Pointwise", "runs": runs}, Pointwise)


def test_the_layers_of_one_file_share_one_limit() -> None:
    big = {"is": "Pointwise", "runs": [[30_000_000, {"is": "Tanh"}]]}
    document = {"is": "Network", "arity": 1, "nodes": [{"is": "Node", "inputs": [0], "op": big}] * 2}
    with pytest.raises(Malformed, match="unfold to more than 50000000 entries"):
        decode(document, Network)


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["1/2", "-3", "Injective", "Reals"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["is", "f", "on", "n", "statement", "x"]), inner, max_size=4)
    ),
    max_leaves=8,
)


@settings(max_examples=300)
@given(junk)
def test_no_json_makes_the_decoder_fail_otherwise_than_malformed(value: object) -> None:
    for decoder, name, key in ((decode_claim, "bijection-claim", "statement"), (decode_evidence, "bijection-evidence", "steps")):
        with suppress(Malformed):
            decoder(json.dumps({"format": name, "version": 1, key: value}).encode())


@settings(max_examples=300)
@given(st.binary(max_size=40))
def test_no_bytes_make_the_decoder_fail_otherwise_than_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        decode_claim(data)


@settings(max_examples=200)
@given(st.sampled_from(list(ACCEPTED)), st.data())
def test_no_damaged_file_makes_the_decoder_fail_otherwise_than_malformed(name: str, data: st.DataObject) -> None:
    claim = bytearray(encode_claim(ACCEPTED[name][0]))
    at = data.draw(st.integers(0, len(claim) - 1))
    claim[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=2))
    with suppress(Malformed):
        decode_claim(bytes(claim))


HUGE = q(2) ** 20_000


@pytest.mark.parametrize(
    "make",
    [
        lambda: Floats((HUGE,), (HUGE,)),
        lambda: PiecewiseAffine((HUGE, HUGE), ((q(0), q(0)),) * 3),
        lambda: Polytope(int(HUGE), (point(1),), point(1)),
        lambda: Elu(-HUGE, q(1)),
        lambda: Injective(Network(1, ()), Reals(int(HUGE))),
        lambda: Network(int(HUGE), ()),
        lambda: Affine(int(HUGE), (Row((-1,), (1,), 0),), 1),
        lambda: Table((1,))([HUGE]),
    ],
    ids=range(8),
)
def test_a_message_about_a_long_number_is_short(make: Any) -> None:
    """Python refuses to print integers of more than 4300 digits, which once made a ValueError out of a message."""
    with pytest.raises(Malformed) as raised:
        make()
    assert len(str(raised.value)) < 300


def test_long_numbers_that_are_right_make_no_message() -> None:
    assert PiecewiseAffine((HUGE,), ((q(0), HUGE), (q(1), q(0)))).breakpoints == (HUGE,)


def test_every_theorem_has_a_name_of_its_own() -> None:
    assert len({t.__name__ for t in THEOREMS}) == len(THEOREMS)


def test_collisions_are_written_in_the_documented_form() -> None:
    body = json.loads(encode_evidence([Collision(point(1, "-1/2"), point(0, 0))]))
    assert body == {"format": "bijection-evidence", "version": 1, "steps": [{"is": "Collision", "x": ["1", "-1/2"], "y": ["0", "0"]}]}


def test_the_vocabulary_has_no_op_without_a_test() -> None:
    assert set(proofs.network.Op.__args__) == {
        type(n.op) for c, _ in ACCEPTED.values() for n in getattr(getattr(c, "statement", c).f, "nodes", ())
    }


def test_smooth_activations_are_written_by_name() -> None:
    assert [encode(s)["is"] for s in (Sigmoid(), Tanh(), Softplus())] == ["Sigmoid", "Tanh", "Softplus"]
