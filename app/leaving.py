"""The page behind the link by which a person leaves a ticket.

Looking changes nothing, for mail servers look at every link; the button does, and a
mail program's one click (RFC 8058), which is the same post.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from storage.books import SqlBooks
from storage.errors import StorageError
from storage.store import Store
from storage.transaction import Transaction
from tickets.rules import Rules
from tickets.wishes.leave_links import LeaveLink, read_leave_token

log = structlog.get_logger()
#: The page runs nothing, asks nobody else for anything, and is in no frame.
GUARDED = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


class Keeper(Protocol):
    """Where it is kept that somebody leaves."""

    async def keep(self, link: LeaveLink) -> None:
        """Return once it is committed; StorageError if it cannot be."""
        ...


class Pages(Protocol):
    """The words of pages, by name and language."""

    def page(self, name: str, language: str, /, **facts: object) -> str: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """What a link leads to: the ticket's number, and whether its person is on it."""

    number: str
    language: str
    email: str = ""
    is_on: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredPlaces:
    """What links lead to, out of the records."""

    store: Store
    rules: Rules

    async def find(self, link: LeaveLink) -> Place | None:
        return await asyncio.to_thread(self.store.read, lambda tx: self._find(tx, link))

    def _find(self, tx: Transaction, link: LeaveLink) -> Place | None:
        books = SqlBooks(tx, locks=False)
        try:
            ticket = books.ticket(link.ticket_id)
        except LookupError:  # records that were put back from a backup
            return None
        for one in books.participants(ticket.id):
            if one.contact.id == link.contact_id:
                own = one.contact.language
                return Place(
                    number=ticket.number,
                    language=self.rules.language_for(own, ticket.site),
                    email=one.contact.email or "",
                    is_on=True,
                )
        language = self.rules.language_for(None, ticket.site)
        return Place(number=ticket.number, language=language)


@dataclass(frozen=True, kw_only=True, slots=True)
class Leaving:
    """The page, and its button."""

    keys: tuple[bytes, ...]
    records: StoredPlaces
    keeper: Keeper
    texts: Pages

    def routes(self) -> Sequence[BaseRoute]:
        return (Route("/leave/{token}", self.answer, methods=["GET", "POST"]),)

    async def answer(self, request: Request) -> Response:
        link = read_leave_token(self.keys, request.path_params["token"])
        try:
            place = await self.records.find(link) if link else None
            if link is None or place is None:
                return PlainTextResponse("there is nothing here\n", status_code=404)
            asks = place.is_on and request.method != "POST"
            if place.is_on and not asks:
                await self.keeper.keep(link)
        except StorageError as error:
            log.warning("leaving_postponed", error=str(error))
            words = "the desk cannot be reached just now: try again later\n"
            return PlainTextResponse(words, status_code=503)
        page = self.texts.page(
            "leave",
            place.language,
            number=place.number,
            email=place.email,
            asks=asks,
        )
        return HTMLResponse(page, headers=GUARDED)
