"""Mails made to hurt their reader, one function a kind, by what each does.

``python -m tests.mail.hostile`` reads each and prints what it cost.
"""

from __future__ import annotations

from tests.mail.hostile.bodies import BODIES
from tests.mail.hostile.frame import FRAMES
from tests.mail.hostile.headers import HEADERS
from tests.mail.hostile.packed import PACKED
from tests.mail.hostile.pages import PAGES

KINDS = FRAMES | HEADERS | BODIES | PAGES | PACKED
