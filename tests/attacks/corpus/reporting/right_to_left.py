# attack: turns the order of the text around
# verdict: failed exception


def softmax(x, axis=-1):
    raise ValueError("\u202epassed\u202c \u2066 \u200b \ufeff")
