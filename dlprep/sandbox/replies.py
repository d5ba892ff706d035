"""What comes back from a submission: records of its calls, and why one gave no answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from dlprep.sandbox.requests import MAX_MESSAGE, MAX_PRINTED, MAX_TOLD
from dlprep.sandbox.wire import Arrays, Codec, Message

MAX_NAME = 200  # characters of a function's or a parameter's name
EFFECTS = ("changed", "touched", "shared", "overwritten")


@dataclass(frozen=True, slots=True)
class Raised:
    """What the submission raised: the exception's type and text, and its own lines, outer first.

    ``syntax`` is a syntax error's line and column; ``bases`` name the type and all its bases.
    """

    type: str
    message: str
    lines: tuple[int, ...]
    syntax: tuple[int | None, int | None] | None = None
    bases: tuple[str, ...] = field(default=(), compare=False)

    @property
    def refused(self) -> bool:
        """Whether a refused import was used; the message names them, with lines."""
        return self.type == "ImportRefused"


class SubmissionError(Exception):
    """The submission did not answer: the case cannot go on.

    ``kind`` is ``exception``, ``missing``, ``signature``, ``timeout``, ``crash``, ``output``, or
    ``form`` when a function does not return the tuple that the stub promises; the text then says
    which. ``line`` is the submission's line that raised, or was running; ``running`` are all the
    lines that were running at a time-out, innermost first.
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
    """A value of a type that does not travel: ``type`` is its name."""

    type: str


@dataclass(eq=False, slots=True)
class Opaque:
    """A value of the submission's own that stays in the worker, such as a cache."""

    _number: int


@dataclass(eq=False, slots=True)
class Call:
    """One request and its answer. ``request`` and ``arrays`` can be replayed elsewhere.

    ``effects`` are what the call changed, touched, overwrote and shares beside its answer, by
    kind. ``lines`` (of the submission that ran) and ``peak`` (of traced allocations, in bytes) are
    there when they were observed. ``case`` is the case that made the call, and ``failed`` says
    that it failed. ``absent`` has the lines and names of the refused imports that loading the file
    did no more than mention.
    """

    function: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    request: Message
    arrays: Arrays
    reply: Message = field(default_factory=dict)
    out: Arrays = field(default_factory=list)
    result: Any = None
    raised: Raised | None = None
    warnings: tuple[Warned, ...] = ()
    printed: str = ""
    effects: dict[str, tuple[str, ...]] = field(default_factory=dict)
    lines: int = 0
    peak: int = 0
    failed: bool = False
    case: str = ""
    absent: tuple[tuple[int, str], ...] = ()

    def forget(self) -> None:
        """Drop the answer and the arguments, which take memory; the rest stays."""
        self.args, self.kwargs, self.arrays = (), {}, []
        self.result, self.reply, self.out = None, {}, []

    def read(self, reply: Message, out: Arrays, codec: Codec) -> None:
        """Take a reply apart, and cut what is too long.

        Nothing in it is trusted: it may raise any exception if the reply is malformed.
        """
        self.printed = _text(reply["printed"], MAX_PRINTED)
        if lost := _integer(reply["lost"]):
            self.printed += f"\n… and {lost} more characters"
        self.warnings = tuple(
            Warned(_integer(line), _text(category), _text(message))
            for line, category, message in reply["warnings"][:MAX_TOLD]
        )
        if "raised" in reply:
            self.raised = _read_raised(reply["raised"])
            return
        told = reply.get("effects", {})
        self.effects = {kind: _texts(told[kind]) for kind in EFFECTS if kind in told}
        match self.request.get("observe"):
            case "lines":
                self.lines = _integer(reply["lines"])
            case "memory":
                self.peak = _integer(reply["peak"])
        if self.request["op"] == "load":
            self.result = _read_defined(reply["functions"])
            self.absent = tuple(
                (_integer(line), _text(name)) for line, name in reply["refused"][:MAX_TOLD]
            )
        else:
            self.result = codec.decode(reply["value"], out)


def _integer(value: Any) -> int:
    if type(value) is not int:
        raise TypeError("not an integer")
    return value


def _text(value: Any, most: int = MAX_MESSAGE) -> str:
    if type(value) is not str:
        raise TypeError("not a text")
    return value[:most]


def _texts(values: Any) -> tuple[str, ...]:
    return tuple(_text(value) for value in values[:MAX_TOLD])


def _read_raised(data: Any) -> Raised:
    syntax = data.get("syntax")
    if syntax is not None:
        line, column = (None if n is None else _integer(n) for n in syntax)
        syntax = line, column
    return Raised(
        _text(data["type"]),
        _text(data["message"]),
        tuple(_integer(line) for line in data["lines"][-MAX_TOLD:]),
        syntax,
        _texts(data.get("bases", [])),
    )


def _read_defined(data: Any) -> dict[str, list[tuple[str, str, bool]] | None]:
    """What a file defines, as ``requests.signatures`` has it."""
    return {
        _text(name, MAX_NAME): None
        if parameters is None
        else [(_text(one, MAX_NAME), _text(kind), bool(opt)) for one, kind, opt in parameters[:100]]
        for name, parameters in list(data.items())[:1000]
    }
