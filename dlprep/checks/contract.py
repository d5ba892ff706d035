"""The contract beside the values: no input changed, no memory shared, nothing global touched."""

from __future__ import annotations

from typing import Any

from dlprep.checks import show
from dlprep.checks.failure import CheckFailed, mismatch
from dlprep.checks.values import same


def check_contract(function: Any, *args: Any, **kwargs: Any) -> None:
    """Call ``function`` twice, and require that it only computes.

    Its inputs stay as they were; its results share no memory with them, with each other, or with
    the next call's; the same arguments give the same result; NumPy's global random state and
    error handling are left alone. Raises ``CheckFailed`` of kind ``contract``.
    """
    first, second = (function.observe("effects", *args, **kwargs) for _ in range(2))

    def failed(what: str, must: str) -> CheckFailed:
        return mismatch("contract", what, must, first.result)

    for effects in (first.effects, second.effects):
        if changed := effects["changed"]:
            raise failed(f"{_were(changed)} changed by the call", "inputs stay as they were")
        if shared := effects["shared"]:
            raise failed(shared[0], "new arrays: copy before you return")
        if touched := effects["touched"]:
            raise failed(f"{_were(touched)} changed by the call", "global state stays as it was")
        if reused := effects["overwritten"]:
            what = f"the second call reuses {', '.join(reused)} of the first"
            raise failed(what, "each call returns arrays of its own")
    if not same(second.result, first.result):
        raise failed("two results from the same arguments", "the same result every time")


def check_raises(function: Any, error: type[Exception], *args: Any, **kwargs: Any) -> None:
    """Require that the call raises ``error``, or a subclass of it.

    Choose arguments on which nothing else goes wrong: a shape mismatch is a ``ValueError`` too.
    Raises ``CheckFailed`` of kind ``contract`` when it returns or raises something else.
    """
    result = None
    try:
        result = function(*args, **kwargs)
        got = f"a result: {show.kind_of(result)}"
    except Exception as failed:
        raised = getattr(failed, "raised", None)
        if raised is None or raised.type == "NotImplementedError":
            raise  # a crash or a time-out is not an answer, nor is a function still to be written
        if error.__name__ in raised.bases:
            return
        got = f"{raised.type}: {failed}" if str(failed) else raised.type
    article = "an" if error.__name__[0] in "AEIO" else "a"
    raise mismatch("contract", got, f"{article} {error.__name__}", result)


def _were(names: list[str]) -> str:
    return f"{', '.join(names)} {'was' if len(names) == 1 else 'were'}"
