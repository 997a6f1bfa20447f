"""Where the reading of a torch module once was another function than the module computes."""

from fractions import Fraction

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from bijection.errors import NotSupported  # noqa: E402
from bijection.frontends.torch.reader import read  # noqa: E402


class Mixed(torch.nn.Module):
    """x ↦ f(x, stored tensors)."""

    def __init__(self, f, *stored):
        super().__init__()
        self.f = f
        for k, tensor in enumerate(stored):
            self.register_buffer(f"stored{k}", tensor)

    def forward(self, x):
        return self.f(x, *(getattr(self, f"stored{k}") for k in range(len(list(self.buffers())))))


class Doubling(torch.nn.Linear):
    def forward(self, x):
        return 2 * super().forward(x)


Doubling.__name__ = "Linear"


def in_place(x):
    y = x.clone()
    y[:, 0] = x[:, 1].to(torch.int32).float()
    return y


def into_integers(x):
    y = torch.zeros(x.shape, dtype=torch.int64)
    y[:, 0] = x[:, 1]
    return y * 1.0


def parametrised():
    layer = Doubling(2, 2)
    torch.nn.utils.parametrize.register_parametrization(layer, "weight", torch.nn.Identity())
    return torch.nn.Sequential(layer)


def replaced_forward():
    model = torch.nn.Sequential(torch.nn.Linear(2, 2))
    model[0].forward = lambda x: 2 * x
    return model


REFUSED = {
    "numpy of a tensor that depends": Mixed(lambda x: x + torch.from_numpy(np.tanh(x.detach().numpy()))),
    "tolist of a tensor that depends": Mixed(lambda x: x if sum(x.tolist()[0]) > 0 else -x),
    "a conversion to integers": Mixed(lambda x, a: x.type_as(a) * 1.0, torch.ones(2, dtype=torch.int64)),
    "to .*a conversion to integers": Mixed(lambda x, a: x.to(a) * 1.0, torch.ones(2, dtype=torch.int64)),
    "a conversion to torch.int32": Mixed(in_place),
    "a tensor of integers, which rounds": Mixed(into_integers),
    "uses .*Linear '0', not read yet": parametrised(),
    "a forward of its own": replaced_forward(),
}


@pytest.mark.parametrize("why", REFUSED)
def test_what_is_no_function_that_is_read(why):
    with pytest.raises(NotSupported, match=why):
        read(REFUSED[why].eval(), (2,))


def test_a_layer_for_training_with_rounded_weights():
    qat = pytest.importorskip("torch.ao.nn.qat")
    settings = pytest.importorskip("torch.ao.quantization").get_default_qat_qconfig("fbgemm")
    with pytest.raises(NotSupported, match="not read yet"):
        read(torch.nn.Sequential(qat.Linear(2, 2, qconfig=settings)).eval(), (2,))


@pytest.mark.parametrize("chosen", [True, False])
def test_a_choice_is_as_wide_as_its_condition(chosen):
    module = Mixed(lambda x, c: torch.where(c, x, 2 * x).sum(0), torch.full((3, 2), chosen))
    assert read(module, (2,))([1, Fraction(1, 2)]) == ((3, Fraction(3, 2)) if chosen else (6, 3))


def test_a_tensor_made_by_one_number():
    assert read(Mixed(lambda x: x + x.new_zeros(2)), (2,))([1, 2]) == (1, 2)


def test_the_slope_of_rrelu_is_the_one_that_torch_makes():
    slope = Fraction(float(np.float32((0.1 + 0.4) / 2)))
    assert read(torch.nn.Sequential(torch.nn.Linear(1, 1), torch.nn.RReLU(0.1, 0.4)).eval())  # it is read from the table
    assert read(torch.nn.RReLU(0.1, 0.4).eval(), (1,))([-1]) == (-slope,)
