"""What the storage may say went wrong.

StorageError
├── StorageFull       no room on the disk
├── StorageDown       the database does not answer
├── LeaseLost         another worker has the lane by now
└── Locked            another process writes to this data directory
"""

from __future__ import annotations


class StorageError(Exception):
    """The records could not be read or written."""


class StorageFull(StorageError):  # noqa: N818 # a state of the disk, as ENOSPC is
    """The disk or the database has no room left."""


class StorageDown(StorageError):  # noqa: N818 # a state of the server
    """The database does not answer; nothing was written."""


class LeaseLost(StorageError):  # noqa: N818 # a state of the lane
    """The lane was taken over while its item was being worked."""

    def __init__(self, lane: str) -> None:
        super().__init__(f"lane {lane!r} belongs to another worker by now")
        self.lane = lane


class Locked(StorageError):  # noqa: N818 # a state of the directory
    """Another process holds the data directory."""
