# attack: is never done with the last call when the next one comes
# verdict: error timeout
# case: one_row


class Endless:
    def __del__(self):
        while True:
            pass


def softmax(x, axis=-1):
    global kept
    kept = Endless()
    kept = None
