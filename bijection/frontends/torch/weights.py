"""A torch module with the weights of a file: a pickle, which torch reads with weights_only=True, tensors and nothing that runs."""

from __future__ import annotations

import copy
import pickle
import warnings
from pathlib import Path
from typing import Any

import torch

from bijection.errors import NotSupported
from proofs.errors import Malformed, well_formed

SAFE = (2, 6)  # before, weights_only could be bypassed (CVE-2025-32434)


def with_weights(module: Any, file: Path) -> Any:
    """A copy of the module, in eval mode, with exactly the weights of the file; Malformed where one is missing or left over."""
    if not isinstance(module, torch.nn.Module):
        raise NotSupported(f"weights for a {type(module).__name__}; they are put into a torch module, whose class says what they mean")
    version = tuple(int(part) for part in torch.__version__.split("+")[0].split(".")[:2])
    if version < SAFE:
        raise NotSupported(f"torch {torch.__version__} may run code when it reads weights; use torch 2.6 or later")
    well_formed(file.is_file(), f"there is no file {file}")
    try:
        with warnings.catch_warnings():  # about pickles of other kinds, which are refused
            warnings.simplefilter("ignore")
            found = torch.load(file, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError) as why:
        raise Malformed(f"{file.name} holds more than weights, or is no torch file: {str(why).splitlines()[0]}") from None
    if isinstance(found, dict) and isinstance(found.get("state_dict"), dict):
        found = found["state_dict"]
    well_formed(isinstance(found, dict), f"{file.name} holds a {type(found).__name__}, no state dict")
    made = copy.deepcopy(module)
    try:
        made.load_state_dict(found, strict=True)
    except RuntimeError as why:
        raise Malformed(f"the weights of {file.name} are not those of the module: {' '.join(str(why).split())[:300]}") from None
    return made.eval()
