"""A number whose every operation, and whose backward, is that of a PyTorch tensor."""

import torch


class Value:
    def __init__(self, data):
        self.tensor = torch.as_tensor(data, dtype=torch.float64)
        if self.tensor.is_leaf:
            self.tensor.requires_grad_()
        self.tensor.retain_grad()

    @property
    def data(self):
        return self.tensor.item()

    @property
    def grad(self):
        return 0.0 if self.tensor.grad is None else self.tensor.grad.item()

    @grad.setter
    def grad(self, number):
        self.tensor.grad.fill_(number)

    def backward(self):
        self.tensor.backward(retain_graph=True)


def by_torch(name):
    def method(self, *others):
        others = [one.tensor if isinstance(one, Value) else one for one in others]
        return Value(getattr(self.tensor, name)(*others))

    return method


for name in ("add", "radd", "sub", "rsub", "mul", "rmul", "truediv", "rtruediv", "neg", "pow"):
    setattr(Value, f"__{name}__", by_torch(f"__{name}__"))
for name in ("exp", "tanh", "relu"):
    setattr(Value, name, by_torch(name))
