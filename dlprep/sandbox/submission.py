"""The proxy of a submission: what hidden cases call, and the log of what it answered.

``submission.softmax(x, axis=0)`` runs in the worker; what comes back is plain data, or a
reference to something that stays there (an object, an iterator, an opaque value).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from dlprep.sandbox import wire
from dlprep.sandbox.handles import RemoteFunction, RemoteIterator, RemoteObject
from dlprep.sandbox.process import WorkerLost, WorkerProcess
from dlprep.sandbox.replies import (
    Call,
    Foreign,
    Opaque,
    SubmissionError,
    Warned,
    integer,
    read_defined,
    read_effects,
    read_raised,
    text,
)

if TYPE_CHECKING:
    from dlprep.api import Signature

# What reading a reply raises that is not what it should be
MALFORMED = (
    wire.WireError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
MAX_PRINTED, MAX_WARNINGS = 16 << 10, 20  # of one reply: what an honest worker keeps as well
AFTER_TIMEOUT = 2.0  # seconds that are left to all other cases once one ran out of time


class Worker(Protocol):
    """What runs a submission: a ``WorkerProcess``, or a stand-in for one."""

    closed: bool
    isolation: str

    def wait_ready(self) -> None:
        """Wait until it can take a request."""

    def request(
        self,
        message: dict[str, Any],
        arrays: list[Any],
        seconds: float,
        on_callback: Callable[[dict[str, Any], list[Any]], tuple[dict[str, Any], list[Any]]],
    ) -> wire.Frame:
        """The reply to a request, as ``WorkerProcess.request`` has it."""

    def close(self) -> None:
        """End it."""


class Submission(wire.Codec):
    """The submission as an object: an attribute for each function that the stub names.

    ``seconds`` is the time that one case may spend in the worker, ``total`` that of all. A
    ``worker`` that is given stays the caller's to close; without one, or once it is lost, the
    submission calls ``start`` for one of its own.
    """

    def __init__(
        self,
        name: str,
        source: bytes,
        api: Mapping[str, Signature],
        *,
        seconds: float,
        total: float,
        worker: Worker | None = None,
        start: Callable[[], Worker] = WorkerProcess,
    ) -> None:
        self._name, self._source, self._api = name, source, api
        self._seconds, self._left, self._total = seconds, seconds, total
        self._whole = True  # the time of this case, not what others left of it
        self._worker = worker if worker is not None and not worker.closed else None
        self._lent, self._start = self._worker, start
        self._defined: dict[str, Any] | None = None
        self._callables: list[Callable[..., Any]] = []
        self.calls: list[Call] = []
        self.isolation = ""  # the level is known once a worker has answered
        self.load_call: Call | None = None
        self.nested = False  # whether a function of the judge's called the submission again
        self._answering = False
        self._fresh = False

    # what the judge does with it

    def load(self) -> None:
        """Have the worker run the file; ``SubmissionError`` if it does not come through."""
        if self._defined is not None:
            return
        if self._worker is None:
            self._worker = self._start()
        import numpy as np

        message = {"op": "load", "name": self._name, "file": f"{self._name}.py"}
        call = Call("", (), {}, message, [np.frombuffer(self._source, np.uint8)])
        self.load_call = call
        self._exchange(call)

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
        self._whole = self._total >= self._seconds
        self._fresh = True

    def close(self) -> None:
        """End the worker, unless it is the caller's and still of use."""
        self._defined = None
        if self._worker is not None and self._worker is not self._lent:
            self._worker.close()
        self._worker = None

    def ask(self, number: int, args: Any, kwargs: Any) -> Any:
        """What the function that a case passed in answers, by its number."""
        return self._callables[number](*args, **kwargs)

    # what the cases do with it

    def function(self, name: str) -> RemoteFunction:
        """A function (or class) of the submission's; ``AttributeError`` if the stub has none."""
        if name not in self._api:
            raise AttributeError(f"the stub has no function {name!r}")
        return RemoteFunction(self, self._api[name])

    def __getattr__(self, name: str) -> RemoteFunction:
        return self.function(name)

    # how it is done

    def _call(self, function: str, args: Any, kwargs: Any, request: dict[str, Any]) -> Call:
        self.load()
        arrays: list[Any] = []
        encoded = {
            **request,
            "fresh": self._fresh,
            "args": self.encode(args, arrays),
            "kwargs": self.encode(kwargs, arrays),
        }
        self._fresh = False
        self.nested = self.nested or self._answering
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
            self._answering = True
            answer = self._answer(frame, out)
            self._answering = False
            began = time.monotonic()
            return answer

        try:
            worker.wait_ready()
            began = time.monotonic()
            reply, out = worker.request(call.request, call.arrays, self._left, on_callback)
        except WorkerLost as lost:
            self.isolation = worker.isolation
            self._drop(worker)
            said, running = str(lost), lost.running
            line = running[0] if running else None
            if lost.kind != "timeout":
                raise SubmissionError(lost.kind, said, line) from lost
            # whoever waits for the verdict has waited enough
            self._total = min(self._total, time.monotonic() - began + AFTER_TIMEOUT)
            said = "no answer in what was left of the time"  # no number: it differs every time
            if self._whole:
                said = f"no answer after {self._seconds:.3g} s"
            raise SubmissionError("timeout", said, line, None, running) from lost
        finally:
            self._spend(time.monotonic() - began)
        self.isolation = worker.isolation
        call.reply, call.out = reply, out
        try:
            self._read_reply(call)
        except MALFORMED as error:
            self._drop(worker)
            call.reply = {}
            raise SubmissionError("output", f"sent what is not an answer: {error}") from error
        if call.raised is not None:
            line = call.raised.lines[-1] if call.raised.lines else None
            raise SubmissionError("exception", call.raised.message, line, call.raised)

    def _read_reply(self, call: Call) -> None:
        """Take the reply apart; nothing in it is trusted to be what it should."""
        reply = call.reply
        call.printed = text(reply["printed"], MAX_PRINTED)
        if lost := integer(reply["lost"]):
            call.printed += f"\n… and {lost} more characters"
        call.warnings = tuple(
            Warned(integer(line), text(category), text(message))
            for line, category, message in reply["warnings"][:MAX_WARNINGS]
        )
        if "raised" in reply:
            call.raised = read_raised(reply["raised"])
            return
        if call.request["op"] == "load":
            self._defined = read_defined(reply["functions"])
        match call.request.get("observe"):
            case "effects":
                call.effects = read_effects(reply["effects"])
            case "lines":
                call.lines = integer(reply["lines"])
            case "memory":
                call.peak = integer(reply["peak"])
        call.result = _Decoder(self, call.function).decode(reply["value"], call.out)

    def _answer(self, frame: dict[str, Any], arrays: list[Any]) -> tuple[dict[str, Any], list[Any]]:
        """Call a function of the judge's for the submission."""
        out: list[Any] = []
        decoder = _Decoder(self, "")
        try:
            number = frame["callback"]
            if type(number) is not int or not 0 <= number < len(self._callables):
                raise ValueError(f"no function was given as number {number!r}")
            args = decoder.decode(frame["args"], arrays)
            kwargs = decoder.decode(frame["kwargs"], arrays)
            reply = {"op": "reply", "value": self.encode(self.ask(number, args, kwargs), out)}
            wire.require_fit(out)
            return reply, out
        except Exception as error:  # the submission called it wrongly, and is told so
            return {"op": "reply", "raised": f"{type(error).__name__}: {error}"}, []

    def _drop(self, worker: Worker) -> None:
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
            if not isinstance(value.bit_generator, np.random.PCG64):
                raise wire.Unsendable("a generator of another kind than np.random.default_rng's")
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
