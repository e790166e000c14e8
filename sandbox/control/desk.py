"""Handlers about mail and the bus, and the state the page polls."""

from __future__ import annotations

import asyncio
import smtplib
from dataclasses import asdict, dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse

from sandbox.control.bodies import read_wish
from sandbox.control.wishes import NewMail
from sandbox.errors import RefusedError
from sandbox.feed import Feed
from sandbox.mail_html import HEADERS, read_html
from sandbox.mailboxes import Mailboxes
from sandbox.methods.commands import shown_to
from sandbox.post import Draft, post_mail, write_mail
from sandbox.stickers import ICON_STICKERS
from sandbox.telegram import Telegram
from sandbox.views import chat_view, user_view


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """Mail and bus: what is shown, and where a partner's mail goes."""

    mailboxes: Mailboxes
    feed: Feed
    support_address: str = ""
    smtp: tuple[str, int] | None = None
    started: str = ""

    async def state(self, tg: Telegram, request: Request) -> Any:
        """Return everything the page shows; only the version if it is the same."""
        stamps = f"{self.mailboxes.stamp()}.{self.feed.stamp()}"
        version = f"{self.started}.{tg.version}.{stamps}"
        if request.query_params.get("since") == version:
            return {"version": version}
        return {
            "version": version,
            "bot": user_view(tg.bot),
            "users": [
                user_view(user) | {"menu": shown_to(tg.world, user)}
                for user in tg.world.users.values()
            ],
            "chats": [chat_view(tg.world, chat) for chat in tg.world.chats.values()],
            "icons": ICON_STICKERS,
            "mails": await asyncio.to_thread(self.mailboxes.count),
            "owners": [
                asdict(owner)
                for owner in await asyncio.to_thread(self.mailboxes.owners)
            ],
            "support_address": self.support_address,
            "can_mail": self.smtp is not None,
            "has_bus": bool(self.feed),
        }

    async def mails(self, _tg: Telegram, request: Request) -> Any:
        person = request.query_params.get("person", "")
        return [
            asdict(mail)
            for mail in await asyncio.to_thread(self.mailboxes.listed, person)
        ]

    async def raw_mail(self, _tg: Telegram, request: Request) -> Any:
        raw = await self._raw(request)
        return PlainTextResponse(
            raw.decode(errors="replace"), headers={"X-Content-Type-Options": "nosniff"}
        )

    async def html_mail(self, _tg: Telegram, request: Request) -> Any:
        page = await asyncio.to_thread(read_html, await self._raw(request))
        if page is None:
            raise RefusedError("the mail has no HTML", status=404)
        return HTMLResponse(page, headers=HEADERS)

    async def _raw(self, request: Request) -> bytes:
        key = request.path_params["key"]
        raw = await asyncio.to_thread(self.mailboxes.raw, key)
        if raw is None:
            raise RefusedError("there is no such mail", status=404)
        return raw

    async def send(self, _tg: Telegram, request: Request) -> Any:
        """Hand a partner's mail to the desk over SMTP, and keep it for them."""
        wish = await read_wish(request, NewMail)
        if self.smtp is None:
            raise RefusedError("no SMTP server was given", status=409)
        given = wish.model_dump() | {"to": wish.to or self.support_address}
        try:
            message_id = await asyncio.to_thread(self._post, Draft(**given), self.smtp)
        except (ValueError, OSError, smtplib.SMTPException) as error:
            raise RefusedError(f"the mail did not go: {error}") from error
        return {"message_id": message_id}

    def _post(self, draft: Draft, smtp: tuple[str, int]) -> str:
        message = write_mail(draft)
        post_mail(message, *smtp)
        self.mailboxes.keep(message)
        return str(message["Message-ID"])

    async def events(self, _tg: Telegram, request: Request) -> Any:
        stream = request.query_params.get("stream", "")
        return [
            asdict(event) for event in await asyncio.to_thread(self.feed.listed, stream)
        ]
