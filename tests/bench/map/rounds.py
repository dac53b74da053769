"""Days of visits over one matrix, by Kaban and by VROOM in turn."""

from __future__ import annotations

import json
from pathlib import Path
from statistics import mean

import stops
import vroom_peer
from kaban import Kaban, NotThere
from report import Report, Row

SEEDS = 5
TRIES = 3


def measure(kaban: Kaban, report: Report, extract: str, matrix_s: list[list[int]], folder: Path) -> None:
    """Every case with five seeds: time, visits made, driving, and when the last clinician is home."""
    for case in stops.CASES:
        try:
            _case(kaban, report, extract, case, matrix_s, folder)
        except NotThere as why:
            problems = [stops.problem(case, matrix_s, seed, "travel") for seed in range(SEEDS)]
            peer_ms = mean(vroom_peer.solve(problem)[1] for problem in problems)
            report.not_there(extract, case.name, f"{why}; VROOM {peer_ms:.1f} ms")


def _case(kaban: Kaban, report: Report, extract: str, case: stops.Case, matrix_s: list[list[int]], folder: Path) -> None:
    for objective in ("finish", "travel"):
        ours, theirs, qualities = [], [], set()
        for seed in range(SEEDS):
            problem = stops.problem(case, matrix_s, seed, objective)
            file = folder / "round.json"
            file.write_text(json.dumps(problem))
            tries = []
            for _ in range(TRIES):
                answer = kaban.round(file)
                orders, peer_ms = vroom_peer.solve(problem)
                tries.append((answer["compute_ms"], peer_ms))
            qualities.add(answer["quality"])
            least = [min(column) for column in zip(*tries)]
            ours.append((least[0], stops.drive(problem, [route["order"] for route in answer["routes"]])))
            theirs.append((least[1], stops.drive(problem, orders)))
        figures = report.figures.setdefault("rounds", {}).setdefault(case.name, {})
        figures[objective] = {
            who: [{"ms": ms, **vars(day)} for ms, day in days] for who, days in (("kaban", ours), ("vroom", theirs))
        }
        _rows(report, extract, case, objective, ours, theirs, ", ".join(sorted(qualities)))


def _rows(report: Report, extract: str, case: stops.Case, objective: str, ours: list, theirs: list, quality: str) -> None:
    def of(days: list, key: str) -> float:
        return mean(getattr(day, key) for _, day in days)

    name = f"{case.name}, {'earliest finish' if objective == 'finish' else 'least driving'}"
    late = sum(day.late for _, day in ours), sum(day.late for _, day in theirs)
    worst = max(ms for ms, _ in ours), max(ms for ms, _ in theirs)
    report.add(
        Row(extract, f"{name}: time", f"{case.asked_ms:g} ms", mean(ms for ms, _ in ours), mean(ms for ms, _ in theirs), "ms",
            f"{quality}; worst {worst[0]:.1f} and {worst[1]:.1f} ms"),
        Row(extract, f"{name}: served", "≥ VROOM", of(ours, "served"), of(theirs, "served"), "",
            f"too late at {late[0]} and {late[1]} ends", compared=False),
    )
    # With more visits made, more driving and a later evening are no fault.
    same = [(a, b) for (_, a), (_, b) in zip(ours, theirs) if a.served == b.served]
    if not same:
        return
    remark = f"the {len(same)} days of {len(ours)} with as many visits"
    travel = [mean(day.travel_s for day in days) / 60 for days in zip(*same)]
    home = [mean(day.home_s for day in days) / 60 for days in zip(*same)]
    asked = {"finish": ("", "earlier"), "travel": ("≤ VROOM + 1 %", "")}[objective]
    report.add(
        Row(extract, f"{name}: driving", asked[0], travel[0], travel[1], "min", remark),
        Row(extract, f"{name}: last one home after", asked[1], home[0], home[1], "min", f"{abs(home[1] - home[0]):.0f} min {'earlier' if home[0] <= home[1] else 'later'}"),
    )
