"""The contract beside the values: no input changed, no memory shared, nothing global touched."""

from __future__ import annotations

from typing import Any, Protocol

from dlprep.checks import show
from dlprep.checks.failure import CheckFailed
from dlprep.checks.values import same


class Observed(Protocol):
    """A call and what it did, as the submission's proxy records it."""

    result: Any

    @property
    def effects(self) -> dict[str, Any]:
        """``changed``, ``touched``, ``shared`` and ``overwritten``."""

    @property
    def lines(self) -> int:
        """Lines of the submission that ran."""

    @property
    def peak(self) -> int:
        """Peak of traced allocations in bytes."""


class Function(Protocol):
    """A function of the submission's."""

    def observe(self, what: str, /, *args: Any, **kwargs: Any) -> Observed:
        """Call it, and record ``effects``, ``lines`` or ``memory``."""


def check_contract(function: Function, *args: Any, **kwargs: Any) -> None:
    """Call ``function`` twice, and require that it only computes.

    Its inputs stay as they were; its results share no memory with them, with each other, or with
    the next call's; the same arguments give the same result; NumPy's global random state and
    error handling are left alone. Raises ``CheckFailed`` of kind ``contract``.
    """
    first = function.observe("effects", *args, **kwargs)
    second = function.observe("effects", *args, **kwargs)
    subject = first.result

    def fail(what: str, must: str) -> CheckFailed:
        return CheckFailed("contract", [("got", what), ("expected", must)], subject)

    seen = first.effects
    if changed := seen["changed"]:
        raise fail(f"{_list(changed)} changed by the call", "inputs stay as they were")
    if shared := seen["shared"]:
        one, other = shared[0]
        raise fail(f"{one} shares its memory with {other}", "new arrays: copy before you return")
    if touched := seen["touched"]:
        raise fail(f"{_list(touched)} changed by the call", "global state stays as it was")
    if overwritten := second.effects["overwritten"]:
        what = f"{_list(overwritten)} of the first call changed by the second"
        raise fail(what, "each call returns arrays of its own")
    if not same(second.result, first.result):
        raise fail("two results from the same arguments", "the same result every time")


def check_raises(function: Any, error: type[Exception], *args: Any, **kwargs: Any) -> None:
    """Require that the call raises ``error`` (or a subclass that carries its name).

    Choose arguments on which nothing else goes wrong: a shape mismatch is a ``ValueError`` too.
    Raises ``CheckFailed`` of kind ``contract`` when it returns or raises something else.
    """
    try:
        result = function(*args, **kwargs)
    except Exception as raised:
        seen = getattr(getattr(raised, "raised", None), "type", None)
        if seen in (None, "NotImplementedError"):
            raise  # a crash or a time-out is no answer, nor is what is still to be written
        if seen == error.__name__:
            return
        got = f"{seen}: {raised}" if str(raised) else str(seen)
        findings = [("got", got), ("expected", f"a {error.__name__}")]
        raise CheckFailed("contract", findings) from None
    got = f"a result: {show.kind_of(result)}"
    raise CheckFailed("contract", [("got", got), ("expected", f"a {error.__name__}")], result)


def _list(names: list[str]) -> str:
    verb = "was" if len(names) == 1 else "were"
    return f"{', '.join(names)} {verb}"
