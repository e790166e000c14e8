"""What goes wrong in putting a notice into words.

RenderError
├── NoTopicError
└── IncompleteNoticeError
"""

from __future__ import annotations


class RenderError(Exception):
    """A notice cannot be made into a call."""


class NoTopicError(RenderError):
    """The ticket has no topic yet: make it first."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"a notice of kind {kind!r} needs a topic")
        self.kind = kind


class IncompleteNoticeError(RenderError):
    """A notice lacks something that its kind needs."""

    def __init__(self, kind: str, lacking: str) -> None:
        super().__init__(f"a notice of kind {kind!r} lacks {lacking}")
        self.kind = kind
        self.lacking = lacking
