"""Weights from a file into a module, and nothing else out of that file."""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="the extra 'torch' is not installed")

from torch import nn  # noqa: E402

from bijection.errors import NotSupported  # noqa: E402
from bijection.frontends import load  # noqa: E402
from proofs.errors import Malformed  # noqa: E402

DECODER = Path(__file__).parents[3] / "shared/networks/decoder/zhihanyang2022__16_flows_1_samples_1_seed__p_x_given_z.pth"


def test_the_weights_are_those_of_the_file(tmp_path: Path) -> None:
    trained, fresh = nn.Sequential(nn.Linear(2, 2)), nn.Sequential(nn.Linear(2, 2))
    torch.save(trained.state_dict(), tmp_path / "w.pth")
    torch.save({"state_dict": trained.state_dict(), "epoch": 3}, tmp_path / "checkpoint.pt")
    for name in ("w.pth", "checkpoint.pt"):
        assert load(fresh, weights=tmp_path / name) == load(trained)
    assert load(fresh) != load(trained)  # the module itself keeps its weights


class Running:
    """A pickle that runs a command."""

    def __reduce__(self) -> Any:
        return os.system, ("touch ran",)


def test_nothing_in_the_file_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    torch.save({"0.weight": Running()}, tmp_path / "evil.pth")
    (tmp_path / "plain.pth").write_bytes(pickle.dumps(Running()))
    for name in ("evil.pth", "plain.pth"):
        with pytest.raises(Malformed, match="more than weights"):
            load(nn.Sequential(nn.Linear(2, 2)), weights=tmp_path / name)
    assert not (tmp_path / "ran").exists()


def test_weights_that_do_not_fit(tmp_path: Path) -> None:
    torch.save(nn.Sequential(nn.Linear(3, 2)).state_dict(), tmp_path / "w.pth")
    torch.save([1, 2], tmp_path / "list.pth")
    (tmp_path / "text.pth").write_text("weights")
    model = nn.Sequential(nn.Linear(2, 2))
    for name, why in (("w.pth", "not those of the module"), ("list.pth", "no state dict"), ("text.pth", "no torch file")):
        with pytest.raises(Malformed, match=why):
            load(model, weights=tmp_path / name)
    with pytest.raises(Malformed, match="there is no file"):
        load(model, weights=tmp_path / "nowhere.pth")
    with pytest.raises(Malformed, match="put into a torch module"):
        load([[1, 2]], weights=tmp_path / "w.pth")


def test_an_old_torch_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.save({}, tmp_path / "w.pth")
    monkeypatch.setattr(torch, "__version__", "2.5.1+cpu")
    with pytest.raises(NotSupported, match=r"use torch 2\.6 or later"):
        load(nn.Linear(1, 1), weights=tmp_path / "w.pth")


@pytest.mark.skipif(not DECODER.is_file(), reason="../shared/networks is not there")
def test_the_decoder_of_a_real_autoencoder() -> None:
    layers = (nn.Linear(32, 512), nn.ELU(), nn.Linear(512, 512), nn.ELU(), nn.Linear(512, 784))
    names = list(torch.load(DECODER, weights_only=True))
    prefix = names[0].split(".")[:-2]
    model: nn.Module = nn.Sequential(*layers)
    for part in reversed(prefix):
        holder = nn.Sequential()
        holder.add_module(part, model)
        model = holder
    f = load(model, input_shape=32, weights=DECODER)
    assert (f.arity, f.width) == (32, 784)
