"""The judge's stand-ins for a submission's functions, iterators and objects.

Using one asks the worker to do it; the result is plain data, or another stand-in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from dlprep.sandbox import wire
from dlprep.sandbox.replies import Call, Foreign, Opaque, SubmissionError

if TYPE_CHECKING:
    from dlprep.api import Signature

MAX_ITEMS = 10_000  # that are read of one iterator

Ask = Callable[..., Call]  # ask(request, *args, **kwargs) has the worker answer a request


class Functions:
    """What a case sees of a submission: the stub's functions, whatever their names."""

    def __init__(
        self,
        api: Mapping[str, Signature],
        ask: Callable[..., Call],
        reference: Any = None,
        key: bytes = b"",
    ) -> None:
        self.__api, self.__ask, self.__reference, self.__key = api, ask, reference, key

    def __getattr__(self, name: str) -> RemoteFunction:
        if name not in self.__api:
            raise AttributeError(f"the stub has no function {name!r}")
        reference = getattr(self.__reference, name, None)
        return RemoteFunction(self.__api[name], partial(self.__ask, name), reference, self.__key)


class RemoteFunction:
    """A function (or class) of the submission's, beside that of the reference, if it is known."""

    def __init__(self, signature: Signature, ask: Ask, reference: Any, key: bytes) -> None:
        self._signature, self._ask, self._reference, self._key = signature, ask, reference, key

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it in the worker; its result as plain data."""
        return self.observe("", *args, **kwargs).result

    def observe(self, what: str, /, *args: Any, **kwargs: Any) -> Call:
        """Call it, and count its ``lines`` or measure its ``memory``; the whole record."""
        signature = self._signature
        request = {
            "op": "call",
            "function": signature.name,
            "observe": what,
            "keep": list(signature.opaque),
            "names": [parameter.name for parameter in signature.parameters],
        }
        call = self._ask(request, *args, **kwargs)
        if signature.returns and not (
            isinstance(call.result, (tuple, list)) and len(call.result) == signature.returns
        ):  # checked here, so that a case can unpack the result
            raise SubmissionError("form", f"a tuple of {signature.returns}")
        return call

    def right(self, *args: Any, **kwargs: Any) -> Any:
        """What the reference answers; a stand-in for what would stay in a worker.

        It gets the child of a generator that the submission gets.
        """
        import numpy as np

        def given(value: Any) -> Any:
            if isinstance(value, np.random.Generator):
                return np.random.default_rng(child_of(value, self._key))
            return value

        result = self._reference(
            *map(given, args), **{name: given(value) for name, value in kwargs.items()}
        )
        if not self._signature.opaque:
            return result
        return tuple(
            Opaque(n) if n in self._signature.opaque else part for n, part in enumerate(result)
        )

    def hold(self, value: Any) -> RemoteObject:
        """Put ``value`` into the worker: every call that is given it gets the same object.

        ``w = submission.f.hold(array)`` can be an argument; then ``w[0] = 5.0`` changes it there.
        """
        held = self._ask({"op": "hold"}, value).result
        if not isinstance(held, Opaque):  # the worker is not trusted
            raise SubmissionError("output", "sent what is not an answer: no held value")
        return RemoteObject(self._ask, held._number)


class RemoteIterator:
    """An iterator of the submission's, read one by one up to ``MAX_ITEMS``.

    ``shared`` are the memories that the items so far share, in words.
    """

    def __init__(self, ask: Ask, number: int) -> None:
        self._ask, self._number, self._read = ask, number, 0
        self.shared: list[str] = []

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        call = self._ask({"op": "next", "object": self._number})
        items = call.result
        self.shared += call.effects.get("shared", ())
        if not isinstance(items, list) or not items:
            raise StopIteration
        self._read += 1
        if self._read > MAX_ITEMS:
            raise SubmissionError("output", f"the iterator does not end after {MAX_ITEMS} items")
        return items[0]


class RemoteObject:
    """An object of the submission's: attributes, calls and operators run in the worker."""

    __array_ufunc__ = None  # np.ones(2) * object calls the object's __rmul__

    def __init__(self, ask: Ask, number: int) -> None:
        vars(self).update(_ask=ask, _number=number)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._ask({"op": "get", "object": self._number, "name": name}).result

    def __setattr__(self, name: str, value: Any) -> None:
        self._ask({"op": "set", "object": self._number, "name": name}, value)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask({"op": "invoke", "object": self._number}, *args, **kwargs).result


def _operator(name: str, *, reflected: bool = False) -> Callable[..., Any]:
    def apply(self: RemoteObject, *others: Any) -> Any:
        operands = (*others, self) if reflected else (self, *others)
        return self._ask({"op": "operator", "name": name}, *operands).result

    return apply


for _name in ("add", "sub", "mul", "truediv", "pow", "matmul"):
    setattr(RemoteObject, f"__{_name}__", _operator(_name))
    setattr(RemoteObject, f"__r{_name}__", _operator(_name, reflected=True))
for _name in ("neg", "getitem", "setitem"):
    setattr(RemoteObject, f"__{_name}__", _operator(_name))


def child_of(generator: Any, key: bytes) -> int:
    """The seed of a generator's child: 128 bits that nobody without the key can foresee."""
    state = repr(generator.bit_generator.state).encode()
    return int.from_bytes(hashlib.blake2b(state, digest_size=16, key=key).digest())


class Handles(wire.Codec):
    """The judge's side of the codec: it makes stand-ins, which use ``ask``.

    Functions that the judge passes to the submission are kept in ``callables``. A generator is
    passed on as a child, which ``key`` and its state decide: the same state gives the same child,
    and the child does not tell what the generator itself will draw.
    """

    def __init__(self, ask: Ask, callables: list[Callable[..., Any]], key: bytes) -> None:
        self.ask, self.callables, self.key = ask, callables, key

    def encode_reference(self, value: Any, arrays: wire.Arrays) -> wire.Node:
        """References to what the worker holds, a generator's child, a callable by number."""
        import numpy as np

        if isinstance(value, (RemoteObject, RemoteIterator, Opaque)):
            return {"object": value._number}
        if isinstance(value, np.random.Generator):
            if not isinstance(value.bit_generator, np.random.PCG64):
                raise wire.Unsendable("a generator of another kind than np.random.default_rng's")
            return {"generator": child_of(value, self.key)}
        if callable(value):
            self.callables.append(value)
            return {"callable": len(self.callables) - 1}
        return super().encode_reference(value, arrays)

    def decode_reference(self, tag: str, node: dict[str, Any]) -> Any:
        """The stand-in for what stays in the worker."""
        match tag, node[tag]:
            case "object", int(number) if number >= 0:
                return RemoteObject(self.ask, number)
            case "iterator", int(number) if number >= 0:
                return RemoteIterator(self.ask, number)
            case "opaque", int(number) if number >= 0:
                return Opaque(number)
            case "foreign", str(kind):
                return Foreign(kind[:200])
        return super().decode_reference(tag, node)

    def layout(self, array: Any) -> dict[str, Any]:
        """How the array lies in memory, so that the worker gets it the same way."""
        flags = array.flags
        said: dict[str, Any] = {} if flags.writeable else {"frozen": True}
        if array.ndim and not flags.c_contiguous:
            said["layout"] = "F" if flags.f_contiguous else "strided"
        return said
