"""What comes back from a submission: records of its calls, and why one gave no answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Raised:
    """What the submission raised: the exception's type and text, and its own lines, outer first.

    ``bases`` are the names of the type and of all that it derives from.
    """

    type: str
    message: str
    lines: tuple[int, ...]
    syntax: tuple[int | None, int | None] | None = None
    refused: bool = False
    bases: tuple[str, ...] = field(default=(), compare=False)


class SubmissionError(Exception):
    """The submission did not answer: the case cannot go on.

    ``kind`` is ``exception``, ``missing``, ``signature``, ``timeout``, ``crash``, ``output``, or
    ``form`` when a function does not return the tuple that the stub says; the text is then that.
    ``line`` is the submission's line that raised, or was running; ``running`` are all that were
    when its time was over, innermost first.
    """

    def __init__(
        self,
        kind: str,
        text: str,
        line: int | None = None,
        raised: Raised | None = None,
        running: tuple[int, ...] = (),
    ) -> None:
        super().__init__(text)
        self.kind, self.line, self.raised, self.running = kind, line, raised, running


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
    """One request and its answer. ``request`` and ``arrays`` can be replayed elsewhere.

    ``effects`` (changed, touched, shared, overwritten), ``lines`` (of the submission that ran) and
    ``peak`` (of traced allocations, in bytes) are there when they were observed.
    """

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
    effects: dict[str, list[Any]] = field(default_factory=dict)
    lines: int = 0
    peak: int = 0
    failed: bool = False  # the case that made it


# What a worker says of itself is read as strictly as its values: these raise on anything else.


def integer(value: Any) -> int:
    """``value``, if it is an int."""
    if type(value) is not int:
        raise TypeError("no integer")
    return value


def text(value: Any, most: int = 2_000) -> str:
    """The beginning of ``value``, if it is a str."""
    if type(value) is not str:
        raise TypeError("no text")
    return value[:most]


def read_raised(data: Any) -> Raised:
    """The record of an exception."""
    syntax = data.get("syntax")
    if syntax is not None:
        line, column = (None if n is None else integer(n) for n in syntax)
        syntax = line, column
    return Raised(
        text(data["type"]),
        text(data["message"]),
        tuple(integer(line) for line in data["lines"][-20:]),
        syntax,
        bool(data.get("refused")),
        tuple(text(name) for name in data.get("bases", [])[:20]),
    )


def read_defined(data: Any) -> dict[str, list[tuple[str, str, str | None]] | None]:
    """What a file defines: each name's parameters (name, kind, default), None if not known."""
    return {
        text(name): None
        if parameters is None
        else [
            (text(one), text(kind), None if default is None else text(default))
            for one, kind, default in parameters[:100]
        ]
        for name, parameters in list(data.items())[:1000]
    }


def read_effects(data: Any) -> dict[str, list[Any]]:
    """What a call did beside returning: names of arrays, or pairs of names."""
    effects: dict[str, list[Any]] = {
        key: [text(name) for name in data[key][:20]]
        for key in ("changed", "touched", "overwritten")
    }
    effects["shared"] = [[text(one), text(other)] for one, other in data["shared"][:20]]
    return effects
