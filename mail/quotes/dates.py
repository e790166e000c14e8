"""Days and times as mail programs write them above a quote."""

from __future__ import annotations

import re

_DAY = (
    r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}"
    r"|\d{1,2}(?:[a-z]{2}|\.|º)?[ -](?:de )?"
    r"[^\W\d_]{1,12}\.?,?[ -](?:del? )?\d{4}"
    r"|\d{1,2} tháng \d{1,2}, \d{4}"
    r"|[^\W\d_]{3,12}\.?[ -]\d{1,2}(?:[a-z]{2})?,?[ -]\d{2,4}|\d{4}[年년]"
    r"|\d{4}\. (?:\d{1,2}\.|[^\W\d_]{3,12}\.?) \d{1,2}\."
)
DAY = re.compile(_DAY, re.IGNORECASE)
TIME = re.compile(r"\d[:.]\d\d\b")
