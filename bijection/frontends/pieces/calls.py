"""Which functions of a module's program compare its input, and their calls as single operations.

They are found by running the module: where a value that depends on the input is compared, the functions on the stack are candidates,
the innermost first. That only proposes: what a candidate computes is read from its own operators (`torch_branches`), or refused.
While the module is traced, a candidate stands where it is looked up, in its Python module or class, for a function that becomes one
node of the graph.
"""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path as File
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any, TypeAlias
from unittest.mock import patch

import torch
from torch import fx
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten, tree_leaves, tree_unflatten

from bijection.errors import NotSupported
from bijection.frontends.pieces.branches import Branches
from bijection.frontends.pieces.written import read_pieces
from bijection.frontends.torch.recorder import Unread
from bijection.frontends.torch.tracer import Tracer
from bijection.frontends.values import Value
from proofs.errors import Malformed

COMPARE = ("ge", "gt", "le", "lt", "eq", "ne", "floor", "searchsorted", "bucketize", "_local_scalar_dense")
_OWN = (str(File(torch.__file__).parent), str(File(__file__).parent.parent))
Place: TypeAlias = tuple[Any, str]  # a Python module or class, and a name in it


@dataclass(frozen=True, slots=True)
class Candidate:
    """A function and where it is looked up."""

    function: FunctionType
    places: tuple[Place, ...]


class _Watch(TorchDispatchMode):  # type: ignore[misc]
    """Follows what depends on the input, and keeps the stack where it is compared."""

    def __init__(self, x: Any) -> None:
        super().__init__()
        self._moving = {x.untyped_storage()._cdata: x}
        self.stacks: dict[tuple[CodeType, ...], list[Candidate]] = {}
        self._places: dict[CodeType, list[Place]] = {}
        self._candidates: dict[CodeType, Candidate | None] = {}

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        given = [a for a in tree_leaves((args, kwargs)) if isinstance(a, torch.Tensor)]
        if any(a.untyped_storage()._cdata in self._moving for a in given):
            if func.overloadpacket.__name__ in COMPARE:
                self._keep(sys._getframe(1))
            made = [a for a in tree_leaves(out) if isinstance(a, torch.Tensor)]
            self._moving |= {a.untyped_storage()._cdata: a for a in (*made, *(given[:1] if func._schema.is_mutable else ()))}
        return out

    def _keep(self, frame: FrameType | None) -> None:
        frames = list[FrameType]()
        while frame is not None and frame.f_code is not _found_in.__code__:
            if not frame.f_code.co_filename.startswith(_OWN):
                frames.append(frame)
            frame = frame.f_back
        key = tuple(f.f_code for f in frames)
        if key not in self.stacks:
            self._places = self._places or _in_modules()
            self.stacks[key] = [c for c in map(self._candidate, frames) if c is not None]

    def _candidate(self, frame: FrameType) -> Candidate | None:
        """The function that runs in the frame, if it is looked up in a class of its first argument or in Python modules."""
        code = frame.f_code
        if code not in self._candidates:
            names = code.co_varnames[: code.co_argcount]
            owners = type(frame.f_locals.get(names[0])).__mro__ if names else ()
            places = self._places.get(code, []) + [(owner, name) for owner in owners for name, f in _functions(owner) if f.__code__ is code]
            self._candidates[code] = Candidate(vars(places[0][0])[places[0][1]], tuple(places)) if places else None
        return self._candidates[code]


def _functions(owner: Any) -> list[tuple[str, FunctionType]]:
    return [(name, f) for name, f in list(vars(owner).items()) if type(f) is FunctionType]  # isinstance would ask the object


def _in_modules() -> dict[CodeType, list[Place]]:
    """Where the functions of the Python modules that are loaded are looked up."""
    found: dict[CodeType, list[Place]] = {}
    for m in list(sys.modules.values()):
        for name, f in _functions(m) if issubclass(type(m), ModuleType) else ():
            found.setdefault(f.__code__, []).append((m, name))
    return found


def _found_in(module: Any, x: Any) -> list[list[Candidate]]:
    watch = _Watch(x)
    with torch.no_grad(), watch:
        module(x)
    return list(watch.stacks.values())


@dataclass
class Calls:
    """The candidates in use, and what was found of them."""

    stacks: list[list[Candidate]]
    trouble: str = ""  # what the module raises at the input at which it was watched
    refused: dict[FunctionType, str] = field(default_factory=dict)
    _asked: dict[FunctionType, str] = field(default_factory=dict)
    _shapes: dict[tuple[Any, ...], tuple[Any, list[Any]]] = field(default_factory=dict)  # what calls returned, by what they were given

    @classmethod
    def of(cls, module: Any, x: Any) -> Calls:
        """The functions that compare values which depend on x; none where the module fails."""
        try:
            return cls(_found_in(module, x))
        except Exception as trouble:  # the module's own code runs
            return cls([], type(trouble).__name__)

    def chosen(self) -> list[Candidate]:
        """The innermost candidate of each stack that is not refused, unless it is inside of another one of these."""
        found = (next((c for c in stack if c.function not in self.refused), None) for stack in self.stacks)
        unique = {c.function: c for c in found if c is not None}
        inside = {c.function for stack in self.stacks for k, c in enumerate(stack) if any(o.function in unique for o in stack[k + 1 :])}
        return [c for f, c in unique.items() if f not in inside]

    def again(self) -> bool:
        """Whether functions that gave no numbers, or stand where they are not looked up, have others around them to try."""
        news = {f: why for f, why in self._asked.items() if f not in self.refused}
        for f in (c.function for c in self.chosen() if (c.function,) not in self._shapes):
            news[f] = _ELSEWHERE
        self.refused |= news
        self._asked.clear()
        found_out = [why for why in news.values() if why not in (_ELSEWHERE, _COUNTS)]
        return bool(news) and not found_out and bool(self.chosen())

    @property
    def why(self) -> str:
        """What was found of the innermost function that computes numbers."""
        reasons = [f"{f.__name__} branches on its input: {why}" for f, why in (self.refused | self._asked).items()]
        return next((r for r in reasons if not r.endswith((_COUNTS, _ELSEWHERE))), reasons[0]) if reasons else ""

    @contextmanager
    def as_operators(self, module: Any, x: Any) -> Iterator[None]:
        """While this lasts, each call of the functions is one operator; they are called once, to see what they return."""
        with ExitStack() as stack:
            for candidate in self.chosen():
                for owner, name in candidate.places:
                    stack.enter_context(patch.object(owner, name, self._stand_in(candidate.function)))
            if self.chosen():
                with torch.no_grad():
                    module(x)
            before = list(_CALLS)
            try:
                yield
            finally:
                for key in set(_CALLS) - set(before):
                    del _CALLS[key]

    def _stand_in(self, function: FunctionType) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            leaves, rebuild = taken_apart((args, kwargs))
            if all(type(a) in (torch.Tensor, torch.nn.Parameter) for a in leaves) and not _is_traced():
                out = function(*args, **kwargs)
                tensors, spec = tree_flatten(out)
                key = (function, *(tuple(a.shape) for a in leaves))
                self._shapes[key] = self._shapes[(function,)] = (spec, [_empty(y) for y in tensors])
                return out
            if (function,) not in self._shapes:
                raise NotSupported(f"{function.__name__} is called only while the module is traced")
            spec, like = self._shapes[(function,)]
            number = max(_CALLS, default=0) + 1
            _CALLS[number] = Call(self, function, rebuild)
            found = torch.ops.bijection.branching(number, leaves)
            places = iter(range(len(like)))
            return tree_unflatten([found[next(places)] if isinstance(y, torch.Tensor) else y for y in like], spec)

        return call

    def shapes(self, function: FunctionType, given: Sequence[Any]) -> list[Any]:
        """Empty tensors like those that the function returned for inputs of these shapes."""
        key = (function, *(tuple(int(d) for d in a.shape) for a in given))
        return [y for y in self._shapes[key][1] if isinstance(y, torch.Tensor)]

    def read(self, t: Tracer, function: FunctionType, called: Callable[..., Any], values: Sequence[Value]) -> list[Any]:
        """The tensors that the function returns; what is not read of them says so where it is used."""
        kinds: list[Any] = []

        def call(tensors: Sequence[Any]) -> Any:
            out = called(tensors)
            kinds[:] = [y for y in tree_leaves(out) if isinstance(y, torch.Tensor)]
            return out

        try:
            branches = Branches(t, call, values)
            runs = branches.explored()
        except (NotSupported, Malformed) as why:
            raise self._refusal(function, str(why)) from None
        except Exception as trouble:  # the module's own code runs
            raise self._refusal(function, f"{type(trouble).__name__}: {trouble}".splitlines()[0]) from None
        return [self._output(t, function, branches, runs, k, y) for k, y in enumerate(kinds)]

    def _output(self, t: Tracer, function: FunctionType, branches: Branches, runs: Any, k: int, y: Any) -> Any:
        try:
            if not y.is_floating_point():
                raise NotSupported(_COUNTS)
            return read_pieces(t, branches, list(branches.entries(runs, k)), tuple(y.shape))
        except (NotSupported, Malformed) as why:
            self._refusal(function, str(why))
            return Unread(f"{function.__name__} branches on its input: {why}")

    def _refusal(self, function: FunctionType, why: str) -> NotSupported:
        self._asked.setdefault(function, why)
        return NotSupported(f"{function.__name__} branches on its input: {why}")


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a function, by the tensors among its arguments."""

    calls: Calls
    function: FunctionType
    rebuild: Callable[[Sequence[Any]], Any]

    def __call__(self, tensors: Sequence[Any]) -> Any:
        """What the function returns."""
        args, kwargs = self.rebuild(tensors)
        return self.function(*args, **kwargs)


_CALLS: dict[int, Call] = {}  # an operator of torch takes tensors and numbers alone, so a call goes by its number while it is traced


def _branching(call: int, given: list[torch.Tensor]) -> list[torch.Tensor]:
    """Call number `call`, of these tensors."""
    return [y.clone() for y in tree_leaves(_CALLS[call](given)) if isinstance(y, torch.Tensor)]


_operator = torch.library.custom_op("bijection::branching", _branching, mutates_args=())
_operator.register_fake(lambda call, given: [torch.empty_like(y) for y in _CALLS[call].calls.shapes(_CALLS[call].function, given)])


def _empty(y: Any) -> Any:
    return torch.empty(y.shape, dtype=y.dtype) if isinstance(y, torch.Tensor) else y


def _is_traced() -> bool:
    """Whether a mode is on that sees operators."""
    return bool(torch.utils._python_dispatch._get_current_dispatch_mode_stack()) or torch.compiler.is_compiling()


def branching(t: Tracer, call: int, given: Sequence[Value]) -> list[Any]:
    """A call of a function that branches on what it is given."""
    this = _CALLS[call]
    return this.calls.read(t, this.function, this, given)


CALLS = {"branching": branching}
_COUNTS = "it gives whole numbers or truth values"
_ELSEWHERE = "it is looked up where it cannot be replaced, as in a closure"


def taken_apart(tree: Any) -> tuple[list[Any], Callable[[Sequence[Any]], Any]]:
    """The tensors in arguments, also those that plain objects among them hold; and how to put others in their place."""
    leaves: list[Any] = []

    def apart(v: Any, depth: int) -> Callable[[Sequence[Any]], Any]:
        if isinstance(v, torch.Tensor | fx.Proxy):
            leaves.append(v)
            at = len(leaves) - 1
            return lambda given: given[at]
        if type(v) in (tuple, list):
            parts = [apart(e, depth) for e in v]
            return lambda given: type(v)(part(given) for part in parts)
        if type(v) is dict:
            entries = {k: apart(e, depth) for k, e in v.items()}
            return lambda given: {k: part(given) for k, part in entries.items()}
        if depth and not isinstance(v, torch.nn.Module | type | FunctionType | ModuleType) and hasattr(v, "__dict__"):
            before = len(leaves)
            held = {k: apart(e, depth - 1) for k, e in vars(v).items()}
            if len(leaves) > before:
                return lambda given: _with(v, {k: part(given) for k, part in held.items()})
        return lambda given: v

    return leaves, apart(tree, 2)


def _with(v: Any, held: dict[str, Any]) -> Any:
    made = copy.copy(v)
    vars(made).update(held)
    return made
