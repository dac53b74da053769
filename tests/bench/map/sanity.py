"""Whether two engines say the same about the same journeys: ratio of times, order of times."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median of ours over theirs; journeys of no time are left out."""
    return median(a / b for a, b in zip(ours, theirs) if b > 0)


def rank_correlation(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Spearman's: the correlation of the ranks, equal values sharing theirs."""
    a, b = _ranks(ours), _ranks(theirs)
    mean = (len(a) - 1) / 2
    both = sum((x - mean) * (y - mean) for x, y in zip(a, b))
    alone = [sum((x - mean) ** 2 for x in ranks) for ranks in (a, b)]
    return both / (alone[0] * alone[1]) ** 0.5 if all(alone) else float("nan")


def _ranks(values: Sequence[float]) -> list[float]:
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks = [0.0] * len(values)
    first = 0
    while first < len(order):
        last = first
        while last + 1 < len(order) and values[order[last + 1]] == values[order[first]]:
            last += 1
        for index in order[first : last + 1]:
            ranks[index] = (first + last) / 2
        first = last + 1
    return ranks


def at(share: float, values: Sequence[float]) -> float:
    """The value below which that share of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
