"""Kaban through its command line, as anyone can call it."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import clock

Place = list[float]


class NotThere(Exception):
    """This version of the command line does not have it."""


class Kaban:
    """A built `kaban`."""

    def __init__(self, program: Path) -> None:
        self.program = program
        self._help: dict[str, str] = {}

    def map(self, *arguments: str | Path) -> clock.Ran:
        """`kaban --json map …`; a complaint ends the benchmark."""
        ran = clock.run([self.program, "--json", "map", *arguments])
        if ran.code != 0:
            raise RuntimeError(f"kaban map {arguments[0]}: {ran.complaint.strip()}")
        return ran

    def require(self, command: str, option: str = "") -> None:
        """Raises [`NotThere`] unless `map COMMAND` knows `option`."""
        if command not in self._help:
            ran = clock.run([self.program, "map", command, "--help"])
            self._help[command] = ran.out if ran.code == 0 else ""
        if not self._help[command] or option not in self._help[command]:
            raise NotThere(f"kaban map {command} {option}".strip())

    def build(self, extract: Path, pack: Path, *options: str) -> clock.Ran:
        """A pack from an extract."""
        return self.map("build", extract, "--out", pack, "--force", *options)

    def info(self, pack: Path) -> dict[str, Any]:
        """What is in a pack."""
        return json.loads(self.map("info", "--pack", pack).out)

    def start_ms(self) -> float:
        """Processor time of starting and ending the program, nothing else."""
        return clock.least(9, lambda: clock.run([self.program, "--version"]).cpu_s) * 1e3

    def asked_nothing_ms(self, pack: Path) -> float:
        """Processor time of a run that opens a pack and is asked nothing."""
        empty = Path(os.devnull)
        return clock.least(9, lambda: self.map("route", "--pack", pack, "--batch", empty).cpu_s) * 1e3

    def matrix(self, pack: Path, points: Path) -> dict[str, Any]:
        """Times and distances between all places of a file."""
        self.require("matrix")
        ran = self.map("matrix", "--pack", pack, "--points", points)
        return {**json.loads(ran.out), "peak_mb": ran.peak_mb}

    def round(self, problem: Path) -> dict[str, Any]:
        """The order of visits."""
        self.require("round")
        return json.loads(self.map("round", "--problem", problem).out)


class Routes:
    """`kaban map route --batch -`: one process that keeps a pack open and answers line by line."""

    def __init__(self, kaban: Kaban, pack: Path, *options: str) -> None:
        arguments = [kaban.program, "map", "route", "--pack", pack, "--batch", "-", "--geometry", "--steps", *options]
        self._process = subprocess.Popen(
            [str(argument) for argument in arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, start: Place, end: Place) -> tuple[dict[str, Any], float]:
        """The answer, and the milliseconds of processor time of the whole process, reading and writing included."""
        before = clock.cpu_ns(self._process.pid)
        self._process.stdin.write(json.dumps({"from": start, "to": end}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("kaban map route ended in the middle of a batch")
        return json.loads(line), (clock.cpu_ns(self._process.pid) - before) / 1e6

    def memory_mb(self) -> dict[str, float]:
        """Memory with the pack open."""
        return clock.memory_mb(self._process.pid)

    def close(self) -> None:
        """Ends the process."""
        self._process.stdin.close()
        self._process.wait()
