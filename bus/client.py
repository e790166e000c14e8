"""The HTTP client of the bus: what it trusts, and what its troubles are called."""

from __future__ import annotations

import ssl

import httpx

from bus.manner import Posting
from bus.receiver import Receiver
from bus.wording import one_line

#: Raised before anything of an event has left.
UNREACHABLE = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
)
HEADERS = {
    "content-type": "application/cloudevents+json; charset=utf-8",
    "accept": "application/json, text/plain",
    "accept-encoding": "identity",  # an answer may be a bomb
    "user-agent": "zayavka",
}


def client_for(receiver: Receiver, posting: Posting) -> httpx.AsyncClient:
    """Return a client that keeps its connections, and follows nobody elsewhere.

    It connects straight to the receiver, whatever proxy the environment names.
    Raises OSError if the certificates to trust cannot be read.
    """
    most = posting.connections
    auth = httpx.BasicAuth(receiver.user, receiver.password) if receiver.user else None
    return httpx.AsyncClient(
        auth=auth,
        headers=HEADERS,
        verify=_trust(receiver, posting),
        timeout=httpx.Timeout(posting.answer, connect=posting.open),
        limits=httpx.Limits(
            max_connections=most,
            max_keepalive_connections=most,
            keepalive_expiry=posting.idle,
        ),
        trust_env=False,
    )


def _trust(receiver: Receiver, posting: Posting) -> ssl.SSLContext:
    if receiver.url.startswith("https:"):
        return ssl.create_default_context(cafile=posting.ca_file)
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # to load all takes 50 ms


def trouble(error: BaseException) -> str:
    """Return an error's reason: httpx and what it stands on repeat one another."""
    found: BaseException = error
    while (below := found.__cause__ or found.__context__) is not None:
        found = below
    if isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    words = str(found) or str(error) or type(error).__name__
    return one_line(words)
