# attack: ends the program when it is asked for its signature
# verdict: error exception


class Softmax:
    def __call__(self, x, axis=-1):
        return x

    @property
    def __signature__(self):
        raise SystemExit(0)


softmax = Softmax()
