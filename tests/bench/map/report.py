"""The table of what was asked, measured, and measured of the peer."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

HEADING = "| extract | what | asked | Kaban | peer | ratio | remark |\n|---|---|---|---|---|---|---|"


@dataclass(frozen=True)
class Row:
    """One line. `ratio` is the peer's figure over ours: above 1 Kaban needs less."""

    extract: str
    what: str
    asked: str
    ours: float | None
    peer: float | None
    unit: str
    remark: str = ""
    compared: bool = True

    @property
    def ratio(self) -> float | None:
        """Nothing where a quotient says nothing."""
        if not self.compared or not self.ours or self.peer is None:
            return None
        return self.peer / self.ours


@dataclass
class Report:
    """Rows as they come; each is printed at once."""

    rows: list[Row] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)

    def add(self, *rows: Row) -> None:
        """Takes rows in."""
        for row in rows:
            self.rows.append(row)
            print(_line(row), flush=True)

    def take(self, other: Report) -> None:
        """Takes in what was measured, and printed, elsewhere."""
        self.rows.extend(other.rows)
        for key, figures in other.figures.items():
            self.figures.setdefault(key, {}).update(figures)

    def not_there(self, extract: str, what: str, why: object) -> None:
        """A row that could not be measured, and why."""
        self.add(Row(extract, what, "", None, None, "", f"not there: {why}"))

    def write(self, folder: Path) -> None:
        """Writes `report.md` and `report.json`."""
        lines = [HEADING, *map(_line, self.rows), ""]
        (folder / "report.md").write_text("\n".join(lines))
        rows = [{**asdict(row), "ratio": row.ratio} for row in self.rows]
        (folder / "report.json").write_text(json.dumps({"rows": rows, "figures": self.figures}, indent=1))


def _line(row: Row) -> str:
    ratio = f"{_number(row.ratio)} ×" if row.ratio is not None else "–"
    values = [f"{_number(value)} {row.unit}".strip() if value is not None else "–" for value in (row.ours, row.peer)]
    return "| " + " | ".join([row.extract, row.what, row.asked or "–", *values, ratio, row.remark]) + " |"


def _number(value: float) -> str:
    if value == int(value) and abs(value) < 1e6:
        return str(int(value))
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"
