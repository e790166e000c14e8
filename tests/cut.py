"""A way to a server, for tests that must do something in the middle of a mail."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress


class Cut:
    """A way to a desk that calls somebody when so many bytes have gone along it."""

    def __init__(
        self, *, at: int, to: int, after: int, call: Callable[[], None]
    ) -> None:
        self._to = to
        self._left = after
        self._call = call
        self._listener = socket.create_server(("127.0.0.1", at))
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self._carry(client)

    def _carry(self, client: socket.socket) -> None:
        try:
            desk = socket.create_connection(("127.0.0.1", self._to))
        except OSError:
            client.close()
            return
        back = threading.Thread(target=_pump, args=(desk, client), daemon=True)
        back.start()
        _pump(client, desk, self._count)
        back.join()

    def _count(self, size: int) -> None:
        before, self._left = self._left, self._left - size
        if before > 0 >= self._left:
            self._call()


def _pump(
    source: socket.socket,
    target: socket.socket,
    count: Callable[[int], None] = lambda _: None,
) -> None:
    """Carry bytes until one side ends."""
    try:
        while data := source.recv(65536):
            target.sendall(data)
            count(len(data))
    except OSError:
        return  # cut: the other thread sees it, too
    finally:
        for one in (source, target):
            with suppress(OSError):  # the other thread was first
                one.shutdown(socket.SHUT_RDWR)  # wakes who reads, as close does not
            one.close()
