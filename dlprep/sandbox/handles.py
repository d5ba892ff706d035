"""The judge's stand-ins for a submission's functions, iterators and objects.

Whatever is done with a stand-in is done in the worker; the result is plain data, or another
stand-in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dlprep.sandbox import wire
from dlprep.sandbox.replies import Call, Foreign, Opaque, SubmissionError

if TYPE_CHECKING:
    from dlprep.api import Signature

MAX_ITEMS = 10_000  # that are read of one iterator

# send(function, request, *args, **kwargs) has the worker answer a request about that function
Send = Callable[..., Call]


class Functions:
    """What a case sees of a submission: the stub's functions, whatever their names."""

    def __init__(self, api: Mapping[str, Signature], send: Send) -> None:
        self.__api, self.__send = api, send

    def __getattr__(self, name: str) -> RemoteFunction:
        if name not in self.__api:
            raise AttributeError(f"the stub has no function {name!r}")
        return RemoteFunction(self.__api[name], self.__send)


class RemoteFunction:
    """A function (or class) of the submission's."""

    def __init__(self, signature: Signature, send: Send) -> None:
        self.signature, self._send = signature, send

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it in the worker; its result as plain data."""
        return self.observe("", *args, **kwargs).result

    def observe(self, what: str, /, *args: Any, **kwargs: Any) -> Call:
        """Call it and measure ``effects``, ``lines`` or ``memory``; the whole record."""
        signature = self.signature
        request = {
            "op": "call",
            "function": signature.name,
            "observe": what,
            "read": what == "effects",  # an iterator, to its end
            "keep": list(signature.opaque),
            "names": [parameter.name for parameter in signature.parameters],
        }
        call = self._send(signature.name, request, *args, **kwargs)
        if signature.returns and not (
            isinstance(call.result, (tuple, list)) and len(call.result) == signature.returns
        ):  # checked here, so that a case can unpack the result
            raise SubmissionError("form", f"a tuple of {signature.returns}")
        return call

    def hold(self, value: Any) -> RemoteObject:
        """Put ``value`` into the worker, so that every call given it gets the same object.

        This shows what a submission keeps: ``w = submission.f.hold(array)``, pass ``{"w": w}``,
        and then ``w[0] = 5.0`` changes the array in place.
        """
        held = self._send(self.signature.name, {"op": "hold"}, value).result
        if not isinstance(held, Opaque):  # the worker is not trusted
            raise SubmissionError("output", "sent what is not an answer: no held value")
        return RemoteObject(self._send, held._number, self.signature.name, "value")


class RemoteIterator:
    """An iterator of the submission's, read one by one up to ``MAX_ITEMS``."""

    def __init__(self, send: Send, number: int, function: str) -> None:
        self._send, self._number, self._function = send, number, function
        self._read = 0

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        items = self._send(self._function, {"op": "next", "object": self._number}).result
        if not isinstance(items, list) or not items:
            raise StopIteration
        self._read += 1
        if self._read > MAX_ITEMS:
            raise SubmissionError("output", f"the iterator does not end after {MAX_ITEMS} items")
        return items[0]


class RemoteObject:
    """An object of the submission's: attributes, calls and operators run in the worker."""

    __array_ufunc__ = None  # np.ones(2) * object is the object's business

    def __init__(self, send: Send, number: int, function: str, kind: str) -> None:
        vars(self).update(_send=send, _number=number, _function=function, _type=kind)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        request = {"op": "get", "object": self._number, "name": name}
        return self._send(self._function, request).result

    def __setattr__(self, name: str, value: Any) -> None:
        request = {"op": "set", "object": self._number, "name": name}
        self._send(self._function, request, value)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        request = {"op": "invoke", "object": self._number}
        return self._send(self._function, request, *args, **kwargs).result


def _operator(name: str, *, reflected: bool = False) -> Callable[..., Any]:
    def apply(self: RemoteObject, *others: Any) -> Any:
        operands = (*others, self) if reflected else (self, *others)
        return self._send(self._function, {"op": "operator", "name": name}, *operands).result

    return apply


for _name in ("add", "sub", "mul", "truediv", "pow", "matmul"):
    setattr(RemoteObject, f"__{_name}__", _operator(_name))
    setattr(RemoteObject, f"__r{_name}__", _operator(_name, reflected=True))
for _name in ("neg", "getitem", "setitem"):
    setattr(RemoteObject, f"__{_name}__", _operator(_name))


class Handles(wire.Codec):
    """The judge's side of the codec: stand-ins for what stays in the worker.

    They belong to ``function``. What the judge passes in to be called is kept in ``callables``.
    """

    def __init__(self, send: Send, callables: list[Callable[..., Any]], function: str) -> None:
        self.send, self.callables, self.function = send, callables, function

    def encode_reference(self, value: Any, arrays: wire.Arrays) -> wire.Node:
        """References to what the worker holds, a generator by its state, a callable by number."""
        import numpy as np

        if isinstance(value, (RemoteObject, RemoteIterator, Opaque)):
            return {"object": value._number}
        if isinstance(value, np.random.Generator):
            if not isinstance(value.bit_generator, np.random.PCG64):
                raise wire.Unsendable("a generator of another kind than np.random.default_rng's")
            return {"generator": dict(value.bit_generator.state)}
        if callable(value):
            self.callables.append(value)
            return {"callable": len(self.callables) - 1}
        return super().encode_reference(value, arrays)

    def decode_reference(self, tag: str, node: dict[str, Any]) -> Any:
        """The stand-in for what stays in the worker."""
        match tag, node[tag]:
            case "object", int(number):
                return RemoteObject(self.send, number, self.function, str(node.get("type")))
            case "iterator", int(number):
                return RemoteIterator(self.send, number, self.function)
            case "opaque", int(number):
                return Opaque(number)
            case "foreign", str(kind):
                return Foreign(kind[:200])
        return super().decode_reference(tag, node)

    def layout(self, array: Any) -> dict[str, Any]:
        """How the array lies in memory, so that the worker gets it the same way."""
        said: dict[str, Any] = {}
        if not array.flags.c_contiguous and array.ndim:
            said["layout"] = "F" if array.flags.f_contiguous else "strided"
        if not array.flags.writeable:
            said["frozen"] = True
        return said
