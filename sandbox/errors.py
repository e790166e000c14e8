"""What the sandbox refuses: a bot's call, or a person's wish.

ApiError  the Bot API's own refusal, in its JSON shape
RefusedError   the control API's: a person cannot do that, or it makes no sense
"""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """The Bot API refuses the call."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def body(self) -> dict[str, Any]:
        answer: dict[str, Any] = {
            "ok": False,
            "error_code": self.code,
            "description": self.description,
        }
        if self.parameters:
            answer["parameters"] = self.parameters
        return answer


def bad_request(text: str, **parameters: int) -> ApiError:
    return ApiError(400, f"Bad Request: {text}", **parameters)


def forbidden(text: str) -> ApiError:
    return ApiError(403, f"Forbidden: {text}")


class RefusedError(Exception):
    """A person of the sandbox cannot do that."""

    def __init__(self, reason: str, *, status: int = 400) -> None:
        super().__init__(reason)
        self.status = status
