"""Functions that a case passes in, as tables of what they were asked and what they answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from dlprep.api import Signature
from dlprep.judge.repro.literals import Branch, Literals, Tree, written
from dlprep.judge.repro.recording import Asked, Packed, Recorded
from dlprep.sandbox.answers import Call

FEW = 4  # questions that are written one by one


def name_functions(
    calls: Sequence[Call], submission: Recorded, api: Mapping[str, Signature]
) -> tuple[dict[str, Any], dict[int, str]]:
    """The functions in these calls by the names of their parameters, and those names by number."""
    functions: dict[str, Any] = {}
    numbers: dict[int, str] = {}
    for call in calls:
        names = [one.name for one in api[call.function].parameters]
        nodes = [*zip(names, call.request["args"]["tuple"], strict=False)]
        for name, node in [*nodes, *call.request["kwargs"]["dict"]]:
            for number in _callables_in(node):
                function, unique = submission.callable(number), name
                while unique in api or functions.get(unique, function) != function:
                    unique += "_"
                functions[unique], numbers[number] = function, unique
    return functions, numbers


def table(
    name: str, function: Any, asked: Sequence[Asked], literals: Literals, counted: bool
) -> Iterator[str]:
    """Statements of a function that answers as that of the case did; ``counted`` by ``n_asked``."""
    literals.helpers |= {"alike", "answered"}
    seen = dict[Any, Asked]()
    for one in asked:
        if one.function == function and "foreign" not in repr(one.args.node):
            seen.setdefault((one.args.key, one.answer.key), one)
    answers = f"{name.upper()}_ANSWERS"
    rows = written(_rows([*seen.values()], literals), used=len(answers) + 3)
    yield f"# What {name} was asked, and what it answered\n{answers} = {rows}"
    count = f"    global {name}_asked\n    {name}_asked += 1\n" if counted else ""
    yield (
        (f"{name}_asked = 0\n\n\n" if counted else "")
        + f"def {name}(*args, **kwargs):\n"
        + f'    """The {name} of the case, as far as it was asked."""\n{count}'
        + f'    return answered("{name}", {answers}, *args, *kwargs.values())'
    )


def _rows(entries: Sequence[Asked], literals: Literals) -> Tree:
    asked = _stacked([one.args for one in entries], [{"tuple": [{"array": 0}]}])
    answers = _stacked([one.answer for one in entries], [{"array": 0}, {"scalar": 0}])
    if asked is not None and answers is not None:
        columns = [literals.array(asked), literals.array(answers)]
        return Branch("[((x,), y) for x, y in zip(", columns, ")]")
    rows = (
        [literals.tree(part.node, part.arrays) for part in (one.args, one.answer)]
        for one in entries
    )
    return Branch("[", [Branch("(", row, ")") for row in rows], "]")


def _stacked(values: Sequence[Packed], forms: Sequence[Any]) -> Any:
    """Many values that are all an array of one form, as one array; None if they are not."""
    kinds = {(repr(one.node), *((a.dtype, a.shape) for a in one.arrays)) for one in values}
    if len(values) <= FEW or len(kinds) > 1 or values[0].node not in forms:
        return None
    return np.stack([one.arrays[0] for one in values])


def _callables_in(node: Any) -> Iterator[int]:
    if isinstance(node, dict) and "callable" in node:
        yield node["callable"]
    elif isinstance(node, (dict, list)):
        for item in node.values() if isinstance(node, dict) else node:
            yield from _callables_in(item)
