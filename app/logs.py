"""The log: events of a closed vocabulary, with ids and never with secrets."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Any, TextIO, cast

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger


@unique
class Happened(StrEnum):
    """Every event that the program logs; a test holds the calls against it."""

    ARRIVAL_FAILED = "arrival_failed"
    BUS_FILE_REPAIRED = "bus_file_repaired"
    CALLER_LOST = "caller_lost"
    CATCHING_UP = "catching_up"
    CATCHING_UP_FAILED = "catching_up_failed"
    CAUGHT_UP = "caught_up"
    CLAIM_FAILED = "claim_failed"
    COMMAND_UNREADABLE = "command_unreadable"
    COMMANDS_UNHEARD = "commands_unheard"
    CONTROL_FAILED = "control.failed"
    CONTROL_GAVE_UP = "control.gave_up"
    DIGEST_MADE = "digest_made"
    IMAP_FAILED = "imap_failed"
    IMAP_LEFT = "imap_left"
    IMAP_LEFT_BEHIND = "imap_left_behind"
    IMAP_RECOVERED = "imap_recovered"
    IMAP_STARTED_OVER = "imap_started_over"
    LEAVING_POSTPONED = "leaving_postponed"
    LEFT_WITHOUT_WORD = "left_without_word"
    LISTENER_LOST = "listener_lost"
    PROCESS_ABSENT = "process_absent"
    MENU_NOT_SET = "menu_not_set"
    POLLING_FAILED = "polling_failed"
    POLLING_RECOVERED = "polling_recovered"
    LEADING = "leading"
    LEADERSHIP_LOST = "leadership_lost"
    RECORDS_UNAVAILABLE = "records_unavailable"
    SCANNER_AWAY = "scanner_away"
    SCANNER_BACK = "scanner_back"
    RECONCILED = "reconciled"
    RECONCILING_FAILED = "reconciling_failed"
    RENDERING_FAILED = "rendering_failed"
    SENDING_FAILED = "sending_failed"
    SMTP_CERTIFICATE_NOT_READ = "smtp.certificate_not_read"
    SMTP_CERTIFICATE_READ = "smtp.certificate_read"
    SMTP_FAILED = "smtp.failed"
    SMTP_FEW_FILES = "smtp.few_files"
    SMTP_FULL = "smtp.full"
    SMTP_NOT_KEPT = "smtp.not_kept"
    SMTP_NO_TLS = "smtp.no_tls"
    SMTP_STILL_KEEPING = "smtp.still_keeping"
    SMTP_TOO_SLOW = "smtp.too_slow"
    SMTP_TURNED_AWAY = "smtp.turned_away"
    STARTED = "started"
    STOPPED = "stopped"
    TIMER_RUNG = "timer_rung"
    WORK_ABANDONED = "work_abandoned"
    WORK_FAILED = "work_failed"


#: Keys that name what must not stand in a log, whatever their value.
SECRET_KEY = re.compile(
    "token|secret|password|passwd|credential|authorization|api_?key|"
    "body|text|html|raw|content|payload|subject",
    re.IGNORECASE,
)
#: A bot's token stands in the address of every call, and so in errors about them.
SECRET_VALUES = (
    (re.compile(r"(?<![0-9])[0-9]{5,12}:[A-Za-z0-9_-]{20,}"), "***"),
    (re.compile(r"(\w+://)[^/@\s]*:[^@\s]*@"), r"\1***@"),
    # PostgreSQL repeats the row that it refuses.
    (re.compile(r"^DETAIL: .*?(?=^\[SQL: |\Z)", re.MULTILINE | re.DOTALL), ""),
)
HIDDEN = "(not logged)"
#: aiormq logs messages that it cannot place, people's words included. What goes
#: wrong there stands in our answers.
SILENT = ("aio_pika", "aiormq")


def set_up(*, stream: TextIO | None = None) -> None:
    """Log to ``stream``, by default standard error: words for a terminal, else JSON."""
    out = _Unfailing(stream or sys.stderr)
    shared: Sequence[Processor] = (
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        hide_secrets,
    )
    render = _renderer(out)
    structlog.configure(
        processors=[*shared, render],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=cast("TextIO", out)),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                render,
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    for name in SILENT:
        logging.getLogger(name).setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True, weakref_slot=True)
class _Unfailing:
    """A stream whose full disk, or reader that left, is no trouble of who logs.

    The log often stands on the disk that is full, which is when mail must be refused
    with 452 and not with a broken connection.
    """

    stream: TextIO

    def write(self, text: str) -> None:
        with suppress(OSError):
            self.stream.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            self.stream.flush()

    def isatty(self) -> bool:
        return self.stream.isatty()


def _renderer(out: _Unfailing) -> Processor:
    if out.isatty():
        return structlog.dev.ConsoleRenderer(
            exception_formatter=structlog.dev.plain_traceback
        )
    return structlog.processors.JSONRenderer(ensure_ascii=False)


def hide_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Take out what names or looks like a secret, or like what people wrote."""
    return {
        key: HIDDEN if SECRET_KEY.search(key) else _without_secrets(value)
        for key, value in event.items()
    }


def _without_secrets(value: Any) -> Any:
    if isinstance(value, bytes):
        return HIDDEN
    if not isinstance(value, str):
        return value
    for pattern, instead in SECRET_VALUES:
        value = pattern.sub(instead, value)
    return value
