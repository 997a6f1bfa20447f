"""torch's modules as calls of its functions: the function's name and the arguments after the input, by the name of the class."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from bijection.errors import NotSupported

Called: TypeAlias = tuple[str, tuple[Any, ...]]


def _with(function: str, *attributes: str) -> Callable[[Any], Called]:
    return lambda module: (function, tuple(getattr(module, name) for name in attributes))


def _conv(function: str) -> Callable[[Any], Called]:
    def call(module: Any) -> Called:
        if module.padding_mode != "zeros":
            raise NotSupported(f"padding_mode {module.padding_mode!r}; only zeros are read")
        return _with(function, "weight", "bias", "stride", "padding", "dilation", "groups")(module)

    return call


def _instance_norm(module: Any) -> Called:
    if module.track_running_stats and not module.training:
        return "batch_norm", (module.running_mean, module.running_var, module.weight, module.bias, False, 0.0, module.eps)
    return "group_norm", (module.num_features, module.weight, module.bias, module.eps)


_BATCH_NORM = _with("batch_norm", "running_mean", "running_var", "weight", "bias", "training", "momentum", "eps")
_DROPOUT = _with("dropout", "p", "training")
_POOL = ("kernel_size", "stride", "padding")

MODULES: Mapping[str, Callable[[Any], Called]] = {
    "Linear": _with("linear", "weight", "bias"),
    **{f"Conv{n}d": _conv(f"conv{n}d") for n in (1, 2, 3)},
    **{f"BatchNorm{n}d": _BATCH_NORM for n in (1, 2, 3)},
    **{f"MaxPool{n}d": _with(f"max_pool{n}d", *_POOL, "dilation", "ceil_mode", "return_indices") for n in (1, 2, 3)},
    "AvgPool1d": _with("avg_pool1d", *_POOL, "ceil_mode", "count_include_pad"),
    **{f"AvgPool{n}d": _with(f"avg_pool{n}d", *_POOL, "ceil_mode", "count_include_pad", "divisor_override") for n in (2, 3)},
    **{f"AdaptiveAvgPool{n}d": _with(f"adaptive_avg_pool{n}d", "output_size") for n in (1, 2, 3)},
    **{f"AdaptiveMaxPool{n}d": _with(f"adaptive_max_pool{n}d", "output_size", "return_indices") for n in (1, 2, 3)},
    "ReLU": _with("relu"),
    "LeakyReLU": _with("leaky_relu", "negative_slope"),
    "PReLU": _with("prelu", "weight"),
    "ReLU6": _with("relu6"),
    "Hardtanh": _with("hardtanh", "min_val", "max_val"),
    "Hardsigmoid": _with("hardsigmoid"),
    "Hardswish": _with("hardswish"),
    "SiLU": _with("silu"),
    "ELU": _with("elu", "alpha"),
    "GLU": _with("glu", "dim"),
    "Hardshrink": _with("hardshrink", "lambd"),
    "LogSoftmax": _with("log_softmax", "dim"),
    "Mish": _with("mish"),
    "RReLU": _with("rrelu", "lower", "upper", "training"),
    "Softmin": _with("softmin", "dim"),
    "Softmax2d": lambda module: ("softmax", (-3,)),
    "Softshrink": _with("softshrink", "lambd"),
    "Softsign": _with("softsign"),
    "Tanhshrink": _with("tanhshrink"),
    "Threshold": _with("threshold", "threshold", "value"),
    "LayerNorm": _with("layer_norm", "normalized_shape", "weight", "bias", "eps"),
    "RMSNorm": _with("rms_norm", "normalized_shape", "weight", "eps"),
    "GroupNorm": _with("group_norm", "num_groups", "weight", "bias", "eps"),
    **{f"InstanceNorm{n}d": _instance_norm for n in (1, 2, 3)},
    "GELU": _with("gelu", "approximate"),
    "SELU": _with("selu"),
    "CELU": _with("celu", "alpha"),
    "Sigmoid": _with("sigmoid"),
    "LogSigmoid": _with("logsigmoid"),
    "Tanh": _with("tanh"),
    "Softplus": _with("softplus", "beta", "threshold"),
    "Softmax": _with("softmax", "dim"),
    "Flatten": _with("flatten", "start_dim", "end_dim"),
    "Unflatten": _with("unflatten", "dim", "unflattened_size"),
    "Identity": _with("identity"),
    "Dropout": _DROPOUT,
    **{f"{kind}Dropout": _DROPOUT for kind in ("Alpha", "FeatureAlpha")},
    **{f"Dropout{n}d": _DROPOUT for n in (1, 2, 3)},
}


def class_of(module: Any) -> str:
    """The name of torch.nn's class, or with its module that of any other; of a parametrised module, of the class it was made from."""
    kind = type(module)
    if kind.__name__.startswith("Parametrized") and kind.__module__ == "torch.nn.utils.parametrize":
        kind = kind.__mro__[1]
    return kind.__name__ if kind.__module__.startswith("torch.nn.modules.") else f"{kind.__module__}.{kind.__name__}"
