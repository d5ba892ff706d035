"""The proxy: what travels to a submission and back, and what is recorded of a call."""

import copy
import time
from collections import namedtuple
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dlprep.api import read_api
from dlprep.sandbox import handles, wire
from dlprep.sandbox import submission as submission_limits
from dlprep.sandbox.handles import RemoteIterator, RemoteObject
from dlprep.sandbox.process import WorkerProcess
from dlprep.sandbox.replies import Call, Foreign, Opaque, Raised, SubmissionError, Warned
from dlprep.sandbox.submission import Submission

Submit = Callable[..., Submission]


def returned(submit_text: Submit, expression: str, before: str = "") -> Any:
    """What the judge sees of a submission that returns ``expression``."""
    return submit_text(f"import numpy as np\n{before}\ndef f():\n    return {expression}\n").f()


def error_of(call: Callable[[], Any]) -> SubmissionError:
    with pytest.raises(SubmissionError) as caught:
        call()
    return caught.value


# plain values


def test_arguments_and_results_are_plain_data(submit_text: Submit) -> None:
    submission = submit_text(
        "def f(*args, **kwargs):\n    return [type(arg).__name__ for arg in args], args, kwargs\n"
    )
    point = namedtuple("point", "x y")(1, 2.0)
    names, args, kwargs = submission.f(
        None, True, 3, 2.5, 1j, "a", b"b", [1], (2,), {3: "c"}, point, np.float32(1), x=np.eye(2)
    )
    assert names == (
        [
            "NoneType",
            "bool",
            "int",
            "float",
            "complex",
            "str",
            "bytes",
            "list",
            "tuple",
            "dict",
            "tuple",
            "float32",
        ]
    )
    assert args[:-1] == (None, True, 3, 2.5, 1j, "a", b"b", [1], (2,), {3: "c"}, (1, 2.0))
    assert type(args[-1]) is np.float32
    np.testing.assert_array_equal(kwargs["x"], np.eye(2), strict=True)


def test_a_named_tuple_and_an_own_dict_come_back_as_plain_ones(submit_text: Submit) -> None:
    before = (
        "from typing import NamedTuple\nfrom collections import OrderedDict, defaultdict\n"
        "class Pair(NamedTuple):\n    a: int\n    b: int\n"
        "class Own(dict):\n    def items(self): return []\n"
        "    def __iter__(self): return iter('x')\n"
    )
    got = returned(submit_text, "[Pair(1, 2), OrderedDict(a=1), Own(b=2)]", before)
    assert got == [(1, 2), {"a": 1}, {"b": 2}]
    assert [type(part) for part in got] == [tuple, dict, dict]


@pytest.mark.parametrize(
    ("expression", "kind"),
    [
        ("range(3)", "range"),
        ("{1, 2}", "set"),
        ("frozenset()", "frozenset"),
        ("slice(1)", "slice"),
        ("bytearray(2)", "bytearray"),
        ("np.matrix([[1.0]])", "numpy.matrix"),
        ("np.ma.masked_array([1.0], True)", "numpy.MaskedArray"),
        ("np.array([None])", "numpy.ndarray of dtype object"),
        ("np.array(['a'])", "numpy.ndarray of dtype <U1"),
        ("np.zeros(1, 'f8,i4')", "numpy.ndarray of dtype [('f0', '<f8'), ('f1', '<i4')]"),
        ("np.str_('a')", "numpy.str_"),
        ("np.dtype('f8')", "numpy.Float64DType"),
        ("np.random.default_rng(0)", "numpy.Generator"),
        ("__import__('decimal').Decimal(1)", "decimal.Decimal"),
        ("__import__('collections').deque()", "collections.deque"),
        ("ValueError('x')", "ValueError"),
        ("deep(100)", "list (nested too deeply)"),
        (
            "np.broadcast_to(0.0, (10**6, 10**6))",
            "numpy.ndarray of dtype float64 (an array of more than 256 MiB)",
        ),
    ],
)
def test_what_does_not_travel_is_named_by_its_type(
    submit_text: Submit, expression: str, kind: str
) -> None:
    before = "def deep(n): return [deep(n - 1)] if n else 0\n"
    assert returned(submit_text, expression, before) == Foreign(kind)


def test_a_part_that_does_not_travel_leaves_the_others(submit_text: Submit) -> None:
    assert returned(submit_text, "{'a': [1, {2}]}") == {"a": [1, Foreign("set")]}


@pytest.mark.parametrize(
    "expression",
    ["10**5000", "['x' * 2**20] * 9", "[np.float64(1)] * 70_000", "np.zeros((1,) * 40)"],
)
def test_a_result_beyond_the_limits_is_said_to_be(submit_text: Submit, expression: str) -> None:
    assert isinstance(returned(submit_text, expression), Foreign)


@pytest.mark.parametrize(
    ("base", "value"), [("list", "[1]"), ("str", "'a'"), ("float", "1.5"), ("int", "1")]
)
def test_a_subclass_does_not_pass_for_its_base(submit_text: Submit, base: str, value: str) -> None:
    got = returned(submit_text, f"Own({value})", f"class Own({base}): pass\n")
    assert isinstance(got, RemoteObject)


def test_an_object_that_lies_about_its_class_is_an_object(submit_text: Submit) -> None:
    for lie in ("tuple", "dict", "np.float64", "np.ndarray"):
        got = returned(
            submit_text, "Liar()", f"class Liar:\n    __class__ = property(lambda self: {lie})\n"
        )
        assert isinstance(got, RemoteObject)


# arrays


@pytest.mark.parametrize(
    ("array", "c", "f"),
    [
        (np.arange(6.0).reshape(2, 3), True, False),
        (np.arange(6.0).reshape(2, 3).T, False, True),
        (np.arange(24.0).reshape(2, 3, 4).transpose(1, 2, 0), False, False),
        (np.arange(12.0).reshape(3, 4)[:, ::2], False, False),
        (np.arange(6.0)[::2], False, False),
        (np.arange(6.0)[::-1], False, False),
        (np.broadcast_to(np.float32(1), (2, 3)), False, False),
        (np.array(3.0), True, True),
        (np.zeros((0, 3)), True, True),
    ],
    ids=["C", "F", "axes moved", "columns", "step", "reversed", "broadcast", "0-d", "empty"],
)
@pytest.mark.parametrize("writeable", [True, False])
def test_an_array_arrives_as_it_lies_in_memory(
    submit_text: Submit, array: np.ndarray, c: bool, f: bool, writeable: bool
) -> None:
    array = array.view()
    if not writeable:
        array.flags.writeable = False
    submission = submit_text(
        "def f(x, y):\n    n = x.flags\n"
        "    return x, n.c_contiguous, n.f_contiguous, n.writeable, y['z'][0].flags.f_contiguous\n"
    )
    got, *flags, nested = submission.f(array, y={"z": [array]})
    assert flags == [c, f, array.flags.writeable]
    assert nested == f
    np.testing.assert_array_equal(got, array, strict=True)
    assert got.flags.c_contiguous
    assert got.flags.writeable


def test_an_argument_that_the_submission_changes_stays_as_it_was(submit_text: Submit) -> None:
    x = np.ones(3)
    submission = submit_text("def f(x):\n    x += 1\n    return x\n")
    assert submission.f(x).tolist() == [2, 2, 2]
    assert x.tolist() == [1, 1, 1]


# generators and iterators


def test_a_generator_arrives_as_a_child_that_its_state_decides(submit_text: Submit) -> None:
    rng = np.random.default_rng(7)
    before = copy.deepcopy(rng.bit_generator.state)
    submission = submit_text(
        "def f(rng):\n    [child] = rng.spawn(1)\n    return rng.normal(size=4), child.normal()\n"
    )
    first, again = submission.f(rng), submission.f(rng=rng)
    assert rng.bit_generator.state == before
    np.testing.assert_equal(first, again)
    own = rng.normal(size=4)
    assert not np.isin(first[0], own).any()
    assert not np.isin(submission.f(rng)[0], first[0]).any()


def test_without_the_key_of_the_run_no_child_can_be_foreseen(submit_text: Submit) -> None:
    text = "def f(rng):\n    return rng.normal(size=4)\n"
    keys = (b"", b"one", b"other", b"one")
    draws = [submit_text(text, key=key).f(np.random.default_rng(7)) for key in keys]
    assert np.unique(draws).size == 12
    np.testing.assert_array_equal(draws[1], draws[3])


@pytest.mark.parametrize("bits", ["MT19937", "Philox", "SFC64"])
def test_a_generator_of_another_kind_is_the_case_s_fault(submit_text: Submit, bits: str) -> None:
    rng = np.random.Generator(getattr(np.random, bits)(7))
    submission = submit_text("def f(rng):\n    return 1\n", seconds=2, shared=False)
    with pytest.raises(wire.Unsendable):
        submission.f(rng)


def test_an_iterator_is_read_to_its_end(submit_text: Submit) -> None:
    submission = submit_text(
        "import numpy as np\ndef f(n):\n    for i in range(n):\n"
        "        yield np.full(2, i), {'i': i}\n"
    )
    first, second = submission.f(3), submission.f(1)
    assert isinstance(first, RemoteIterator)
    assert next(first)[1] == {"i": 0}
    assert [(a.tolist(), b) for a, b in second] == [([0, 0], {"i": 0})]
    assert [b["i"] for _, b in first] == [1, 2]
    assert list(first) == []


@pytest.mark.parametrize("expression", ["map(str, [1, 2])", "zip('ab')", "iter([1])", "Own()"])
def test_whatever_has_a_next_is_an_iterator(submit_text: Submit, expression: str) -> None:
    before = (
        "class Own:\n    def __iter__(self): return self\n"
        "    def __next__(self): raise StopIteration\n"
    )
    expected = {"m": ["1", "2"], "z": [("a",), ("b",)], "i": [1], "O": []}[expression[0]]
    assert list(returned(submit_text, expression, before)) == expected


def test_an_endless_iterator_is_read_up_to_a_limit(
    submit_text: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handles, "MAX_ITEMS", 50)  # of 10,000, to be quick
    items = iter(returned(submit_text, "count()", "from itertools import count\n"))
    assert [next(items) for _ in range(50)] == [*range(50)]
    error = error_of(lambda: next(items))
    assert (error.kind, str(error)) == ("output", "the iterator does not end after 50 items")


def test_an_exception_in_an_iterator_has_its_line(submit_text: Submit) -> None:
    items = submit_text("def f():\n    yield 1\n    raise KeyError('a')\n").f()
    assert next(items) == 1
    error = error_of(lambda: next(items))
    assert (error.kind, error.line, error.raised.type) == ("exception", 3, "KeyError")


# callables


def test_a_function_of_the_judge_s_is_called_back(submit_text: Submit) -> None:
    seen = []

    def double(x: Any, *, times: int = 2) -> Any:
        seen.append(x)
        return times * x

    submission = submit_text("def f(g, x):\n    return g(x), g(2, times=5), g(0.5)\n")
    array, *numbers = submission.f(double, np.ones(2))
    assert array.tolist() == [2, 2]
    assert numbers == [10, 1.0]
    assert type(seen[0]) is np.ndarray
    assert seen[1:] == [2, 0.5]


def test_functions_travel_in_containers_and_keep_apart(submit_text: Submit) -> None:
    submission = submit_text("def f(x, fs):\n    return [g(x) for g in fs['all']]\n")
    assert submission.f(4, fs={"all": [np.sqrt, abs, lambda x: -x]}) == [2, 4, -4]


def test_a_function_of_the_judge_s_may_call_the_submission_s(submit_text: Submit) -> None:
    submission = submit_text(
        "class Net:\n    def __init__(self, w): self.w = w\n"
        "    def __call__(self, x): return self.w * x\n"
        "def f(g, x):\n    return g(x) + 1\n"
        "def h(g, net, x):\n    return g(net, x)\n"
    )
    net = submission.Net(3)
    assert submission.f(lambda x: net(x) + submission.f(lambda y: y, x), 5) == 22
    assert submission.h(lambda theirs, x: theirs(x) + theirs.w, net, 5) == 18


def test_an_exception_of_the_judge_s_function_arrives_in_the_submission(
    submit_text: Submit,
) -> None:
    def refuse(x: Any) -> None:
        raise ValueError(f"not {x}")

    submission = submit_text(
        "def f(g):\n    try:\n        g(1)\n    except Exception as error:\n"
        "        return str(error)\n"
        "def h(g):\n    return g(2)\n"
    )
    assert submission.f(refuse) == "ValueError: not 1"
    assert submission.f(lambda x: object()) == "Unsendable: object"
    assert submission.f(lambda: 1).startswith("TypeError: ")
    error = error_of(lambda: submission.h(refuse))
    assert (error.kind, error.line, str(error)) == ("exception", 7, "ValueError: not 2")


def test_a_function_that_was_not_given_cannot_be_called(submit_text: Submit, reach: str) -> None:
    submission = submit_text(
        reach + "def f(g, number):\n"
        "    worker = next(f.f_locals['self'] for f in frames() if f.f_code.co_name == 'serve')\n"
        "    try:\n        return worker._call_back(number, (), {})\n"
        "    except RuntimeError as error:\n        return type(error).__name__\n"
    )
    for number in (7, -1, "0", None, [0]):
        assert submission.f(lambda: "called", number) == "RuntimeError", number


def test_an_endless_stream_of_callbacks_ends_at_the_deadline(submit_text: Submit) -> None:
    submission, asked = submit_text("def f(g):\n    while True:\n        g(1)\n", seconds=1), []
    error = error_of(lambda: submission.f(asked.append))
    assert error.kind == "timeout"
    assert asked


def test_answers_that_nobody_reads_do_not_pile_up(submit_text: Submit, reach: str) -> None:
    submission = submit_text(
        reach + "def f(g):\n"
        "    empty = {'args': {'tuple': []}, 'kwargs': {'dict': []}, 'arrays': []}\n"
        "    for _ in range(100): forge({'callback': 0} | empty)\n    wait()\n",
        seconds=1,
        shared=False,
    )
    asked = []

    def answer() -> Any:
        asked.append(1)
        return np.zeros(1 << 16)

    error = error_of(lambda: submission.f(answer))
    assert error.kind == "timeout"
    assert 0 < len(asked) < 10


def test_a_time_out_within_a_callback_is_a_time_out(submit_text: Submit) -> None:
    submission = submit_text(
        "def f(g):\n    return g()\ndef endless():\n    while True: pass\n", seconds=0.3
    )
    error = error_of(lambda: submission.f(lambda: submission.endless()))
    assert error.kind == "timeout"


# objects


VALUE = """
class Value:
    __array_ufunc__ = None
    def __init__(self, data): self.data = data
    def __add__(self, other): return Value((self.data, "+", of(other)))
    def __radd__(self, other): return Value((of(other), "r+", self.data))
    def __sub__(self, other): return Value((self.data, "-", of(other)))
    def __rsub__(self, other): return Value((of(other), "r-", self.data))
    def __mul__(self, other): return Value((self.data, "*", of(other)))
    def __rmul__(self, other): return Value((of(other), "r*", self.data))
    def __truediv__(self, other): return Value((self.data, "/", of(other)))
    def __rtruediv__(self, other): return Value((of(other), "r/", self.data))
    def __pow__(self, other): return Value((self.data, "**", of(other)))
    def __rpow__(self, other): return Value((of(other), "r**", self.data))
    def __matmul__(self, other): return Value((self.data, "@", of(other)))
    def __rmatmul__(self, other): return Value((of(other), "r@", self.data))
    def __neg__(self): return Value(("-", self.data))
    def __getitem__(self, key): return self.data[key]
    def __call__(self, *args, **kwargs): return args, kwargs
    def relu(self, slope=0): return Value(("relu", self.data, slope))
    def fail(self):
        raise ArithmeticError("no")
def of(other): return other.data if isinstance(other, Value) else other
def same(a, b): return a is b
"""


def test_operators_of_an_object_run_on_both_sides(submit_text: Submit) -> None:
    submission = submit_text(VALUE)
    a, b = submission.Value("a"), submission.Value("b")
    assert isinstance(a, RemoteObject)
    assert [(x.data) for x in (a + b, a - b, a * b, a / b, a**b, a @ b)] == [
        ("a", sign, "b") for sign in ("+", "-", "*", "/", "**", "@")
    ]
    assert [(x.data) for x in (a + 1, a - 1, a * 1, a / 1, a**2, a @ 1)] == [
        ("a", "+", 1), ("a", "-", 1), ("a", "*", 1), ("a", "/", 1), ("a", "**", 2), ("a", "@", 1)
    ]  # fmt: skip
    assert [(x.data) for x in (1 + a, 1 - a, 1 * a, 1 / a, 2**a, 1 @ a)] == [
        (1, "r+", "a"), (1, "r-", "a"), (1, "r*", "a"), (1, "r/", "a"), (2, "r**", "a"),
        (1, "r@", "a"),
    ]  # fmt: skip
    assert (-a).data == ("-", "a")


def test_an_array_on_the_left_of_an_object_is_the_object_s_business(submit_text: Submit) -> None:
    a = submit_text(VALUE).Value("a")
    for x in (np.ones(2), np.float64(1)):
        left, sign, right = (x * a).data
        np.testing.assert_array_equal(left, x)
        assert (sign, right) == ("r*", "a")


def test_attributes_methods_items_and_calls_of_an_object(submit_text: Submit) -> None:
    submission = submit_text(VALUE)
    a = submission.Value(np.arange(4.0))
    assert a.data.tolist() == [0, 1, 2, 3]
    assert a[2] == 2
    assert a[-1] == 3
    assert a((1, 2), key=[3]) == (((1, 2),), {"key": [3]})
    assert a.relu().data[2] == 0
    assert a.relu(slope=0.5).data[2] == 0.5
    a.data = [7]
    a.grad = np.ones(2)
    assert a.data == [7]
    assert a.grad.tolist() == [1, 1]
    assert submission.same(a, a) is True
    assert submission.same(a, b=submission.Value(1)) is False


def test_a_held_value_is_one_object_in_every_call(submit_text: Submit) -> None:
    submission = submit_text(
        "kept = []\n"
        "def keep(p):\n    kept.append(p)\n    return kept[0] is p\n"
        "def first():\n    return kept[0]\n"
        "def at(p):\n    return kept[0] is p['w']\n"
    )
    w = submission.keep.hold(np.zeros(2))
    assert [submission.keep(w), submission.keep(w)] == [True, True]
    assert submission.keep(np.zeros(2)) is False
    assert submission.at({"w": w}) is True
    w[1] = 5.0
    assert submission.first().tolist() == [0, 5]
    assert (w[1], (w + 1).tolist()) == (5, [1, 6])


def test_an_exception_in_a_method_has_its_line(submit_text: Submit) -> None:
    a = submit_text(VALUE).Value(1)
    error = error_of(lambda: a.fail())
    assert (error.kind, error.raised.type, str(error)) == ("exception", "ArithmeticError", "no")
    assert error.line == VALUE.split("\n").index('        raise ArithmeticError("no")') + 1


def test_an_opaque_value_stays_there_and_is_handed_back(submit_text: Submit) -> None:
    submission = submit_text(
        "import numpy as np\n"
        "def forward(x) -> tuple[np.ndarray, object]:\n"
        "    return 2 * x, {'x': x, 'f': lambda y: 3 * y, 'seen': {1}}\n"
        "def backward(d, cache):\n"
        "    return cache['f'](d), cache['x'], type(cache['seen']).__name__\n"
    )
    y, cache = submission.forward(np.ones(2))
    _, other = submission.forward(np.zeros(2))
    assert y.tolist() == [2, 2]
    assert isinstance(cache, Opaque)
    for one, x in ((cache, 1.0), (other, 0.0)):
        got = submission.backward(5, one)
        assert (got[0], got[1].tolist(), got[2]) == (15, [x, x], "set")
    assert submission.backward(1, cache=cache)[0] == 3


@pytest.mark.parametrize("result", ["x", "None", "(x,)", "(x, x, x)", "{0: x, 1: x}"])
def test_a_tuple_of_another_length_has_the_wrong_form(submit_text: Submit, result: str) -> None:
    submission = submit_text(f"def f(x) -> tuple[int, object]:\n    return {result}\n")
    error = error_of(lambda: submission.f(1))
    assert (error.kind, str(error)) == ("form", "a tuple of 2")


def test_a_list_serves_for_a_tuple(submit_text: Submit) -> None:
    value, cache = submit_text("def f(x) -> tuple[int, object]:\n    return [x, {x}]\n").f(1)
    assert value == 1
    assert isinstance(cache, Opaque)


# what is recorded beside the value


def test_a_warning_has_the_submission_s_line(submit_text: Submit) -> None:
    submission = submit_text(
        "import numpy as np\nimport warnings\n"
        "def f(x):\n    y = helper(x)\n    warnings.warn('old', DeprecationWarning)\n    return y\n"
        "def helper(x):\n    return np.exp(x)\n"
    )
    call = submission.f.observe("", np.array([1000.0]))
    assert call.result.tolist() == [np.inf]
    assert call.warnings == (
        Warned(8, "RuntimeWarning", "overflow encountered in exp"),
        Warned(5, "DeprecationWarning", "old"),
    )
    assert submission.f.observe("", np.zeros(1)).warnings == (
        Warned(5, "DeprecationWarning", "old"),
    )


def test_a_flood_of_warnings_is_cut(submit_text: Submit) -> None:
    submission = submit_text(
        "import warnings\ndef f():\n    for n in range(99): warnings.warn(f'{n}' * 9999)\n"
    )
    warned = submission.f.observe("").warnings
    assert [len(w.message) for w in warned] == [2000] * 20


def test_prints_are_kept_and_cut(submit_text: Submit) -> None:
    submission = submit_text(
        "print('loading', end='…')\n"
        "def f(n):\n    print('[red]\\x1b[1mé\\ud800', 'y' * n)\n    return n\n"
    )
    call = submission.f.observe("", 3)
    assert submission.load_call is not None
    assert submission.load_call.printed == "loading…"
    assert call.printed == "[red]\x1b[1mé\ud800 yyy\n"
    long = submission.f.observe("", 1 << 20).printed
    assert long.startswith("[red]\x1b[1mé\ud800 yyy")
    assert long.endswith(f"yyy\n… and {(1 << 20) + 13 - (16 << 10)} more characters")
    assert len(long) < 17 << 10


def test_an_exception_has_the_submission_s_own_lines_alone(submit_text: Submit) -> None:
    submission = submit_text(
        "import numpy as np\n"
        "def f(x):\n    return helper(x)\n"
        "def helper(x):\n    return np.linalg.inv(x)\n"
    )
    error = error_of(lambda: submission.f(np.zeros((2, 2))))
    assert (error.kind, str(error), error.line) == ("exception", "Singular matrix", 5)
    assert error.raised == Raised("LinAlgError", "Singular matrix", (3, 5))
    [call] = submission.calls
    assert call.raised is error.raised
    assert (call.function, call.result) == ("f", None)


@pytest.mark.parametrize(
    ("statement", "kind", "message"),
    [
        ("raise SystemExit(3)", "SystemExit", "3"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt", ""),
        ("raise GeneratorExit", "GeneratorExit", ""),
        ("raise MemoryError", "MemoryError", ""),
        ("raise Own('[/bold]\\x1b[2J\\ud800')", "Own", "[/bold]\x1b[2J\ud800"),
        ("raise Mute", "Mute", ""),
        ("raise Odd", "Odd", ""),
        ("raise ValueError('x' * 9999)", "ValueError", "x" * 2000),
        ("raise SyntaxError('odd', ('work.py', {1}, object(), 'x'))", "SyntaxError", "odd"),
        ("f()", "RecursionError", "maximum recursion depth exceeded"),
        ("raise 3", "TypeError", "exceptions must derive from BaseException"),
        ("input('? ')", "EOFError", "EOF when reading a line"),
    ],
)
def test_any_exception_is_only_an_exception(
    submit_text: Submit, statement: str, kind: str, message: str
) -> None:
    submission = submit_text(
        "class Own(Exception): pass\n"
        "class Mute(Exception):\n    def __str__(self): raise ValueError\n"
        "class Meta(type): __name__ = property(lambda self: {1})\n"
        "class Odd(Exception, metaclass=Meta): pass\n"
        f"def f():\n    {statement}\n"
    )
    error = error_of(submission.f)
    assert (error.kind, error.raised.type) == ("exception", kind)
    assert error.raised.message[: len(message)] == message
    assert error.line == 7
    assert submission.calls[-1].raised == error.raised


# imports


@pytest.mark.parametrize(
    ("statement", "refused"),
    [
        ("import numpy.ctypeslib", "numpy.ctypeslib (line 2)"),
        ("from numpy import ctypeslib", "numpy.ctypeslib (line 2)"),
        ("from numpy import f2py", "numpy.f2py (line 2)"),
        ("from numpy import exp, f2py as g", "numpy.f2py (line 2)"),
        ("import numpy.f2py.auxfuncs", "numpy.f2py.auxfuncs (line 2)"),
        ("from numpy.f2py.auxfuncs import *", "numpy.f2py.auxfuncs (line 2)"),
        ("from torch import *", "torch (line 2)"),
        ("from . import helper", ".helper (line 2)"),
        ("from .helper import f", ".helper (line 2)"),
        ("from ..a.b import c", "..a.b (line 2)"),
        ("__import__('socket')", "socket (line 2)"),
        ("exec('import ctypes')", "ctypes"),
    ],
)
def test_an_import_that_cannot_wait_is_refused_at_once(
    submit_text: Submit, statement: str, refused: str
) -> None:
    submission = submit_text(f"import math\n{statement}\n", stub="def f(): ...")
    error = error_of(submission.load)
    assert (error.kind, error.line) == ("exception", 2)
    assert error.raised.refused
    assert error.raised.message == refused


@pytest.mark.parametrize(
    ("statement", "absent"),
    [
        ("import torch", "torch"),
        ("import os", "os"),
        ("import sys, math", "sys"),
        ("import os.path as p", "os.path"),
        ("from subprocess import run", "subprocess"),
        ("import scipy.special", "scipy.special"),
        ("import matplotlib.pyplot as plt", "matplotlib.pyplot"),
        ("import wire", "wire"),
        ("import work", "work"),
        ("import requests, lock, imports", "requests"),
        ("import torch\nx: torch.Tensor | None = None", "torch"),
        ("from torch import Tensor\ndef g(x: 'Tensor', y: Tensor | int) -> Tensor: ...", "torch"),
        ("import torch.nn.functional as F\ng = F.softmax", "torch.nn.functional"),
    ],
)
def test_a_refused_import_that_nothing_uses_does_no_harm(
    submit_text: Submit, statement: str, absent: str
) -> None:
    submission = submit_text(f"import math\n{statement}\ndef f(): return math.pi\n")
    assert submission.f() == np.pi
    assert submission.load_call.absent[0] == (2, absent)


USES = """
    torch()
    torch.exp(1)
    torch.nn.functional.softmax(np.ones(2))
    torch.pi + 1
    1 - torch.pi
    np.ones(2) * torch.pi
    np.exp(torch.pi)
    np.asarray(torch.pi)
    -torch.pi
    torch.pi == 3
    torch.pi < 3
    bool(torch)
    len(torch)
    list(torch)
    3 in torch
    torch[0]
    isinstance(1, torch.Tensor)
    torch.x = 1
    class Net(torch.nn.Module): pass
    with torch.no_grad(): pass
    float(torch.pi)
    import os; os.getcwd()
    from os import getcwd; getcwd()
    """


@pytest.mark.parametrize("use", [line.strip() for line in USES.strip().split("\n")])
def test_a_refused_import_is_told_where_it_is_used(submit_text: Submit, use: str) -> None:
    text = f"import torch\nimport numpy as np\nimport scipy\ndef f():\n    {use}\n"
    error = error_of(submit_text(text).f)
    assert (error.kind, error.line) == ("exception", 5)
    assert error.raised.refused
    assert error.raised.message.startswith("torch (line 1), scipy (line 3)")


def test_a_decorator_of_a_refused_import_is_told_when_the_file_loads(submit_text: Submit) -> None:
    text = "import numba\nimport scipy\n@numba.njit\ndef f(x): return x\n"
    error = error_of(submit_text(text, stub="def f(x): ...").load)
    assert (error.line, error.raised.message) == (3, "numba (line 1), scipy (line 2)")


@pytest.mark.parametrize(
    "handler",
    ["ImportError", "ModuleNotFoundError", "(KeyError, ImportError)", "Exception", ""],
)
def test_an_import_that_may_fail_fails(submit_text: Submit, handler: str) -> None:
    text = (
        f"try:\n    if True:\n        from torch import exp\nexcept {handler}:\n    exp = None\n"
        "def f(): return exp\n"
    )
    submission = submit_text(text)
    assert submission.f() is None
    assert submission.load_call.absent == ()


def test_another_handler_does_not_expect_an_import_to_fail(submit_text: Submit) -> None:
    text = (
        "try:\n    import torch\nexcept ValueError:\n    torch = None\ndef f(): return torch.e()\n"
    )
    assert error_of(submit_text(text).f).raised.message == "torch (line 2)"


def test_imports_that_never_run_or_are_caught_do_no_harm(submit_text: Submit) -> None:
    submission = submit_text(
        "try:\n    import torch\nexcept ImportError:\n    torch = None\n"
        "def unused():\n    import os\n    return os\n"
        "def f():\n    return torch, __name__\n"
        "if __name__ == '__main__':\n    import sys\n    sys.exit(f())\n"
    )
    assert submission.f() == (None, "work")


def test_numpy_and_the_harmless_library_work_in_full(submit_text: Submit) -> None:
    submission = submit_text(
        "from __future__ import annotations\n"
        "import numpy as np, numpy.linalg as la, collections.abc, math, itertools, functools\n"
        "import random, re, string, heapq, bisect, operator, copy, json, time, warnings, types\n"
        "from numpy.lib.stride_tricks import sliding_window_view\n"
        "from numpy import *\nfrom numpy.random import default_rng\nfrom abc import ABC\n"
        "from dataclasses import dataclass, field\nfrom enum import Enum\n"
        "from typing import Any, NamedTuple, TypedDict, Generic, TypeVar, get_type_hints\n"
        "T = TypeVar('T')\n"
        "@dataclass(frozen=True)\nclass State(Generic[T]):\n    m: T\n    v: list[int] = field("
        "default_factory=list)\n"
        "class Mode(Enum):\n    A = 1\n"
        "class Cell(NamedTuple):\n    h: int\n    c: int = 2\n"
        "@functools.lru_cache\ndef square(x: int) -> int: return x * x\n"
        "def f(x: Any):\n"
        "    return State(3).m, Mode.A.value, Cell(1), square(4), la.norm(x), "
        "sliding_window_view(x, 2).shape, sorted(get_type_hints(State))\n"
    )
    assert submission.f(np.array([3.0, 4.0])) == (3, 1, (1, 2), 16, 5.0, (1, 2), ["m", "v"])


# signatures


STUB = "def f(x, axis=-1): ..."


@pytest.mark.parametrize(
    "definition",
    [
        "def f(x, axis=-1): return 1",
        "def f(x, axis=0): return 1",
        "def f(x, axis=-1, *, extra=None): return 1",
        "def f(x, axis=-1, extra=2): return 1",
        "def f(x, axis=-1, *rest, **more): return 1",
        "def f(*args, **kwargs): return 1",
        "f = lambda x, axis=-1: 1",
        "import functools\nf = functools.partial(lambda c, x, axis=-1: c, 1)",
        "import functools\nf = functools.lru_cache(lambda x, axis=-1: 1)",
        "class F:\n    def __call__(self, x, axis=-1): return 1\nf = F()",
        "class F:\n    @staticmethod\n    def go(x, axis=-1): return 1\nf = F.go",
        "import functools\ndef g(h):\n    @functools.wraps(h)\n"
        "    def f(*a, **k): return h(*a, **k)\n    return f\n@g\ndef f(x, axis=-1): return 1",
        "def f(x): return 0\ndef f(x, axis=-1): return 1",
        "def f(z, axis=-1): return 1",
        "def f(z, dim=-1): return 1",
        "def f(axis, dim=-1): return 1",
        "def f(z, dim=-1, *, extra=None): return 1",
        "class f:\n    def __new__(cls, z, dim=-1): return 1",
    ],
)
def test_a_function_that_can_be_called_as_the_stub_s_is_accepted(
    submit_text: Submit, definition: str
) -> None:
    submission = submit_text(definition, stub=STUB)
    assert submission.f(2) == submission.f(2, 0) == submission.f(2, axis=1) == 1


@pytest.mark.parametrize(
    ("definition", "theirs"),
    [
        ("def f(x): return 1", "f(x)"),
        ("def f(z): return 1", "f(z)"),
        ("def f(z, dim): return 1", "f(z, dim)"),
        ("def f(z, *, dim=-1): return 1", "f(z, dim)"),
        ("def f(): return 1", "f()"),
        ("def f(x, axis): return 1", "f(x, axis)"),
        ("def f(x, axis=-1, extra=1, *, needed): return 1", "f(x, axis, extra, needed)"),
        ("def f(x, extra, axis=-1): return 1", "f(x, extra, axis)"),
        ("def f(*xs): return 1", "f(…)"),
        ("f = lambda: 1", "f()"),
    ],
)
def test_other_parameters_than_the_stub_s_are_named(
    submit_text: Submit, definition: str, theirs: str
) -> None:
    submission = submit_text(definition, stub=STUB)
    error = error_of(lambda: submission.f(2))
    assert error.kind == "signature"
    assert str(error) == f"{theirs} does not have the stub's parameters: f(x, axis=-1)"
    assert submission.calls == []


def test_another_order_of_the_parameters_is_told(submit_text: Submit) -> None:
    stub = "def f(x, y, z=0, axis=-1): ..."
    for definition, theirs in [
        ("def f(y, x, z=0, axis=-1): ...", "f(y, x, z, axis)"),
        ("def f(y, z, x=0, dim=-1): ...", "f(y, z, x, dim)"),
    ]:
        submission = submit_text(definition, stub=stub)
        error = error_of(lambda: submission.f(2, 3))  # noqa: B023 - called at once
        assert error.kind == "signature"
        told = f"{theirs} has the stub's parameters in another order: f(x, y, z=0, axis=-1)"
        assert str(error) == told


def test_a_keyword_reaches_a_renamed_parameter(submit_text: Submit) -> None:
    stub = "def f(x, y=1, z=2): ...\nclass C:\n    def __init__(self, x, y=1): ..."
    submission = submit_text(
        "def f(y, z=1, w=2): return [y, z, w]\n"
        "class C:\n    def __init__(self, a, b=1): self.both = a, b",
        stub=stub,
    )
    assert submission.f(5, z=7, y=6) == [5, 6, 7]
    assert submission.calls[-1].kwargs == {"z": 7, "y": 6}
    assert submission.calls[-1].request["kwargs"] == {"dict": [["z", 7], ["y", 6]]}
    assert submission.f(x=5) == [5, 1, 2]
    assert submission.C(3, y=4).both == (3, 4)


@pytest.mark.parametrize(
    "stub", ["def f(*xs, **more): ...", "def f(*xs): ...", "def f(a, *xs): ..."]
)
def test_a_stub_may_have_starred_parameters(submit_text: Submit, stub: str) -> None:
    assert submit_text(stub.replace("...", "return 1"), stub=stub).f(2) == 1


@pytest.mark.parametrize(
    ("definition", "text"),
    [
        ("def g(x): return 1", "work.py defines no function f"),
        ("def foward(x): return 1", "work.py defines no function forward; it defines foward"),
        ("f = 3", "work.py defines no function f"),
    ],
)
def test_a_missing_function_is_named(submit_text: Submit, definition: str, text: str) -> None:
    name = "forward" if "foward" in definition else "f"
    submission = submit_text(definition, stub=f"def {name}(x): ...")
    error = error_of(lambda: getattr(submission, name)(1))
    assert (error.kind, str(error)) == ("missing", text)


def test_only_the_stub_s_functions_are_attributes(submit_text: Submit) -> None:
    submission = submit_text("def f(x): return 1\ndef g(x): return 2\n", stub="def f(x): ...")
    with pytest.raises(AttributeError, match="the stub has no function 'g'"):
        submission.g(1)
    assert submission.f(1) == 1


def test_a_function_may_have_any_name(submit_text: Submit) -> None:
    submission = submit_text("def load(x): return x\ndef calls(): return 2\n")
    assert (submission.functions.load(1), submission.functions.calls()) == (1, 2)


# what a call does beside its result


EFFECTS = """
import numpy as np
np.random.seed(3)
np.seterr(over="raise")
buffer, log, weights = np.zeros(3), [], np.zeros((2, 2))
def clean(x, p): return x + 1
def change(x, p, q=None):
    x[0] = 9; p['W'][1] += 1; q[0][...] = 0
def replace(grads, p):
    grads[1] = grads[1] * 1; p['W'] = None
def clear(Ms, p): Ms.clear()
def reshape(x): x.shape = (3, 1)
def restore(x):
    x += 1
    x -= 1
def again(xs): xs[0] = xs[0] + 0.0
def view(x, p): return x[1:], p['W'].T
def twins(x, p):
    y = x + 1
    return y, y[::2]
def apart(x):
    y = np.zeros((4, 2))
    return list(y), y[:0]
def reuse(x):
    buffer[...] = x
    return buffer
def remember(x):
    log.append(x)
    return log
def step(x):
    weights[0, 0] += 1
    return 0
def look(): return weights[0]
def seed(): np.random.seed(3)
def draw(): np.random.normal()
def swap(): np.random.set_bit_generator(np.random.PCG64(1))
def errors(over): np.seterr(over=over)
def cached(x) -> tuple[np.ndarray, object]: return x + 1, x
def uncached(cache, x): cache[...] = 0
def late(x):
    yield x[:1]
    x[0] = 7
    yield 2 * x
    np.random.seed(1)
def endless(x):
    while True:
        yield x * 1
def fit(x):
    def predict(z):
        z[0] = 1
    return predict
def whole(x):
    x[-1] = 1
"""


def test_a_call_tells_what_it_changed_shares_and_touched(submit_text: Submit) -> None:
    submission = submit_text(EFFECTS)
    x, p = np.ones(3), {"W": np.ones((2, 2))}

    def effects(name: str, *args: Any, **kwargs: Any) -> dict[str, tuple[str, ...]]:
        return dict(getattr(submission, name).observe("", *args, **kwargs).effects)

    assert effects("clean", x, p) == {}
    assert effects("change", x, p, q=[np.ones(1)]) == {"changed": ("x", "p['W']", "q[0]")}
    assert effects("replace", [x, x], p) == {"changed": ("grads[1]", "p['W']")}
    assert effects("clear", [x], p) == {"changed": ("Ms",)}
    assert effects("reshape", x) == {"changed": ("x",)}
    assert effects("restore", x) == effects("again", [1.0]) == {}
    assert effects("view", x, p)["shared"] == (
        "the result[0] shares its memory with x",
        "the result[1] shares its memory with p['W']",
    )
    twins = "the result[1] shares its memory with the result[0]"
    assert effects("twins", x, p) == {"shared": (twins,)}
    assert effects("apart", x) == {}
    for how in ("lines", "memory"):
        assert submission.change.observe(how, x, p, q=[x]).effects["changed"][0] == "x"


def test_a_call_tells_whose_result_it_overwrote(submit_text: Submit) -> None:
    submission = submit_text(EFFECTS)
    old, shared = "the result of an earlier call", "the result shares its memory with"
    x = np.ones(3)
    assert submission.reuse.observe("", x).effects == {}
    seen = submission.reuse.observe("", x).effects  # nothing is lost yet, but it will be
    assert seen == {"shared": (f"{shared} {old}",)}
    assert submission.reuse.observe("", 2 * x).effects["overwritten"] == (old, old)
    submission.begin_case()
    assert submission.remember(1) == [1]
    assert submission.remember.observe("", 2).effects == {"overwritten": (old,)}
    submission.begin_case()
    submission.look()
    assert submission.step.observe("", x).effects == {"overwritten": (old,)}


def test_a_call_tells_what_global_state_it_touched(submit_text: Submit) -> None:
    submission = submit_text(EFFECTS)
    drawn, errors = "np.random's global state", "np.seterr"
    for name in ("seed", "draw", "swap", "seed"):
        assert getattr(submission, name).observe("").effects == {"touched": (drawn,)}
    assert submission.errors.observe("", "raise").effects == {}  # as it was after loading
    assert submission.errors.observe("", "ignore").effects == {"touched": (errors,)}
    submission.begin_case()
    assert submission.errors.observe("", "raise").effects == {}


def test_an_iterator_tells_as_it_is_read(submit_text: Submit) -> None:
    submission = submit_text(EFFECTS)
    assert submission.late.observe("", np.ones(3)).effects == {}
    items = submission.late(np.ones(3))
    next(items)
    assert items.shared == ["the item shares its memory with x"]
    next(items)
    assert submission.calls[-1].effects["changed"] == ("x",)
    assert list(items) == []
    assert submission.calls[-1].effects["touched"] == ("np.random's global state",)


def test_an_object_that_is_called_tells_too(submit_text: Submit) -> None:
    submission = submit_text(EFFECTS)
    submission.fit(np.ones(2))(np.zeros(2))
    assert submission.calls[-1].effects == {"changed": ("argument 1",)}


def test_what_stays_there_is_the_submission_s_own(submit_text: Submit) -> None:
    submission = submit_text(EFFECTS)
    call = submission.cached.observe("", np.ones(2))
    assert call.effects == {}
    assert submission.uncached.observe("", call.result[1], np.ones(2)).effects == {}
    assert submission.whole.observe("", submission.whole.hold(np.zeros(3))).effects == {}


@pytest.mark.parametrize("layout", ["C", "F", "strided"])
def test_a_hash_stands_for_what_is_too_large_to_copy(submit_text: Submit, layout: str) -> None:
    x = np.zeros((3, 3 << 20), order="F" if layout == "F" else "C")  # 72 MiB
    x = x[:, ::2].repeat(2, 1)[:, ::2] if layout == "strided" else x
    submission = submit_text(EFFECTS, shared=False)
    small, large = np.zeros(3), np.concatenate([x, x]) if layout == "strided" else x
    assert submission.whole.observe("", large).effects == {"changed": ("x",)}
    assert submission.step.observe("", large).effects == {}
    assert submission.whole.observe("", small).effects == {"changed": ("x",)}


LINES = """
import numpy as np
def f(n):
    total = 0
    for i in range(n):
        total += helper(i)
    return total
def helper(i):
    return i + 1
def flat(n):
    return np.linalg.norm(np.ones(n))
def hidden(n):
    exec("for i in range(n):\\n    i = i + 1\\n    i = i + 2\\n")
def evaluated(n):
    return eval("[(lambda:\\n i)() for i in range(n)]")
"""


def test_lines_of_the_submission_are_counted(submit_text: Submit) -> None:
    submission = submit_text(LINES)
    counts = {n: submission.f.observe("lines", n).lines for n in (0, 10, 100)}
    assert counts[100] - counts[10] == 9 * (counts[10] - counts[0])
    assert counts[10] - counts[0] == 30
    flat = {submission.flat.observe("lines", n).lines for n in (10, 100, 1000)}
    assert len(flat) == 1  # NumPy's own lines among them


@pytest.mark.parametrize("function", ["hidden", "evaluated"])
def test_lines_in_the_text_of_an_exec_are_counted_as_well(
    submit_text: Submit, function: str
) -> None:
    loop = getattr(submit_text(LINES), function)
    assert loop.observe("lines", 100).lines > loop.observe("lines", 10).lines + 80


def test_lines_are_counted_no_longer_after_an_exception(submit_text: Submit) -> None:
    submission = submit_text("def f(n):\n    if n: raise ValueError\n    return 1\n")
    error_of(lambda: submission.f.observe("lines", 1))
    call = submission.f.observe("lines", 0)
    assert (call.result, call.lines) == (1, 2)
    assert submission.f(0) == 1


def test_memory_is_the_peak_of_new_allocations(submit_text: Submit) -> None:
    submission = submit_text(
        "import numpy as np\ndef f(n):\n    x = np.zeros(n)\n    del x\n    return 1\n"
    )
    peaks = [submission.f.observe("memory", n << 17).peak / 2**20 for n in (0, 1, 16)]
    assert peaks[0] < 0.1
    assert 1 <= peaks[1] < 1.1
    assert 16 <= peaks[2] < 16.1


# workers that are lost, and their time


def test_a_lost_worker_is_replaced_and_the_file_is_loaded_again(
    submit_text: Submit, reach: str
) -> None:
    submission = submit_text(
        reach + "count = 0\ndef f(end):\n    global count\n    count += 1\n"
        "    if end: os._exit(0)\n    return count\n"
    )
    assert [submission.f(False), submission.f(False)] == [1, 2]
    error = error_of(lambda: submission.f(True))
    assert (error.kind, str(error)) == ("crash", "the process ended itself with exit code 0")
    assert submission.f(False) == 1
    assert submission.calls[2].reply == {}


def test_a_case_drops_what_the_one_before_held(submit_text: Submit) -> None:
    submission = submit_text(
        "alive = 0\nclass A:\n    def __init__(self):\n        global alive\n        alive += 1\n"
        "    def __del__(self):\n        global alive\n        alive -= 1\n"
        "def count(): return alive\n"
    )
    kept = submission.A()
    assert submission.count() == 1
    submission.begin_case()
    assert submission.count() == 0
    assert error_of(lambda: submission.count(kept)).kind == "exception"


def test_the_time_of_a_case_and_of_the_run(submit_text: Submit) -> None:
    submission = submit_text("def f():\n    while True: pass\ndef g(): return 1\n", seconds=1)
    assert submission.g() == 1
    error = error_of(submission.f)
    assert (error.kind, error.line) == ("timeout", 2)
    while not submission.exhausted:
        submission.begin_case()
        assert error_of(submission.f).kind == "timeout"
    assert len(submission.calls) <= 6


def test_a_crash_within_a_callback_is_a_crash(submit_text: Submit, reach: str) -> None:
    submission = submit_text(reach + "def f(g): return g()\ndef end(): os._exit(0)\n", seconds=5)
    error = error_of(lambda: submission.f(lambda: submission.end()))
    assert (error.kind, str(error)) == ("crash", "the process ended itself with exit code 0")


class Late(WorkerProcess):
    """A worker on a machine that is slow to start one."""

    def wait_ready(self) -> None:
        if not self.isolation:
            time.sleep(1.2)
        super().wait_ready()


def test_the_start_of_a_worker_is_not_the_submission_s_time() -> None:
    source, worker = "def f():\n    return 1\n", Late()
    submission = Submission(
        "work", source.encode(), read_api(source), seconds=1, total=1, worker=worker
    )
    try:
        assert submission.functions.f() == 1
        assert not submission.exhausted
    finally:
        submission.close()
        worker.close()


# forged replies


def test_whatever_goes_wrong_in_reading_a_reply_is_the_submission_s_fault(
    submit_text: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(*_: object) -> None:
        raise MemoryError

    submission = submit_text("def f(): return 1\n", shared=False)
    submission.load()
    monkeypatch.setattr(Call, "read", read)
    assert error_of(submission.f).kind == "output"
    assert submission.calls[-1].reply == {}


@pytest.mark.parametrize(
    ("observe", "forged"),
    [
        ("", "reply(value={'complex': [10**400, 0]})"),
        ("", "reply(value={'array': 3})"),
        ("", "reply(value={'object': 'x'})"),
        ("", "reply(value={'opaque': [1]})"),
        ("", "reply(value={'opaque': -1})"),
        ("", "reply(value={'iterator': -1})"),
        ("", "reply(value={'object': -1})"),
        ("", "reply(value={'callable': 1})"),
        ("", "reply(lost=float('inf'))"),
        ("", "reply(lost=[1])"),
        ("", "reply(warnings=[[float('inf'), 'a', 'b']])"),
        ("", "reply(warnings=[[1, 'a']])"),
        ("", "reply(warnings=5)"),
        ("", "reply(raised=5)"),
        ("", "reply(raised={'type': 'E'})"),
        ("", "reply(raised={'type': 'E', 'message': '', 'lines': [float('inf')]})"),
        ("", "reply(raised={'type': 'E', 'message': '', 'lines': [], 'syntax': 5})"),
        ("", "reply(raised={'type': 'E', 'message': '', 'lines': [], 'syntax': [1, 2, 3]})"),
        ("", "reply(raised={'type': 'E', 'message': '', 'lines': [], 'syntax': ['1', [2]]})"),
        ("", "forge(b'{\"id\":%d,' % number() + WHOLE + DEEP + b'}')"),
        ("", "forge({'id': number(), 'arrays': []})"),
        ("", "reply(effects=5)"),
        ("", "reply(effects={'changed': 5})"),
        ("lines", "reply()"),
        ("lines", "reply(lines='many')"),
        ("lines", "reply(lines=float('inf'))"),
        ("memory", "reply()"),
        ("memory", "reply(peak=float('inf'))"),
    ],
)
def test_a_forged_reply_is_no_answer(
    submit_text: Submit, reach: str, observe: str, forged: str
) -> None:
    submission = submit_text(
        f"{reach}\n"
        """WHOLE = b'"arrays":[],"printed":"","lost":0,"warnings":[],"value":'\n"""
        "DEEP = b'{\"list\":[' * 440 + b'0' + b']}' * 440\n"
        f"def f():\n    {forged}\n    wait()\n",
        seconds=3,
        shared=False,
    )
    error = error_of(lambda: submission.f.observe(observe))
    assert (error.kind, error.raised) == ("output", None)
    assert str(error).startswith("sent what is not an answer: ")


@pytest.mark.parametrize(
    "functions", ["5", "['f']", "{'f': [5]}", "{'f': [[1, 2, 3]]}", "{'f': [['x']]}"]
)
def test_a_forged_list_of_functions_is_no_answer(
    submit_text: Submit, reach: str, functions: str
) -> None:
    source = f"{reach}\nreply(functions={functions})\nwait()\n"
    submission = submit_text(source, stub="def f(): ...", seconds=3, shared=False)
    assert error_of(lambda: submission.f()).kind == "output"


def test_a_callback_s_answer_that_is_too_large_is_refused_like_an_argument_s(
    submit_text: Submit,
) -> None:
    submission = submit_text(
        "def f(g):\n    try:\n        g()\n    except RuntimeError as error:\n"
        "        return str(error)\n",
        seconds=20,
        shared=False,
    )
    half = np.broadcast_to(np.uint8(0), (150 << 20,))
    assert submission.f(lambda: [half, half]).startswith("Unsendable: ")


def test_what_a_forged_reply_says_at_length_is_cut(submit_text: Submit, reach: str) -> None:
    raised = "{'type': long, 'message': long, 'lines': [1] * 99_999}"
    submission = submit_text(
        f"{reach}\nlong = 'x' * (1 << 20)\ndef f():\n"
        f"    reply(raised={raised}, printed=long, warnings=[[1, long, long]] * 2)\n    wait()\n",
        shared=False,
    )
    error = error_of(submission.f)
    assert error.kind == "exception"
    [call] = submission.calls
    assert len(f"{error} {error.raised} {call.printed} {call.warnings}") < 300_000


# what is kept of a run


def test_old_answers_are_dropped_beyond_a_bound(
    submit_text: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dlprep.sandbox.submission.MAX_KEPT", 100_000)
    submission = submit_text("import numpy as np\ndef f(n): return np.ones(n)\n")
    assert submission.f(3).sum() == 3
    assert submission.complete
    for _ in range(3):
        assert submission.f(10_000).sum() == 10_000
    assert not submission.complete
    assert [call.result is None for call in submission.calls] == [True, True, True, False]
    assert sum(array.nbytes for call in submission.calls for array in call.out) == 80_000


def test_answers_of_many_small_parts_are_bounded_as_well(
    submit_text: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dlprep.sandbox.submission.MAX_KEPT", 1 << 20)
    submission = submit_text("def f(): return [[]] * 20_000\n")
    for _ in range(2):
        assert len(submission.f()) == 20_000
    assert [call.result is None for call in submission.calls] == [True, False]


def test_what_a_run_prints_and_warns_of_is_cut(submit_text: Submit) -> None:
    submission = submit_text(
        "import warnings\ndef f():\n    print('x' * 10_000)\n"
        "    for n in range(10): warnings.warn(str(n))\n"
    )
    for _ in range(40):
        submission.f()
    assert sum(len(call.printed) for call in submission.calls) == submission_limits.MAX_TEXT
    assert sum(len(call.warnings) for call in submission.calls) == submission_limits.MAX_WARNINGS


def test_names_of_a_file_are_cut(submit_text: Submit) -> None:
    submission = submit_text(f"def {'f' * 500}(): pass\ndef g(): return 1\n")
    assert submission.g() == 1
    assert max(map(len, submission.defined)) == 200
