"""The judge's view of a submission: it loads the file, and keeps the time and the log of its calls.

``submission.functions.softmax(x, axis=0)`` runs in the worker; the result is plain data, or a
stand-in for something that stays there (an object, an iterator, an opaque value).
"""

from __future__ import annotations

import difflib
import json
import time
from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from dlprep.sandbox import wire
from dlprep.sandbox.handles import Functions, Handles
from dlprep.sandbox.process import OnCallback, WorkerLost, WorkerProcess
from dlprep.sandbox.replies import Call, SubmissionError

if TYPE_CHECKING:
    from dlprep.api import Signature

MAX_KEPT = 256 << 20  # bytes of answers and arguments that are kept, of all calls of a run
NODE = 40  # bytes that a byte of JSON may take once it is read
MAX_TEXT = 256 << 10  # characters that are kept of what a run prints
MAX_WARNINGS = 100  # that are kept of a run
AFTER_TIMEOUT = 2.0  # seconds that are left to all other cases once one ran out of time


class AnyWorker(Protocol):
    """What runs a submission: a ``WorkerProcess``, or a stand-in for one."""

    closed: bool
    isolation: str

    def wait_ready(self) -> None: ...
    def request(
        self, message: wire.Message, arrays: wire.Arrays, seconds: float, on_callback: OnCallback
    ) -> wire.Frame: ...
    def close(self) -> None: ...


class Submission:
    """One submission; ``functions`` are those that the stub names.

    ``seconds`` is the time that one case may spend in the worker, ``total`` the time of all;
    ``key`` decides what the generators that it is given draw, and must not be foreseen. The
    caller closes a ``worker`` that it gives; without one, or once it is lost, the submission
    calls ``start`` for a worker of its own.
    """

    def __init__(
        self,
        name: str,
        source: bytes,
        api: Mapping[str, Signature],
        *,
        seconds: float,
        total: float,
        key: bytes = b"",
        worker: AnyWorker | None = None,
        start: Callable[[], AnyWorker] = WorkerProcess,
    ) -> None:
        self._name, self._source, self._api = name, source, api
        self._seconds, self._left, self._total = seconds, seconds, total
        self._whole = True  # this case has all of its time, not just what others left of it
        self._worker = worker if worker is not None and not worker.closed else None
        self._lent, self._start = self._worker, start
        self._defined: dict[str, Any] | None = None
        self._key = key
        self._callables: list[Callable[..., Any]] = []
        self.functions = Functions(api, self._call)
        self.calls: list[Call] = []
        self.complete = True  # whether every call still has its answer, for a replay
        self._kept: deque[tuple[Call, int]] = deque()  # those with answers, and their bytes
        self._bytes = 0  # of all of them
        self._room, self._warnings = MAX_TEXT, MAX_WARNINGS
        self.isolation = ""  # known once a worker has answered
        self.load_call: Call | None = None
        self.nested = False  # whether a function of the judge's called the submission again
        self._answering = self._fresh = False

    def beside(self, reference: Any) -> Functions:
        """The functions, each with the one of this module that answers right."""
        return Functions(self._api, self._call, reference, self._key)

    @property
    def defined(self) -> list[str]:
        """The public functions and classes that the file defines."""
        absent = self.load_call.absent if self.load_call is not None else ()
        imported = {part for _, module in absent for part in module.split(".")}
        return [name for name in self._defined or () if name not in imported]

    @property
    def exhausted(self) -> bool:
        """Whether the time of the whole run is used up."""
        return self._total <= 0

    def load(self) -> None:
        """Have the worker run the file; ``SubmissionError`` if that fails."""
        if self._defined is not None:
            return
        if self._worker is None:
            self._worker = self._start()
        import numpy as np

        message = {"op": "load", "name": self._name, "file": f"{self._name}.py"}
        call = Call("", (), {}, message, [np.frombuffer(self._source, np.uint8)])
        self.load_call = call
        self._exchange(call, message)
        self._defined = call.result

    def begin_case(self) -> None:
        """Start a case: its time begins, and the worker drops what it held for the last one."""
        self._left = min(self._seconds, self._total)
        self._whole = self._total >= self._seconds
        self._fresh = True

    def ask(self, number: int, args: Any, kwargs: Any) -> Any:
        """What the function that a case passed in answers, by its number."""
        return self._callables[number](*args, **kwargs)

    def close(self) -> None:
        """End the worker, unless it is the caller's and still of use."""
        if self._worker is self._lent:
            self._worker = None
        self._drop()

    def _drop(self) -> None:
        """End a worker that misbehaved; the next call starts a new one."""
        if self._worker is not None:
            self._worker.close()
        self._worker, self._defined = None, None

    def _call(self, function: str, request: wire.Message, /, *args: Any, **kwargs: Any) -> Call:
        self.load()
        own: dict[str, str] = {}
        if request["op"] == "call":
            own = _require(self._defined or {}, self._api[function], f"{self._name}.py")
        arrays: wire.Arrays = []
        codec = self._codec(function)
        encoded = {
            **request,
            "fresh": self._fresh,
            "args": codec.encode(args, arrays),
            "kwargs": codec.encode(kwargs, arrays),
        }
        self._fresh = False
        self.nested = self.nested or self._answering
        call = Call(function, args, kwargs, encoded, [array.copy() for array in arrays])
        self.calls.append(call)
        pairs = [[own.get(name, name), node] for name, node in encoded["kwargs"]["dict"]]
        self._exchange(call, {**encoded, "kwargs": {"dict": pairs}})
        return call

    def _exchange(self, call: Call, sent: wire.Message) -> None:
        """Send a request and read the reply into the call; ``SubmissionError`` without a result.

        ``sent`` is the call's request with the submission's own names of its keywords.
        """
        worker = self._worker
        assert worker is not None
        worker.wait_ready()
        self.isolation = worker.isolation
        began = time.monotonic()

        def on_callback(message: wire.Message, arrays: wire.Arrays) -> wire.Frame:
            nonlocal began
            self._spend(time.monotonic() - began)  # the judge's own work is not counted
            self._answering = True
            answer = self._answer(message, arrays)
            self._answering = False
            began = time.monotonic()
            return answer

        try:
            reply, out = worker.request(sent, call.arrays, self._left, on_callback)
        except WorkerLost as lost:
            self._drop()
            line = next(iter(lost.running), None)
            if lost.kind != "timeout":
                raise SubmissionError(lost.kind, str(lost), line) from lost
            # the user has waited long enough for the verdict
            self._total = min(self._total, time.monotonic() - began + AFTER_TIMEOUT)
            text = "no answer in what was left of the time"  # no number: it always differs
            if self._whole:
                text = f"no answer after {self._seconds:.3g} s"
            raise SubmissionError("timeout", text, line, None, lost.running) from lost
        finally:
            self._spend(time.monotonic() - began)
        try:
            call.read(reply, out, self._codec(call.function))
        except Exception as error:  # whatever it sent, the fault is the submission's
            self._drop()
            raise SubmissionError("output", f"sent what is not an answer: {error}") from error
        call.reply, call.out = reply, out
        self._bound(call)
        if call.raised is not None:
            line = call.raised.lines[-1] if call.raised.lines else None
            raise SubmissionError("exception", call.raised.message, line, call.raised)

    def _bound(self, call: Call) -> None:
        """Keep no more than a run may take: what was answered first is dropped first."""
        call.printed, call.warnings = call.printed[: self._room], call.warnings[: self._warnings]
        self._room -= len(call.printed)
        self._warnings -= len(call.warnings)
        if call is self.load_call:
            return
        sizes = (array.nbytes for array in (*call.arrays, *call.out))
        size = sum(sizes) + NODE * len(json.dumps(call.reply))
        self._kept.append((call, size))
        self._bytes += size
        while self._bytes > MAX_KEPT and len(self._kept) > 1:
            oldest, size = self._kept.popleft()
            oldest.forget()
            self._bytes -= size
            self.complete = False

    def _answer(self, message: wire.Message, arrays: wire.Arrays) -> wire.Frame:
        """Call a function of the judge's for the submission."""
        out: wire.Arrays = []
        codec = self._codec("")
        try:
            number = message["callback"]
            if type(number) is not int or not 0 <= number < len(self._callables):
                raise ValueError(f"no function was given as number {number!r}")
            args, kwargs = (codec.decode(message[part], arrays) for part in ("args", "kwargs"))
            reply = {"op": "reply", "value": codec.encode(self.ask(number, args, kwargs), out)}
            wire.pack(reply, out)  # too large an answer is noticed here
            return reply, out
        except Exception as error:  # the submission called it wrongly, and is told so
            return {"op": "reply", "raised": f"{type(error).__name__}: {error}"}, []

    def _codec(self, function: str) -> Handles:
        return Handles(partial(self._call, function), self._callables, self._key)

    def _spend(self, seconds: float) -> None:
        self._left = max(0.0, self._left - seconds)
        self._total -= seconds


def _require(defined: Mapping[str, Any], signature: Signature, file: str) -> dict[str, str]:
    """The submission's own names of the stub's parameters, where they differ.

    ``SubmissionError`` unless its function can be called like the stub's.
    """
    if signature.name not in defined:
        near = difflib.get_close_matches(signature.name, defined, n=1, cutoff=0.6)
        instead = f"; it defines {near[0]}" if near else ""
        raise SubmissionError("missing", f"{file} defines no function {signature.name}{instead}")
    theirs = defined[signature.name]
    if theirs is None:
        return {}  # a callable without a readable signature: calling it will tell
    named = [one for one in theirs if "VAR_" not in one[1]]
    stars = {kind for _, kind, _ in theirs if "VAR_" in kind}
    wanted = [one for one in signature.parameters if "VAR_" not in one.kind]
    wanted_stars = {one.kind for one in signature.parameters if "VAR_" in one.kind}
    pairs = list(zip(wanted, named, strict=False))
    own = {one.name: name for one, (name, _, _) in pairs if name != one.name}
    fits = (
        wanted_stars <= stars
        and len(pairs) == len(wanted)
        and not any(
            one.name in own and "KEYWORD_ONLY" in (one.kind, kind) for one, (_, kind, _) in pairs
        )
        and all(
            optional or (n < len(wanted) and wanted[n].default is None)
            for n, (_, _, optional) in enumerate(named)
        )
    )
    if fits and not _reordered(own):
        return own
    if len(stars) == 2:
        return {}  # f(*args, **kwargs) takes whatever comes
    shown = ", ".join([name for name, _, _ in named] + ["…"] * bool(stars))
    said = "does not have the stub's parameters"
    if fits:
        said = "has the stub's parameters in another order"
    raise SubmissionError("signature", f"{signature.name}({shown}) {said}: {signature}")


def _reordered(own: Mapping[str, str]) -> bool:
    """Whether some of the names, ``own`` by the stub's, are the stub's in another order."""
    left = dict(own)
    while outside := {name for name, new in left.items() if new not in left}:
        left = {name: new for name, new in left.items() if name not in outside}
    return bool(left)
