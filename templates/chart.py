"""The chart of a digest: what was opened and closed, a pair of bars for each day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any

from templates.clocks import day

#: Inches, and dots an inch: 1,080 dots shown 540 wide, sharp on a telephone, too.
SIZE, DOTS = (5.4, 2.7), 200
INK, GRID = "#3f4a56", "#e3e8ee"
OPENED, CLOSED = "#14518f", "#e08a1e"
#: Those of the days before the period, which are there to compare with.
OPENED_BEFORE, CLOSED_BEFORE = "#b4c6da", "#f5d9b0"
BAR = 0.4
#: How many days are named below the chart: more would run together.
NAMED = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Bars:
    """One day's; ``before`` says that it lies before the period."""

    day: date
    opened: int
    closed: int
    before: bool


def draw(bars: Sequence[Bars], language: str, *, opened: str, closed: str) -> bytes:
    """Return the chart as PNG; ``opened`` and ``closed`` name its colours."""
    # Loaded when drawn: half a second and 30 MB that no other work needs.
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=SIZE, dpi=DOTS, facecolor="white", layout="constrained")
    axes = figure.add_subplot()
    for place, one in enumerate(bars):
        first, second = _colours(one)
        axes.bar(place - BAR / 2, one.opened, BAR, color=first, zorder=2)
        axes.bar(place + BAR / 2, one.closed, BAR, color=second, zorder=2)
    _scale(axes, bars, language)
    _name(axes, ((opened, OPENED), (closed, CLOSED)))
    drawn = BytesIO()
    FigureCanvasAgg(figure).print_png(drawn)  # type: ignore[no-untyped-call] # the library's own
    return drawn.getvalue()


def _colours(one: Bars) -> tuple[str, str]:
    return (OPENED_BEFORE, CLOSED_BEFORE) if one.before else (OPENED, CLOSED)


def _scale(axes: Any, bars: Sequence[Bars], language: str) -> None:
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415 # see draw

    last = len(bars) - 1
    step = -(-len(bars) // NAMED)
    named = range(last, -1, -step)
    axes.set_xticks(named, [day(language, bars[place].day) for place in named])
    axes.set_xlim(-0.7, last + 0.7)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
    highest = max([1, *(max(one.opened, one.closed) for one in bars)])
    axes.set_ylim(0, highest * 1.05)
    axes.grid(axis="y", color=GRID, linewidth=0.8, zorder=0)
    axes.tick_params(length=0, labelsize=11.5, labelcolor=INK)
    axes.spines[:].set_visible(False)  # the library's own way
    axes.axhline(0, color=INK, linewidth=0.8, zorder=3)


def _name(axes: Any, colours: Sequence[tuple[str, str]]) -> None:
    from matplotlib.patches import Patch  # noqa: PLC0415 # see draw

    axes.legend(
        handles=[Patch(color=colour, label=name) for name, colour in colours],
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=len(colours),
        frameon=False,
        fontsize=12,
        labelcolor=INK,
        handlelength=0.8,
        handleheight=0.8,
        borderaxespad=0.2,
        borderpad=0,
    )
