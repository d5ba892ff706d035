"""Run requests on a submission's namespace: the worker's side of the proxy.

The worker runs them on the submission. To name a mistake, the judge runs the same requests on the
reference and on the listed mistakes (our own code), so a request means the same everywhere.
"""

from __future__ import annotations

import itertools
import operator
import sys
import traceback  # early: there may be no memory left when it is needed
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING or __package__:
    from dlprep.sandbox import purity, wire
else:  # in the worker, where the package is out of reach
    import purity
    import wire

# What a reply may hold beside its value: an honest worker keeps to it, and the judge cuts the rest
MAX_PRINTED = 16 << 10  # characters
MAX_MESSAGE = 2_000  # characters of any other text
MAX_TOLD = purity.MAX_TOLD  # warnings, lines, effects of a kind


class Kept:
    """A value that stays in the worker: the judge only gets a reference to it."""

    def __init__(self, value: Any) -> None:
        self.value = value


class Runner(wire.Codec):
    """Runs requests on ``namespace``; holds the objects that the judge has references to.

    ``callback(number, args, kwargs)`` calls a function of the judge's. ``watched``: what a call
    does beside its answer is told too; a submission's calls are watched, not those of our own code.
    """

    def __init__(
        self, namespace: dict[str, Any], callback: Callable[..., Any], *, watched: bool = False
    ) -> None:
        self.namespace, self.callback, self.watched = namespace, callback, watched
        self.held: list[Any] = []
        self.last_type = ""  # of the last result, in case it proves too large to send
        self.watch: purity.Observer | None = None
        self.sources: dict[int, list[purity.Place]] = {}  # what held iterators read
        self.lent: set[int] = set()  # ids of what is held and among the arguments

    def run(self, request: wire.Message, arrays: wire.Arrays) -> wire.Frame:
        """Answer one request: the reply and its arrays. Raises what the submission raises."""
        if request.get("fresh"):  # a new case: drop what the last one held
            self.held.clear()
            self.sources.clear()
            if self.watch is not None:
                self.watch.begin_case()
        if self.watched and self.watch is None:
            self.watch = purity.Observer()
        self.lent.clear()
        args, kwargs = (self.decode(request[part], arrays) for part in ("args", "kwargs"))
        watch = self.watch if request["op"] in ("call", "invoke", "next") else None
        inputs = self._inputs(watch, request, args, kwargs) if watch else []
        reply: wire.Message = {}
        value = self._perform(request, args, kwargs, reply)
        effects = watch.after(inputs) if watch else {}
        self.last_type = _type_name(value)
        out, held = wire.Arrays(), len(self.held)
        try:
            reply["value"] = self.encode(value, out)
        except wire.Unsendable as error:
            reply["value"], out = {"foreign": f"{self.last_type} ({error})"}, []
        else:
            if watch and sum(array.nbytes for array in out) <= wire.MAX_BODY:
                name, result = "the result", value
                if request["op"] == "next":
                    name, result = "the item", value[0] if value else None
                effects |= watch.results(result, name, inputs)
                for number in range(held, len(self.held)):
                    if hasattr(type(self.held[number]), "__next__"):  # it runs as it is read
                        self.sources[number] = inputs
                        watch.keep(inputs)
        if effects:
            reply["effects"] = effects
        return reply, out

    def _inputs(
        self, watch: purity.Observer, request: wire.Message, args: Any, kwargs: Any
    ) -> list[purity.Place]:
        """What a call must not change: its arguments; of a read, those of the iterator's call."""
        if request["op"] == "next":
            return self.sources.get(request["object"], [])
        names = request.get("names", [])
        given = {
            names[n] if n < len(names) else f"argument {n + 1}": one for n, one in enumerate(args)
        }
        return watch.look(given | kwargs, self.lent)

    def _perform(self, request: wire.Message, args: Any, kwargs: Any, reply: wire.Message) -> Any:
        match request["op"]:
            case "call":
                return self._call(args, kwargs, request, reply)
            case "invoke":
                return self.held[request["object"]](*args, **kwargs)
            case "get":
                return getattr(self.held[request["object"]], request["name"])
            case "set":
                return setattr(self.held[request["object"]], request["name"], *args)
            case "operator":
                return getattr(operator, request["name"])(*args)
            case "next":
                return list(itertools.islice(self.held[request["object"]], 1))
            case "hold":
                return Kept(*args)
        raise wire.WireError(f"an unknown request {request['op']!r}")

    def _call(self, args: Any, kwargs: Any, request: wire.Message, reply: wire.Message) -> Any:
        def call() -> Any:
            value = self.namespace[request["function"]](*args, **kwargs)
            own = request.get("keep")  # the positions of what stays here, in a tuple
            if own and isinstance(value, (tuple, list)) and len(value) > max(own):
                value = tuple(Kept(part) if n in own else part for n, part in enumerate(value))
            return value

        match request.get("observe"):
            case "lines":
                value, reply["lines"] = _with_lines(call)
            case "memory":
                value, reply["peak"] = _with_peak(call)
            case _:
                value = call()
        return value

    def encode_reference(self, value: Any, arrays: wire.Arrays) -> wire.Node:
        """Hold an object, a function or an iterator of the submission's; name anything else."""
        kind = type(value)
        if isinstance(value, Kept):
            tag, value = "opaque", value.value
        elif hasattr(kind, "__next__"):
            tag = "iterator"
        elif callable(value) or kind.__module__ == self.namespace.get("__name__"):
            tag = "object"
        else:
            return {"foreign": _type_name(value)}
        self.held.append(value)
        return {tag: len(self.held) - 1}

    def decode_reference(self, tag: str, node: dict[str, Any]) -> Any:
        """The held object, the judge's function, or the generator that ``node`` stands for."""
        if tag == "object":
            value = self.held[node["object"]]
            self.lent.add(id(value))
            return value
        if tag == "callable":
            number = node["callable"]
            return lambda *args, **kwargs: _uncounted(self.callback, number, args, kwargs)
        if tag == "generator":
            import numpy as np

            return np.random.default_rng(node["generator"])
        return super().decode_reference(tag, node)

    def lay_out(self, array: Any, node: dict[str, Any]) -> Any:
        """The array as the case made it: in Fortran order, strided, or read-only."""
        import numpy as np

        match node.get("layout"):
            case "F":
                array = np.asfortranarray(array)
            case "strided":
                wide = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
                wide[..., ::2] = array
                array = wide[..., ::2]
        if node.get("frozen"):
            array.flags.writeable = False
        return array


def signatures(namespace: dict[str, Any]) -> dict[str, list[list[Any]] | None]:
    """The public callables, and their parameters (name, kind, has a default) if they tell them."""
    import inspect

    found: dict[str, list[list[Any]] | None] = {}
    for name, value in list(namespace.items()):
        if not name.startswith("_") and callable(value):
            found[name] = None
            with suppress(ValueError, TypeError):
                parameters = inspect.signature(value).parameters.values()
                found[name] = [[p.name, p.kind.name, p.default is not p.empty] for p in parameters]
    return found


def describe(error: BaseException, file: str) -> dict[str, Any]:
    """An exception as plain data: type, text, and the lines of ``file`` that it passed through."""
    own_name, own_bases = (type.__dict__[key].__get__ for key in ("__name__", "__mro__"))
    bases = [own_name(base) for base in own_bases(type(error))]  # whatever its class claims
    try:
        text = str(error)[:MAX_MESSAGE]
    except BaseException:
        text = ""
    trace = traceback.walk_tb(error.__traceback__)
    lines = [line for frame, line in trace if frame.f_code.co_filename == file]
    described: dict[str, Any] = {
        "type": "MemoryError" if isinstance(error, MemoryError) else bases[0],
        "bases": bases[:MAX_TOLD],
        "message": text,
        "lines": lines[-MAX_TOLD:],
    }
    if isinstance(error, SyntaxError) and error.filename == file:
        place = [n if type(n) is int else None for n in (error.lineno, error.offset)]
        described |= {"syntax": place, "message": str(error.msg)[:MAX_MESSAGE]}
    return described


def _with_lines(call: Callable[[], Any]) -> tuple[Any, int]:
    """Also counts the lines of Python that run, whoever wrote them, except those of this file."""
    count = 0

    def trace(frame: Any, event: str, _: Any) -> Any:
        nonlocal count
        if frame.f_globals is globals():
            return None
        count += event == "line"
        return trace

    sys.settrace(trace)
    try:
        return call(), count
    finally:
        sys.settrace(None)


def _uncounted(call: Callable[..., Any], *args: Any) -> Any:
    """A call whose lines are not the submission's."""
    trace = sys.gettrace()
    if trace is None or getattr(trace, "__module__", "") != __name__:  # a debugger's stays
        return call(*args)
    sys.settrace(None)
    try:
        return call(*args)
    finally:
        sys.settrace(trace)


def _with_peak(call: Callable[[], Any]) -> tuple[Any, int]:
    """Also measures the peak of new allocations, in bytes."""
    import tracemalloc

    tracemalloc.start()
    try:
        return call(), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _type_name(value: Any) -> str:
    import numpy as np

    kind = type(value)
    if kind is np.ndarray:
        return f"numpy.ndarray of dtype {value.dtype}"
    module = kind.__module__.split(".")[0]
    return kind.__qualname__ if module == "builtins" else f"{module}.{kind.__qualname__}"
