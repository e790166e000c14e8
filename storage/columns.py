"""The column kinds the schema is made of."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Integer,
    String,
    TypeDecorator,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field
from typing_extensions import override

JsonType = JSON().with_variant(JSONB(), "postgresql")
MaybeJson = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
BigId = BigInteger().with_variant(Integer(), "sqlite")


@lru_cache(maxsize=64)  # one transaction writes the same moment many times
def _text(moment: datetime) -> str:
    naive = moment.astimezone(UTC).replace(tzinfo=None)
    return naive.isoformat(timespec="microseconds") + "Z"


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment: timestamptz, or sortable RFC 3339 text on SQLite."""

    impl = String(27)
    cache_ok = True

    @override
    def load_dialect_impl(self, dialect: Dialect) -> Any:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(27))
        return dialect.type_descriptor(DateTime(timezone=True))

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None or dialect.name != "sqlite":
            return value
        return _text(value)

    @override
    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if dialect.name != "sqlite":
            aware: datetime = value
            return aware.astimezone(UTC)
        return datetime.fromisoformat(value)


def moment(*, nullable: bool = True) -> Any:
    return Field(default=None, sa_column=Column(UtcDateTime(), nullable=nullable))


def json_object() -> Any:
    return Field(default_factory=dict, sa_column=Column(JsonType, nullable=False))


def row_id() -> Any:
    return Field(
        default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True)
    )


def row_ref(target: str, *, nullable: bool = True, index: bool = False) -> Any:
    """Refer to a row; checked at commit so that rows may come in any order."""
    key = ForeignKey(target, deferrable=True, initially="DEFERRED")
    return Field(
        default=None, sa_column=Column(BigId, key, nullable=nullable, index=index)
    )
