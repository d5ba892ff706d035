"""The lines of the record: what the user did, one event at a time, and the texts it was about."""

from __future__ import annotations

import binascii
import json
import re
from collections import Counter
from collections.abc import Collection, Iterable
from contextlib import suppress
from datetime import datetime
from operator import itemgetter
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, NamedTuple, get_args

from dlprep.files import MAX_SOURCE
from dlprep.text import plural

if TYPE_CHECKING:  # `list` needs no verdicts
    from dlprep.verdict import VerdictStatus

# Each with the text that it is about: the user's file, unless said otherwise.
Kind = Literal[
    "started",  # the stub was written, and is that text
    "resumed",  # `start` found this file, and left it alone
    "checked",  # judged; the verdict is in the event
    "reset",  # the stub is about to replace it
    "replaced",  # an older text is about to replace it
    "restored",  # the older text
    "hinted",  # a hint was shown
    "gave_up",  # the solution was shown before a pass
    "tested",  # the user's own tests: `passing` of `total` mistakes were caught
]
KINDS = frozenset(get_args(Kind))

# Limits on a file, which may be a stranger's. JSON makes at most six bytes of one.
LONGEST = 8 * MAX_SOURCE  # bytes of a line
LARGEST = 1 << 30  # bytes
LONGEST_EVENT = 1 << 16  # bytes of its line; ours have a few hundred
_HASH = re.compile("[0-9a-f]{64}")
EARLY = b'{"dlprep": "record"'  # how an early version's export begins
_TEXT = rb'\{ ?"text": ?"([0-9a-f]{64})", ?"(utf8|base64)": ?(".*") ?\}\s*'


class Event(NamedTuple):
    """One event, whose ``uid`` is its own in every copy of the record.

    ``at`` has a time zone, mostly UTC; ``utc_offset`` says in minutes where the user was.
    ``after`` is the uid of the event before it. ``unwritten`` counts the failing cases that call
    what is not implemented yet. Only a check has all fields from ``status`` on; see ``Kind``.
    Cases are core cases; the polish has counts of its own, which older versions did not write.

    An event of an unknown kind, which a later version wrote, may lack its exercise and its text.
    """

    uid: str
    at: datetime
    utc_offset: int
    kind: str
    exercise: str = ""
    text_hash: str = ""
    after: str = ""
    status: VerdictStatus | None = None
    seed: int | None = None
    seconds: float | None = None
    passing: int | None = None
    total: int | None = None
    unwritten: int | None = None
    mistakes: tuple[str, ...] = ()
    only_case: str | None = None
    polish_passing: int | None = None
    polish_total: int | None = None

    @property
    def is_pass(self) -> bool:
        """Whether all core cases were judged, and pass."""
        return self.kind == "checked" and self.status == "passed" and self.only_case is None

    @property
    def is_failure(self) -> bool:
        """Whether something that decides was judged, and does not pass."""
        decides = self.total or not self.polish_total
        return self.kind == "checked" and self.status not in ("passed", "fault") and bool(decides)

    @property
    def is_polished(self) -> bool:
        """Whether all of the polish passed too (★): there is some, and it was judged."""
        return self.is_pass and 0 < (self.polish_total or 0) == self.polish_passing


_OTHERS = itemgetter(*Event._fields[2:])  # a field has the same name in a line


def read_event(line: bytes) -> Event | None:
    """The event in a line of a record; None if the line is not one.

    A stranger may have written the line, or the disk garbled it: every field is checked.
    """
    if len(line) > LONGEST_EVENT:
        return None
    try:
        found = json.loads(line.decode())
        data = Event._field_defaults | {k: value for k, value in found.items() if value is not None}
        mistakes = data["mistakes"]
        data["mistakes"] = tuple(mistakes)
        if type(data["seed"]) is str:  # an early version wrote it in quotes
            data["seed"] = int(data["seed"])
        event = Event(data["event"], datetime.fromisoformat(data["at"]), *_OTHERS(data))
        return event if type(mistakes) in (list, tuple) and _is_sound(event) else None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _is_sound(event: Event) -> bool:
    """Whether every field has its type, and a value that can be worked with."""
    is_about = event.exercise.isidentifier() and event.exercise.isascii()
    return (
        all(map(_is_name, (event.uid, event.kind, *event.mistakes)))
        and bool((is_about and _HASH.fullmatch(event.text_hash)) or event.kind not in KINDS)
        and event.at.tzinfo is not None
        and 1 < event.at.year < 9999  # at the ends of the calendar there is no local time
        and type(event.utc_offset) is int
        and abs(event.utc_offset) <= 24 * 60
        and type(event.after) is str
        and (event.status is None or _is_name(event.status))
        and (event.seed is None or type(event.seed) is int)
        and (event.seconds is None or abs(event.seconds) < 1e9)
        and all(map(_is_count, (event.passing, event.total, event.unwritten)))
        and all(map(_is_count, (event.polish_passing, event.polish_total)))
        and (event.only_case is None or _is_name(event.only_case))
    )


def _is_name(value: Any) -> bool:
    return type(value) is str and 0 < len(value) <= 500  # each is shown on a page


def _is_count(value: Any) -> bool:
    return value is None or (type(value) is int and 0 <= value < 1 << 31)


def as_line(data: dict[str, Any]) -> bytes:
    """A line of the record."""
    return json.dumps(data).encode() + b"\n"


def text_line(text: bytes) -> bytes:
    """The line of a text."""
    try:
        form = {"utf8": text.decode()}
    except UnicodeDecodeError:
        form = {"base64": binascii.b2a_base64(text, newline=False).decode()}
    return as_line({"text": text_hash(text)} | form)


def text_hash(text: bytes) -> str:
    """The name of a text: its SHA-256, in hexadecimal."""
    from hashlib import sha256  # it loads OpenSSL, which readers need not wait for

    return sha256(text).hexdigest()


def is_text(line: bytes) -> bool:
    """Whether a line holds a text, whole or not; this is far quicker than to read an event."""
    return b'"text"' in line[:12]


def read_text(line: bytes) -> tuple[str, bytes]:
    """The hash and the text of a line; an empty hash if it is not whole."""
    if match := re.fullmatch(_TEXT, line):
        with suppress(ValueError):
            value = json.loads(match[3])  # a string: other JSON could be of any size and depth
            text = value.encode() if match[2] == b"utf8" else binascii.a2b_base64(value)
            if len(text) <= MAX_SOURCE and text_hash(text) == match[1].decode():
                return text_hash(text), text
    return "", b""


def line_key(line: bytes) -> str:
    """The hash of a text, or the uid of an event; "" if the line cannot be read."""
    if is_text(line):
        return read_text(line)[0]
    event = read_event(line)
    return event.uid if event else ""


class Copied(NamedTuple):
    """What was copied, and what was not; ``known`` events were there already.

    ``flaw`` says why the source could not be read to its end.
    """

    events: int
    texts: int
    unreadable: int
    known: int = 0
    flaw: str = ""

    @property
    def what(self) -> str:
        """What was copied, such as ``2 events and 1 text``."""
        return f"{plural(self.events, 'event')} and {plural(self.texts, 'text')}"


def copy_lines(lines: Iterable[bytes], file: BinaryIO, known: Collection[str] = ()) -> Copied:
    """Write each line once to ``file``, except those whose keys are ``known``."""
    seen, count = set[str](), Counter[str]()
    last: str | None = None
    for line in lines:
        key, kind = line_key(line), "text" if is_text(line) else "event"
        if line.startswith(EARLY):  # its events come in order, but do not name the one before
            last = ""
        elif not key:
            count["unreadable"] += 1
        elif key not in seen:
            seen.add(key)
            if kind == "event" and last is not None:
                line, last = as_line(json.loads(line) | {"after": last}), key
            if key in known:
                count[f"known {kind}"] += 1
            else:
                count[kind] += 1
                file.write(line.removesuffix(b"\n") + b"\n")
    return Copied(count["event"], count["text"], count["unreadable"], count["known event"])


def in_order(events: Iterable[Event]) -> list[Event]:
    """Each event once, in the order in which they happened: the same in every copy of a record.

    Their times decide, but clocks go back: an event is never earlier than the one it came
    ``after``, if that one is among those before it.
    """
    found: dict[str, tuple[datetime, int, str, Event]] = {}
    for event in events:
        if event.uid not in found:
            before = found.get(event.after)
            at, place = (max(before[0], event.at), before[1] + 1) if before else (event.at, 0)
            found[event.uid] = at, place, event.uid, event
    return [event for *_, event in sorted(found.values())]
