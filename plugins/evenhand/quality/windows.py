"""Rises and falls that last, and drifts: what no single night shows.

Each number of a list (rows that what landed added, removed or changed, of the whole list and of each measure) is
looked at over windows of one, three and seven nights that end tonight, beside the nights before, and over the last
seven nights beside those of four to eight weeks ago, so that a rise of some percent a night has no time to become what
is usual.

Given how many rows there are in both together, those of the window are binomial if nothing changed, however few they
are: no test of two rates of chance has more power (Przyborowski and Wilenski 1940). Two things are learned from all
markets and measures of a list together, each as far as they differ by more than chance makes them (empirical Bayes):
how weekdays differ, and by how much nights differ beyond chance. Alone, a series of few rows could tell neither. Whole
lists are apart from measures in that, for an account brings a list several rows at once, and each of its measures one.
As many rows as come together count as one: accounts are what chance deals out.

What was beyond a limit on a night whose list a person approved has been seen. A night that was so by itself is neither
usual nor unusual afterwards, and the next after it begins what is usual anew. Several that were so together aren't
asked about again; where they were beyond the whole limit, what is usual begins anew with the first of them. A night
that nobody was asked about has been seen by nobody, whatever it is by today's limits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, ndtri

from evenhand.quality.anomalies import ENOUGH, RELEASES

Numbers = NDArray[np.float64]

# Of what is added to a whole list, rather than to one of its many measures, these parts of the limit are enough for a
# rise to ask a person, by how many nights it lasts: chance goes beyond any of them on three nights in 1,000. What is
# seen of a rise of one night hangs on its window alone, so that this one has most of that; a longer one is seen by the
# shorter ones, too. A fall, and what is removed or changed, has the whole limit: what chance doesn't do there any more
# is left for rises of what is put on people.
RISE_LIMITS = {1: 0.7, 3: 0.725, 7: 0.8375}
# A drift is looked for in so many nights, beside those of so long ago.
DRIFT, DRIFT_SINCE = 7, 28
# The part of the limit that is enough for one where so many rows are usual a night. Of more a drift is seen as surely
# further away, as the root of their number; of fewer no limit would see it in time, and the whole one applies from
# where chance alone can't take the one for the other.
DRIFT_LIMIT, DRIFT_OF, TOO_FEW_TO_DRIFT = 0.7, 5.0, 4.0
# Less than this is neither a rise nor a drift, however sure: slow changes of a marketplace aren't chance.
LEAST_RISE, LEAST_DRIFT = 1.2, 1.5
# Beyond this the tail of the normal distribution is no number any more.
_FURTHEST = 37.0
# No list is added so many rows in a night.
_FURTHEST_NUMBER = 2.0**40
# What is divided by how many rows come together is no whole number; of none there is no tail.
_LEAST = 1e-9
WEEK = 7
# Chance alone gives a spread of 1, whose square varies by this over the nights, as simulated.
_CHANCE_OF_SPREADS = 4.0
# Two nights further apart than so many times the usual square say no more of what is usual; and what a tenth of the
# squares of chance go beyond.
_FURTHEST_APART, _TENTH_OF_CHANCE = 6.25, 2.706
# A wrong night is one of two in as many pairs of nights: so many say no more, however few pairs there are.
_OF_A_WRONG_NIGHT = 2
# With more nights than these, what nights differ by is learnt from nights a week apart, without the last week.
LEARNS_FROM = 3 * WEEK


@dataclass(frozen=True)
class Window:
    """Some nights that end with the last one, beside earlier ones.

    Attributes:
        nights: how many.
        skipped: how many nights lie between the last one and the newest that it is compared with.
        least: how many times what is usual is a change at all.
    """

    nights: int
    skipped: int
    least: float = LEAST_RISE

    @property
    def is_drift(self) -> bool:
        """Whether a slow change is looked for."""
        return self.skipped > self.nights

    def rise(self, usual: Numbers) -> Numbers:
        """What part of the limit applies to whole lists that rise, by what would be usual in the window."""
        if not self.is_drift:
            return np.full(len(usual), RISE_LIMITS[self.nights])
        a_night = usual / self.nights
        as_sure = np.clip(DRIFT_LIMIT * np.sqrt(a_night / DRIFT_OF), DRIFT_LIMIT, 1.0)
        return np.where(a_night < TOO_FEW_TO_DRIFT, 1.0, as_sure)


@dataclass(frozen=True)
class Compared:
    """What a window of all series is compared with.

    Attributes:
        known: what is in the nights that it is compared with.
        share: how many times that is usual in the window.
        spreads: how many times as much as by chance the nights of each series differ.
    """

    window: Window
    known: Numbers
    share: Numbers
    spreads: Numbers

    @property
    def usual(self) -> Numbers:
        """What would be usual in the window."""
        return self.known * self.share

    def away(self, seen: Numbers) -> Numbers:
        """How many spreads away from that so many are; 0 where they are no change at all."""
        together = self.spreads**2
        z = _signed_z(seen / together, self.known / together, self.share / (1 + self.share))
        least = self.window.least
        return np.where(np.where(z > 0, seen >= least * self.usual, seen <= self.usual / least), z, 0.0)


@dataclass(frozen=True)
class Found:
    """A window of all series: what is in it, and how many spreads that is away from what would be usual.

    Attributes:
        rise: how many spreads are too many for a rise.
        limit: the same of what it is, a rise or a fall.
        is_whole: whether so many nights were looked at, and enough others to compare them with.
    """

    compared: Compared
    seen: Numbers
    z: Numbers
    rise: Numbers
    limit: Numbers
    is_whole: NDArray[np.bool_]

    @property
    def window(self) -> Window:
        """Which nights it is."""
        return self.compared.window

    @property
    def is_beyond(self) -> NDArray[np.bool_]:
        """Which series are beyond their limit."""
        beyond: NDArray[np.bool_] = self.is_whole & (np.abs(self.z) > self.limit)
        return beyond

    def fewest_beyond(self, last: Numbers) -> Numbers:
        """How few rows in place of those of the last night, `last`, would be a rise beyond its limit; or infinity."""
        others = self.seen - last
        below, beyond = np.full(len(last), -1.0), np.full(len(last), _FURTHEST_NUMBER)
        while (beyond - below > 1).any():
            middle = np.floor((below + beyond) / 2)
            is_beyond = self.compared.away(others + middle) > self.rise
            below, beyond = np.where(is_beyond, below, middle), np.where(is_beyond, middle, beyond)
        return np.where(self.is_whole & (beyond < _FURTHEST_NUMBER), beyond, np.inf)


ALL_WINDOWS = (
    *(Window(nights, nights) for nights in RISE_LIMITS),
    Window(DRIFT, DRIFT_SINCE, LEAST_DRIFT),
)


def trends(
    series: Numbers,
    weekdays: NDArray[np.int64],
    limits: Numbers,
    of_lists: NDArray[np.bool_],
    was_approved: NDArray[np.bool_],
    *,
    asks_early: bool = True,
) -> list[Found]:
    """The windows that end with the last night.

    Args:
        series: a row per series and a column per night; not a number before a series begins.
        weekdays: 0 to 6, of each night.
        limits: of each series, in spreads.
        of_lists: which series are of whole lists.
        was_approved: of each series, on which nights somebody approved its list, which was held.
        asks_early: whether less than the limit is enough for a rise of a whole list: of what is put on people.
    """
    weights = weekday_weights(series[:, :-1], weekdays[:-1])[weekdays]
    spreads = np.ones(len(series))
    for alike in (of_lists, ~of_lists):
        spreads[alike] = night_spreads(series[alike, :-1])
    counts = ~np.isnan(series)
    numbers = np.where(counts, series, 0)
    nights = np.arange(series.shape[1])
    begins = np.argmax(counts, axis=1)
    # From which night on nights are usual, and until which one somebody has seen them.
    usual_since, seen_until = begins, begins - 1
    was_seen_alone = np.zeros(len(series), bool)
    found: list[Found] = []
    for night in nights[ENOUGH:]:
        if night < nights[-1] and not was_approved[:, night].any():
            # Nobody has seen anything then, so that nothing hangs on what it was.
            was_seen_alone = np.zeros(len(series), bool)
            continue
        found = []
        for window in ALL_WINDOWS:
            after = np.maximum(night - window.nights, seen_until)[:, np.newaxis]
            inside = counts & (nights > after) & (nights <= night)
            since = np.maximum(usual_since, night - RELEASES)[:, np.newaxis]
            before = counts & ~inside & (nights >= since) & (nights <= night - window.skipped)
            share = inside @ weights / np.maximum(before @ weights, 1 / WEEK)
            seen = (numbers * inside).sum(axis=1)
            known = (numbers * before).sum(axis=1)
            # Less than that is another window, or nothing to compare with.
            is_whole = (inside.sum(axis=1) == window.nights) & (before.sum(axis=1) >= ENOUGH)
            compared = Compared(window, known, share, spreads)
            z = compared.away(seen)
            rise = limits * np.where(of_lists & asks_early, window.rise(compared.usual), 1.0)
            found.append(Found(compared, seen, z, rise, np.where(z < 0, limits, rise), is_whole))
        if night < nights[-1]:
            is_seen = np.zeros(len(series), bool)
            for each in found:
                is_beyond = each.is_beyond & ~is_seen & was_approved[:, night]
                is_seen |= is_beyond
                if each.window.nights == 1:
                    again = is_beyond & was_seen_alone
                    usual_since = np.where(again, night - 1, usual_since)
                    counts[again, night - 1] = True
                    counts[is_beyond & ~again, night] = False
                    was_seen_alone = is_beyond
                else:
                    seen_until = np.where(is_beyond, night, seen_until)
                    is_new_usual = is_beyond & (np.abs(each.z) > limits)
                    first = np.maximum(night - each.window.nights + 1, begins)
                    usual_since = np.where(is_new_usual, first, usual_since)
    return found


def weekday_weights(series: Numbers, weekdays: NDArray[np.int64]) -> Numbers:
    """How many times the usual number each weekday has, over all series; nearer to 1 as far as chance explains it."""
    middles = np.nanmedian(series, axis=1, keepdims=True)
    # A flood says nothing of its weekday.
    series = np.minimum(series, (np.sqrt(middles + 0.375) + 2) ** 2)
    levels = np.nanmean(series, axis=1, keepdims=True)
    expected = np.where(np.isnan(series), 0, levels)
    numbers = np.array([np.nansum(series[:, weekdays == day]) for day in range(WEEK)])
    usual = np.array([expected[:, weekdays == day].sum() for day in range(WEEK)])
    if not (usual > 0).all() or len(weekdays) < 2 * WEEK:
        return np.ones(WEEK)
    shares = numbers / usual
    chance = 1 / usual
    between = max(0.0, float(np.mean((shares - 1) ** 2 - chance)))
    weights: Numbers = 1 + (shares - 1) * between / (between + chance)
    return np.maximum(weights, 1 / WEEK)


def night_spreads(series: Numbers) -> Numbers:
    """By how many times as much as chance makes it the nights of each series differ, at least 1.

    Compared are nights a week apart, so that neither weekdays nor a drift count; what comes and goes within weeks does.
    Given how many rows two nights have, chance shares them out as a coin does, however few they are. A wrong night or
    two say no more than a tenth of the nights do. The last week, which may be what is looked for, is left out. Where
    there are too few nights for that, those after each other are compared, and weekdays are among what they differ by.
    Each series is drawn towards all as far as chance explains the difference.
    """
    apart_by = 1
    if series.shape[1] > LEARNS_FROM:
        series, apart_by = series[:, :-WEEK], WEEK
    earlier, later = series[:, :-apart_by], series[:, apart_by:]
    both = earlier + later
    is_known = both > 0
    apart = np.where(is_known, (earlier - later) ** 2 / np.where(is_known, both, 1.0), 0.0)
    own = _bounded_means(apart, is_known)
    pairs = np.maximum(is_known.sum(axis=1), 1)
    middle = max(1.0, float(own @ pairs / pairs.sum())) if len(own) else 1.0
    chance = _CHANCE_OF_SPREADS / pairs
    between = max(0.0, float(np.mean((own - middle) ** 2 - chance))) if len(own) else 0.0
    drawn = middle + (own - middle) * between / (between + chance)
    spreads: Numbers = np.sqrt(np.maximum(1.0, drawn))
    return spreads


def _bounded_means(apart: Numbers, is_known: NDArray[np.bool_]) -> Numbers:
    """The mean of each row's known ones, none of which counts for many times what a tenth of them go beyond."""
    pairs = is_known.sum(axis=1)
    # Those that aren't known are nought, and lie below all others.
    place = np.maximum(apart.shape[1] - 1 - np.maximum(pairs // 10, _OF_A_WRONG_NIGHT), 0)
    tenths = np.take_along_axis(np.sort(apart, axis=1), place[:, np.newaxis], axis=1) if apart.size else apart[:, :1]
    most = _FURTHEST_APART * np.maximum(1.0, tenths / _TENTH_OF_CHANCE)
    means: Numbers = np.minimum(apart, most).sum(axis=1) / np.maximum(pairs, 1)
    return means


def _signed_z(seen: Numbers, known: Numbers, share: Numbers) -> Numbers:
    """How far binomial numbers are from what is usual, as the normal distribution says it of the same tails."""
    above = np.where(seen > 0, betainc(np.maximum(seen, _LEAST), known + 1, share), 1.0)
    below = np.where(known > 0, betainc(np.maximum(known, _LEAST), seen + 1, 1 - share), 1.0)
    tail = np.minimum(above, below)
    far: Numbers = np.clip(-ndtri(np.clip(tail, 1e-300, 0.5)), 0.0, _FURTHEST)
    return np.where(above < below, far, -far)
