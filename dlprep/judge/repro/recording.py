"""A submission that remembers what functions of the case were asked, and can be tried again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dlprep.sandbox import wire
from dlprep.sandbox.answers import Call
from dlprep.sandbox.submission import Submission


@dataclass(frozen=True, slots=True)
class Packed:
    """A value as it was at some moment: its node on the wire, and copies of its arrays."""

    node: Any
    arrays: list[Any]

    @property
    def key(self) -> tuple[str, ...]:
        """What is equal for equal values alone."""
        shapes = (f"{array.dtype.str}{array.shape}{array.tobytes()!r}" for array in self.arrays)
        return (repr(self.node), *shapes)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a function that a case passed in was asked, by position or by name; its answer."""

    function: Callable[..., Any]
    args: Packed
    answer: Packed


class Recorded(Submission):
    """``asked`` is what such functions were asked, by whatever solution, in order."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked: list[Asked] = []

    def callable(self, number: int) -> Callable[..., Any]:
        """The function that a case passed in, by its number."""
        return self._callables[number]

    def ask(self, number: int, args: Any, kwargs: Any) -> Any:
        """What that function answers; noted unless it raises."""
        question = self._pack((*args, *kwargs.values()))  # now: the function may change them
        answer = super().ask(number, args, kwargs)
        self.asked.append(Asked(self.callable(number), question, self._pack(answer)))
        return answer

    def anew(self) -> Recorded:
        """The same text in a worker of its own, which knows the same functions."""
        other = Recorded(
            self._name,
            self._source,
            self._api,
            seconds=self._seconds,
            total=self._seconds,
            start=self._start,
        )
        other._callables = self._callables
        return other

    def repeat(self, call: Call) -> Call:
        """Make a call again that was made of another of the same text; it gets its answer."""
        self.load()
        self._exchange(call)
        return call

    def _pack(self, value: Any) -> Packed:
        arrays: list[Any] = []
        try:
            node = self.encode(value, arrays)
        except wire.Unsendable:
            return Packed({"foreign": type(value).__name__}, [])
        return Packed(node, [array.copy() for array in arrays])
