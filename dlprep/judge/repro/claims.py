"""What a script shows and asks of a failing case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlprep.checks.failure import FewLines, LittleMemory, Raises, Untouched
from dlprep.checks.values import Tolerance


class NoScript(Exception):  # noqa: N818 - says why
    """There is nothing that a script could run. One sentence."""


@dataclass(frozen=True, slots=True)
class Place:
    """A part of what a call (by its number in the case) gave, and what was made of it."""

    call: int
    path: tuple[Any, ...] = ()
    way: str = "{}"


@dataclass(frozen=True, slots=True)
class Same:
    """What is at ``place`` must be ``expected``, or be what is at another place.

    ``first`` when the case did not judge this itself: it is where the answers begin to be wrong.
    """

    place: Place
    expected: Any
    tolerance: Callable[[np.dtype[Any]], Tolerance]
    first: bool = False


@dataclass(frozen=True, slots=True)
class Changed:
    """Something at these places must no longer be what it was: the case judges them together."""

    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Items:
    """The iterator that the call ``last`` read to its end must have so many items."""

    last: int
    count: int


@dataclass(frozen=True, slots=True)
class Fewer:
    """The call must run fewer lines, or ask its functions less often, than ``count`` times."""

    call: int
    what: str
    count: int


@dataclass(frozen=True, slots=True)
class Alone:
    """The call is enough: it raises, or does not end."""

    call: int


@dataclass(frozen=True, slots=True)
class Contract:
    """The contract that a call, the last of these, must keep."""

    calls: tuple[int, ...]
    demand: Raises | Untouched | FewLines | LittleMemory


Claim = Same | Changed | Items | Fewer | Alone | Contract


def calls_of(claim: Claim) -> tuple[int, ...]:
    """The calls whose results are judged, in their order."""
    match claim:
        case Same(place, Place() as other):
            return tuple(sorted({place.call, other.call}))
        case Same(place):
            return (place.call,)
        case Changed(places):
            return tuple(sorted({place.call for place in places}))
        case Contract(calls, _):
            return calls
        case Items(n, _) | Fewer(n, _, _) | Alone(n):
            return (n,)
