"""Reverse-mode differentiation of scalars, in the style of Karpathy's micrograd."""

import math


class Value:
    """A number that remembers how it was computed.

    data: the number. grad: the sum of the derivatives that :meth:`backward` has sent here.
    """

    def __init__(self, data: float) -> None:
        self.data = data
        self.grad = 0.0
        self._parents: tuple[tuple[Value, float], ...] = ()  # with the derivative for each

    def __add__(self, other: "Value | float") -> "Value":
        other = _value(other)
        return _result(self.data + other.data, (self, 1.0), (other, 1.0))

    def __mul__(self, other: "Value | float") -> "Value":
        other = _value(other)
        return _result(self.data * other.data, (self, other.data), (other, self.data))

    def __pow__(self, exponent: float) -> "Value":
        return _result(self.data**exponent, (self, exponent * self.data ** (exponent - 1)))

    def exp(self) -> "Value":
        """e to this power."""
        out = math.exp(self.data)
        return _result(out, (self, out))

    def tanh(self) -> "Value":
        """The hyperbolic tangent."""
        out = math.tanh(self.data)
        return _result(out, (self, 1 - out**2))

    def relu(self) -> "Value":
        """This value if it is positive, else 0."""
        return _result(max(self.data, 0.0), (self, 1.0 if self.data > 0 else 0.0))

    def __neg__(self) -> "Value":
        return self * -1

    def __sub__(self, other: "Value | float") -> "Value":
        return self + -other

    def __truediv__(self, other: "Value | float") -> "Value":
        return self * other**-1

    def __radd__(self, other: float) -> "Value":
        return self + other

    def __rsub__(self, other: float) -> "Value":
        return -self + other

    def __rmul__(self, other: float) -> "Value":
        return self * other

    def __rtruediv__(self, other: float) -> "Value":
        return self**-1 * other

    def backward(self) -> None:
        """Add the derivative of this value to the grad of each value that it was computed from."""
        order = _consumers_first(self)
        grads = dict.fromkeys(order, 0.0)  # of this run alone: .grad may hold earlier ones
        grads[self] = 1.0
        for node in order:
            for parent, slope in node._parents:
                grads[parent] += slope * grads[node]
            node.grad += grads[node]


def _value(other: Value | float) -> Value:
    return other if isinstance(other, Value) else Value(other)


def _result(data: float, *parents: tuple[Value, float]) -> Value:
    out = Value(data)
    out._parents = parents
    return out


def _consumers_first(root: Value) -> list[Value]:
    """All values behind ``root``, each after everything that was computed from it.

    A depth-first search on a stack of its own, for a graph may be deeper than Python's.
    """
    order, seen, stack = [], set(), [(root, False)]
    while stack:
        node, finished = stack.pop()
        if finished:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack.extend((parent, False) for parent, _ in node._parents)
    return order[::-1]
