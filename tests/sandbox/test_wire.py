"""Frames and values: everything plain comes back as it was, everything else is refused."""

import io
import json
import math
import os
import struct
import threading
import tracemalloc
from collections import OrderedDict, namedtuple
from collections.abc import Callable
from enum import IntEnum
from typing import Any

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlprep.sandbox import wire

DTYPES = [
    np.dtype(order + name)
    for order in "<>"
    for name in "b1 i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8 c8 c16".split()  # noqa: SIM905 - a table
]


class Stream:
    """A stream in memory that moves at most ``step`` bytes at once, as a pipe may."""

    def __init__(self, data: bytes = b"", step: int = 1 << 30) -> None:
        self.memory, self.step = io.BytesIO(data), step

    def readinto(self, buffer: memoryview, /) -> int:
        return self.memory.readinto(buffer[: self.step])

    def write(self, data: memoryview, /) -> int:
        return self.memory.write(data[: self.step])


def send(value: Any, step: int = 1 << 30) -> bytes:
    arrays: list[Any] = []
    node = wire.Codec().encode(value, arrays)
    stream = Stream(step=step)
    wire.write_frame(stream, wire.pack({"value": node}, arrays))
    return stream.memory.getvalue()


def receive(data: bytes, step: int = 1 << 30) -> Any:
    stream = Stream(data, step)
    message, arrays = wire.read_frame(stream)
    assert not stream.memory.read()
    return wire.Codec().decode(message["value"], arrays)


def frame(header: object, body: bytes = b"") -> bytes:
    """A frame as a worker that writes its own bytes would send it."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack(">I", len(text)) + text + body


def identical(one: Any, other: Any) -> bool:
    """Equal in type and to the last bit; nan is nan."""
    if type(one) is not type(other):
        return False
    if isinstance(one, (np.ndarray, np.generic)):
        same = (one.dtype, one.shape) == (other.dtype, other.shape)
        return same and one.tobytes() == other.tobytes()
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(identical, one, other))
    if isinstance(one, dict):
        return identical([*one.items()], [*other.items()])
    if isinstance(one, (float, complex)):
        return repr(one) == repr(other)
    return one == other


def deep_in_the_stack(frames: int, function: Callable[[], Any]) -> Any:
    return function() if not frames else deep_in_the_stack(frames - 1, function)


@st.composite
def laid_out(draw: st.DrawFn) -> np.ndarray:
    """An array of any dtype and shape: contiguous, transposed, strided, reversed or read-only."""
    shape = draw(hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
    array = draw(hnp.arrays(draw(st.sampled_from(DTYPES)), shape))
    match draw(st.sampled_from(["C", "F", "strided", "reversed", "read-only"])):
        case "F":
            array = np.asfortranarray(array)
        case "strided" if array.ndim:
            array = np.repeat(array, 2, axis=-1)[..., ::2]
        case "reversed" if array.ndim:
            array = array[::-1]
        case "read-only":
            array.flags.writeable = False
    return array


TEXT = st.text(st.characters(exclude_categories=()))  # lone surrogates among them
ATOMS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.complex_numbers()
    | TEXT
    | st.binary()
    | st.sampled_from(DTYPES).flatmap(lambda dtype: hnp.arrays(dtype, ())).map(lambda a: a[()])
)
KEYS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT | st.binary(),
    lambda inner: st.lists(inner, max_size=3).map(tuple),
    max_leaves=4,
)
VALUES = st.recursive(
    ATOMS | laid_out(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(KEYS, inner, max_size=4)
    ),
    max_leaves=12,
)


@given(VALUES, st.sampled_from([1, 7, 1 << 30]))
def test_every_plain_value_comes_back_identical(value: Any, step: int) -> None:
    assert identical(receive(send(value, step), step), value)


@pytest.mark.parametrize(
    "value",
    [10**4000, -(10**4000), math.nan, math.inf, -math.inf, -0.0, 5e-324, "\ud800\x00é😀", b"", ()],
    ids=lambda value: repr(value)[:12],
)
def test_extreme_values_come_back_identical(value: Any) -> None:
    assert identical(receive(send([value])), [value])


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("shape", [(), (0,), (3, 0, 2), (2, 3)], ids=str)
def test_every_dtype_travels_at_every_rank(dtype: np.dtype, shape: tuple[int, ...]) -> None:
    array = np.arange(math.prod(shape)).reshape(shape).astype(dtype)
    for given_array in (array, array.T, np.asfortranarray(array)):
        assert identical(receive(send(given_array)), given_array)


def test_an_array_that_was_read_can_be_written_to() -> None:
    array = receive(send(np.broadcast_to(np.float32(3), (2, 2))))
    array[0, 0] = 7
    assert array.tolist() == [[7, 3], [3, 3]]


def test_named_tuples_and_ordered_dicts_travel_as_their_base() -> None:
    pair = namedtuple("pair", "a b")(1, 2.5)
    got = receive(send([pair, OrderedDict(b=1, a=2)]))
    assert identical(got, [(1, 2.5), {"b": 1, "a": 2}])


def test_frames_go_through_real_pipes_one_after_the_other() -> None:
    values = [np.arange(3_000_000.0), "text", np.ones((500, 700), ">u2").T, {"a": [None]}]
    read, write = os.pipe()
    with io.FileIO(read, "rb") as source, io.FileIO(write, "wb") as sink:

        def write_all() -> None:
            for value in values:
                arrays: list[Any] = []
                node = wire.Codec().encode(value, arrays)
                wire.write_frame(sink, wire.pack({"value": node}, arrays))
            sink.close()

        writer = threading.Thread(target=write_all)
        writer.start()
        for value in values:
            message, arrays = wire.read_frame(source)
            assert identical(wire.Codec().decode(message["value"], arrays), value)
        with pytest.raises(EOFError):
            wire.read_frame(source)
        writer.join()


class OwnList(list):
    pass


class OwnText(str):
    __slots__ = ()


class OwnFloat(float):
    pass


class OwnArray(np.ndarray):
    pass


class Number(IntEnum):
    ONE = 1


def endless() -> list[Any]:
    loop: list[Any] = []
    loop.append(loop)
    return loop


@pytest.mark.parametrize(
    "value",
    [
        object(),
        {1, 2},
        range(3),
        len,
        Number.ONE,
        OwnList([1]),
        OwnText("a"),
        OwnFloat(1.5),
        np.zeros(2).view(OwnArray),
        np.ma.masked_array([1.0], [True]),
        np.array([None]),
        np.array(["text"]),
        np.array([b"text"]),
        np.zeros(2, "V4"),
        np.zeros(2, "f8,i4"),
        np.zeros(2, np.longdouble),
        np.array(["2020"], "M8[D]"),
        np.str_("a"),
        np.datetime64("2020"),
        np.longdouble(1),
        np.broadcast_to(0.0, (10**6, 10**6)),
        endless(),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_not_plain_is_not_sent(value: Any) -> None:
    with pytest.raises(wire.Unsendable):
        send([value])


@pytest.mark.parametrize(
    "value",
    [
        10**5000,
        ["x" * 1000] * 10_000,
        [np.zeros(wire.MAX_BODY // 2, "u1")] * 3,
        [np.float64(1)] * (wire.MAX_ARRAYS + 1),
        np.zeros((1,) * 33),
        np.zeros((0, 1 << 50)),
        dict.fromkeys(range(wire.MAX_KEYS + 1)),
        {"k" * (wire.MAX_KEY + 1): 1},
        {(("k",) * wire.MAX_KEY, 1): 1},
    ],
    ids=[
        "huge int",
        "long header",
        "large arrays",
        "many arrays",
        "33 axes",
        "endless side",
        "many keys",
        "long key",
        "key of many parts",
    ],
)
def test_whoever_writes_knows_every_limit_of_whoever_reads(value: Any) -> None:
    arrays: list[Any] = []
    stream = Stream()
    with pytest.raises(wire.Unsendable):
        wire.pack({"value": wire.Codec().encode(value, arrays)}, arrays)
    assert not stream.memory.getvalue()


GIB = 1 << 30


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ([], "a header that is not an object"),
        ("text", "a header that is not an object"),
        (b"\xff\xfe\xff", "a header that is not JSON"),
        (b"", "a header that is not JSON"),
        (b"{'a': 1}", "a header that is not JSON"),
        (b"[" * 100_000, "a header that is not JSON"),
        (b'{"a":' * 100_000, "a header that is not JSON"),
        (b'{"a": ' + b"9" * 5000 + b"}", "a header that is not JSON"),
        ({}, "no list of arrays"),
        ({"arrays": None}, "no list of arrays"),
        ({"arrays": {"0": ["<f8", [1]]}}, "no list of arrays"),
        ({"arrays": [["|b1", [0]]] * (wire.MAX_ARRAYS + 1)}, "no list of arrays"),
        ({"arrays": [["<f8", [1 << 60]]]}, "an array announced as"),
        ({"arrays": [["<f8", [-1]]]}, "an array announced as"),
        ({"arrays": [["<f8", [-1, -1]]]}, "an array announced as"),
        ({"arrays": [["<f8", [True]]]}, "an array announced as"),
        ({"arrays": [["<f8", [2.0]]]}, "an array announced as"),
        ({"arrays": [["<f8", ["2"]]]}, "an array announced as"),
        ({"arrays": [["<f8", 2]]}, "an array announced as"),
        ({"arrays": [["<f8", [1], 0]]}, "an array announced as"),
        ({"arrays": [["<f8", [1] * 33]]}, "an array announced as"),
        ({"arrays": [["<f8", [[[[1]]]]]]}, "an array announced as"),
        ({"arrays": ["<f8"]}, "an array announced as"),
        ({"arrays": [["O", [1]]]}, "an array announced as"),
        ({"arrays": [["|O8", [1]]]}, "an array announced as"),
        ({"arrays": [["|V8", [1]]]}, "an array announced as"),
        ({"arrays": [["<f16", [1]]]}, "an array announced as"),
        ({"arrays": [["<U4", [1]]]}, "an array announced as"),
        ({"arrays": [["|S4", [1]]]}, "an array announced as"),
        ({"arrays": [["<M8[D]", [1]]]}, "an array announced as"),
        ({"arrays": [["f8", [1]]]}, "an array announced as"),
        ({"arrays": [["<f8,<f8", [1]]]}, "an array announced as"),
        ({"arrays": [[["<f8"], [1]]]}, "an array announced as"),
        ({"arrays": [["<f8", [0, 1 << 47, 1 << 47]]]}, "an array of shape"),
        ({"arrays": [["<f8", [GIB]]]}, f"arrays of {8 * GIB} bytes"),
        ({"arrays": [["|u1", [200 << 20]], ["|u1", [200 << 20]]]}, "arrays of 419430400 bytes"),
        ({"arrays": [["<c16", [1 << 20, 1 << 20, 1 << 20]]]}, "arrays of "),
    ],
    ids=lambda part: str(part)[:40],
)
def test_a_frame_that_lies_is_refused_before_anything_is_allocated(
    header: object, message: str
) -> None:
    stream = Stream(frame(header, b"\0" * 64))
    tracemalloc.start()
    try:
        with pytest.raises(wire.WireError, match=message):
            wire.read_frame(stream)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 100 * stream.memory.getbuffer().nbytes + (1 << 20)


def test_a_header_that_is_too_long_is_refused_before_it_is_read() -> None:
    stream = Stream(b"\xff\xff\xff\xff" + b"{}" * 100)
    tracemalloc.start()
    try:
        with pytest.raises(wire.WireError, match="a header of 4294967295 bytes"):
            wire.read_frame(stream)
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


def test_a_truncated_frame_is_the_end() -> None:
    whole = send([np.arange(4.0), "text"])
    assert receive(whole)[1] == "text"
    for size in range(len(whole)):
        with pytest.raises(EOFError):
            wire.read_frame(Stream(whole[:size]))


@pytest.mark.parametrize(
    "node",
    [
        {"array": 2},
        {"array": -1},
        {"array": True},
        {"array": "0"},
        {"array": 0.0},
        {"array": None},
        {"array": [0]},
        {"scalar": 9},
        {"bytes": -2},
        {"complex": 1},
        {"complex": "12"},
        {"complex": ["a", "b"]},
        {"complex": [1, 2, 3]},
        {"complex": [10**400, 0]},
        {"list": 5},
        {"list": None},
        {"tuple": [{"array": 7}]},
        {"dict": [[1]]},
        {"dict": [[1, 2, 3]]},
        {"dict": 3},
        {"dict": [[{"list": []}, 1]]},
        {"dict": [[{"array": 0}, 1]]},
        {"object": 1},
        {"callable": 1},
        {"generator": {}},
        {"foreign": "x"},
        {"list": [{"array": 0}, {"array": 0}]},
        {"tuple": [{"list": [{"scalar": 1}]}, {"scalar": 1}]},
        {"dict": [["k" * 201, 1]]},
        {"dict": [[{"tuple": ["k"] * 101}, 1]]},
        {"dict": [[n, 1] for n in range(10_001)]},
        {"": 1},
        {},
        [],
        [1],
        {"list": [[1]]},
    ],
    ids=lambda node: str(node)[:30],
)
def test_a_malformed_value_is_refused(node: Any) -> None:
    with pytest.raises(wire.WireError):
        wire.Codec().decode(node, [np.zeros(2), np.zeros(())])


def test_one_array_may_stand_twice_in_a_value_that_is_sent() -> None:
    array = np.arange(3.0)
    one, other = receive(send([array, array]))
    np.testing.assert_array_equal(one, other)
    assert one is not other


@pytest.mark.parametrize("depth", [100, 440])
@pytest.mark.parametrize("bottom", [b"0", b'{"list":5}'], ids=["whole", "malformed"])
def test_deep_nesting_is_refused_wherever_the_judge_stands(depth: int, bottom: bytes) -> None:
    text = b'{"list":[' * depth + bottom + b"]}" * depth
    message, _ = wire.read_frame(Stream(frame(b'{"arrays":[],"value":' + text + b"}")))

    def decode() -> None:
        with pytest.raises(wire.WireError):
            wire.Codec().decode(message["value"], [])

    deep_in_the_stack(500, decode)


def read_and_decode(data: bytes) -> None:
    """Only ``WireError`` and ``EOFError`` may leave it by an exception."""
    try:
        message, arrays = wire.read_frame(Stream(data))
        for node in message.values():
            wire.Codec().decode(node, arrays)
    except (wire.WireError, EOFError):
        pass


def test_random_bytes_never_raise_anything_else() -> None:
    rng = np.random.default_rng(0)
    for _ in range(3000):
        data = rng.bytes(int(rng.integers(0, 60)))
        read_and_decode(data)
        read_and_decode(frame(data))


def test_random_changes_of_valid_frames_never_raise_anything_else() -> None:
    rng = np.random.default_rng(1)
    value = [
        (1, -2.5, None, True, "text", 1j, b"bytes"),
        {"a": np.arange(6.0).reshape(2, 3), (1, "b"): [np.float32(2), np.zeros((0, 3), "i2")]},
    ]
    valid = bytearray(send(value))
    read_and_decode(bytes(valid))
    (length,) = struct.unpack(">I", valid[:4])
    text = b'0123456789[]{},:"-.eE<>|fiucbNtnalrsyx \\\x00\xff'
    for _ in range(50_000):
        changed = bytearray(valid)
        for _ in range(int(rng.integers(1, 4))):
            at = int(rng.integers(0, len(changed)))
            match rng.integers(0, 4):
                case 0:
                    changed[at] = text[rng.integers(0, len(text))]
                case 1:
                    del changed[at : at + int(rng.integers(1, 9))]
                case 2:
                    changed[at:at] = changed[at : at + int(rng.integers(1, 30))]
                case 3:
                    changed[at] ^= 1 << int(rng.integers(0, 8))
        read_and_decode(bytes(changed))
        grown = length + len(changed) - len(valid)  # an honest length: the header is parsed
        read_and_decode(struct.pack(">I", max(0, grown)) + bytes(changed[4:]))
