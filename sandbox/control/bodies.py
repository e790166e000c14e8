"""Request bodies as wishes, and answers and refusals as JSON."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.botapi import read_body
from sandbox.control.wishes import Wish
from sandbox.errors import ApiError, RefusedError
from sandbox.params import Params, read_params

W = TypeVar("W", bound=Wish)
Handler = Callable[[Request], Awaitable[Any]]


async def read_body_params(request: Request) -> Params:
    media_type = request.headers.get("content-type", "")
    return read_params("", media_type, await read_body(request))


async def read_wish(request: Request, kind: type[W]) -> W:
    """Check the body; raises RefusedError with every fault named."""
    return as_wish((await read_body_params(request)).values, kind)


def as_wish(values: dict[str, Any], kind: type[W]) -> W:
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        faults = [
            f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}"
            for fault in error.errors()
        ]
        raise RefusedError("; ".join(faults)) from error


async def answer(handler: Handler, request: Request) -> Response:
    """Run a handler; what people or the bot's rules refuse is no server error."""
    try:
        result = await handler(request)
    except RefusedError as refusal:
        return JSONResponse({"error": str(refusal)}, refusal.status)
    except ApiError as error:
        return JSONResponse({"error": error.description}, error.code)
    return result if isinstance(result, Response) else JSONResponse(result)


def path_id(request: Request, name: str) -> int:
    """Read an id from the path; those of groups are negative."""
    try:
        return int(request.path_params[name])
    except ValueError as error:
        raise RefusedError(f"{name} must be a number", status=404) from error


def number(request: Request, name: str) -> int | None:
    """Read a whole number from the query; None if it is absent."""
    text = request.query_params.get(name, "")
    if not text:
        return None
    try:
        return int(text)
    except ValueError as error:
        raise RefusedError(f"{name} must be a number") from error
