"""What an invitation says, for those who cannot open it (RFC 5545)."""

from __future__ import annotations

import re
from datetime import datetime

_LINE = re.compile(r"([A-Za-z-]{1,40})((?:;[^:\n]{0,200})?):([^\n]*)")
_ZONE = re.compile(r";TZID=\"?([\w /+-]{1,60})", re.IGNORECASE)
_ESCAPED = re.compile(r"\\([nN,;\\])")
_FOLDED = re.compile(r"\r?\n[ \t]")
_READ = 100_000
_WORDS = 1000


def text(calendar: str) -> str:
    """Say what, when and where of the first event; empty if there is none."""
    lines = _FOLDED.sub("", calendar[:_READ]).replace("\r", "")
    found: dict[str, str] = {}
    for name, parameters, value in _LINE.findall(lines.partition("BEGIN:VEVENT")[2]):
        if name == "END":
            break
        found.setdefault(name.upper(), _said(name.upper(), parameters, value))
    start, end = found.get("DTSTART", ""), found.get("DTEND", "")
    when = f"{start} — {end}" if start and end else start
    said = (found.get("SUMMARY"), when, found.get("LOCATION"), found.get("DESCRIPTION"))
    return "\n".join(filter(None, said))


def _said(name: str, parameters: str, value: str) -> str:
    if name in {"DTSTART", "DTEND"}:
        zone = _ZONE.search(parameters)
        return _when(value.strip(), zone[1] if zone else "")
    return _ESCAPED.sub(_plain, value).strip()[:_WORDS]


def _plain(match: re.Match[str]) -> str:
    return "\n" if match[1] in "nN" else match[1]


def _when(value: str, zone: str) -> str:
    """Spell a time out; as it is written, by the clock it names."""
    for form, shown in (("%Y%m%dT%H%M%S", "%Y-%m-%d %H:%M"), ("%Y%m%d", "%Y-%m-%d")):
        try:
            moment = datetime.strptime(value.removesuffix("Z"), form)  # noqa: DTZ007 - the zone is shown in the calendar's own words
        except ValueError:
            continue
        named = "UTC" if value.endswith("Z") else zone
        return f"{moment.strftime(shown)} {named}".rstrip()
    return value[:_WORDS]
