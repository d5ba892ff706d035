"""The calls of a case as statements: those that a result depends on, in their order."""

from __future__ import annotations

import keyword
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import Any

from dlprep.api import Signature
from dlprep.judge.repro.literals import Branch, Literals, Tree, flat, written
from dlprep.sandbox.answers import Call

OPERATORS = {"add": "+", "sub": "-", "mul": "*", "truediv": "/", "pow": "**", "matmul": "@"}
INLINE = 24  # characters of an argument that stays in its call
HELD = ("object", "iterator", "opaque")


def needed(calls: Sequence[Call], wanted: Collection[int]) -> list[int]:
    """The wanted calls, and all before them that made or used what these use."""
    touched = [_uses(call) | {number for number, _ in made_by(call)} for call in calls]
    group = set[int]().union(*(touched[n] for n in wanted))
    before, size = list[int](), -1
    while len(before) != size:
        size = len(before)
        before = [n for n in range(max(wanted) + 1) if n in wanted or touched[n] & group]
        group |= set[int]().union(*(touched[n] for n in before))
    later = set[int]()
    kept = []
    for n in reversed(before):
        call = calls[n]
        made = {number for number, _ in made_by(call)}
        if call.request["op"] == "get" and n not in wanted and not made & later:
            continue  # an attribute was looked at
        later |= _uses(call)
        kept.append(n)
    return kept[::-1]


class Statements:
    """Writes calls one after the other, and knows under which names their results are."""

    def __init__(
        self, calls: Sequence[Call], kept: Sequence[int], literals: Literals, shown: set[int]
    ) -> None:
        self.calls, self.kept, self.literals = calls, kept, literals
        self.shown = shown  # the calls whose results are asked for by number
        self.names: dict[int, str] = {}  # of what stays with the submission
        literals.names = self.names
        self.results: dict[int, str] = {}  # of the calls
        self.inputs: dict[str, str] = {}  # of the last call, by the names that effects go by
        self.last_use = {number: n for n in kept for number in _uses(calls[n])}
        self.got: int | None = None  # the call whose whole result is judged
        self.taken: set[str] = set()
        self.numbers: dict[str, Iterator[int]] = {}  # the next of each kind of name
        self.parameters: set[str] = set()

    def reserve(self, names: Iterable[str], parameters: Iterable[str]) -> None:
        """Names that are in use for something else; and those that inputs will have."""
        self.taken |= set(names)
        self.parameters |= set(parameters)

    def statements(self, n: int, api: Mapping[str, Signature]) -> Iterator[str]:
        """What makes the call, and gives its result a name if anything needs it."""
        call = self.calls[n]
        if call.request["op"] == "next":
            yield from self._items(n)
            return
        expression = yield from self.expression(n, api)
        yield from self.named(n, expression)

    def named(self, n: int, expression: str) -> Iterator[str]:
        """The statement that keeps the result of an expression."""
        call = self.calls[n]
        made = [*made_by(call)]
        direct = made[0][0] if made and made[0][1] == () else None
        if call.request["op"] == "set":
            yield expression
            return
        if call.request["op"] == "get" and direct is not None and n not in self.shown:
            self.names[direct] = expression  # a method
            return
        if n not in self.shown and all(self.last_use.get(number, 0) <= n for number, _ in made):
            yield expression
            return
        made_as = _snake(call.function) if call.function[:1].isupper() else "returned"
        kind = "result" if direct is None else made_as
        kind = "held" if call.request["op"] == "hold" else kind
        name = self.results[n] = "got" if n == self.got else self._unique(kind)
        for number, path in made:
            self.names[number] = name + path_text(path)
        yield f"{name} = {expression}"

    def _items(self, n: int) -> Iterator[str]:
        """The items of an iterator, read in one go when nothing comes between."""
        if n in self.results:
            return
        number, run = self.calls[n].request["iterator"], []
        for k in self.kept[self.kept.index(n) :]:
            request = self.calls[k].request
            if request["op"] != "next" or request["iterator"] != number:
                break
            run.append(k)
        ended = self.calls[run[-1]].result == []
        iterator, name = self.names[number], self._unique("items")
        yield f"{name} = " + (
            f"list({iterator})" if ended else f"list(itertools.islice({iterator}, {len(run)}))"
        )
        for at, k in enumerate(run):
            self.results[k] = f"{name}[{at}:{at + 1}]"
            for held, path in made_by(self.calls[k]):
                self.names[held] = f"{name}[{at}]{path_text(path[1:])}"

    def place(self, n: int, path: Sequence[Any]) -> str:
        """Where a part of a call's result is."""
        result = self.results[n]
        if self.calls[n].request["op"] == "next" and path:
            return result.rpartition(":")[0] + "]" + path_text(path[1:])
        return result + path_text(path)

    def expression(self, n: int, api: Mapping[str, Signature]) -> Any:
        """Yields the statements that prepare the call; returns the call itself."""
        call = self.calls[n]
        request, arrays = call.request, call.arrays
        args = [self.literals.tree(node, arrays) for node in request["args"]["tuple"]]
        self.inputs = {}
        match request["op"]:
            case "call":
                signature = api[call.function]
                names = [one.name for one in signature.parameters if "VAR_K" not in one.kind]
                return (yield from self._called(call.function, names, call, args))
            case "invoke":
                return (yield from self._called(self.names[request["object"]], [], call, args))
            case "get":
                return f"{self.names[request['object']]}.{request['name']}"
            case "set":
                target = f"{self.names[request['object']]}.{request['name']} = "
                return target + written(args[0], used=len(target))
            case "hold":
                return written(args[0], used=12)
        operands = [_operand(flat(arg)) for arg in args]
        match request["name"], operands:
            case "getitem", [held, _]:
                return f"{held}[{flat(args[1])}]"
            case "setitem", [held, _, _]:
                return f"{held}[{flat(args[1])}] = {flat(args[2])}"
            case "neg", [held]:
                return f"-{held}"
            case name, [one, other]:
                return f"{one} {OPERATORS[name]} {other}"
        raise AssertionError(request)

    def _called(self, function: str, names: Sequence[str], call: Call, args: Sequence[Tree]) -> Any:
        parts: list[Tree] = []
        positions = [*names[: len(args)], *(f"argument {n + 1}" for n in range(len(args)))]
        entries = zip(positions, args, strict=False)
        for name, tree in entries:
            parts.append((yield from self._argument(name, tree)))
        for key, node in call.request["kwargs"]["dict"]:
            tree = self.literals.tree(node, call.arrays)
            parts.append(f"{key}={flat((yield from self._argument(key, tree)))}")
        return written(Branch(f"{function}(", parts, ")"), used=12)

    def _argument(self, name: str, tree: Tree) -> Any:
        text = flat(tree)
        short = len(text) <= INLINE and "np.array" not in text and "\n" not in text
        if short and (isinstance(tree, str) or not tree.opens.startswith(("np.", "{", "["))):
            self.inputs[name] = text
            return text
        variable = re.sub(r"\W+", "_", name)
        while variable in self.taken or keyword.iskeyword(variable):
            variable += "_"
        self.inputs[name] = variable
        yield f"{variable} = {written(tree, used=len(variable) + 3)}"
        return variable

    def _unique(self, name: str) -> str:
        for n in self.numbers.setdefault(name, count(1)):
            one = name if n == 1 else f"{name}_{n}"
            if one not in self.taken and one not in self.parameters:
                break
        return one


def path_text(path: Sequence[Any]) -> str:
    """The path to a part as source: ``[1]['w']``."""
    return "".join(f"[{key!r}]" for key in path)


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def _operand(text: str) -> str:
    return text if re.fullmatch(r"[\w.]+", text) else f"({text})"


def _uses(call: Call) -> set[int]:
    """The held things that a call mentions."""
    found = {number for number, _ in _held((call.request["args"], call.request["kwargs"]), ())}
    return found | {call.request[key] for key in ("object", "iterator") if key in call.request}


def made_by(call: Call) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """The held things in a reply, each with its path in the result."""
    yield from _held(call.reply.get("value"), ())


def _held(node: Any, path: tuple[Any, ...]) -> Iterator[tuple[int, tuple[Any, ...]]]:
    if isinstance(node, (list, tuple)):
        for n, item in enumerate(node):
            yield from _held(item, (*path, n))
    elif isinstance(node, dict):
        tag, content = next(iter(node.items()))
        if tag in HELD:
            yield content, path
        elif tag == "dict":
            for key, value in content:
                yield from _held(value, (*path, key))
        elif tag in ("list", "tuple"):
            yield from _held(content, path)
