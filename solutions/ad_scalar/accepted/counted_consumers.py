"""Kahn's order: a value sends its gradient on once all its consumers have; closures as methods."""

import math
from collections import Counter, deque


class Value:
    def __init__(self, data, _children=(), _op=""):
        self.data = data
        self.grad = 0.0
        self._flow = 0.0
        self._prev = _children
        self._op = _op
        self._push = lambda: None

    def __repr__(self):
        return f"Value(data={self.data}, grad={self.grad})"

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data, (self, other), "+")

        def push():
            self._flow += out._flow
            other._flow += out._flow

        out._push = push
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data, (self, other), "*")

        def push():
            self._flow += other.data * out._flow
            other._flow += self.data * out._flow

        out._push = push
        return out

    def _unary(self, data, slope, op):
        out = Value(data, (self,), op)

        def push():
            self._flow += slope * out._flow

        out._push = push
        return out

    def __pow__(self, n):
        assert isinstance(n, (int, float))
        return self._unary(self.data**n, n * self.data ** (n - 1), f"**{n}")

    def exp(self):
        return self._unary(math.exp(self.data), math.exp(self.data), "exp")

    def tanh(self):
        shrunk = math.exp(-2 * abs(self.data))
        t = math.copysign(-math.expm1(-2 * abs(self.data)) / (1 + shrunk), self.data)
        return self._unary(t, 4 * shrunk / (1 + shrunk) ** 2, "tanh")

    def relu(self):
        return self._unary(max(0.0, self.data), 1.0 if self.data > 0 else 0.0, "relu")

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + (-other)

    def __truediv__(self, other):
        return self * other**-1.0

    __radd__ = __add__
    __rmul__ = __mul__

    def __rsub__(self, other):
        return (-self) + other

    def __rtruediv__(self, other):
        return self**-1.0 * other

    def backward(self):
        consumers, found, frontier = Counter(), {self}, [self]
        while frontier:
            for child in frontier.pop()._prev:
                consumers[child] += 1
                if child not in found:
                    found.add(child)
                    frontier.append(child)
        for node in found:
            node._flow = 0.0
        self._flow = 1.0
        ready = deque([self])
        while ready:
            node = ready.popleft()
            node.grad += node._flow
            node._push()
            for child in node._prev:
                consumers[child] -= 1
                if consumers[child] == 0:
                    ready.append(child)
