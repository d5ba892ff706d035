"""What a script defines for itself, by name, in the order in which it stands there."""

HELPERS = {
    "unpacked": '''
def unpacked(text, dtype, *shape):
    """The array whose bytes are compressed in the text."""
    data = zlib.decompress(base64.b64decode(text))
    return np.frombuffer(data, dtype).reshape(shape).copy()
''',
    "strided": '''
def strided(array):
    """The array with gaps between its elements, as a slice [..., ::2] has them."""
    wide = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
    wide[..., ::2] = array
    return wide[..., ::2]
''',
    "read_only": '''
def read_only(array):
    """The array, which can no longer be written to."""
    array.flags.writeable = False
    return array
''',
    "generator": '''
def generator(state):
    """np.random.default_rng() in this state."""
    rng = np.random.default_rng()
    rng.bit_generator.state = state
    return rng
''',
    "alike": '''
def alike(some, others):
    """Whether arguments are equal but for rounding."""
    return len(some) == len(others) and all(
        np.shape(one) == np.shape(other) and np.allclose(one, other, 1e-12, 1e-14, equal_nan=True)
        for one, other in zip(some, others)
    )
''',
    "answered": '''
def answered(name, table, *args):
    """What a function of the case's answered to this; the next answer, if it was asked again."""
    found = [n for n, (asked, _) in enumerate(table) if alike(asked, args)]
    if not found:
        raise LookupError(f"{name} was not asked this when dlprep ran the case: {args}")
    answer = table[found[0]][1]
    if len(found) > 1:
        del table[found[0]]
    return answer
''',
    "lines_run": '''
def lines_run(call):
    """How many lines of {slug}.py the call runs; no breakpoint stops in it meanwhile."""
    count, names = 0, vars(sys.modules["{slug}"])

    def trace(frame, event, _):
        nonlocal count
        if frame.f_globals is not names:
            return None
        count += event == "line"
        return trace

    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(None)
    return count
''',
}
