"""What the door lets one client, a network, and all of them together take."""

from __future__ import annotations

from dataclasses import dataclass

from mail.door.origin import LOOPBACK, Network


@dataclass(frozen=True, kw_only=True, slots=True)
class Patience:
    """How long a client may take, in seconds, and how often it may err.

    A client has ``session_seconds`` from its connection, or from its last
    accepted mail, to the next accepted mail: that ends a drip of NOOPs.
    ``command_seconds`` is for one whole command line, or for silence within a
    mail.
    """

    command_seconds: float = 300.0
    session_seconds: float = 1800.0
    max_errors: int = 20


#: While the door is crowded, what Postfix has under stress; a session has its time
#: for one large mail.
HURRY = Patience(command_seconds=10.0, session_seconds=300.0, max_errors=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """Sizes in bytes, times in seconds; 0 a minute is no limit.

    A mail must come at ``min_bytes_per_second`` on average, once
    ``rate_grace_seconds`` have passed; who was quicker may pause for
    ``command_seconds``. ``greeting_delay`` holds back the banner to catch clients
    that talk before it. What is of an address or a network, and the pause before the
    banner, is not for ``trusted`` ones; nor is ``tls_required``.
    """

    max_size: int = 25 * 1024 * 1024
    max_recipients: int = 100  # the least that RFC 5321, 4.5.3.1.8 allows
    max_connections: int = 1000
    max_per_address: int = 50
    max_per_network: int = 100
    max_in_flight_bytes: int = 256 * 1024 * 1024
    connections_a_minute: int = 300
    mails_a_minute: int = 300
    trusted: tuple[Network, ...] = LOOPBACK
    patience: Patience = Patience()
    hurry: Patience = HURRY
    min_bytes_per_second: int = 500
    rate_grace_seconds: float = 10.0
    greeting_delay: float = 0.0
    tls_required: bool = False

    def __post_init__(self) -> None:
        if self.max_in_flight_bytes < self.max_size:
            raise ValueError(
                f"max_in_flight_bytes = {self.max_in_flight_bytes} is less than "
                f"max_size = {self.max_size}: no mail of that size could ever come in"
            )
