"""The Bot API over HTTP: one client whose errors keep what Telegram said."""

from __future__ import annotations

import json
import logging
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from telegram import Bot
from telegram.error import TelegramError
from telegram.request import HTTPXRequest
from telegram.warnings import PTBUserWarning
from typing_extensions import override

#: Parallel sends; python-telegram-bot waits a second for a free connection.
POOL_SIZE = 256
CONNECT_SECONDS = 10.0
READ_SECONDS = 30.0
MEDIA_SECONDS = 60.0


class RefusedError(TelegramError):
    """An HTTP answer other than a result.

    ``answered`` is False if it did not come from the Bot API but from something
    on the way; ``description`` is in lower case, as the texts are re-cased freely.
    """

    def __init__(self, code: int, body: dict[str, Any] | None) -> None:
        self.code = code
        self.answered = body is not None
        said = str(body.get("description", "")) if body else "not the Bot API's answer"
        self.description = said.lower()
        super().__init__(f"{code} {said}")
        parameters = body.get("parameters", {}) if body else {}
        seconds: int | None = parameters.get("retry_after")
        self.retry_after = None if seconds is None else timedelta(seconds=seconds)
        self.migrated_to: int | None = parameters.get("migrate_to_chat_id")


class Wire(HTTPXRequest):
    """HTTP that raises RefusedError instead of sorting by exception class.

    The library's classes do not tell a 413 from a 500, nor Telegram's 403 from a
    proxy's, and an answer that is no JSON escapes as KeyError.
    """

    @override
    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        code, payload = await super().do_request(*args, **kwargs)
        is_call = "POST" in (kwargs.get("method"), *args)
        if code // 100 != 2 or (is_call and "result" not in (_body(payload) or ())):
            raise RefusedError(code, _body(payload))
        return code, payload


@asynccontextmanager
async def open_bot(token: str, api_url: str) -> AsyncIterator[Bot]:
    """Give a client that has not called yet, and close its connections after.

    Raises telegram.error.InvalidToken if the token is empty.
    """
    # Every call goes through do_api_request, which warns of methods it knows.
    warnings.filterwarnings(
        "ignore", message="Please use 'Bot", category=PTBUserWarning
    )
    # These loggers write the URL, and so the token.
    for name in ("httpx", "telegram"):
        logging.getLogger(name).setLevel(logging.WARNING)
    root = api_url.rstrip("/")
    async with _wire(POOL_SIZE) as calls, _wire(2) as polls:
        yield Bot(
            token,
            base_url=f"{root}/bot",
            base_file_url=f"{root}/file/bot",
            request=calls,
            get_updates_request=polls,
        )


def _wire(pool: int) -> Wire:
    return Wire(
        connection_pool_size=pool,
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        write_timeout=READ_SECONDS,
        media_write_timeout=MEDIA_SECONDS,
    )


def _body(payload: bytes) -> dict[str, Any] | None:
    """Return the Bot API's answer, None if it is something else."""
    try:
        body = json.loads(payload)
    except ValueError:
        return None
    return body if isinstance(body, dict) and "ok" in body else None
