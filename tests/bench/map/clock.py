"""What a program or a call costs: processor time, not the clock on the wall, because the machine is shared."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LAUNCH = str(Path(__file__).with_name("launch.py"))


@dataclass(frozen=True)
class Ran:
    """A program that has ended."""

    code: int
    cpu_s: float
    peak_mb: float
    out: str
    complaint: str


def run(arguments: Sequence[str | Path]) -> Ran:
    """Runs a program to its end."""
    reader, writer = os.pipe()
    launcher = [sys.executable, "-I", "-S", LAUNCH, str(writer), *map(str, arguments)]
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as complaint:
        process = subprocess.Popen(
            launcher, stdin=subprocess.DEVNULL, stdout=out, stderr=complaint, pass_fds=[writer]
        )
        os.close(writer)
        process.wait()
        with os.fdopen(reader) as figures:
            told = figures.read()
        if not told:
            raise RuntimeError(f"{arguments[0]} could not be started: {_text(complaint)}")
        used = json.loads(told)
        return Ran(used["code"], used["cpu_s"], used["peak_kb"] / 1024, _text(out), _text(complaint))


def _text(file: Any) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")


def least(times: int, measure: Callable[[], float]) -> float:
    """The least of several measurements: noise only ever adds."""
    return min(measure() for _ in range(times))


def timed(call: Callable[[], Any]) -> tuple[Any, float]:
    """What a call gives, and the milliseconds of processor time that all threads of this process took."""
    began = time.process_time_ns()
    result = call()
    return result, (time.process_time_ns() - began) / 1e6


def cpu_ns(process: int) -> int:
    """Processor time of a living process, nanoseconds, all its threads."""
    tasks = Path(f"/proc/{process}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks)


def memory_mb(process: int | str) -> dict[str, float]:
    """Resident memory of a living process: all of it, and what is its own and not a file's."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    known = {key: value for key, _, value in (line.partition(":") for line in lines)}
    return {name: int(known[key].split()[0]) / 1024 for name, key in (("all", "VmRSS"), ("own", "RssAnon"))}
