"""What a function that branches tells of its input without a comparison that is followed is refused, never read as something else."""

from collections.abc import Callable
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="the extra 'torch' is not installed")

from bijection.errors import NotSupported  # noqa: E402
from bijection.frontends import load  # noqa: E402


def bent(x: Any) -> Any:
    y, above = x.clone(), x >= 1.0
    y[above] = 2 * x[above] - 1
    return y


def equal_to(x: Any) -> Any:
    y, above = x.clone(), x >= 1.0
    y[above] = 2 * x[above] - 1
    y[x == 0.25] = 7.0
    return y


def different(x: Any) -> Any:
    y, above = x.clone(), x >= 1.0
    y[above] = 2 * x[above] - 1
    return torch.where(torch.ne(x, 0.25), y, x + 3)


def numbered(x: Any) -> Any:
    y, above = x.clone(), x >= 1.0
    y[above] = 2 * x[above] - 1
    return y + torch.argmax(x, dim=-1, keepdim=True)


def sorted_out(x: Any) -> Any:
    y, above = x.clone(), x >= 1.0
    y[above] = 2 * x[above] - 1
    return y + torch.topk(x, 1, dim=-1)[1]


def listed(x: Any) -> Any:
    y, above = x.clone(), x >= 1.0
    y[above] = 2 * x[above] - 1
    return y + x.max(-1, keepdim=True)[1]


def signed(x: Any) -> Any:
    y, above = x.clone(), x >= 1.0
    y[above] = 2 * x[above] - 1
    return torch.where(torch.signbit(x), y, y + 2)


def counted(x: Any) -> Any:
    y, above = x.clone(), x >= 1.0
    y[above] = 2 * x[above] - 1
    return y + (torch.nonzero(x - 0.25).shape[0] < x.numel())


def compared(x: Any) -> Any:
    y, above = x.clone(), x >= 1.0
    y[above] = 2 * x[above] - 1
    return y + torch.equal(x, torch.full_like(x, 0.25))


def close(x: Any) -> Any:
    y, above = x.clone(), x >= 1.0
    y[above] = 2 * x[above] - 1
    return y + torch.allclose(x, torch.full_like(x, 0.25))


def in_bits(x: Any) -> Any:
    y, above = x.clone(), x >= 1.0
    y[above] = 2 * x[above] - 1
    return y + (x.view(torch.int32) < 0)


def in_numpy(x: Any) -> Any:
    y, above = x.clone(), x >= 1.0
    y[above] = 2 * x[above] - 1
    return y + bool(x.detach().numpy()[0][0] > 1500)


def in_a_list(x: Any) -> Any:
    y, above = x.clone(), x >= 1.0
    y[above] = 2 * x[above] - 1
    return y + (x.tolist()[0][0] > 1500)


def as_truth(x: Any) -> Any:
    y, above = x.clone(), x >= 1.0
    y[above] = 2 * x[above] - 1
    return y + (1 if x[0, 0] else 0)


def written_into_integers(x: Any) -> Any:
    y, above = x.clone(), x >= 1.0
    y[above] = 2 * x[above] - 1
    whole = torch.zeros(x.shape, dtype=torch.int64)
    whole[...] = x
    return y + whole


def told_by_a_length(x: Any) -> Any:
    y, above = x.clone(), x >= 1.0
    y[above] = 2 * x[above] - 1
    return y * (1 if len(x[above]) == 1 else 2)


def told_by_a_shape(x: Any) -> Any:
    y, above = x.clone(), x >= 1.0
    y[above] = 2 * x[above] - 1
    return y * (1 if x[above].shape[0] == 1 else 2)


def told_by_a_number_of_entries(x: Any) -> Any:
    y, above = x.clone(), x >= 1.0
    y[above] = 2 * x[above] - 1
    return y * (1 if x[above].numel() == 1 else 2)


UNSEEN = (
    equal_to, different, numbered, sorted_out, listed, signed, counted,
    compared, close, in_bits, in_numpy, in_a_list, as_truth, written_into_integers,
    told_by_a_length, told_by_a_shape, told_by_a_number_of_entries,
)  # fmt: skip


class Calls(torch.nn.Module):  # type: ignore[misc,name-defined]
    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def forward(self, x: Any) -> Any:
        return globals()[self._name](x)


@pytest.mark.parametrize("function", UNSEEN, ids=lambda f: f.__name__)
def test_what_numbers_tell_unseen_is_refused(function: Callable[..., Any]) -> None:
    with pytest.raises(NotSupported, match=f"{function.__name__} branches on its input"):
        load(Calls(function.__name__), input_shape=(2,))


def test_the_same_function_without_it_is_read() -> None:
    f = load(Calls("bent"), input_shape=(2,))
    assert [tuple(map(int, f((a, b)))) for a, b in ((-3, 2), (1, 5))] == [(-3, 3), (1, 9)]
