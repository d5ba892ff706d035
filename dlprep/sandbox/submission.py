"""The proxy of a submission: what hidden cases call, and the log of what it answered.

``submission.softmax(x, axis=0)`` runs in the worker; what comes back is plain data, or a
reference to something that stays there (an object, an iterator, an opaque value).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dlprep.sandbox import wire
from dlprep.sandbox.process import WorkerLost, WorkerProcess

if TYPE_CHECKING:
    from dlprep.api import Signature

MAX_ITEMS = 10_000  # that are read of one iterator
AFTER_TIMEOUT = 2.0  # seconds that are left to all other cases once one ran out of time


@dataclass(frozen=True, slots=True)
class Raised:
    """What the submission raised: the exception's type and text, and its own lines, outer first."""

    type: str
    message: str
    lines: tuple[int, ...]
    syntax: tuple[int | None, int | None] | None = None
    refused: bool = False


class SubmissionError(Exception):
    """The submission did not answer: the case cannot go on.

    ``kind`` is ``exception``, ``missing``, ``signature``, ``timeout``, ``crash`` or ``output``.
    """

    def __init__(
        self, kind: str, text: str, line: int | None = None, raised: Raised | None = None
    ) -> None:
        super().__init__(text)
        self.kind, self.line, self.raised = kind, line, raised


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning that a call gave, with the submission's line (0 where there is none)."""

    line: int
    category: str
    message: str


@dataclass(frozen=True, slots=True)
class Foreign:
    """Something of a type that does not travel: ``type`` says which."""

    type: str


@dataclass(eq=False, slots=True)
class Opaque:
    """A value of the submission's own that stays in the worker, such as a cache."""

    number: int
    function: str


@dataclass(eq=False, slots=True)
class Call:
    """One request and its answer. ``request`` and ``arrays`` can be replayed elsewhere."""

    function: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    request: dict[str, Any]
    arrays: list[Any]
    reply: dict[str, Any] = field(default_factory=dict)
    out: list[Any] = field(default_factory=list)
    result: Any = None
    raised: Raised | None = None
    warnings: tuple[Warned, ...] = ()
    printed: str = ""
    callbacks: int = 0

    @property
    def effects(self) -> dict[str, Any]:
        """What ``observe("effects", …)`` saw: changed, touched, shared, overwritten."""
        return self.reply.get("effects") or {}

    @property
    def lines(self) -> int:
        """How many lines of the submission ran, under ``observe("lines", …)``."""
        return int(self.reply["lines"])

    @property
    def peak(self) -> int:
        """The peak of traced allocations in bytes, under ``observe("memory", …)``."""
        return int(self.reply["peak"])


class Submission(wire.Codec):
    """The submission as an object: an attribute for each function that the stub names.

    ``seconds`` is the time that one case may spend in the worker, ``total`` that of all. A
    ``worker`` that is given stays the caller's to close; without one, or once it is lost, the
    submission starts its own.
    """

    def __init__(
        self,
        name: str,
        source: bytes,
        api: Mapping[str, Signature],
        *,
        seconds: float,
        total: float,
        worker: WorkerProcess | None = None,
    ) -> None:
        self._name, self._source, self._api = name, source, api
        self._seconds, self._left, self._total = seconds, seconds, total
        self._worker = worker if worker is not None and not worker.closed else None
        self._lent = self._worker
        self._defined: dict[str, Any] | None = None
        self._callables: list[Callable[..., Any]] = []
        self.calls: list[Call] = []
        self.isolation = ""  # the level is known once a worker has answered
        self.load_call: Call | None = None

    # what the judge does with it

    def load(self) -> None:
        """Have the worker run the file; ``SubmissionError`` if it does not come through."""
        if self._defined is not None:
            return
        if self._worker is None:
            self._worker = WorkerProcess()
        import numpy as np

        message = {"op": "load", "name": self._name, "file": f"{self._name}.py"}
        call = Call("", (), {}, message, [np.frombuffer(self._source, np.uint8)])
        self.load_call = call
        self._exchange(call)
        functions = call.reply.get("functions")
        if not isinstance(functions, dict):
            raise SubmissionError("output", "the worker did not say what the file defines")
        self._defined = functions

    @property
    def defined(self) -> list[str]:
        """The public functions and classes that the file defines."""
        return [str(name) for name in self._defined or ()]

    @property
    def exhausted(self) -> bool:
        """Whether the time of the whole run is used up."""
        return self._total <= 0

    def begin_case(self) -> None:
        """Start a case: its time begins, and the worker drops what it held for the last one."""
        self._left = min(self._seconds, self._total)
        if self._defined is not None and self.calls:
            self._exchange(Call("", (), {}, {"op": "forget"}, []))

    def close(self) -> None:
        """End the worker, unless it is the caller's and still of use."""
        self._defined = None
        if self._worker is not None and self._worker is not self._lent:
            self._worker.close()
        self._worker = None

    def callable(self, number: int) -> Callable[..., Any]:
        """The function that a case passed in, by its number."""
        return self._callables[number]

    # what the cases do with it

    def __getattr__(self, name: str) -> RemoteFunction:
        if name.startswith("_") or name not in self._api:
            raise AttributeError(f"the stub has no function {name!r}")
        return RemoteFunction(self, self._api[name])

    # how it is done

    def _call(self, function: str, args: Any, kwargs: Any, request: dict[str, Any]) -> Call:
        self.load()
        arrays: list[Any] = []
        encoded = {
            **request,
            "args": self.encode(args, arrays),
            "kwargs": self.encode(kwargs, arrays),
        }
        call = Call(function, args, kwargs, encoded, [array.copy() for array in arrays])
        self.calls.append(call)
        self._exchange(call)
        return call

    def _request(self, function: str, request: dict[str, Any], *values: Any) -> Any:
        """An operation on something held; ``values`` are its operands, if it has any."""
        return self._call(function, values, {}, request).result

    def _exchange(self, call: Call) -> None:
        assert self._worker is not None
        worker, began = self._worker, time.monotonic()

        def on_callback(frame: dict[str, Any], out: list[Any]) -> tuple[dict[str, Any], list[Any]]:
            nonlocal began
            self._spend(time.monotonic() - began)  # the judge's own work is not counted
            call.callbacks += 1
            answer = self._answer(frame, out)
            began = time.monotonic()
            return answer

        try:
            reply, out = worker.request(call.request, call.arrays, self._left, on_callback)
        except WorkerLost as lost:
            self.isolation = worker.isolation
            self._drop(worker)
            if lost.kind == "timeout":  # whoever waits for the verdict has waited enough
                self._total = min(self._total, time.monotonic() - began + AFTER_TIMEOUT)
            raise SubmissionError(lost.kind, str(lost), lost.line) from lost
        finally:
            self._spend(time.monotonic() - began)
        self.isolation = worker.isolation
        call.reply, call.out = reply, out
        try:
            self._read_reply(call)
        except (wire.WireError, KeyError, TypeError, ValueError) as error:
            self._drop(worker)
            raise SubmissionError("output", f"sent what is not an answer: {error}") from error
        if call.raised is not None:
            line = call.raised.lines[-1] if call.raised.lines else None
            raise SubmissionError("exception", call.raised.message, line, call.raised)

    def _read_reply(self, call: Call) -> None:
        reply = call.reply
        call.printed = str(reply["printed"])
        if reply["lost"]:
            call.printed += f"\n… and {int(reply['lost'])} more characters"
        call.warnings = tuple(
            Warned(int(line), str(category), str(message))
            for line, category, message in reply["warnings"]
        )
        if (raised := reply.get("raised")) is not None:
            call.raised = Raised(
                str(raised["type"]),
                str(raised["message"]),
                tuple(int(line) for line in raised["lines"]),
                tuple(raised["syntax"]) if "syntax" in raised else None,
                bool(raised.get("refused")),
            )
        else:
            call.result = _Decoder(self, call.function).decode(reply["value"], call.out)

    def _answer(self, frame: dict[str, Any], arrays: list[Any]) -> tuple[dict[str, Any], list[Any]]:
        """Call a function of the judge's for the submission."""
        out: list[Any] = []
        decoder = _Decoder(self, "")
        try:
            function = self._callables[frame["callback"]]
            args = decoder.decode(frame["args"], arrays)
            kwargs = decoder.decode(frame["kwargs"], arrays)
            value = function(*args, **kwargs)
            return {"op": "reply", "value": self.encode(value, out)}, out
        except Exception as error:  # the submission called it wrongly, and is told so
            return {"op": "reply", "raised": f"{type(error).__name__}: {error}"}, []

    def _drop(self, worker: WorkerProcess) -> None:
        """End a worker that misbehaved; the next call starts a new one."""
        worker.close()
        self._worker, self._defined = None, None

    def _spend(self, seconds: float) -> None:
        self._left = max(0.0, self._left - seconds)
        self._total -= seconds

    def encode_reference(self, value: Any, arrays: list[Any]) -> wire.Node:
        """References to what the worker holds, a generator by its state, a callable by number."""
        import numpy as np

        if isinstance(value, (RemoteObject, RemoteIterator)):
            return {"object": value._number}
        if isinstance(value, Opaque):
            return {"object": value.number}
        if isinstance(value, np.random.Generator):
            return {"generator": dict(value.bit_generator.state)}
        if callable(value):
            self._callables.append(value)
            return {"callable": len(self._callables) - 1}
        return super().encode_reference(value, arrays)

    def layout(self, array: Any) -> dict[str, Any]:
        """How the array lies in memory, so that the worker gets it the same way."""
        said: dict[str, Any] = {}
        if not array.flags.c_contiguous and array.ndim:
            said["layout"] = "F" if array.flags.f_contiguous else "strided"
        if not array.flags.writeable:
            said["frozen"] = True
        return said


class _Decoder(wire.Codec):
    """Reads the worker's values; references remember the function that they came from."""

    def __init__(self, submission: Submission, function: str) -> None:
        self.submission, self.function = submission, function

    def decode_reference(self, tag: str, node: dict[str, Any]) -> Any:
        """The judge's stand-in for what stays in the worker."""
        match tag, node[tag]:
            case "object", int(number):
                return RemoteObject(self.submission, number, self.function, str(node.get("type")))
            case "iterator", int(number):
                return RemoteIterator(self.submission, number, self.function)
            case "opaque", int(number):
                return Opaque(number, self.function)
            case "foreign", str(kind):
                return Foreign(kind[:200])
        return super().decode_reference(tag, node)


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
            "keep": list(signature.opaque),
            "names": [parameter.name for parameter in signature.parameters],
        }
        return submission._call(signature.name, args, kwargs, request)


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
    import difflib

    if signature.name not in defined:
        near = difflib.get_close_matches(signature.name, defined, n=1, cutoff=0.6)
        instead = f"; it defines {near[0]}" if near else ""
        text = f"{file} defines no function {signature.name}{instead}"
        raise SubmissionError("missing", text)
    theirs = defined[signature.name]
    if not isinstance(theirs, list):
        return  # a callable without a readable signature: calling it will tell
    names, stars = [], set()
    for name, kind, default in theirs:
        if kind.startswith("VAR_"):
            stars.add(kind)
        else:
            names.append((str(name), kind, default is not None))
    wanted = [parameter.name for parameter in signature.parameters]
    have = [name for name, _, _ in names]
    optional = [has_default for _, _, has_default in names]
    fits = have[: len(wanted)] == wanted and all(
        optional[n] or (n < len(wanted) and signature.parameters[n].default is None)
        for n in range(len(have))
    )
    if not fits and len(stars) < 2:
        shown = ", ".join(have + ["…"] * bool(stars))
        raise SubmissionError(
            "signature",
            f"{signature.name}({shown}) does not have the stub's parameters: {signature}",
        )
