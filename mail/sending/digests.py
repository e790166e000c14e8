"""A digest put into words and a picture."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import Protocol
from zoneinfo import ZoneInfo

from templates.chart import Bars, draw
from templates.texts import Rendered
from tickets.digests import Format
from tickets.figures import Figures
from tickets.letter import File
from tickets.model import Json
from tickets.outgoing import DigestNotice


class Texts(Protocol):
    """The words of a mail, and short ones by their names."""

    def say(self, name: str, language: str, /, **facts: object) -> str: ...

    def render(self, notice: str, language: str, /, **facts: object) -> Rendered: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """A digest as its reader sees it; the HTML shows ``files`` by their ids."""

    subject: str
    text: str
    html: str | None
    files: tuple[File, ...] = ()


def write(notice: DigestNotice, texts: Texts) -> Page:
    """Return a digest in words. Raises templates.errors.TextsError."""
    if notice.format is Format.TEXT:
        words = texts.render("digest", notice.language, **_facts(notice, chart=""))
        return Page(subject=words.subject, text=words.text, html=None)
    name = f"chart.{notice.delivery}@digest"
    facts = _facts(notice, chart=f"cid:{name}")
    words = texts.render("digest", notice.language, **facts)
    chart = File(
        name="chart.png",
        media_type="image/png",
        content=_chart(notice, texts),
        content_id=name,
        inline=True,
    )
    return Page(subject=words.subject, text=words.text, html=words.html, files=(chart,))


def write_alone(notice: DigestNotice, texts: Texts) -> str:
    """Return a digest as one page that needs no mail around it."""
    page = write(notice, texts)
    if page.html is None:
        return page.text
    (chart,) = page.files
    inside = f"data:image/png;base64,{b64encode(chart.content).decode('ascii')}"
    return page.html.replace(f"cid:{chart.content_id}", inside)


def _facts(notice: DigestNotice, *, chart: str) -> Json:
    return {
        "report": notice.report,
        "figures": notice.figures,
        "subjects": notice.subjects,
        "late": notice.late,
        "exchanges": notice.exchanges,
        "chart": chart,
    }


def _chart(notice: DigestNotice, texts: Texts) -> bytes:
    opened, closed = (
        texts.say(f"digest.{name}", notice.language) for name in ("opened", "closed")
    )
    bars = _bars(notice.figures)
    return draw(bars, notice.language, opened=opened, closed=closed)


def _bars(figures: Figures) -> list[Bars]:
    first = figures.period.start.astimezone(ZoneInfo(figures.timezone)).date()
    return [
        Bars(day=one.day, opened=one.opened, closed=one.closed, before=one.day < first)
        for one in figures.days
    ]
