"""Files from strangers: each gives a network or one clean error, quickly, whatever its bytes say."""

from __future__ import annotations

import os
import random
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from bijection.errors import NotSupported
from bijection.frontends.onnx import file as onnx_file
from bijection.frontends.onnx.reader import read
from proofs.errors import Malformed
from tests.frontends.onnx_models import model, one
from tests.frontends.test_onnx import AGREEING

CLEAN = (Malformed, NotSupported)


def outcome(data: bytes) -> str:
    try:
        read(data)
    except CLEAN as error:
        return type(error).__name__
    return "network"


def sample() -> onnx.ModelProto:
    nodes = [
        helper.make_node("Conv", ["x", "k", "b"], ["c"], pads=[1, 1, 1, 1], strides=[2, 2]),
        helper.make_node("MaxPool", ["c"], ["p"], kernel_shape=[2, 2]),
        helper.make_node("Reshape", ["p", "s"], ["f"]),
        helper.make_node("Gemm", ["f", "w"], ["g"], alpha=0.5),
        helper.make_node("Clip", ["g", "low"], ["y"]),
    ]
    rng = np.random.default_rng(1)
    weights = {
        "k": rng.normal(size=(2, 1, 3, 3)).astype(np.float32),
        "b": np.ones(2, np.float32),
        "s": np.array([1, -1], dtype=np.int64),
        "w": rng.normal(size=(2, 3)).astype(np.float32),
        "low": np.float32(0),
    }
    return model(nodes, {"x": (1, 1, 4, 4)}, weights=weights)


def test_every_truncation_is_refused_cleanly():
    data = sample().SerializeToString()
    kinds = [outcome(data[:n]) for n in range(len(data))]
    assert "network" not in kinds[: len(data) // 2]
    assert outcome(data) == "network"


def test_flipped_bits_and_bytes_give_one_clean_outcome():
    rng = random.Random(7)
    sources = [sample().SerializeToString(), *(proto.SerializeToString() for proto in AGREEING.values())]
    seen = set()
    for i in range(2000):
        data = bytearray(sources[i % len(sources)])
        for _ in range(rng.choice((1, 1, 2, 5))):
            data[rng.randrange(len(data))] = rng.choice((0, 255, 127, 128, rng.randrange(256)))
        seen.add(outcome(bytes(data)))
    assert seen == {"network", "Malformed", "NotSupported"}


def test_hostile_attribute_values_give_one_clean_outcome():
    rng = random.Random(3)
    values = (-(2**63), -(2**31), -7, -1, 0, 1, 2, 3, 1000, 2**31, 2**40, 2**63 - 1)
    for _ in range(3):
        for proto in AGREEING.values():
            changed = onnx.ModelProto()
            changed.CopyFrom(proto)
            for node in changed.graph.node:
                for a in node.attribute:
                    if a.type == onnx.AttributeProto.INT:
                        a.i = rng.choice(values)
                    if a.type == onnx.AttributeProto.INTS and a.ints:
                        a.ints[rng.randrange(len(a.ints))] = rng.choice(values)
            for t in changed.graph.initializer:
                if t.data_type == TensorProto.INT64 and rng.random() < 0.7:
                    array = np.frombuffer(t.raw_data, np.int64).copy()
                    array[rng.randrange(max(len(array), 1)) :] = rng.choice(values)
                    t.raw_data = array.tobytes()
            outcome(changed.SerializeToString())


@pytest.mark.parametrize(
    "data", [b"", b"\x00", b"not a model", random.Random(5).randbytes(64), b"\x08" * 4096, b"\x3a\xff\xff\xff\xff\x7f"]
)
def test_bytes_that_are_no_model(data):
    assert outcome(data) != "network"


def test_strings_that_are_no_text_are_refused():
    data = sample().SerializeToString().replace(b"Conv", b"\xff\xfe\xfd\xfc")
    with pytest.raises(CLEAN):
        read(data)


def declared(dims: list[int], **fields: bytes) -> onnx.ModelProto:
    proto = one("Add", (2,), np.zeros(2, np.float32))
    t = proto.graph.initializer[0]
    del t.dims[:]
    t.dims.extend(dims)
    t.raw_data = fields.get("raw_data", b"")
    return proto


def test_a_declared_tensor_of_4_tebibytes_takes_no_memory():
    with pytest.raises(NotSupported, match=r"tensor 'w0' of shape \[1048576, 1048576\] has 1,099,511,627,776 entries"):
        read(declared([2**20, 2**20]))


def test_an_empty_tensor_with_one_huge_side_is_refused():
    with pytest.raises(NotSupported, match="at most"):
        read(declared([0, 2**62]))


def test_stored_bytes_must_fill_the_shape():
    with pytest.raises(Malformed, match=r"tensor 'w0' holds 4 bytes; its shape \[2\] needs 8"):
        read(declared([2], raw_data=b"1234"))
    with pytest.raises(Malformed, match="negative dimension -2"):
        read(declared([-2]))


def big(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def chained(op: str, count: int) -> onnx.ModelProto:
    nodes = [helper.make_node(op, [f"v{i}", f"v{i}"], [f"v{i + 1}"]) for i in range(count)]
    last = helper.make_node("Add", ["x", f"v{count}"], ["y"])
    return model([*nodes, last], {"x": (1,)}, weights={"v0": np.float32([1.1])})


BOMBS = {
    "expand": one("Expand", (1,), big(2**20, 2**20)),
    "expand of a weight": model([helper.make_node("Expand", ["w", "s"], ["y"])], {"x": (1,)}, weights={"w": np.zeros(1), "s": big(2**40)}),
    "pad within the limit of a tensor": one("Pad", (1,), big(2**25, 0)),
    "tile": one("Tile", (1,), big(2**40)),
    "pad": one("Pad", (1,), big(2**40, 2**40)),
    "constant of shape": model([helper.make_node("ConstantOfShape", ["s"], ["y"])], {"x": (1,)}, weights={"s": big(2**20, 2**20)}),
    "input": one("Relu", (2**40,)),
    "inputs": one("Relu", (2**20, 2**20)),
    "conv": one("Conv", (1, 64, 224, 224), np.zeros((64, 64, 3, 3), np.float32), pads=[1, 1, 1, 1]),
    "conv pads": one("Conv", (1, 1, 4, 4), np.zeros((1, 1, 3, 3), np.float32), pads=[2**30] * 4),
    "pool": one("MaxPool", (1, 1, 4096, 4096), kernel_shape=[9, 9]),
    "matmul of tensors": model([helper.make_node("MatMul", ["x", "z"], ["y"])], {"x": (1000, 1000), "z": (1000, 1000)}),
    "broadcast": model([helper.make_node("Add", ["x", "z"], ["y"])], {"x": (2**15, 1), "z": (1, 2**15)}),
    "resize": one("Resize", (1, 1, 4), None, np.float32([1, 1, 2**30])),
    "numbers that double in length": chained("Mul", 60),
    "many axes": one("Unsqueeze", (1,), big(*range(70))),
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_refused_before_they_take_memory(name):
    with pytest.raises(CLEAN, match=r"at most|limit|beyond|up to|dimensions"):
        read(BOMBS[name])


def test_a_convolution_beyond_the_budget_names_itself_and_the_number():
    with pytest.raises(NotSupported, match=r"Conv node 'y' .*1,849,688,064 coefficients.*at most 50,000,000"):
        read(BOMBS["conv"])


def test_too_many_nodes_are_refused(monkeypatch):
    monkeypatch.setattr(onnx_file, "NODES", 3)
    with pytest.raises(NotSupported, match="5 nodes; at most 3"):
        read(sample())


def test_a_long_chain_is_read_without_recursion():
    nodes = [helper.make_node("Relu" if i % 2 else "Neg", [f"v{i}" if i else "x"], [f"v{i + 1}"]) for i in range(3000)]
    assert read(model([*nodes, helper.make_node("Identity", ["v3000"], ["y"])], {"x": (1,)})).width == 1


def test_subgraphs_are_refused_by_name():
    inner = helper.make_graph([], "inner", [], [])
    node = helper.make_node("If", ["x"], ["y"], then_branch=inner, else_branch=inner)
    with pytest.raises(NotSupported, match=r"If node 'y'.*its subgraph is not read"):
        read(model([node], {"x": (1,)}))


def external(folder: Path, location: str, offset: int = 0, length: int = 8) -> Path:
    proto = one("Add", (2,), np.float32([1, 2]))
    t = proto.graph.initializer[0]
    t.ClearField("raw_data")
    t.data_location = TensorProto.EXTERNAL
    for key, value in (("location", location), ("offset", str(offset)), ("length", str(length))):
        t.external_data.add(key=key, value=value)
    path = folder / "m.onnx"
    path.write_bytes(proto.SerializeToString())
    return path


def test_weights_in_a_file_beside_the_model_are_read(tmp_path):
    (tmp_path / "w.bin").write_bytes(b"\0" * 4 + np.float32([1, 2]).tobytes())
    path = external(tmp_path, "w.bin", offset=4)
    assert read(path)([0, 0]) == (1, 2)
    assert read(str(path)).width == 2
    with pytest.raises(Malformed, match="pass its path"):
        read(path.read_bytes())


@pytest.mark.parametrize("location", ["/etc/passwd", "../w.bin", "sub/w.bin", "..", "", ".", "C:w.bin", "..\\w.bin", "w.bin\0"])
def test_other_folders_are_not_followed(tmp_path, location):
    (tmp_path / "model").mkdir()
    (tmp_path / "w.bin").write_bytes(b"12345678")
    with pytest.raises(Malformed, match="only the name of a file in the model's own folder"):
        read(external(tmp_path / "model", location))


def test_links_are_not_followed(tmp_path):
    folder = tmp_path / "model"
    folder.mkdir()
    (tmp_path / "w.bin").write_bytes(b"12345678")
    (folder / "soft.bin").symlink_to(tmp_path / "w.bin")
    with pytest.raises(Malformed, match="links are not followed"):
        read(external(folder, "soft.bin"))
    os.link(tmp_path / "w.bin", folder / "hard.bin")
    with pytest.raises(Malformed, match="hard links"):
        read(external(folder, "hard.bin"))


@pytest.mark.parametrize(("offset", "length", "words"), [(4, 8, "that file has 8"), (0, 4, "need 8 bytes"), (-1, 8, "number of bytes")])
def test_ranges_outside_the_file_are_refused(tmp_path, offset, length, words):
    (tmp_path / "w.bin").write_bytes(b"12345678")
    with pytest.raises(Malformed, match=words):
        read(external(tmp_path, "w.bin", offset, length))


def test_pipes_folders_and_missing_files_are_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for name, words in (("pipe", "no regular file"), (".", "cannot read|no regular file"), ("none", "cannot read")):
        with pytest.raises(Malformed, match=words):
            read(tmp_path / name)
    with pytest.raises(Malformed, match="links are not followed"):
        read(external(tmp_path, "pipe"))
    with pytest.raises(Malformed, match="No such file"):
        read(external(tmp_path, "gone.bin"))


def test_a_file_beyond_the_cap_is_not_read(tmp_path, monkeypatch):
    path = tmp_path / "m.onnx"
    path.write_bytes(sample().SerializeToString())
    monkeypatch.setattr(onnx_file, "FILE_BYTES", 100)
    with pytest.raises(Malformed, match="at most 100 are read"):
        read(path)


def test_half_and_brain_floats_are_exact():
    for kind, bits in ((TensorProto.FLOAT16, [0x3E00, 0x8001]), (TensorProto.BFLOAT16, [0x3FC0, 0x8001])):
        proto = one("Add", (2,), np.zeros(2, np.float32))
        t = proto.graph.initializer[0]
        t.ClearField("raw_data")
        t.data_type = kind
        t.int32_data.extend(bits)
        smallest = 2**-24 if kind == TensorProto.FLOAT16 else 2**-133
        assert [float(v) for v in read(proto)([0, 0])] == [1.5, -smallest]
