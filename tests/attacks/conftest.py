"""A judge for hostile submissions, in surroundings that none of them may change."""

from __future__ import annotations

import ctypes
import tempfile
from collections.abc import Iterator

import pytest
from hostile import ENTRIES, HostileJudge, reference
from surroundings import Surroundings

from dlprep.sandbox.nursery import Nursery

collect_ignore = ["corpus"]  # one of its files may be named like a test

ADOPT_ORPHANS = 36  # prctl's PR_SET_CHILD_SUBREAPER


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Surroundings]:
    """The folders and servers of the surroundings, made once."""
    made = Surroundings(tmp_path_factory.mktemp("surroundings"))
    yield made
    made.close()


@pytest.fixture
def surroundings(place: Surroundings) -> Iterator[Surroundings]:
    """The surroundings, while this process works in them and adopts orphans."""
    libc = ctypes.CDLL(None)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place.working)
        patch.setattr(tempfile, "tempdir", str(place.temporary))
        libc.prctl(ADOPT_ORPHANS, 1, 0, 0, 0)
        yield place
        libc.prctl(ADOPT_ORPHANS, 0, 0, 0, 0)


@pytest.fixture(scope="session")
def verdict_on(place: Surroundings) -> Iterator[HostileJudge]:
    """The judge, warm for every exercise of the corpus."""
    nursery = Nursery()
    made = HostileJudge(nursery, place.places)
    for slug in sorted({entry.exercise for entry in ENTRIES}):
        assert made(reference(slug)).status == "passed"
    yield made
    nursery.close()


@pytest.fixture(scope="session")
def locked(verdict_on: HostileJudge) -> bool:
    """Whether the operating system locks the workers in."""
    return verdict_on(reference("softmax")).isolation == "full"
