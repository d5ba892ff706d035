"""Run one request against a submission's namespace: the worker's side of the proxy.

The worker runs it on the submission. The judge runs the same requests through it on the
reference and on the listed mistakes (code of ours) to name what the submission did; so a request
means the same thing everywhere.
"""

from __future__ import annotations

import itertools
import operator
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING or __package__:
    from dlprep.sandbox import wire
else:  # in the worker, where the package is out of reach
    import wire

Callback = Callable[[int, tuple[Any, ...], dict[str, Any]], Any]
MAX_READ = 100  # items of an iterator whose effects are observed
MAX_TOLD = 20  # effects of a kind: a message names the first
MAX_MESSAGE = 2_000  # characters of an exception's text


class Kept:
    """A value that the submission returned for its own later use; it stays where it is."""

    def __init__(self, value: Any) -> None:
        self.value = value


class Runner(wire.Codec):
    """Runs requests on ``namespace``; holds the objects that the judge has references to.

    ``file`` is the name under which the namespace's code was compiled; ``callback`` calls a
    function of the judge's by its number.
    """

    def __init__(self, namespace: dict[str, Any], file: str, callback: Callback) -> None:
        self.namespace, self.file, self.callback = namespace, file, callback
        self.held: dict[int, Any] = {}
        self.count = 0
        self.last_type = ""  # of the last result, should it prove too large to send
        self.last_results: dict[str, list[tuple[str, Any, bytes]]] = {}

    def run(self, request: dict[str, Any], arrays: list[Any]) -> tuple[dict[str, Any], list[Any]]:
        """Answer one request: the reply and its arrays. Whatever the submission raises, rises."""
        if request.get("fresh"):  # a new case: what the last one held is of no use
            self.held.clear()
            self.last_results.clear()
            self.count = 0
        reply: dict[str, Any] = {}
        value = self._perform(request, arrays, reply)
        self.last_type = _type_name(value)
        out: list[Any] = []
        try:
            reply["value"] = self.encode(value, out)
        except wire.Unsendable as error:
            reply["value"], out = {"foreign": f"{self.last_type} ({error})"}, []
        return reply, out

    def _perform(self, request: dict[str, Any], arrays: list[Any], reply: dict[str, Any]) -> Any:
        match request["op"]:
            case "call":
                function = self.namespace[request["function"]]
                value = self._call(function, request, arrays, reply)
                return _keep(value, request.get("keep", ()))
            case "invoke":
                return self._call(self.held[request["object"]], request, arrays, reply)
            case "get":
                return getattr(self.held[request["object"]], request["name"])
            case "hold":
                (value,) = self.decode(request["args"], arrays)
                return Kept(value)
            case "set":
                (value,) = self.decode(request["args"], arrays)
                return setattr(self.held[request["object"]], request["name"], value)
            case "operator":
                return getattr(operator, request["name"])(*self.decode(request["args"], arrays))
            case "next":
                return self._next(self.held[request["iterator"]], request["count"])
        raise wire.WireError(f"an unknown request {request['op']!r}")

    def _call(
        self,
        function: Callable[..., Any],
        request: dict[str, Any],
        arrays: list[Any],
        reply: dict[str, Any],
    ) -> Any:
        args = self.decode(request["args"], arrays)
        kwargs = self.decode(request["kwargs"], arrays)
        match request.get("observe"):
            case "effects":
                return self._with_effects(function, args, kwargs, request, reply)
            case "lines":
                with _Lines(self.namespace) as lines:
                    value = function(*args, **kwargs)
                reply["lines"] = lines.count
                return value
            case "memory":
                import tracemalloc

                tracemalloc.start()
                try:
                    value = function(*args, **kwargs)
                    reply["peak"] = tracemalloc.get_traced_memory()[1]
                finally:
                    tracemalloc.stop()
                return value
        return _read(function(*args, **kwargs), request)

    def _with_effects(
        self,
        function: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        request: dict[str, Any],
        reply: dict[str, Any],
    ) -> Any:
        """Call, and report inputs that changed, memory that is shared and global state touched."""
        names = [*request["names"], *(f"argument {n + 1}" for n in range(len(args)))]
        given = {**dict(zip(names, args, strict=False)), **kwargs}
        inputs = [entry for name, value in given.items() for entry in _arrays_in(value, name)]
        before = [array.tobytes() for _, array in inputs]
        state = _fresh_global_state(len(self.last_results))
        value = _read(function(*args, **kwargs), request)
        touched = [name for name, was in state.items() if _global_state()[name] != was]
        changed = [
            name
            for (name, array), was in zip(inputs, before, strict=True)
            if array.tobytes() != was
        ]
        opaque = request.get("keep", ())
        visible = (
            tuple(part for n, part in enumerate(value) if n not in opaque)
            if opaque and isinstance(value, (tuple, list))
            else value
        )
        results = list(_arrays_in(visible, "the result"))
        reply["effects"] = {
            "changed": changed,
            "touched": touched,
            "shared": _first(
                [name, other]
                for n, (name, array) in enumerate(results)
                for other, its in [*inputs, *results[:n]]
                if _overlap(array, its)
            ),
            "overwritten": _first(
                name
                for name, array, was in self.last_results.get(request["function"], [])
                if array.tobytes() != was or any(_overlap(array, new) for _, new in results)
            ),
        }
        self.last_results[request["function"]] = [
            (name, array, array.tobytes()) for name, array in results
        ]
        return value

    def _next(self, iterator: Iterator[Any], count: int) -> list[Any]:
        items: list[Any] = []
        for item in iterator:
            items.append(item)
            if len(items) == count:
                break
        return items

    def encode_reference(self, value: Any, arrays: list[Any]) -> wire.Node:
        """Hold an object, a function or an iterator of the submission's; name anything else."""
        if isinstance(value, Kept):
            return {"opaque": self._hold(value.value)}
        kind = type(value)
        if hasattr(kind, "__next__"):
            return {"iterator": self._hold(value)}
        if callable(value) or kind.__module__ == self.namespace.get("__name__"):
            return {"object": self._hold(value), "type": kind.__name__}
        return {"foreign": _type_name(value)}

    def decode_reference(self, tag: str, node: dict[str, Any]) -> Any:
        """The held object, the judge's function, or the generator that ``node`` stands for."""
        if tag == "object":
            return self.held[node["object"]]
        if tag == "callable":
            number = node["callable"]
            return lambda *args, **kwargs: self.callback(number, args, kwargs)
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

    def _hold(self, value: Any) -> int:
        self.count += 1
        self.held[self.count] = value
        return self.count


def signatures(namespace: dict[str, Any]) -> dict[str, list[list[Any]] | None]:
    """The public callables of a namespace, each with its parameters; None where nothing tells."""
    return {
        name: _parameters(value)
        for name, value in list(namespace.items())
        if not name.startswith("_") and callable(value)
    }


def _parameters(value: Any) -> list[list[Any]] | None:
    """The parameters of a callable: name, kind, default's text; None where nothing tells."""
    import inspect

    try:
        parameters = inspect.signature(value).parameters.values()
    except (ValueError, TypeError):
        return None
    return [
        [
            parameter.name,
            parameter.kind.name,
            None if parameter.default is parameter.empty else repr(parameter.default)[:200],
        ]
        for parameter in parameters
    ]


def describe(error: BaseException, file: str) -> dict[str, Any]:
    """An exception as plain data: type, text, and the lines of ``file`` that it passed through."""
    own_name, own_bases = (type.__dict__[key].__get__ for key in ("__name__", "__mro__"))
    bases = [own_name(base) for base in own_bases(type(error))]  # whatever its class claims
    kind = "MemoryError" if isinstance(error, MemoryError) else bases[0]
    try:
        text = str(error)[:MAX_MESSAGE]
    except BaseException:
        text = ""
    lines = []
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file:
            lines.append(trace.tb_lineno)
        trace = trace.tb_next
    described: dict[str, Any] = {
        "type": kind,
        "bases": bases[:20],
        "message": text,
        "lines": lines[-20:],
    }
    if isinstance(error, SyntaxError) and error.filename == file:
        place = [n if type(n) is int else None for n in (error.lineno, error.offset)]
        described |= {"syntax": place, "message": str(error.msg)[:MAX_MESSAGE]}
    return described


class _Lines:
    """Counts the lines of one module that are executed, those of an ``exec`` in it included."""

    def __init__(self, namespace: dict[str, Any]) -> None:
        self.namespace, self.count = namespace, 0

    def __enter__(self) -> _Lines:
        sys.settrace(self._trace)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(None)

    def _trace(self, frame: Any, event: str, _: Any) -> Any:
        if frame.f_globals is not self.namespace:
            return None
        if event == "line":
            self.count += 1
        return self._trace


def _read(value: Any, request: dict[str, Any]) -> Any:
    """The items of an iterator whose effects are wanted: its body runs only as it is read."""
    if request.get("read") and hasattr(type(value), "__next__"):
        return list(itertools.islice(value, MAX_READ))
    return value


def _first(found: Iterable[Any]) -> list[Any]:
    return list(itertools.islice(found, MAX_TOLD))


def _keep(value: Any, positions: list[int] | tuple[()]) -> Any:
    """``value`` with the submission's own parts wrapped, where it has the shape for it."""
    if not positions or not isinstance(value, (tuple, list)) or len(value) <= max(positions):
        return value
    return tuple(Kept(part) if n in positions else part for n, part in enumerate(value))


def _arrays_in(value: Any, name: str) -> Iterator[tuple[str, Any]]:
    import numpy as np

    if isinstance(value, np.ndarray):
        yield name, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _arrays_in(item, f"{name}[{key!r}]")
    elif isinstance(value, (list, tuple)):
        for n, item in enumerate(value):
            yield from _arrays_in(item, f"{name}[{n}]")


def _overlap(one: Any, other: Any) -> bool:
    import numpy as np

    return np.shares_memory(one, other)  # exact: two slices of one array may interleave


def _fresh_global_state(seed: int) -> dict[str, bytes]:
    """The global state, set to what no earlier call can have left behind."""
    import numpy as np

    np.random.seed(2**31 + seed)
    np.seterr(divide="warn", over="warn", under="ignore", invalid="warn")
    return _global_state()


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
