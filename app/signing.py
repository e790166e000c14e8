"""What signs our mails, as the configuration says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.config import Config

if TYPE_CHECKING:
    from mail.sending.dkim import Dkim


def make_dkim(config: Config) -> Dkim | None:
    """Return what signs, if anything does."""
    table = config.mail.dkim
    if table is None:
        return None
    # Here, for few desks sign, and it loads OpenSSL.
    from mail.sending.dkim import Dkim, read_key  # noqa: PLC0415 # see above

    key = read_key(table.key_file.read_text("ascii"))
    return Dkim(domain=table.domain, selector=table.selector, key=key)
