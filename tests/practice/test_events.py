"""The order of events: the same in every copy, whatever clocks said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlprep.practice.events import Event, in_order

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def event(uid: str, minute: int, after: str = "") -> Event:
    return Event(uid, NOON + timedelta(minutes=minute), 0, "started", "softmax", "x", after)


def uids(events: list[Event]) -> str:
    return " ".join(one.uid for one in in_order(events))


@pytest.mark.parametrize(
    ("events", "order"),
    [
        ([], ""),
        ([event("a", 1), event("b", 2, "a"), event("c", 3, "b")], "a b c"),
        ([event("a", 2), event("b", 1, "a"), event("c", 3, "b")], "a b c"),  # a clock set back
        ([event("a", 1), event("b", 9999, "a"), event("c", 3, "b")], "a b c"),  # set right again
        ([event("a", 1), event("a", 1), event("b", 2)], "a b"),  # nothing twice
        ([event("a", 1), event("c", 3, "a"), event("b", 2, "a")], "a b c"),  # from two copies
        ([event("a", 5), event("b", 1)], "b a"),  # nothing says which came first but their times
        ([event("b", 1, "lost"), event("a", 0, "lost")], "a b"),
        ([event("a", 1, "b"), event("b", 2, "a")], "a b"),  # nonsense has some order, too
        ([event("a", 1, "a")], "a"),
    ],
)
def test_events_are_in_order(events: list[Event], order: str) -> None:
    assert uids(events) == order


TIMES = st.lists(st.integers(0, 5), max_size=8)


@given(TIMES, TIMES, TIMES)
def test_two_copies_that_were_merged_either_way_have_one_order(
    common: list[int], left: list[int], right: list[int]
) -> None:
    def chain(name: str, times: list[int], before: str = "") -> list[Event]:
        found: list[Event] = []
        for n, minute in enumerate(times):
            found.append(event(f"{name}{n}", minute, found[-1].uid if found else before))
        return found

    shared = chain("common", common)
    last = shared[-1].uid if shared else ""
    ours, theirs = chain("left", left, last), chain("right", right, last)
    found = in_order(shared + ours + theirs)
    assert found == in_order(shared + theirs + ours)
    for side in (shared + ours, shared + theirs):  # each keeps its own order
        assert [one for one in found if one in side] == side
