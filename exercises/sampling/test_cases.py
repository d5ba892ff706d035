"""Hidden cases of sampling: one filter after the other, how they work together, then the draw."""

import numpy as np
import pytest

from dlprep.checks import check_contract, check_stability, check_values

P = np.array([0.1, 0.25, 0.06, 0.4, 0.04, 0.15])  # its sums from the top: 0.4 0.65 0.8 0.9 0.96 1
Z = np.log(P) + 3.0


def judge(submission, reference, z, temperature, **more):
    """Each element by itself: a probability may be small beside the others."""
    got = submission.filter_probs(z, temperature, **more)
    check_stability(got, reference.filter_probs(z, temperature, **more))


def judge_kept(submission, z, kept, temperature=1.0, **more):
    """Of probabilities ``exp(z)``, only the ``kept`` ones stay."""
    got = submission.filter_probs(z, temperature, **more)
    expected = np.zeros(len(z))
    expected[kept] = np.exp(z[kept] - z.max())
    check_values(got, expected / expected.sum())


def judge_picks(submission, p, draws):
    """Every ``(u, index)`` of ``draws``."""
    for u, index in draws:
        check_values(submission.pick(p, u), index)


def test_softmax(submission):
    """is a softmax when temperature is 1 and nothing is filtered"""
    check_values(submission.filter_probs(Z, 1.0), P)


@pytest.mark.parametrize("temperature", [0.5, 2.0, 0.8])
def test_temperature(submission, reference, temperature):
    """divides the logits by the temperature"""
    judge(submission, reference, np.array([1.0, -2.0, 0.5, 3.0, 2.5]), temperature)


def test_top_k(submission):
    """keeps the top_k most likely tokens, in their places, scaled to sum to 1"""
    judge_kept(submission, Z, [1, 3], top_k=2)
    judge_kept(submission, Z, [3], top_k=1)
    judge_kept(submission, Z, [0, 1, 2, 3, 5], top_k=5)


@pytest.mark.parametrize("top_k", [0, 6, 7, 50])
def test_top_k_of_all(submission, top_k):
    """keeps all tokens when top_k is 0, V or more"""
    check_values(submission.filter_probs(Z, 1.0, top_k=top_k), P)


def test_top_p(submission):
    """keeps tokens from the top, with the one that makes the sum reach top_p"""
    judge_kept(submission, Z, [1, 3], top_p=0.6)
    judge_kept(submission, Z, [1, 3, 5], top_p=0.7)
    judge_kept(submission, Z, [0, 1, 3, 5], top_p=0.85)
    judge_kept(submission, Z, [0, 1, 2, 3, 4, 5], top_p=0.99)


def test_any_order(submission, rng):
    """keeps every token in its place, whatever the order of the logits"""
    for _ in range(6):
        order = rng.permutation(6)
        z, place = Z[order], np.argsort(order)
        judge_kept(submission, z, place[[1, 3, 5]], top_p=0.7)
        judge_kept(submission, z, place[[1, 3, 5]], top_k=3)


@pytest.mark.parametrize("top_p", [0.0, 1e-9, 0.3])
def test_small_top_p(submission, top_p):
    """always keeps the most likely token"""
    judge_kept(submission, Z, [3], top_p=top_p)


def test_top_p_of_one(submission, reference):
    """keeps even the least likely tokens when top_p is 1"""
    judge(submission, reference, np.array([-45.0, 0.0, -60.0, -80.0]), 1.0, top_p=1.0)


def test_temperature_before_top_p(submission, reference):
    """applies the temperature before top-p"""
    judge(submission, reference, Z, 0.4, top_p=0.7)  # 1 of them stays, not 3
    judge(submission, reference, Z, 3.0, top_p=0.7)  # 4 of them


def test_top_k_before_top_p(submission):
    """takes top-p of what top-k leaves, scaled to sum to 1"""
    judge_kept(submission, Z, [1, 3], top_k=3, top_p=0.75)  # 0.4 and 0.25 are 0.81 of 0.8
    judge_kept(submission, Z, [3], top_k=2, top_p=0.6)  # 0.4 is 0.62 of 0.65
    judge_kept(submission, Z, [1, 3], top_k=2, top_p=0.7)


def test_all_filters(submission, reference):
    """applies temperature, top-k and top-p in this order"""
    judge(submission, reference, Z, 2.0, top_k=4, top_p=0.8)
    judge(submission, reference, Z, 0.7, top_k=3, top_p=0.9)


def test_ties_in_top_k(submission):
    """keeps all tokens that equal the last of the top_k"""
    z = np.array([1.0, 2.0, 0.5, 1.0, 1.0])
    judge_kept(submission, z, [0, 1, 3, 4], top_k=2)
    judge_kept(submission, z, [0, 1, 3, 4], top_k=3)
    judge_kept(submission, np.full(4, -1.5), [0, 1, 2, 3], top_k=1)


def test_ties_in_top_p(submission):
    """of equal tokens keeps the lower index at the top-p cut"""
    judge_kept(submission, np.full(5, 2.0), [0, 1, 2], top_p=0.5)
    judge_kept(submission, np.log(np.array([0.2, 0.4, 0.2, 0.2])), [0, 1], top_p=0.5)
    judge_kept(submission, np.tile([-30.0, 0.0, -31.0], 40), np.arange(25) * 3 + 1, top_p=0.62)


def test_exactly_top_p(submission):
    """stops where the sum is exactly top_p"""
    judge_kept(submission, np.zeros(4), [0, 1], top_p=0.5)  # quarters: nothing is rounded
    judge_kept(submission, np.zeros(4), [0, 1, 2], top_p=0.75)


@pytest.mark.parametrize(
    "more", [{}, {"top_k": 3}, {"top_p": 0.5}, {"top_k": 2, "top_p": 0.9}], ids=str
)
def test_temperature_zero(submission, more):
    """puts everything on the first largest logit at temperature 0"""
    z = np.array([0.5, -3.0, 2.0, 2.0, 1.9])
    check_values(submission.filter_probs(z, 0.0, **more), np.array([0.0, 0.0, 1.0, 0.0, 0.0]))
    check_values(submission.filter_probs(-z, 0, **more), np.array([0.0, 1.0, 0.0, 0.0, 0.0]))


def test_large_logits(submission, reference):
    """stays right for logits of ±10,000"""
    for more in ({}, {"top_k": 2}, {"top_p": 0.9}):
        judge(submission, reference, np.array([9998.0, 1e4, -1e4, 9999.5]), 1.0, **more)
        judge(submission, reference, np.array([-9998.0, -1e4, -9999.5]), 1.0, **more)


def test_extreme_temperatures(submission):
    """stays right for temperatures of 1e-305 and 1e12"""
    z = np.array([4999.0, 5000.0, 4991.0, 5000.0])
    for temperature, expected in ((1e-305, [0.0, 0.5, 0.0, 0.5]), (1e12, [0.25] * 4)):
        got = submission.filter_probs(z, temperature)
        check_values(got, np.array(expected) + 0.0 * z)


def test_impossible_tokens(submission, reference):
    """gives tokens with a logit of -inf probability 0"""
    z = np.array([-np.inf, 1.0, -np.inf, 0.0, -1.0])
    for more in ({}, {"top_k": 2}, {"top_k": 4}, {"top_p": 0.8}, {"top_p": 0.999}):
        judge(submission, reference, z, 0.7, **more)
    judge(submission, reference, z, 0.0)


def test_one_token(submission):
    """takes a vocabulary of one"""
    for more in ({}, {"top_k": 1}, {"top_p": 0.5}):
        check_values(submission.filter_probs(np.array([-3.0]), 0.7, **more), np.array([1.0]))


def test_pick(submission):
    """picks the first index at which the cumulative sum exceeds u"""
    p = np.array([0.3, 0.1, 0.6])
    judge_picks(submission, p, [(0.29, 0), (0.31, 1), (0.39, 1), (0.41, 2), (0.99, 2), (0.0, 0)])


def test_pick_at_a_boundary(submission):
    """passes a cumulative sum that equals u"""
    p = np.array([0.25, 0.5, 0.25])
    judge_picks(submission, p, [(0.25, 1), (0.75, 2), (0.25 - 1e-12, 0), (0.75 - 1e-12, 1)])


def test_pick_skips_impossible_tokens(submission):
    """never picks a token of probability 0"""
    p = np.array([0.0, 0.0, 0.5, 0.0, 0.5, 0.0])
    judge_picks(submission, p, [(0.0, 2), (0.3, 2), (0.5, 4), (0.9999, 4)])


def test_pick_after_rounding(submission):
    """picks the last possible token where the sum stays at or below u"""
    p = np.array([0.1] * 10 + [0.0, 0.0])  # it sums to 1 - 1.1e-16
    judge_picks(submission, p, [(np.nextafter(1.0, 0.0), 9), (0.95, 9)])
    judge_picks(submission, np.array([0.5, 0.5 - 1e-12, 0.0]), [(1 - 1e-13, 1)])


def test_pick_follows_the_distribution(submission, rng):
    """picks each token as often as its probability says"""
    p = rng.permutation(P)
    picks = [submission.pick(p, u) for u in (np.arange(200) + 0.5) / 200]
    for token in picks:
        check_values(token, int(token))  # an integer, and no array
    check_values(np.bincount(np.array(picks, int), minlength=6), (200 * p).round().astype(int))


@pytest.mark.parametrize("temperature", [0.8, 0.0])
def test_contract(submission, temperature):
    """changes none of its arguments and returns new arrays"""
    check_contract(submission.filter_probs, Z, temperature, 4, 0.8)
    check_contract(submission.filter_probs, Z, temperature)
    check_contract(submission.pick, P, 0.5)


@pytest.mark.parametrize("temperature", [1.5, 0.0])
def test_dtypes(submission, reference, temperature):
    """keeps float32, and takes integers"""
    for z in (Z.astype(np.float32), np.array([3, -1, 0, 2])):
        got = submission.filter_probs(z, temperature, top_k=3, top_p=0.75)
        right = reference.filter_probs(z, temperature, top_k=3, top_p=0.75)
        check_values(got, right, dtype=True)


def test_memory_order(submission, reference):
    """reads strided arrays"""
    judge(submission, reference, np.repeat(Z, 2)[::2], 0.9, top_k=4, top_p=0.8)
    judge_picks(submission, np.repeat(P, 2)[::2], [(0.2, 1), (0.9, 5)])
