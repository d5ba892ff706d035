"""A global count of operations instead of a search: later operations are sent back first."""

import heapq
import itertools
from collections.abc import Callable

import numpy as np

_clock = itertools.count()


class Value:
    def __init__(self, data: float) -> None:
        self.data, self.grad = data, 0
        self.time = next(_clock)
        self.inputs: list[Value] = []
        self.vjp: Callable[[float], list[float]] = lambda g: []

    def backward(self) -> None:
        waiting, arrived = [(-self.time, self)], {self.time: 1.0}
        while waiting:
            _, node = heapq.heappop(waiting)
            g = arrived.pop(node.time)
            node.grad = node.grad + g
            for one, its in zip(node.inputs, node.vjp(g), strict=True):
                if one.time not in arrived:
                    heapq.heappush(waiting, (-one.time, one))
                    arrived[one.time] = 0.0
                arrived[one.time] += its

    def __add__(self, other: "Value | float") -> "Value":
        other = wrap(other)
        return new(self.data + other.data, [self, other], lambda g: [g, g])

    def __sub__(self, other: "Value | float") -> "Value":
        other = wrap(other)
        return new(self.data - other.data, [self, other], lambda g: [g, -g])

    def __mul__(self, other: "Value | float") -> "Value":
        a, b = self.data, wrap(other).data
        return new(a * b, [self, wrap(other)], lambda g: [g * b, g * a])

    def __truediv__(self, other: "Value | float") -> "Value":
        other = wrap(other)
        a, b = self.data, other.data
        return new(a / b, [self, other], lambda g: [g / b, -g * a / b**2])

    def __radd__(self, other: float) -> "Value":
        return Value(other) + self

    def __rsub__(self, other: float) -> "Value":
        return Value(other) - self

    def __rmul__(self, other: float) -> "Value":
        return Value(other) * self

    def __rtruediv__(self, other: float) -> "Value":
        return Value(other) / self

    def __neg__(self) -> "Value":
        return new(-self.data, [self], lambda g: [-g])

    def __pow__(self, n: float) -> "Value":
        x = float(self.data)
        return new(x**n, [self], lambda g: [g * n * x ** (n - 1)])

    def exp(self) -> "Value":
        return new(np.exp(self.data), [self], lambda g: [g * np.exp(self.data)])

    def tanh(self) -> "Value":
        return new(np.tanh(self.data), [self], lambda g: [g * (1 - np.tanh(self.data) ** 2)])

    def relu(self) -> "Value":
        on = self.data > 0
        return new(self.data if on else 0.0, [self], lambda g: [g if on else 0.0])


def wrap(number: "Value | float") -> Value:
    return number if isinstance(number, Value) else Value(number)


def new(data: float, inputs: list[Value], vjp: Callable[[float], list[float]]) -> Value:
    out = Value(data)
    out.inputs, out.vjp = inputs, vjp
    return out
