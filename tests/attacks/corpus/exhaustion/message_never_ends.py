# attack: raises an exception that never finishes its text
# verdict: error timeout
# case: one_row


class Endless(Exception):
    def __str__(self):
        while True:
            pass


def softmax(x, axis=-1):
    raise Endless
