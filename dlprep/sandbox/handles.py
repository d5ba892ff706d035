"""The judge's stand-ins for a submission's functions, iterators and objects.

What they do is done in the worker; what comes back is plain data, or another stand-in.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dlprep.sandbox.replies import Call, Opaque, SubmissionError

if TYPE_CHECKING:
    from dlprep.api import Signature
    from dlprep.sandbox.submission import Submission

MAX_ITEMS = 10_000  # that are read of one iterator


class Functions:
    """What a case sees of a submission: the stub's functions, whatever their names."""

    def __init__(self, submission: Submission) -> None:
        self.__submission = submission

    def __getattr__(self, name: str) -> RemoteFunction:
        return self.__submission.function(name)


class RemoteFunction:
    """A function of the submission's."""

    def __init__(self, submission: Submission, signature: Signature) -> None:
        self._submission, self.signature = submission, signature

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it in the worker; its result as plain data."""
        return self.observe("", *args, **kwargs).result

    def observe(self, what: str, /, *args: Any, **kwargs: Any) -> Call:
        """Call it and measure ``effects``, ``lines`` or ``memory``; the whole record."""
        submission, signature = self._submission, self.signature
        submission.load()
        _require(submission._defined or {}, signature, f"{submission._name}.py")
        request = {
            "op": "call",
            "function": signature.name,
            "observe": what,
            "read": what == "effects",  # an iterator, to its end
            "keep": list(signature.opaque),
            "names": [parameter.name for parameter in signature.parameters],
        }
        call = submission._call(signature.name, args, kwargs, request)
        if signature.returns and not (
            isinstance(call.result, (tuple, list)) and len(call.result) == signature.returns
        ):  # said here, so that a case can unpack what it gets
            raise SubmissionError("form", f"a tuple of {signature.returns}")
        return call

    def hold(self, value: Any) -> RemoteObject:
        """Put ``value`` into the worker: there, every call that gets it gets the same object.

        So a case sees what a submission keeps: ``w = submission.f.hold(array)``, ``{"w": w}`` as
        an argument, and then ``w[0] = 5.0``, which changes the array in place.
        """
        held = self._submission._request(self.signature.name, {"op": "hold"}, value)
        if not isinstance(held, Opaque):  # the worker is not trusted
            raise SubmissionError("output", "sent what is not an answer: no held value")
        return RemoteObject(self._submission, held.number, self.signature.name, "value")


class RemoteIterator:
    """An iterator of the submission's, read one by one up to ``MAX_ITEMS``."""

    def __init__(self, submission: Submission, number: int, function: str) -> None:
        self._submission, self._number, self._function = submission, number, function
        self._read = 0

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        request = {"op": "next", "iterator": self._number, "count": 1}
        items = self._submission._request(self._function, request)
        if not isinstance(items, list) or not items:
            raise StopIteration
        self._read += 1
        if self._read > MAX_ITEMS:
            raise SubmissionError("output", f"the iterator does not end after {MAX_ITEMS} items")
        return items[0]


class RemoteObject:
    """An object of the submission's: attributes, calls and operators run in the worker."""

    __array_ufunc__ = None  # np.ones(2) * object is the object's business

    def __init__(self, submission: Submission, number: int, function: str, kind: str) -> None:
        vars(self).update(_submission=submission, _number=number, _function=function, _type=kind)

    def _do(self, request: dict[str, Any], *values: Any) -> Any:
        return self._submission._request(self._function, request, *values)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._do({"op": "get", "object": self._number, "name": name})

    def __setattr__(self, name: str, value: Any) -> None:
        self._do({"op": "set", "object": self._number, "name": name}, value)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        request = {"op": "invoke", "object": self._number}
        return self._submission._call(self._function, args, kwargs, request).result

    def __getitem__(self, key: Any) -> Any:
        return self._do({"op": "operator", "name": "getitem"}, self, key)

    def __setitem__(self, key: Any, value: Any) -> None:
        self._do({"op": "operator", "name": "setitem"}, self, key, value)

    def __neg__(self) -> Any:
        return self._do({"op": "operator", "name": "neg"}, self)


def _operator(name: str, reflected: bool) -> Callable[[RemoteObject, Any], Any]:
    def apply(self: RemoteObject, other: Any) -> Any:
        pair = (other, self) if reflected else (self, other)
        return self._do({"op": "operator", "name": name}, *pair)

    return apply


for _name in ("add", "sub", "mul", "truediv", "pow", "matmul"):
    setattr(RemoteObject, f"__{_name}__", _operator(_name, reflected=False))
    setattr(RemoteObject, f"__r{_name}__", _operator(_name, reflected=True))


def _require(defined: Mapping[str, Any], signature: Signature, file: str) -> None:
    """Raise ``SubmissionError`` unless the submission's function can be called as the stub's."""
    if signature.name not in defined:
        near = difflib.get_close_matches(signature.name, defined, n=1, cutoff=0.6)
        instead = f"; it defines {near[0]}" if near else ""
        text = f"{file} defines no function {signature.name}{instead}"
        raise SubmissionError("missing", text)
    theirs = defined[signature.name]
    if theirs is None:
        return  # a callable without a readable signature: calling it will tell
    named = [(name, default is not None) for name, kind, default in theirs if "VAR_" not in kind]
    stars = {kind for _, kind, _ in theirs if "VAR_" in kind}
    wanted = [one for one in signature.parameters if "VAR_" not in one.kind]
    wanted_stars = {one.kind for one in signature.parameters if "VAR_" in one.kind}
    fits = (
        wanted_stars <= stars
        and [name for name, _ in named[: len(wanted)]] == [one.name for one in wanted]
        and all(
            optional or (n < len(wanted) and wanted[n].default is None)
            for n, (_, optional) in enumerate(named)
        )
    )
    if not fits and len(stars) < 2:  # f(*args, **kwargs) takes whatever comes
        shown = ", ".join([name for name, _ in named] + ["…"] * bool(stars))
        raise SubmissionError(
            "signature",
            f"{signature.name}({shown}) does not have the stub's parameters: {signature}",
        )
