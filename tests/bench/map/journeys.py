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
PASSES = 3
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
    # The pack as people get it is built last and stays.
    roads = extract.kaban.build(extract.file, extract.pack, "--no-basemap")
    whole = extract.kaban.build(extract.file, extract.pack)
    theirs = extract.valhalla.build(extract.file)
    plain, deflated = extract.valhalla.sizes()
    info = extract.kaban.info(extract.pack)
    extract.report.figures.setdefault("info", {})[extract.name] = info
    routing, pack = info["routing_bytes"], extract.pack.stat().st_size
    extract.row("build for routes, CPU", "1.5 s", roads.cpu_s, theirs.cpu_s, "s")
    extract.row("build for routes, peak memory", "80 MB", roads.peak_mb, theirs.peak_mb, "MB")
    extract.row("build with base map, CPU", "7.5 s", whole.cpu_s, None, "s")
    extract.row("build with base map, peak memory", "250 MB", whole.peak_mb, None, "MB")
    extract.row("routing data on disk", "2.4 MB", routing / 1e6, plain / 1e6, "MB", f"Valhalla deflated {deflated / 1e6:.2f} MB")
    tiles = extract.file.parent / "tiles" / f"{extract.name}.pmtiles"
    peer = tiles.stat().st_size / 1e6 if tiles.exists() else None
    share = f"{(pack - routing) / extract.file.stat().st_size:.2f} of the extract; the peer is tilemaker, z0–14"
    extract.row("all but routing data on disk", "0.65 of the extract", (pack - routing) / 1e6, peer, "MB", share)
    extract.row("whole pack", "6 MB", pack / 1e6, None, "MB")


def open_(extract: Extract) -> None:
    """Opening, and memory with a pack open."""
    ours = extract.kaban.asked_nothing_ms(extract.pack) - extract.kaban.start_ms()
    theirs = extract.valhalla.open()
    extract.row("open, CPU", "10 ms", ours, theirs, "ms", "Kaban verifies the whole file, Valhalla reads tiles as they are needed")


def routes(extract: Extract, count: int) -> None:
    """Snap, search, line and directions; the same pairs to both, one after the other, the least of some passes."""
    engine = Routes(extract.kaban, extract.pack)
    opened = None
    costs: dict[int, list[tuple[float, float, float]]] = {}
    both: list[dict[str, Any]] = []
    alone = {"kaban": 0, "valhalla": 0}
    for turn in range(PASSES):
        for number, (start, end) in enumerate(pairs(extract.places, count)):
            answer, process = engine.ask(start, end)
            opened = opened or engine.memory_mb()
            trip, theirs = extract.valhalla.route(start, end)
            if "error" not in answer and trip is not None:
                costs.setdefault(number, []).append((answer["compute_us"] / 1e3, process, theirs))
                if turn == 0:
                    both.append(_compared(answer, trip))
            elif turn == 0:
                alone["kaban"] += "error" not in answer
                alone["valhalla"] += trip is not None
    after = engine.memory_mb()
    engine.close()
    ours, process, theirs = zip(*(map(min, zip(*passes)) for passes in costs.values()))
    found = f"{len(both)} routes found by both, least of {PASSES} each; with line and directions"
    extract.row("route, median", "0.3 ms", median(ours), median(theirs), "ms", found)
    extract.row("route, p95", "1 ms", sanity.at(0.95, ours), sanity.at(0.95, theirs), "ms")
    extract.row("route through the command line, median CPU", "", median(process), median(theirs), "ms", "Kaban's with reading and printing JSON")
    extract.row("route through the command line, p95 CPU", "", sanity.at(0.95, process), sanity.at(0.95, theirs), "ms")
    extract.row("memory with pack open", "+ 8 MB", opened["own"], None, "MB", f"own memory of a process of {opened['all']:.1f} MB")
    extract.row("memory after the routes", "", after["own"], extract.valhalla.memory_mb(), "MB", "Kaban's own memory, Valhalla's more than before")
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
    alike = [
        journey for journey in both if journey["ends_apart_m"] <= SAME_PLACE_M and not journey["last_resort"]
    ]
    for what, chosen in (("all pairs", both), ("alike pairs", alike)):
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
            found = extract.kaban.matrix(extract.pack, file)
            ours.append(found["compute_ms"])
            theirs.append(extract.valhalla.matrix(places)[1])
    except NotThere as why:
        theirs.append(extract.valhalla.matrix(places)[1])
        extract.report.not_there(extract.name, f"matrix {MATRIX_SIDE} × {MATRIX_SIDE}", f"{why}; Valhalla {theirs[0]:,.0f} ms")
        return
    extract.row(f"matrix {MATRIX_SIDE} × {MATRIX_SIDE}, times and distances", "10 ms", min(ours), min(theirs), "ms")
    used = extract.valhalla.memory_mb()
    extract.row("memory, routes and matrix", "", found["peak_mb"], used, "MB", "peak of Kaban's whole process, Valhalla's more than before")


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
