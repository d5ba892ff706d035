# attack: is wrapped around a function that is wrapped around a function, and so on
# verdict: failed values

class Layer:
    @property
    def __wrapped__(self):
        return Layer()

    def __call__(self, x, axis=-1):
        return x


softmax = Layer()
