# attack: raises exceptions that look like pytest's own outcomes
# verdict: failed exception

OUTCOMES = [
    type(
        name, (BaseException,), {"__module__": module, "allow_module_level": True, "returncode": 0}
    )
    for name, module in [
        ("Skipped", "_pytest.outcomes"),
        ("XFailed", "_pytest.outcomes"),
        ("Exit", "_pytest.outcomes"),
        ("SkipTest", "unittest.case"),
    ]
]


def softmax(x, axis=-1):
    outcome = OUTCOMES.pop(0)
    OUTCOMES.append(outcome)
    raise outcome("as expected")
