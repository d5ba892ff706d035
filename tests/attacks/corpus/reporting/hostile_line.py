# attack: has a line that harms a terminal where it fails
# verdict: failed exception

def softmax(x, axis=-1):
    raise ValueError  # [/bold] [2J  ‮
