"""What reads a mailbox over IMAP."""

from __future__ import annotations

import ssl
import subprocess
from collections.abc import Callable, Sequence
from functools import partial

from pydantic import SecretStr

from app.mailboxes import MailboxKeeper
from app.parts.kit import Kit, now
from app.settings.mail import Imap
from mail.imap.door import MailboxDoor
from mail.imap.errors import LoginError
from mail.imap.mailbox import Done, Mailbox, Safety

#: How long the command that prints a token may take, in seconds.
TOKEN_SECONDS = 30
_SAFETY = {True: Safety.TLS, "starttls": Safety.STARTTLS, False: Safety.NONE}


def make_mailbox_door(kit: Kit, table: Imap) -> MailboxDoor:
    keeper = MailboxKeeper(
        store=kit.store,
        clock=now,
        name=table.name,
        owns=kit.rules.is_own,
        header=table.delivered_to,
    )
    return MailboxDoor(_mailbox(table, max_size=kit.config.mail.smtp.max_size), keeper)


def _mailbox(table: Imap, *, max_size: int) -> Mailbox:
    safety = _SAFETY[table.tls]
    return Mailbox(
        name=table.name,
        host=table.host,
        port=table.port or (993 if safety is Safety.TLS else 143),
        user=table.user,
        secret=_secret(table.password, table.token_command),
        is_token=table.password is None,
        safety=safety,
        context=_context(table),
        folder=table.folder,
        done=Done(seen=table.done == "seen", move=table.move_to),
        max_size=max_size,
    )


def _context(table: Imap) -> ssl.SSLContext | None:
    if not table.tls:
        return None
    return ssl.create_default_context(cafile=table.ca_file)


def _secret(password: SecretStr | None, command: Sequence[str]) -> Callable[[], str]:
    if password is not None:
        return password.get_secret_value
    return partial(_token, command)


def _token(command: Sequence[str]) -> str:
    """Return what the command prints; LoginError, without what it printed."""
    try:
        done = subprocess.run(  # noqa: S603 # the operator's own command
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TOKEN_SECONDS,
            check=True,
        )
    except subprocess.TimeoutExpired:
        words = f"it took longer than {TOKEN_SECONDS} s"
        raise LoginError(f"token_command gave no token: {words}") from None
    except subprocess.CalledProcessError as error:
        words = f"it ended with {error.returncode}"
        raise LoginError(f"token_command gave no token: {words}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise LoginError(f"token_command gave no token: {error}") from None
    token = done.stdout.strip()
    if not token or len(token.split()) > 1:
        raise LoginError("token_command printed no token")
    return token
