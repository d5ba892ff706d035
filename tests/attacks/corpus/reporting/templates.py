# attack: is a template to whoever fills one in
# verdict: failed exception


def softmax(x, axis=-1):
    raise ValueError("%s %n {0.__class__} ${HOME} $(id) `id`")
