"""Days of visits, the same for both solvers, and what an order of visits comes to."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

DAY = (9 * 3600, 18 * 3600)
FIXED_SHARE = 0.4


@dataclass(frozen=True)
class Case:
    """So many stops for so many clinicians."""

    stops: int
    clinicians: int
    service_s: int
    asked_ms: float

    @property
    def name(self) -> str:
        """As the table says it."""
        return f"{self.stops} stops, {self.clinicians} clinician{'s' if self.clinicians > 1 else ''}"


CASES = (
    Case(12, 1, 20 * 60, 6.0),
    Case(12, 3, 20 * 60, 6.0),
    Case(15, 1, 20 * 60, 40.0),
    Case(15, 3, 20 * 60, 40.0),
    Case(30, 1, 6 * 60, 250.0),
    Case(30, 3, 20 * 60, 250.0),
)


def problem(case: Case, matrix_s: list[list[int]], seed: int, objective: str) -> dict[str, Any]:
    """A day as `kaban map round` takes it: place 0 is the clinic, two stops in five have one or two hours."""
    chance = random.Random(f"{case.name} {seed}")
    places = chance.sample(range(len(matrix_s)), case.stops + 1)
    stops = []
    for number in range(1, case.stops + 1):
        window = None
        if chance.random() < FIXED_SHARE:
            width = chance.randrange(3600, 7201)
            start = chance.randrange(DAY[0], DAY[1] - width)
            window = [start, start + width]
        stops.append({"id": str(number), "place": number, "service_s": case.service_s, "window": window})
    return {
        "start_place": 0,
        "vehicles": [{"id": f"v{number}", "window": list(DAY)} for number in range(case.clinicians)],
        "stops": stops,
        "matrix_s": [[matrix_s[a][b] for b in places] for a in places],
        "objective": objective,
    }


@dataclass(frozen=True)
class Day:
    """What an order of visits comes to when everybody leaves at once and waits where needed."""

    served: int
    late: int
    travel_s: int
    home_s: int


def drive(problem: dict[str, Any], orders: list[list[str]]) -> Day:
    """Drives the orders; `home_s` is when the last clinician is back, from the beginning of the day."""
    stops = {stop["id"]: stop for stop in problem["stops"]}
    matrix = problem["matrix_s"]
    served = late = travel = home = 0
    for order in orders:
        now, here = DAY[0], problem["start_place"]
        for stop in (stops[name] for name in order):
            leg = matrix[here][stop["place"]]
            travel, now, here = travel + leg, now + leg, stop["place"]
            if stop["window"]:
                now = max(now, stop["window"][0])
                late += now > stop["window"][1]
            now, served = now + stop["service_s"], served + 1
        if order:
            leg = matrix[here][problem["start_place"]]
            travel, now = travel + leg, now + leg
            home = max(home, now - DAY[0])
            late += now > DAY[1]
    return Day(served, late, travel, home)
