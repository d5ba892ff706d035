# attack: has a default that harms a terminal
# verdict: failed signature


class Default:
    def __repr__(self):
        return "\x1b[2J[/bold]\ud800" * 1000


def softmax(axis=Default(), x=Default()):
    return x
