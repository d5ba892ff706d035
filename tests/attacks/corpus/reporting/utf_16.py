# attack: is stored as UTF-16
# verdict: error encoding
# source: "def softmax(x, axis=-1):\n    return x\n".encode("utf-16")
