"""One extract: built, opened, driven over, by Kaban and by Valhalla in turn."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import clock
import sanity
from kaban import Kaban, NotThere, Place, Routes
from report import Report, Row
from valhalla_peer import Valhalla, line_of, metres

MATRIX_SIDE = 50
MATRIX_TRIES = 5
CLOSURES = 10
CLOSURE_RADIUS_M = 30.0
#: Ends this near each other count as the same place.
SAME_PLACE_M = 5.0
DISTRICT = "heidelberg"


@dataclass
class Extract:
    """An extract at work."""

    name: str
    file: Path
    folder: Path
    places: list[Place]
    report: Report
    kaban: Kaban
    valhalla: Valhalla

    @property
    def pack(self) -> Path:
        """Where its pack lies."""
        return self.folder / f"{self.name}.kpack"

    def row(self, what: str, asked: str, ours: float | None, peer: float | None, unit: str, remark: str = "", **more: Any) -> None:
        """Adds a row."""
        self.report.add(Row(self.name, what, asked, ours, peer, unit, remark, **more))


def build(extract: Extract) -> None:
    """Build time, memory, sizes."""
    ours, theirs = extract.kaban.build(extract.file, extract.pack), extract.valhalla.build(extract.file)
    plain, deflated = extract.valhalla.sizes()
    info = extract.kaban.info(extract.pack)
    routing = info["routing_bytes"]
    extract.report.figures.setdefault("info", {})[extract.name] = info
    whole = "Kaban with its base map, Valhalla without"
    extract.row("build, CPU", "7.5 s", ours.cpu_s, theirs.cpu_s, "s", whole)
    extract.row("build, peak memory", "250 MB", ours.peak_mb, theirs.peak_mb, "MB", whole)
    extract.row("routing data on disk", "2.4 MB", routing / 1e6, plain / 1e6, "MB", f"Valhalla deflated {deflated / 1e6:.2f} MB")
    extract.row("whole pack", "6 MB", extract.pack.stat().st_size / 1e6, None, "MB", f"extract {extract.file.stat().st_size / 1e6:.2f} MB")


def open_(extract: Extract) -> None:
    """Opening, and memory with a pack open."""
    ours = extract.kaban.asked_nothing_ms(extract.pack) - extract.kaban.start_ms()
    theirs, _ = extract.valhalla.open()
    extract.row("open, CPU", "10 ms", ours, theirs, "ms", "Kaban verifies the whole file, Valhalla reads tiles as they are needed")


def routes(extract: Extract, count: int) -> None:
    """Snap, search, line and directions; the same pairs to both, one after the other."""
    before = clock.memory_mb("self")["all"]
    engine = Routes(extract.kaban, extract.pack)
    opened = None
    both: list[dict[str, Any]] = []
    ours_ms, process_ms, theirs_ms, alone = [], [], [], {"kaban": 0, "valhalla": 0}
    for start, end in pairs(extract.places, count):
        answer, process = engine.ask(start, end)
        opened = opened or engine.memory_mb()
        trip, theirs = extract.valhalla.route(start, end)
        ours_ms.append(answer.get("compute_us", math.nan) / 1e3)
        process_ms.append(process)
        theirs_ms.append(theirs)
        if "error" in answer or trip is None:
            alone["kaban"] += "error" not in answer
            alone["valhalla"] += trip is not None
            continue
        both.append(_compared(answer, trip))
    after = engine.memory_mb()
    engine.close()
    ours_ms = [value for value in ours_ms if not math.isnan(value)]
    extract.row("route, median", "0.3 ms", median(ours_ms), median(theirs_ms), "ms", f"{len(both)} routes found by both; with line and directions")
    extract.row("route, p95", "1 ms", sanity.at(0.95, ours_ms), sanity.at(0.95, theirs_ms), "ms")
    extract.row("route through the command line, median CPU", "", median(process_ms), median(theirs_ms), "ms", "Kaban's with reading and printing JSON")
    used = clock.memory_mb("self")["all"] - before
    extract.row("memory with pack open", "+ 8 MB", opened["own"], None, "MB", f"own memory of a process of {opened['all']:.1f} MB")
    extract.row("memory after the routes", "", after["own"], used, "MB", "Kaban's own memory, Valhalla's more than before")
    eta(extract, both, alone)


def pairs(places: list[Place], count: int) -> list[tuple[Place, Place]]:
    """Two by two, never the same place twice."""
    chosen = [(places[index], places[index + 1]) for index in range(0, len(places) - 1, 2)]
    return [pair for pair in chosen if pair[0] != pair[1]][:count]


def _compared(answer: dict[str, Any], trip: dict[str, Any]) -> dict[str, Any]:
    ours, theirs = answer["geometry"], line_of(trip)
    apart = max(metres(ours[end], theirs[end]) for end in (0, -1))
    return {
        "ours_s": answer["duration_s"],
        "theirs_s": trip["summary"]["time"],
        "ours_m": answer["distance_m"],
        "theirs_m": trip["summary"]["length"] * 1e3,
        "ends_apart_m": apart,
        "last_resort": answer.get("last_resort", False),
        "from": ours[0],
        "to": ours[-1],
    }


def eta(extract: Extract, both: list[dict[str, Any]], alone: dict[str, int]) -> None:
    """Times of arrival beside Valhalla's."""
    extract.report.figures.setdefault("journeys", {})[extract.name] = both
    same = [journey for journey in both if journey["ends_apart_m"] <= SAME_PLACE_M]
    for what, chosen in (("all pairs", both), ("same ends", same)):
        if len(chosen) < 20:
            continue
        ours, theirs = ([journey[key] for journey in chosen] for key in ("ours_s", "theirs_s"))
        remark = f"{len(chosen)} pairs"
        if chosen is both:
            remark += f"; {alone['kaban']} by Kaban only, {alone['valhalla']} by Valhalla only"
        extract.row(f"time over Valhalla's, {what}", "0.8–1.25", sanity.ratio(ours, theirs), None, "", remark)
        extract.row(f"rank correlation of times, {what}", "≥ 0.97", sanity.rank_correlation(ours, theirs), None, "", remark)


def matrix(extract: Extract) -> None:
    """Fifty places, each to each; the least of five, in turn."""
    places = extract.places[:MATRIX_SIDE]
    file = extract.folder / "places.json"
    file.write_text(json.dumps(places))
    ours, theirs = [], []
    try:
        for _ in range(MATRIX_TRIES):
            ours.append(extract.kaban.matrix(extract.pack, file)["compute_ms"])
            theirs.append(extract.valhalla.matrix(places)[1])
    except NotThere as why:
        theirs.append(extract.valhalla.matrix(places)[1])
        extract.report.not_there(extract.name, f"matrix {MATRIX_SIDE} × {MATRIX_SIDE}", f"{why}; Valhalla {theirs[0]:,.0f} ms")
        return
    extract.row(f"matrix {MATRIX_SIDE} × {MATRIX_SIDE}, times and distances", "10 ms", min(ours), min(theirs), "ms")


def closure(extract: Extract) -> None:
    """A road is closed in the middle of a route; how soon is the next route there."""
    what = "closure → next route"
    try:
        extract.kaban.require("route", "--closures")
    except NotThere as why:
        extract.report.not_there(extract.name, what, why)
        return
    idle = extract.kaban.asked_nothing_ms(extract.pack)
    ours, theirs = [], []
    for number, (start, end) in enumerate(pairs(extract.places, CLOSURES)):
        trip, _ = extract.valhalla.route(start, end)
        if trip is None:
            continue
        line = line_of(trip)
        centre = line[len(line) // 2]
        closed = extract.folder / f"closure-{number}.json"
        shape = {"circle": {"centre": centre, "radius_m": CLOSURE_RADIUS_M}}
        closed.write_text(json.dumps([{"id": "closed", "shape": shape}]))
        question = extract.folder / f"question-{number}.jsonl"
        question.write_text(json.dumps({"from": start, "to": end}) + "\n")
        arguments = ("route", "--pack", extract.pack, "--batch", question, "--geometry", "--steps", "--closures", closed)
        ours.append(clock.least(3, lambda: extract.kaban.map(*arguments).cpu_s) * 1e3 - idle)
        theirs.append(extract.valhalla.route(start, end, [circle(centre)])[1])
    extract.row(what, "100 ms", median(ours), median(theirs), "ms", "CPU of a whole run less one that is asked nothing; Valhalla excludes for that one request")


def circle(centre: Place) -> list[Place]:
    """The closed area as a polygon of sixteen corners."""
    north = CLOSURE_RADIUS_M / 111_195.08
    east = north / math.cos(math.radians(centre[1]))
    corners = [2 * math.pi * corner / 16 for corner in range(17)]
    return [[centre[0] + east * math.cos(angle), centre[1] + north * math.sin(angle)] for angle in corners]
