"""What is known of a file's bytes, whatever its sender calls them."""

from __future__ import annotations

from dataclasses import dataclass

#: What a scanner may say of a file beside the name of what it found.
CLEAN, TOO_LARGE = "clean", "too-large"
_BOMB = "bomb: "


@dataclass(frozen=True, kw_only=True, slots=True)
class Examined:
    """What looking at the bytes showed.

    ``media_type`` is what they begin as, empty if that tells nothing. Of an archive,
    ``extensions`` are those of the names in it, ``bomb`` says why it must not be
    unpacked, ``encrypted`` and ``opaque`` that it could not be looked into.
    ``virus`` is what the scanner found, ``scanned`` what else it said, if there is one.
    """

    media_type: str = ""
    extensions: frozenset[str] = frozenset()
    bomb: str = ""
    encrypted: bool = False
    opaque: bool = False
    virus: str = ""
    scanned: str = ""

    @property
    def locked(self) -> bool:
        """Say whether the file must go nowhere."""
        return bool(self.virus or self.bomb)

    @property
    def verdict(self) -> str | None:
        """Return it as it is written down: a virus by its name, None if unscanned."""
        if self.virus:
            return self.virus
        return f"{_BOMB}{self.bomb}" if self.bomb else self.scanned or None


def is_bomb(verdict: str | None) -> bool:
    """Say whether a file with this verdict is locked for what it unpacks to."""
    return (verdict or "").startswith(_BOMB)


NOTHING = Examined()
