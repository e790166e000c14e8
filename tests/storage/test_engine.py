"""Connections keep to themselves what was written through them."""

from __future__ import annotations

import io

import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app import logs
from storage.store import Store
from storage.transaction import Transaction


def test_a_logged_error_does_not_repeat_what_people_wrote(store: Store) -> None:
    words = "they said " * 3  # so that no source line has them

    def job(tx: Transaction) -> None:
        tx.run(text("INSERT INTO site (code) VALUES (:a)"), {"a": words})

    said = io.StringIO()
    logs.set_up(stream=said)
    with pytest.raises(DBAPIError) as caught:
        store.write(job)
    structlog.get_logger().error("work_failed", exc_info=caught.value)
    structlog.reset_defaults()
    assert "INSERT INTO site" in said.getvalue()
    assert words not in said.getvalue()
