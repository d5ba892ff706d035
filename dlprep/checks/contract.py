"""The contract beside the values: no memory shared, the same answer again, the exception."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dlprep.checks import show
from dlprep.checks.failure import mismatch
from dlprep.checks.values import check_values, same


def check_contract(
    function: Any, *args: Any, expected: Callable[[Any], None] | None = None, **kwargs: Any
) -> None:
    """Call ``function`` twice, and require that it only computes.

    Both results are right: ``expected(result)`` judges one; without it, the reference's answer to
    the same arguments does, so none of these may be the submission's own. The results share no
    memory with the inputs, with each other, or with the next call's, and the same arguments give
    the same result. An iterator is read to its end. What a call changes beside its answer fails
    every case, so it is not looked for here. Raises ``CheckFailed`` of kind ``contract``, or as
    ``check_values`` does.
    """
    results = []
    for _ in range(2):
        call = function.observe("", *args, **kwargs)
        result, shared = call.result, [*call.effects.get("shared", ())]
        if hasattr(type(result), "__next__"):
            reader, result = result, list(result)
            shared += reader.shared
        if shared:
            raise mismatch("contract", shared[0], "new arrays: copy before you return", result)
        if expected is None:
            check_values(result, function.right(*args, **kwargs))
        else:
            expected(result)
        results.append(result)
    first, second = results
    if not same(second, first):
        got = "two results from the same arguments"
        raise mismatch("contract", got, "the same result every time", first)


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
