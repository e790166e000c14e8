"""The table of the control API, as routes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.control import messages, persons, workings
from sandbox.control.bodies import answer
from sandbox.control.desk import Desk
from sandbox.telegram import Telegram

Handler = Callable[[Telegram, Request], Awaitable[Any]]
Row = tuple[str, str, Handler]

_CHAT = "chats/{chat}"
_MESSAGE = _CHAT + "/messages/{message}"

_ROWS: tuple[Row, ...] = (
    ("GET", "users", persons.list_users),
    ("POST", "users", persons.add_user),
    ("POST", "users/{user}", persons.change_user),
    ("POST", "users/{user}/start", persons.start),
    ("GET", "chats", persons.list_chats),
    ("POST", "groups", persons.add_group),
    ("POST", _CHAT + "/members", persons.set_member),
    ("POST", _CHAT + "/migrate", persons.migrate),
    ("GET", _CHAT + "/topics", persons.list_topics),
    ("POST", _CHAT + "/topics", persons.open_topic),
    ("POST", _CHAT + "/topics/{thread}", persons.change_topic),
    ("GET", _CHAT + "/messages", messages.list_messages),
    ("POST", _CHAT + "/messages", messages.write),
    ("GET", _MESSAGE, messages.show),
    ("POST", _MESSAGE, messages.edit),
    ("DELETE", _MESSAGE, messages.delete),
    ("POST", _MESSAGE + "/press", messages.press),
    ("POST", _MESSAGE + "/react", messages.react),
    ("GET", "callbacks/{callback}", messages.show_callback),
    ("GET", "files/{file}", messages.send_file),
    ("GET", "faults", workings.list_faults),
    ("POST", "faults", workings.add_fault),
    ("DELETE", "faults", workings.clear_faults),
    ("GET", "calls", workings.list_calls),
    ("DELETE", "calls", workings.clear_calls),
    ("GET", "rates", workings.show_rates),
    ("POST", "rates", workings.set_rates),
    ("DELETE", "rates", workings.clear_rates),
    ("GET", "updates", workings.show_updates),
    ("POST", "updates/redeliver", workings.redeliver),
    ("POST", "updates/next-id", workings.set_next_id),
)


def control_routes(telegram: Telegram, desk: Desk) -> list[Route]:
    mail: tuple[Row, ...] = (
        ("GET", "state", desk.state),
        ("GET", "mails", desk.mails),
        ("GET", "mails/{key}", desk.raw_mail),
        ("GET", "mails/{key}/html", desk.html_mail),
        ("POST", "mail", desk.send),
        ("GET", "bus", desk.events),
    )
    return [_route(telegram, row) for row in _ROWS + mail]


def _route(telegram: Telegram, row: Row) -> Route:
    verb, path, handler = row

    async def endpoint(request: Request) -> Response:
        return await answer(partial(handler, telegram), request)

    return Route(f"/sandbox/api/{path}", endpoint, methods=[verb])
