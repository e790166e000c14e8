"""Dates as mail programs write them, whatever RFC 5322, 3.3, says of it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_LENGTH = 120
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d")
_BEFORE_ZONE = re.compile(r" +(?=[+-]\d\d:?\d\d$)")
_COLON = re.compile(r"([+-]\d\d):(\d\d)\b")
_FROM_GREENWICH = re.compile(r"\b(?:GMT|UTC) ?([+-])(\d{1,2})(?::?(\d\d))?\b")
_HALF = re.compile(r"(:\d\d) ?([AP])M\b", re.IGNORECASE)
_ZONES = {"MSK": "+0300", "MSD": "+0400", "CEST": "+0200", "EEST": "+0300"}
_ZONE = re.compile(rf"\b(?:{'|'.join(_ZONES)})\b")
_MONTHS = {
    "янв": "Jan", "фев": "Feb", "мар": "Mar", "апр": "Apr", "май": "May",
    "мая": "May", "июн": "Jun", "июл": "Jul", "авг": "Aug", "сен": "Sep",
    "окт": "Oct", "ноя": "Nov", "дек": "Dec",
}  # fmt: skip
_RUSSIAN = re.compile(rf"\b({'|'.join(_MONTHS)})[а-яё]*\.?", re.IGNORECASE)
_RUSSIAN_DAY = re.compile(r"^[а-яё]{2,11}\.?,? *", re.IGNORECASE)


def read(text: str) -> datetime | None:
    """Return the time that a date names, None if it names none; UTC without a zone."""
    value = text[:_LENGTH].strip()
    try:
        date = _iso(value) if _ISO.match(value) else _plain(value)
    except (ValueError, OverflowError, IndexError, TypeError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def _iso(value: str) -> datetime:
    return datetime.fromisoformat(_BEFORE_ZONE.sub("", value))


def _plain(value: str) -> datetime:
    if not value.isascii():
        value = _RUSSIAN_DAY.sub("", value)
        value = _RUSSIAN.sub(lambda found: _MONTHS[found[1].lower()], value)
    value = _FROM_GREENWICH.sub(_offset, value)
    value = _COLON.sub(r"\1\2", value)
    value = _ZONE.sub(lambda found: _ZONES[found[0]], value)
    half = _HALF.search(value)
    date = parsedate_to_datetime(_HALF.sub(r"\1", value))
    is_past_noon = half is not None and half[2] in "pP" and date.hour < 12
    return date + timedelta(hours=12) if is_past_noon else date


def _offset(found: re.Match[str]) -> str:
    return f"{found[1]}{found[2]:0>2}{found[3] or '00'}"
