"""Valhalla in this process, by its Python wheel: tiles built with one thread, costing `auto`."""

from __future__ import annotations

import json
import math
import zlib
from pathlib import Path
from typing import Any

import valhalla

import clock

Place = list[float]


class Valhalla:
    """Tiles of one extract, and the actor over them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._actor = None
        self._before_mb = clock.memory_mb("self")["all"]

    def build(self, extract: Path) -> clock.Ran:
        """Builds the tiles."""
        tiles = self.folder / "tiles"
        tiles.mkdir(parents=True, exist_ok=True)
        config = valhalla.get_config(tile_extract="", tile_dir=tiles)
        config["mjolnir"].update(concurrency=1, admin="", timezone="", landmarks="", logging={"type": ""})
        # The default ends at fifty by fifty.
        config["service_limits"]["auto"]["max_matrix_location_pairs"] = 10_000
        (self.folder / "valhalla.json").write_text(json.dumps(config))
        program = valhalla.PYVALHALLA_DIR / "bin" / "valhalla_build_tiles"
        ran = clock.run([program, "-c", self.folder / "valhalla.json", extract])
        if ran.code != 0:
            raise RuntimeError(f"valhalla_build_tiles: {ran.complaint.strip()[-300:]}")
        return ran

    def sizes(self) -> tuple[int, int]:
        """Bytes of the tiles, plain and deflated."""
        tiles = [file.read_bytes() for file in sorted((self.folder / "tiles").rglob("*.gph"))]
        return sum(map(len, tiles)), sum(len(zlib.compress(tile)) for tile in tiles)

    def open(self) -> float:
        """Milliseconds of processor time."""
        self._actor, took = clock.timed(lambda: valhalla.Actor(str(self.folder / "valhalla.json")))
        return took

    def memory_mb(self) -> float:
        """What this process has grown by since this object was made."""
        return clock.memory_mb("self")["all"] - self._before_mb

    def route(self, start: Place, end: Place, around: list[list[Place]] | None = None) -> tuple[dict[str, Any] | None, float]:
        """The trip, with line and directions, and milliseconds of processor time; nothing when there is no way."""
        request: dict[str, Any] = {"locations": [_location(start), _location(end)], "costing": "auto"}
        if around:
            request["exclude_polygons"] = around
        text = json.dumps(request)

        def ask() -> str | None:
            try:
                return self._actor.route(text)
            except RuntimeError:
                return None

        answer, took = clock.timed(ask)
        return (json.loads(answer)["trip"] if answer else None), took

    def matrix(self, places: list[Place]) -> tuple[dict[str, list[list[float | None]]], float]:
        """Seconds and metres between all places, and milliseconds of processor time."""
        locations = [_location(place) for place in places]
        text = json.dumps({"sources": locations, "targets": locations, "costing": "auto", "verbose": False})
        answer, took = clock.timed(lambda: self._actor.matrix(text))
        found = json.loads(answer)["sources_to_targets"]
        return {"durations_s": found["durations"], "distances_m": found["distances"]}, took


def _location(place: Place) -> dict[str, float]:
    return {"lon": place[0], "lat": place[1]}


def line_of(trip: dict[str, Any]) -> list[Place]:
    """The drawn line of a trip."""
    return [place for leg in trip["legs"] for place in _decoded(leg["shape"])]


def _decoded(text: str) -> list[Place]:
    """Google's polyline algorithm with six digits."""
    line, at, index = [], [0, 0], 0
    while index < len(text):
        for axis in (0, 1):
            value = shift = 0
            while True:
                byte = ord(text[index]) - 63
                index += 1
                value |= (byte & 31) << shift
                shift += 5
                if byte < 32:
                    break
            at[axis] += ~(value >> 1) if value & 1 else value >> 1
        line.append([at[1] / 1e6, at[0] / 1e6])
    return line


def metres(a: Place, b: Place) -> float:
    """Between two places near each other."""
    east = (b[0] - a[0]) * math.cos(math.radians(a[1]))
    return math.hypot(east, b[1] - a[1]) * 111_195.08
