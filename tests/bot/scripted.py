"""A Bot API that answers as a script says, over a real socket."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

TOKEN = "1:token"  # noqa: S105 # opens nothing


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What one call gets: an answer, after a while, or a closed connection."""

    status: int = 200
    body: bytes = b""
    after: float = 0.0
    hang_up: bool = False


def result(value: Any, *, after: float = 0.0) -> Reply:
    return Reply(body=json.dumps({"ok": True, "result": value}).encode(), after=after)


def refusal(status: int, description: str, **parameters: int) -> Reply:
    said = {"ok": False, "error_code": status, "description": description}
    if parameters:
        said["parameters"] = parameters
    return Reply(status=status, body=json.dumps(said).encode())


def html(status: int) -> Reply:
    return Reply(status=status, body=b"<html><h1>nginx</h1></html>")


HANG_UP = Reply(hang_up=True)


@dataclass(frozen=True)
class Request:
    """A call that came: the method and its form, or the raw body of an upload."""

    method: str
    params: dict[str, str]
    body: bytes


class Scripted:
    """Answers each method with the replies that were put for it, then ``usual``."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.url = ""
        self._script: defaultdict[str, deque[Reply]] = defaultdict(deque)
        self._usual: dict[str, Reply] = {
            "getMe": result({"id": 1, "username": "desk_bot"})
        }

    def put(self, method: str, *replies: Reply) -> None:
        self._script[method].extend(replies)

    def usually(self, method: str, reply: Reply) -> None:
        self._usual[method] = reply

    def params(self, method: str) -> list[dict[str, str]]:
        return [one.params for one in self.requests if one.method == method]

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            while request := await _read(reader):
                self.requests.append(request)
                reply = self._next(request.method)
                await asyncio.sleep(reply.after)
                if reply.hang_up:
                    break
                head = f"HTTP/1.1 {reply.status} X\r\nContent-Length: {len(reply.body)}"
                writer.write(head.encode() + b"\r\n\r\n" + reply.body)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client went away, as some tests want
        finally:
            writer.close()

    def _next(self, method: str) -> Reply:
        waiting = self._script[method]
        if waiting:
            return waiting.popleft()
        return self._usual.get(method, refusal(404, "Not Found"))


@asynccontextmanager
async def scripted() -> AsyncIterator[Scripted]:
    telegram = Scripted()
    server = await asyncio.start_server(telegram.serve, "127.0.0.1", 0)
    telegram.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield telegram


async def _read(reader: asyncio.StreamReader) -> Request | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.splitlines()
    headers = {
        name.lower(): value.strip()
        for name, _, value in (line.partition(":") for line in lines)
    }
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    is_form = headers.get("content-type", "").startswith("application/x-www-form")
    form = parse_qs(body.decode()) if is_form else {}
    path = first.split()[1]
    return Request(
        method=path.rpartition("/")[2],
        params={name: values[0] for name, values in form.items()},
        body=body,
    )
