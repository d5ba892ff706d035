"""Hidden cases of minibatches: first the cutting, then the order, then what else can be fed."""

import math

import numpy as np
import pytest

from dlprep.checks import CheckFailed, check_contract, check_values
from dlprep.checks.show import kind_of
from dlprep.checks.values import Tolerance

ANYTHING = Tolerance(0.0, 0.0, math.inf)


def data(rng, n, *shape):
    """n rows, and labels by which each of them is known: row k has k + 0.5."""
    return rng.normal(size=(n, *shape)), np.arange(n) + 0.5


def epoch(submission, *args, **kwargs):
    """All batches of one epoch, read from what must be an iterator."""
    got = submission.minibatches(*args, **kwargs)
    if not hasattr(type(got), "__next__"):
        raise CheckFailed("type", [("got", kind_of(got)), ("expected", "an iterator")], got)
    return list(got)


def require(batches, expected):
    """The batches are these, one by one."""
    check_values(len(batches), len(expected), names=["number of batches"])
    for k, (got, right) in enumerate(zip(batches, expected, strict=True)):
        check_values(got, right, names=(f"X of batch {k}", f"y of batch {k}"))


def rows_of(batches, X, sizes):
    """Which row of X stands where: each once, in batches of those sizes, beside its own label."""
    check_values(len(batches), len(sizes), names=["number of batches"])
    for k, (got, size) in enumerate(zip(batches, sizes, strict=True)):
        form = np.zeros((size, *X.shape[1:])), np.zeros(size)
        names = f"X of batch {k}", f"y of batch {k}"
        check_values(got, form, names=names, tolerance=ANYTHING)
    labels = np.concatenate([yb for _, yb in batches])
    if not set(labels) <= set(np.arange(len(X)) + 0.5) or np.unique(labels).size < labels.size:
        found = f"{np.unique(labels).size} different labels among {labels.size}"
        raise CheckFailed(
            "values", [("in", "y"), ("got", found), ("expected", "each row once")], batches
        )
    rows = (labels - 0.5).astype(int)
    for k, (Xb, yb) in enumerate(batches):
        own = X[(yb - 0.5).astype(int)]
        check_values(Xb, own, names=[f"X of batch {k}, by the labels beside it"])
    return rows


def test_in_order(submission, rng):
    """cuts the rows in their order, with what is left as the last batch"""
    X, y = data(rng, 7, 2)
    batches = epoch(submission, X, y, 3, None, shuffle=False)
    require(batches, [(X[:3], y[:3]), (X[3:6], y[3:6]), (X[6:], y[6:])])


def test_no_empty_batch(submission, rng):
    """makes no empty batch when bs divides N"""
    X, y = data(rng, 6, 2)
    require(epoch(submission, X, y, 3, None, False), [(X[:3], y[:3]), (X[3:], y[3:])])


def test_drop_last(submission, rng):
    """leaves out a last batch that is not full, and no other"""
    X, y = data(rng, 8, 2)
    for n in (8, 7, 6):  # 8 and 7 leave a rest, 6 none
        batches = epoch(submission, X[:n], y[:n], 3, None, shuffle=False, drop_last=True)
        require(batches, [(X[:3], y[:3]), (X[3:6], y[3:6])])


def test_rows_with_their_labels(submission, rng):
    """keeps each row beside its label when it shuffles, and takes each once"""
    X, y = data(rng, 23, 3)
    rows_of(epoch(submission, X, y, 5, rng), X, [5, 5, 5, 5, 3])


def test_shuffled_drop_last(submission, rng):
    """drops other rows every epoch: those that the order puts last"""
    X, y = data(rng, 23, 3)
    dropped = set()
    for child in rng.spawn(30):
        rows = rows_of(epoch(submission, X, y, 5, child, drop_last=True), X, [5] * 4)
        dropped |= set(range(23)) - set(rows.tolist())
    if len(dropped) <= 3:  # 90 rows are dropped: that they are the same three does not happen
        findings = [("got", f"the same {len(dropped)} rows left out in each of 30 epochs")]
        raise CheckFailed("values", [*findings, ("expected", "rows by the order of the epoch")])


def test_shuffles_rows(submission, rng):
    """shuffles rows across batches, not batches or rows within one"""
    X, y = data(rng, 60, 2)
    rows = rows_of(epoch(submission, X, y, 6, rng), X, [6] * 10)
    if (rows == np.arange(60)).all():
        findings = [("got", "the rows in their old order"), ("expected", "a random order")]
        raise CheckFailed("values", findings)
    mixed = sum(np.ptp(batch) > 5 for batch in rows.reshape(10, 6))
    if mixed < 5:
        findings = [("got", f"{10 - mixed} of 10 batches hold six rows that stood together")]
        raise CheckFailed("values", [*findings, ("expected", "rows from everywhere in a batch")])


def test_epochs_differ(submission, rng):
    """takes another order from another state of rng"""
    X, y = data(rng, 40, 2)
    one, other = (rows_of(epoch(submission, X, y, 8, child), X, [8] * 5) for child in rng.spawn(2))
    if (one == other).all():
        findings = [("got", "the same order from two states of rng")]
        raise CheckFailed("contract", [*findings, ("expected", "each epoch in another order")])


def test_repeatable(submission, rng):
    """takes the same order from the same state of rng"""
    X, y = data(rng, 40, 2)
    one, other = (rows_of(epoch(submission, X, y, 8, rng), X, [8] * 5) for _ in range(2))
    if (one != other).any():
        findings = [
            ("", "the same state of rng gave two different orders; does something else draw?")
        ]
        raise CheckFailed("contract", findings)


def test_every_row_anywhere(submission, rng):
    """may put every row anywhere"""
    X, y = data(rng, 4, 1)
    seen = np.zeros((4, 4), bool)
    for child in rng.spawn(120):  # that one of 16 places stays empty: once in 10^13 runs
        seen[rows_of(epoch(submission, X, y, 4, child), X, [4]), np.arange(4)] = True
    if not seen.all():
        row, place = np.argwhere(~seen)[0]
        findings = [("got", f"row {row} never came as number {place} of 4, in 120 epochs")]
        raise CheckFailed("values", [*findings, ("expected", "every order is possible")])


@pytest.mark.parametrize("shuffle", [True, False], ids=["shuffled", "in order"])
def test_contract(submission, rng, shuffle):
    """gives copies, leaves X and y alone, and draws from rng alone"""
    X, y = data(rng, 9, 2)

    def expected(batches):
        check_values(len(batches), 3, names=["number of batches"])
        rows_of(batches, X, [4, 4, 1])

    check_contract(submission.minibatches, X, y, 4, rng, shuffle, expected=expected)


@pytest.mark.parametrize("shuffle", [True, False], ids=["shuffled", "in order"])
def test_read_only(submission, rng, shuffle):
    """reads X and y, and never writes to them"""
    X, y = data(rng, 9, 2)
    X.flags.writeable = y.flags.writeable = False
    rows_of(epoch(submission, X, y, 4, rng, shuffle), X, [4, 4, 1])


@pytest.mark.parametrize("shape", [(), (1,), (2, 3), (3, 2, 4)], ids=str)
def test_any_rank(submission, rng, shape):
    """takes X with any number of axes"""
    X, y = data(rng, 7, *shape)
    rows_of(epoch(submission, X, y, 3, rng), X, [3, 3, 1])


@pytest.mark.parametrize(
    "dtypes", [("float32", "int64"), ("uint8", "float32"), ("int16", "bool")], ids=" ".join
)
def test_dtypes(submission, rng, dtypes):
    """keeps the dtypes of X and y"""
    X, y = rng.integers(0, 9, (5, 2)).astype(dtypes[0]), rng.integers(0, 2, 5).astype(dtypes[1])
    batches = epoch(submission, X, y, 4, None, shuffle=False)
    require(batches, [(X[:4], y[:4]), (X[4:], y[4:])])


def test_memory_order(submission, rng):
    """reads strided and transposed arrays"""
    X, y = data(rng, 12, 6)
    for view in (X[::2, ::3], X.T, X[:6][::-1]):
        require(
            epoch(submission, view, y[:12:2], 4, None, shuffle=False),
            [(view[:4], y[:8:2]), (view[4:], y[8::2])],
        )


@pytest.mark.parametrize("drop_last", [False, True])
@pytest.mark.parametrize("shuffle", [True, False], ids=["shuffled", "in order"])
def test_no_rows(submission, rng, shuffle, drop_last):
    """gives no batch for no rows"""
    batches = epoch(submission, *data(rng, 0, 3), 4, rng, shuffle, drop_last)
    check_values(len(batches), 0, names=["number of batches"])


def test_batch_larger_than_data(submission, rng):
    """gives all rows in one batch when there are fewer than bs, or none"""
    X, y = data(rng, 3, 2)
    rows_of(epoch(submission, X, y, 8, rng), X, [3])
    batches = epoch(submission, X, y, 8, rng, drop_last=True)
    check_values(len(batches), 0, names=["number of batches"])
