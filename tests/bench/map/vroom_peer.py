"""VROOM in this process, by its Python wheel, one thread, exploration 5."""

from __future__ import annotations

from typing import Any

import vroom

import clock

EXPLORATION = 5


def solve(problem: dict[str, Any]) -> tuple[list[list[str]], float]:
    """The orders of visits, and milliseconds of processor time, setting the problem up included."""

    def ask() -> Any:
        setting = vroom.Input()
        setting.set_durations_matrix("car", problem["matrix_s"])
        start = problem["start_place"]
        for number, vehicle in enumerate(problem["vehicles"], 1):
            setting.add_vehicle(vroom.Vehicle(number, start=start, end=start, time_window=tuple(vehicle["window"])))
        for stop in problem["stops"]:
            windows = [tuple(stop["window"])] if stop["window"] else []
            setting.add_job(
                vroom.Job(
                    int(stop["id"]), location=stop["place"], default_service=stop["service_s"], time_windows=windows
                )
            )
        return setting.solve(exploration_level=EXPLORATION, nb_threads=1)

    solution, took = clock.timed(ask)
    routes = solution.to_dict()["routes"]
    orders = [[str(step["id"]) for step in route["steps"] if step["type"] == "job"] for route in routes]
    return orders, took
