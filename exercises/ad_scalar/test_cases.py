"""Hidden cases of ad_scalar: one operation each, then graphs, then what takes long."""

import math

import numpy as np
import pytest

from dlprep.checks import check_gradient, check_stability, check_values
from dlprep.checks.values import Tolerance

ROUNDED = Tolerance(1e-9, 0.0, 1e-15)  # 1 - t * t has no more digits where t is nearly 1

ONE_OPERATION = {
    "a + b": lambda a, b: a + b,
    "a - b": lambda a, b: a - b,
    "a * b": lambda a, b: a * b,
    "a / b": lambda a, b: a / b,
    "-a": lambda a, b: -a,
    "a ** 3": lambda a, b: a**3,
    "a ** -2": lambda a, b: a**-2,
    "a ** 0.5": lambda a, b: a**0.5,
    "a.exp()": lambda a, b: a.exp(),
    "a.tanh()": lambda a, b: a.tanh(),
    "a.relu()": lambda a, b: a.relu(),
    "b.relu()": lambda a, b: b.relu(),
}
WITH_NUMBERS = {
    "a + 4": lambda a: a + 4,
    "a - 2.5": lambda a: a - 2.5,
    "a * 4": lambda a: a * 4,
    "a / 4": lambda a: a / 4,
    "4 + a": lambda a: 4 + a,
    "2.5 - a": lambda a: 2.5 - a,
    "4 * a": lambda a: 4 * a,
    "4 / a": lambda a: 4 / a,
}
USED_TWICE = {
    "a + a": lambda a: a + a,
    "a * a": lambda a: a * a,
    "a / a": lambda a: a / a,
    "a - a": lambda a: a - a,
    "a * a.exp()": lambda a: a * a.exp(),
}


def judge(submission, reference, operation, *numbers):
    """One operation on these numbers: its value, and the gradients of all operands."""
    ours = [reference.Value(number) for number in numbers]
    theirs = [submission.Value(number) for number in numbers]
    right, out = operation(*ours), operation(*theirs)
    check_values(out.data, right.data, names=["out.data"])
    right.backward()
    out.backward()
    require_grads(theirs, [one.grad for one in ours])


def require_grads(values, expected, names="abcdef"):
    """These gradients stand at the values; a gradient may be 0 as an integer too."""
    for name, value, grad in zip(names, values, expected, strict=False):
        check_stability(value.grad, grad, names=[f"{name}.grad"])


def table(operations):
    return pytest.mark.parametrize("operation", operations.values(), ids=operations)


@table(ONE_OPERATION)
def test_one_operation(submission, reference, operation):
    """gives the value and the gradients"""
    judge(submission, reference, operation, 1.75, -0.6)


@table(WITH_NUMBERS)
def test_plain_numbers(submission, reference, operation):
    """takes a plain number on either side"""
    judge(submission, reference, operation, 1.75)


def test_start(submission):
    """starts with a gradient of 0, and gives the output a gradient of 1"""
    a, b = submission.Value(3.0), submission.Value(-2.0)
    check_values(a.data, 3.0, names=["a.data"])
    require_grads([a], [0.0])
    out = a * 2.0
    require_grads([out], [0.0], ["out"])
    out.backward()
    require_grads([out], [1.0], ["out"])
    require_grads([a, b], [2.0, 0.0])
    b.backward()
    require_grads([a, b], [2.0, 1.0])


@table(USED_TWICE)
def test_used_twice(submission, reference, operation):
    """adds up the gradients of a value that is used twice"""
    judge(submission, reference, operation, 1.75)


def test_paths_of_different_length(submission):
    """waits for all of a value's gradient before it sends it on"""
    a = submission.Value(2.0)
    b = a * 3.0
    c = b + b * b * 0.5  # b gets a gradient by a short path and by longer ones
    (c * b + c).backward()
    # b = 6, c = 24, out = c b + c: out' of b is c + (1 + b) (b + 1)
    require_grads([c, b, a], [7.0, 73.0, 219.0], "cba")


def test_long_and_short_paths(submission, reference):
    """gets the order right the other way round too"""

    def operation(a):
        b = a * 3.0
        c = b * b * 0.5 + b
        return b * c + c * (b + c)

    judge(submission, reference, operation, 1.25)


def network(a, b, c, d):
    """A net of two tanh units, with every operation in it."""
    one = (a * c - 2 * b).tanh()
    two = (1 - b / (d + 3)).relu() + (c - 1) * one
    out = (two**2 + 1) ** -0.5 * (d - one).exp() / (2 + one * one)
    return 3 - out + (-two) * 0.5


def test_network(submission, reference, rng):
    """has the gradients of a small network"""

    def loss_of(module):
        def loss(**point):
            return network(*(module.Value(float(number)) for number in point.values())).data

        return loss

    at = {
        name: np.array(number) for name, number in zip("abcd", rng.uniform(-1, 1, 4), strict=True)
    }
    values = {name: submission.Value(float(number)) for name, number in at.items()}
    out = network(*values.values())
    out.backward()
    got = {name: value.grad for name, value in values.items()}
    for name, grad in got.items():
        check_values(grad, float(grad), names=[f"{name}.grad"])
    got = {name: np.array(float(grad)) for name, grad in got.items()}
    check_gradient(got, loss_of(reference), at, rng, own=loss_of(submission))


def test_data_stays(submission):
    """changes nobody's data"""
    a, b = submission.Value(1.5), submission.Value(-0.5)
    c = a * b - b
    out = (c / a).exp() + a.relu() ** 2
    out.backward()
    kept = [value.data for value in (a, b, c)]
    check_values(kept, [1.5, -0.5, -0.25], names=("a.data", "b.data", "c.data"))
    check_values(out.data, math.exp(-0.25 / 1.5) + 1.5**2, names=["out.data"])


def test_two_outputs(submission):
    """adds up the gradients of two outputs with a common part"""
    a, b = submission.Value(2.0), submission.Value(5.0)
    c = a * b
    (c * 3.0).backward()
    require_grads([a, b, c], [15.0, 6.0, 3.0])
    (c * c).backward()
    require_grads([a, b, c], [15.0 + 100.0, 6.0 + 40.0, 3.0 + 20.0])


def test_second_backward(submission):
    """adds the same again at a second backward"""
    a, b = submission.Value(2.0), submission.Value(5.0)
    c = a * b
    out = c * 3.0 + a
    out.backward()
    require_grads([a, b], [16.0, 6.0])
    out.backward()
    require_grads([a, b], [32.0, 12.0])
    require_grads([c, out], [6.0, 2.0], ["c", "out"])


def test_gradient_set_to_zero(submission):
    """starts anew from a gradient that was set to 0"""
    a, b = submission.Value(2.0), submission.Value(5.0)
    out = (a * b) ** 2
    out.backward()
    a.grad = 0.0
    out.backward()
    require_grads([a, b], [100.0, 80.0])


@pytest.mark.parametrize("number", [0.0, -0.0, -3.0, 1e-300], ids=str)
def test_relu_at_zero(submission, number):
    """has ReLU's derivative right at and around 0"""
    a = submission.Value(number)
    out = a.relu() * 2.0
    out.backward()
    check_stability(out.data, 2 * max(number, 0.0), names=["out.data"])
    require_grads([a], [2.0 * (number > 0)])


@pytest.mark.parametrize("number", [1000.0, -1000.0, 20.0, 1e-9], ids=str)
def test_tanh_far_out(submission, number):
    """stays right for the tanh of very large and very small numbers"""
    a = submission.Value(number)
    out = a.tanh()
    out.backward()
    check_stability(out.data, math.tanh(number), names=["out.data"])
    once = math.exp(-2 * abs(number))
    check_values(a.grad, 4 * once / (1 + once) ** 2, names=["a.grad"], tolerance=ROUNDED)


def test_integers(submission, reference):
    """takes integers"""
    judge(submission, reference, lambda a, b: (a / b - b**-1) * a + b**2, 3, -4)


# Each operation is a round trip to the submission, and deepens the graph by one at least. Python
# ends a recursion at a depth of 1,000.


def test_long_chain(submission):
    """goes back through a long chain of operations"""
    a = submission.Value(0.25)
    out = a
    for _ in range(1250):
        out = 1.5 - out
    check_values(out.data, 0.25, names=["out.data"])
    out.backward()
    require_grads([a], [1.0])


def test_many_paths(submission):
    """takes a step for each operation, not for each path"""
    a = submission.Value(3.0)
    out = a
    for _ in range(60):
        out = out + out  # twice as many paths each time
        out.data  # noqa: B018 - a Value has it; a str or a list would double here, in the judge
    out.backward()
    require_grads([a], [2.0**60])
