"""Where the submission's text says that an endless loop is."""

from __future__ import annotations

import pytest

from dlprep.judge.source import Source

TEXT = """\
def outer(x):
    for i in range(3):
        while True:

  # not a block
            i += (
                1)
            helper(i)


def helper(n):
    if n:
        n = 1
    return n

async def other(): pass
for k in [1]:
    while k: pass
"""


@pytest.mark.parametrize(
    ("running", "line"),
    [
        ((8,), 2),
        ((7,), 2),
        ((3,), 2),
        ((12, 8), 2),
        ((12,), None),
        ((16,), None),
        ((18,), 17),
        ((17,), 17),
        ((), None),
        ((0,), None),
        ((10**6,), None),
    ],
)
def test_the_outermost_loop_of_the_innermost_function(
    running: tuple[int, ...], line: int | None
) -> None:
    assert Source(TEXT.encode()).loop(running) == line
