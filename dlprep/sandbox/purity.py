"""What a call does beside its answer: the inputs, earlier results and global state it changes.

Only what travels is looked at: arrays, and the lists and dicts around them. What stays in the
worker (a cache, an object) is the submission's own.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

Part = tuple[str, Any]  # an array, a list or a dict: what a message calls it, and itself
Place = tuple[str, Any, Any]  # and what was in it
Effects = dict[str, list[str]]  # changed, touched, shared, overwritten

MAX_COPIED = 64 << 20  # bytes of arrays that are kept as copies; of what exceeds them, a hash
MAX_RESULTS = 100  # the latest parts of results that are compared after each call
MAX_TOLD = 20  # effects of a kind
PLAIN = (bool, int, float, str, bytes, complex)  # that count as the same when they are equal


class Observer:
    """Watches the calls of one case after another, once the submission is loaded."""

    def __init__(self) -> None:
        import numpy as np

        self._errors = np.geterr()
        # np.random draws from the first: then it is no longer where its twin is
        self._bits, self._twin = np.random.MT19937(2**31), np.random.MT19937(2**31)
        # the submission may put others in their place
        self._get, self._set = np.random.get_bit_generator, np.random.set_bit_generator  # type: ignore[attr-defined]
        self._geterr, self._seterr = np.geterr, np.seterr
        self.begin_case()

    def begin_case(self) -> None:
        """Forget the last case. Floating-point errors are handled as they were after loading."""
        self._results: deque[Place] = deque(maxlen=MAX_RESULTS)
        self._room = MAX_COPIED
        self._seterr(**self._errors)
        self._before = self._errors
        self._set(self._bits)

    def look(self, given: Mapping[str, Any], exempt: set[int]) -> list[Place]:
        """What is in the inputs before a call, without those whose ids are ``exempt``."""
        found = (part for name, value in given.items() for part in _parts(value, name, exempt))
        return self._remember(found)

    def keep(self, places: list[Place]) -> None:
        """Inputs that an iterator goes on reading: they take up room until the case ends."""
        self._room -= _copied(places)

    def after(self, inputs: list[Place]) -> Effects:
        """What a call did to its inputs, to the results of earlier calls and to global state."""
        overwritten = (name for place in self._results for name in _changes(place))
        return _told(
            changed=(name for place in inputs for name in _changes(place)),
            touched=self._touched(),
            overwritten=(f"{name} of an earlier call" for name in overwritten),
        )

    def _touched(self) -> Iterator[str]:
        drawn, untouched = self._bits.random_raw(), self._twin.random_raw()
        if self._get() is not self._bits or drawn != untouched:
            yield "np.random's global state"
            self._set(self._bits)
            self._bits.state = self._twin.state
        if (now := self._geterr()) != self._before:
            yield "np.seterr"
        self._before = now

    def results(self, value: Any, name: str, inputs: list[Place]) -> Effects:
        """Whose memory a result shares; it is then watched itself. Call it with what travels."""
        parts = list(islice(_parts(value, name), MAX_RESULTS))
        earlier = [(f"{name} of an earlier call", one) for name, one, _ in self._results]
        known: dict[int, list[Part]] = {}
        for part in [*((name, array) for name, array, _ in inputs), *earlier]:
            known.setdefault(_owner(part[1]), []).append(part)
        effects = _told(shared=_shared(parts, known))
        places = self._remember(parts)
        self._room -= _copied(places)
        self._results.extend(places)
        return effects

    def _remember(self, parts: Iterable[Part]) -> list[Place]:
        room, places = self._room, []
        for name, value in parts:
            was: Any = _items(value)
            if was is None:
                content = value.tobytes() if value.nbytes <= room else _digest(value)
                room -= len(content)
                was = value.shape, value.dtype, content
            places.append((name, value, was))
        return places


def _parts(value: Any, name: str, exempt: Iterable[int] = ()) -> Iterator[Part]:
    """The arrays, lists and dicts in a value, of those types that travel."""
    import numpy as np

    if id(value) in exempt:
        return
    if type(value) is np.ndarray:
        yield name, value
    elif issubclass(type(value), tuple):  # whatever its class claims
        for n, item in enumerate(tuple.__iter__(value)):
            yield from _parts(item, f"{name}[{n}]", exempt)
    elif (items := _items(value)) is not None:
        yield name, value
        for key, item in items.items():
            if type(item) not in PLAIN:
                yield from _parts(item, f"{name}[{key!r}]", exempt)


def _items(value: Any) -> dict[Any, Any] | None:
    """What is in a list or a dict, by position or key, whatever a subclass says."""
    if type(value) is list:
        return dict(enumerate(value))
    return dict(dict.items(value)) if issubclass(type(value), dict) else None


def _changes(place: Place) -> Iterator[str]:
    """The names of what is no longer as it was."""
    name, value, was = place
    now = _items(value)
    if now is None:
        shape, dtype, content = was
        if value.shape != shape or value.dtype != dtype or not _is(value, content):
            yield name
    elif now.keys() != was.keys():
        yield name
    else:
        for key, item in now.items():
            old = was[key]
            equal = type(item) is type(old) and type(item) in PLAIN and item == old
            if item is not old and not equal:
                yield f"{name}[{key!r}]"


def _is(array: Any, content: bytes | str) -> bool:
    return (array.tobytes() if type(content) is bytes else _digest(array)) == content


def _digest(array: Any) -> str:
    """A hash of an array's elements in their order, without a copy of them all."""
    import numpy as np

    found = hashlib.blake2b()
    flags = ["external_loop", "buffered", "zerosize_ok"]
    with np.nditer(array, flags=flags, order="C", buffersize=1 << 16) as chunks:  # type: ignore[call-overload]
        for chunk in chunks:
            found.update(np.ascontiguousarray(chunk).data)
    return found.hexdigest()


def _copied(places: list[Place]) -> int:
    return sum(len(was[2]) for _, _, was in places if type(was) is tuple)


def _shared(parts: list[Part], known: dict[int, list[Part]]) -> Iterator[str]:
    """Which arrays share memory with known ones, or with one before them."""
    import numpy as np

    for name, array in parts:
        if type(array) is np.ndarray:
            same = known.setdefault(_owner(array), [])
            for other, its in same:
                if np.shares_memory(array, its):  # exact: two slices of one array may interleave
                    yield f"{name} shares its memory with {other}"
            same.append((name, array))


def _owner(array: Any) -> int:
    """The id of what owns an array's memory: only arrays of one owner can share any."""
    base = array
    while base is not None:
        array, base = base, base.obj if type(base) is memoryview else getattr(base, "base", None)
    return id(array)


def _told(**effects: Iterable[str]) -> Effects:
    """The effects that there are, the first few of each kind."""
    few = {kind: list(islice(names, MAX_TOLD)) for kind, names in effects.items()}
    return {kind: names for kind, names in few.items() if names}
