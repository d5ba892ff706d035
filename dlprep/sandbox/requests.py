"""Run requests on a submission's namespace: the worker's side of the proxy.

The worker runs them on the submission. To name a mistake, the judge runs the same requests on the
reference and on the listed mistakes (our own code), so a request means the same everywhere.
"""

from __future__ import annotations

import itertools
import operator
import sys
import traceback  # early: there may be no memory left when it is needed
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING or __package__:
    from dlprep.sandbox import wire
else:  # in the worker, where the package is out of reach
    import wire

Found = tuple[str, Any, bytes]  # an array: where it was found, and what was in it
MAX_READ = 100  # items of an iterator whose effects are observed

# What a reply may hold beside its value: an honest worker keeps to it, and the judge cuts the rest
MAX_PRINTED = 16 << 10  # characters
MAX_MESSAGE = 2_000  # characters of any other text
MAX_TOLD = 20  # warnings, lines, effects of a kind


class Kept:
    """A value that stays in the worker: the judge only gets a reference to it."""

    def __init__(self, value: Any) -> None:
        self.value = value


class Runner(wire.Codec):
    """Runs requests on ``namespace``; holds the objects that the judge has references to.

    ``callback(number, args, kwargs)`` calls a function of the judge's.
    """

    def __init__(self, namespace: dict[str, Any], callback: Callable[..., Any]) -> None:
        self.namespace, self.callback = namespace, callback
        self.held: list[Any] = []
        self.last_type = ""  # of the last result, in case it proves too large to send
        self.last_results: dict[str, list[Found]] = {}

    def run(self, request: wire.Message, arrays: wire.Arrays) -> wire.Frame:
        """Answer one request: the reply and its arrays. Raises what the submission raises."""
        if request.get("fresh"):  # a new case: drop what the last one held
            self.held.clear()
            self.last_results.clear()
        reply: wire.Message = {}
        value = self._perform(request, arrays, reply)
        self.last_type = _type_name(value)
        out: wire.Arrays = []
        try:
            reply["value"] = self.encode(value, out)
        except wire.Unsendable as error:
            reply["value"], out = {"foreign": f"{self.last_type} ({error})"}, []
        return reply, out

    def _perform(self, request: wire.Message, arrays: wire.Arrays, reply: wire.Message) -> Any:
        args, kwargs = (self.decode(request[part], arrays) for part in ("args", "kwargs"))
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
            if request.get("read") and hasattr(type(value), "__next__"):
                value = list(itertools.islice(value, MAX_READ))  # its body runs only as it is read
            own = request.get("keep")  # the positions of what stays here, in a tuple
            if own and isinstance(value, (tuple, list)) and len(value) > max(own):
                value = tuple(Kept(part) if n in own else part for n, part in enumerate(value))
            return value

        match request.get("observe"):
            case "effects":
                names = [*request["names"], *(f"argument {n + 1}" for n in range(len(args)))]
                given = {**dict(zip(names, args, strict=False)), **kwargs}
                value, reply["effects"] = self._with_effects(call, request["function"], given)
            case "lines":
                value, reply["lines"] = _with_lines(call)
            case "memory":
                value, reply["peak"] = _with_peak(call)
            case _:
                value = call()
        return value

    def _with_effects(
        self, call: Callable[[], Any], function: str, given: dict[str, Any]
    ) -> tuple[Any, dict[str, list[str]]]:
        """Also names changed inputs, shared memory, and global state that was touched."""
        import numpy as np

        inputs = [found for name, value in given.items() for found in _arrays_in(value, name)]
        np.random.seed(2**31)  # what no earlier call can have left behind
        np.seterr(divide="warn", over="warn", under="ignore", invalid="warn")
        before = _global_state()
        value = call()
        after = _global_state()
        results = list(_arrays_in(value, "the result"))
        shared = [
            f"{name} shares its memory with {other}"
            for n, (name, array, _) in enumerate(results)
            for other, its, _ in [*inputs, *results[:n]]
            if np.shares_memory(array, its)  # exact: two slices of one array may interleave
        ]
        overwritten = [
            name
            for name, array, was in self.last_results.get(function, [])
            if array.tobytes() != was or any(np.shares_memory(array, new) for _, new, _ in results)
        ]
        self.last_results[function] = results
        return value, {
            "changed": [name for name, array, was in inputs if array.tobytes() != was],
            "touched": [name for name, was in before.items() if after[name] != was],
            "shared": shared[:MAX_TOLD],
            "overwritten": overwritten[:MAX_TOLD],
        }

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
            return self.held[node["object"]]
        if tag == "callable":
            number = node["callable"]
            return lambda *args, **kwargs: _uncounted(self.callback, number, args, kwargs)
        if tag == "generator":
            import numpy as np

            generator = np.random.default_rng()
            generator.bit_generator.state = node["generator"]
            return generator
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


def _arrays_in(value: Any, name: str) -> Iterator[Found]:
    import numpy as np

    if isinstance(value, np.ndarray):
        yield name, value, value.tobytes()
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _arrays_in(item, f"{name}[{key!r}]")
    elif isinstance(value, (list, tuple)):
        for n, item in enumerate(value):
            yield from _arrays_in(item, f"{name}[{n}]")


def _global_state() -> dict[str, bytes]:
    import pickle

    import numpy as np

    return {
        "np.random's global state": pickle.dumps(np.random.get_state()),  # only compared
        "np.seterr": pickle.dumps(np.geterr()),
    }


def _type_name(value: Any) -> str:
    import numpy as np

    kind = type(value)
    if kind is np.ndarray:
        return f"numpy.ndarray of dtype {value.dtype}"
    module = kind.__module__.split(".")[0]
    return kind.__qualname__ if module == "builtins" else f"{module}.{kind.__qualname__}"
