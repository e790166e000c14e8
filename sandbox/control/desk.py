"""Handlers about mail, and the state the page polls."""

from __future__ import annotations

import asyncio
import smtplib
from dataclasses import asdict, dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse

from sandbox.control.bodies import read_wish
from sandbox.control.wishes import NewMail
from sandbox.errors import RefusedError
from sandbox.mailbox import SentMail
from sandbox.post import Draft, post_mail
from sandbox.stickers import ICON_STICKERS
from sandbox.telegram import Telegram
from sandbox.views import chat_view, user_view


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """The mail side: whose mail is read, and where a partner's mail goes."""

    sent: SentMail
    support_address: str = ""
    smtp: tuple[str, int] | None = None
    started: str = ""

    async def state(self, tg: Telegram, request: Request) -> Any:
        """Return everything the page shows; only the version if it is the same."""
        version = f"{self.started}.{tg.version}.{self.sent.stamp()}"
        if request.query_params.get("since") == version:
            return {"version": version}
        return {
            "version": version,
            "bot": user_view(tg.bot),
            "users": [user_view(user) for user in tg.world.users.values()],
            "chats": [chat_view(tg.world, chat) for chat in tg.world.chats.values()],
            "icons": ICON_STICKERS,
            "mails": len(await asyncio.to_thread(self.sent.listed)),
            "support_address": self.support_address,
            "can_mail": self.smtp is not None,
        }

    async def mails(self, _tg: Telegram, _request: Request) -> Any:
        return [asdict(mail) for mail in await asyncio.to_thread(self.sent.listed)]

    async def raw_mail(self, _tg: Telegram, request: Request) -> Any:
        key = request.path_params["key"]
        raw = await asyncio.to_thread(self.sent.raw, key)
        if raw is None:
            raise RefusedError("there is no such mail", status=404)
        return PlainTextResponse(
            raw.decode(errors="replace"), headers={"X-Content-Type-Options": "nosniff"}
        )

    async def send(self, _tg: Telegram, request: Request) -> Any:
        """Hand a partner's mail to the desk over SMTP."""
        wish = await read_wish(request, NewMail)
        if self.smtp is None:
            raise RefusedError("no SMTP server was given", status=409)
        host, port = self.smtp
        given = wish.model_dump() | {"to": wish.to or self.support_address}
        try:
            message_id = await asyncio.to_thread(post_mail, Draft(**given), host, port)
        except (ValueError, OSError, smtplib.SMTPException) as error:
            raise RefusedError(f"the mail did not go: {error}") from error
        return {"message_id": message_id}
