"""The operators that run when a module is called at one input, each of them read as it runs.

For modules that neither torch.fx nor torch.export traces: those that fill tensors entry by entry, or branch on what is stored. A
branch on a value that depends on the input, and an operator whose output's shape does, are refused; so what runs at one input runs
at every one. What is computed from stored numbers alone is what torch makes of it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import torch
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map

from bijection.errors import NotSupported
from bijection.frontends.values import Constant, Tensor
from proofs.errors import Malformed


@dataclass(frozen=True, slots=True)
class Unread:
    """A value that is not read; it may be one that the output does not need, such as a log-determinant."""

    why: str


class Recorder(TorchDispatchMode):  # type: ignore[misc]
    """Keeps, for every tensor that depends on the input, what it is in the network under construction."""

    def __init__(self, call: Callable[[str, Sequence[Any], dict[str, Any]], Any], constant: Callable[[Any, str], Constant]) -> None:
        super().__init__()
        self._call, self._constant = call, constant
        self._known: dict[int, tuple[Any, Any]] = {}  # the tensor is kept, so that nobody else gets its identity
        self._valid: dict[int, set[int]] = {}  # by storage that was overwritten: the tensors made since

    def mark(self, tensor: Any, value: Any) -> None:
        """The tensor is that value of the network."""
        self._known[id(tensor)] = (tensor, value)
        place = tensor.untyped_storage().data_ptr()
        if place in self._valid:
            self._valid[place].add(id(tensor))

    def knows(self, tensor: Any) -> bool:
        """Whether it depends on the input."""
        return id(tensor) in self._known

    def value(self, tensor: Any) -> Any:
        """What the tensor is in the network; a constant where it does not depend on the input."""
        valid = self._valid.get(tensor.untyped_storage().data_ptr())
        if valid is not None and id(tensor) not in valid:
            raise NotSupported("it reads memory that was overwritten through another tensor; write it without overwriting")
        return self._known[id(tensor)][1] if id(tensor) in self._known else self._constant(tensor, "a stored tensor")

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run the operator; read it too if it depends on the input."""
        kwargs = kwargs or {}
        name = func.overloadpacket.__name__
        if torch.Tag.nondeterministic_seeded in func.tags:
            out = func(*args, **kwargs)
            self.mark(out, Unread(f"{name} draws random numbers; what depends on them is no function of the input"))
            return out
        tensors = [a for a in tree_leaves((args, kwargs)) if isinstance(a, torch.Tensor)]
        moving = [a for a in tensors if id(a) in self._known or a.untyped_storage().data_ptr() in self._valid]
        if not moving:
            return func(*args, **kwargs)
        given, named = tree_map(lambda a: self.value(a) if isinstance(a, torch.Tensor) else a, (tuple(args), kwargs))
        self._check(func, name, given)
        found = self._read(name, given, named)
        out = func(*args, **kwargs)
        if func._schema.is_mutable:
            self._valid[args[0].untyped_storage().data_ptr()] = {id(args[0])}
            self.mark(args[0], found)
        elif isinstance(out, tuple | list):
            parts = found if isinstance(found, tuple | list) and len(found) == len(out) else [found] * len(out)
            for tensor, part in zip(out, parts, strict=True):
                if isinstance(tensor, torch.Tensor):
                    self.mark(tensor, part)
        elif isinstance(out, torch.Tensor):
            self.mark(out, found)
        return out

    def _check(self, func: Any, name: str, given: Sequence[Any]) -> None:
        """Refuse what the path through the program may depend on."""
        by_constants = name in ("index", "index_put", "index_put_") and all(k is None or isinstance(k, Constant) for k in given[1])
        if {torch.Tag.data_dependent_output, torch.Tag.dynamic_output_shape} & set(func.tags) and not by_constants:
            raise NotSupported(f"{name} of a value that depends on the input: the path through the program may depend on it")

    def _read(self, name: str, given: Sequence[Any], named: dict[str, Any]) -> Any:
        unread = next((v for v in tree_leaves((given, named)) if isinstance(v, Unread)), None)
        if unread is not None:
            return unread
        try:
            return self._call(name, given, named)
        except (NotSupported, Malformed) as why:
            return Unread(f"{name}: {why}")


Saw: TypeAlias = Callable[[Any], None]


class Sizes(tuple[int, ...]):
    """The shape of a tensor, which says what is looked at: a mask picks as many entries as the input has it."""

    saw: Saw

    @classmethod
    def of(cls, sizes: Iterable[int], saw: Saw) -> Sizes:
        """These sizes."""
        made = cls(sizes)
        made.saw = saw
        return made

    def _all(self) -> tuple[int, ...]:
        found = tuple(tuple.__iter__(self))
        self.saw(found)
        return found

    def __getitem__(self, at: Any) -> Any:
        found = tuple.__getitem__(self, at)
        if isinstance(at, slice):
            return Sizes.of(found, self.saw)
        self.saw(found)
        return found

    def __iter__(self) -> Iterator[int]:
        return iter(self._all())

    def __eq__(self, other: object) -> bool:
        return self._all() == (tuple(other) if isinstance(other, tuple) else other)

    def __hash__(self) -> int:
        return hash(self._all())

    def __contains__(self, size: object) -> bool:
        return size in self._all()

    def __add__(self, other: Any) -> Any:
        return self._all() + tuple(other)

    def __radd__(self, other: Any) -> Any:
        return tuple(other) + self._all()

    def numel(self) -> int:
        """The product."""
        return math.prod(self._all())


class Closed(TorchFunctionMode):  # type: ignore[misc]
    """Refuses what takes the numbers out of tensors that depend on the input without an operator that could be seen; what is
    asked of their sizes is told to `saw`.
    """

    def __init__(self, depends: Callable[[Any], bool], saw: Saw | None = None) -> None:
        super().__init__()
        self._depends, self._saw = depends, saw

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = getattr(func, "__name__", "")
        if name in ("numpy", "tolist", "__array__", "__dlpack__") and self._depends(args[0]):
            raise NotSupported(f"{name} of a tensor that depends on the input: what is done with its numbers is not seen")
        out = func(*args, **(kwargs or {}))
        if self._saw is None:
            return out
        if isinstance(out, torch.Size):
            return Sizes.of(out, self._saw)
        if isinstance(out, int | tuple | list):
            self._saw((name, *(len(y) if isinstance(y, torch.Tensor) and y.dim() else y for y in out)) if not isinstance(out, int) else out)
        return out


def recorded(module: Any, x: Any, value: Tensor, recorder: Recorder) -> Any:
    """What the module's output is in the network, where the input is `value`.

    A module may keep statistics of its calls; Malformed where they change what it returns.
    """
    before = [v._version for v in (*module.parameters(), *module.buffers())]
    with torch.no_grad(), recorder:
        recorder.mark(x, value)
        with Closed(recorder.knows):
            out = module(x)
        first = [y.clone() for y in tree_leaves(out) if isinstance(y, torch.Tensor)]
        found = tree_map(lambda y: recorder.value(y) if isinstance(y, torch.Tensor) else y, out)
    if before != [v._version for v in (*module.parameters(), *module.buffers())]:
        with torch.no_grad():
            again = [y for y in tree_leaves(module(x)) if isinstance(y, torch.Tensor)]
        if not all(torch.equal(y, z) for y, z in zip(first, again, strict=True)):
            raise Malformed("it changes its own stored tensors when called; it is no function of its input alone")
    unread = next((v for v in tree_leaves(found) if isinstance(v, Unread)), None)
    if unread is not None:
        raise NotSupported(unread.why)
    return found
