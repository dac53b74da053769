"""Kaban beside Valhalla, VROOM and fast_paths, on every extract, in one run.

`cargo xtask bench-map` calls it with everything in place; README.md says what each row means.
"""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
from pathlib import Path

import clock
import journeys
import report as reports
import rounds
from kaban import Kaban, NotThere
from valhalla_peer import Valhalla

SEED = 20261121
#: Places of the matrix that the days of visits are drawn from.
ROUND_PLACES = 60


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kaban", type=Path, required=True, help="the built command line")
    options.add_argument("--peer-graph", type=Path, required=True, help="the built example of kaban-atlas")
    options.add_argument("--data", type=Path, required=True, help="folder of .osm.pbf extracts")
    options.add_argument("--out", type=Path, required=True, help="folder for packs, tiles and the report")
    options.add_argument("--routes", type=int, default=200, help="pairs on each extract")
    options.add_argument("--only", action="append", metavar="NAME", help="this extract; may be repeated")
    asked = options.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    report = reports.Report()
    print(reports.HEADING, flush=True)
    # A process for each extract: what the peers keep of one would hide what they need for the next.
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as processes:
        for file in sorted(asked.data.glob("*.osm.pbf")):
            name = file.name.removesuffix(".osm.pbf")
            if not asked.only or name in asked.only:
                report.take(processes.apply(measure, (asked, name, file)))
                report.write(asked.out)
    if not report.rows:
        raise SystemExit(f"no such extract in {asked.data}")


def measure(asked: argparse.Namespace, name: str, file: Path) -> reports.Report:
    """Everything about one extract."""
    report = reports.Report()
    folder = asked.out / name
    folder.mkdir(exist_ok=True)
    cut = folder / "cut.osm.pbf"
    graph = json.loads(graph_of(asked, file, cut))
    kaban = Kaban(asked.kaban)
    extract = journeys.Extract(name, file, folder, graph["places"], report, kaban, Valhalla(folder))
    journeys.build(extract)
    if graph["ways_cut"]:
        # Or it would leave out every way that leaves the data, and be asked about other roads than Kaban.
        extract.valhalla.build(cut)
    journeys.open_(extract)
    journeys.routes(extract, asked.routes)
    journeys.matrix(extract)
    journeys.closure(extract)
    fast_paths(name, graph, report)
    if name == journeys.DISTRICT:
        rounds.measure(kaban, report, name, seconds(extract), folder)
    return report


def graph_of(asked: argparse.Namespace, file: Path, cut: Path) -> str:
    """The Rust peer's figures and the places, the same ones each time."""
    ran = clock.run([asked.peer_graph, file, str(4 * asked.routes), str(SEED), cut])
    if ran.code != 0:
        raise RuntimeError(f"{asked.peer_graph.name}: {ran.complaint.strip()}")
    return ran.out


def fast_paths(name: str, graph: dict, report: reports.Report) -> None:
    """The peer's rows; Kaban's own figures stand in the rows of routes and matrices."""
    report.figures.setdefault("fast_paths", {})[name] = {key: value for key, value in graph.items() if key != "places"}
    for kind, what in (("node_based", "without turns"), ("turn_expanded", "with turns")):
        row = graph[kind]
        remark = f"{row['nodes']:,} nodes, {row['edges']:,} edges; prepared again in {row['prepare_again_ms']:.0f} ms"
        report.add(
            reports.Row(name, f"fast_paths {what}: prepare", "", None, row["prepare_ms"], "ms", remark),
            reports.Row(name, f"fast_paths {what}: query", "", None, row["query_us"], "µs", "a weight between two nodes, no snapping, no line"),
        )


def seconds(extract: journeys.Extract) -> list[list[int]]:
    """The matrix both solvers get: Kaban's when it has one, Valhalla's until then."""
    file = extract.folder / "round-places.json"
    places = extract.places[:ROUND_PLACES]
    file.write_text(json.dumps(places))
    try:
        durations = extract.kaban.matrix(extract.pack, file)["durations_s"]
    except NotThere:
        durations = extract.valhalla.matrix(places)[0]["durations_s"]
    # No way: farther than any day is long, and small enough for VROOM's arithmetic.
    return [[86_400 if cell is None or not math.isfinite(cell) else round(cell) for cell in row] for row in durations]


if __name__ == "__main__":
    main()
