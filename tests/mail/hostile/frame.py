"""Parts too many, too deep, or divided by what is no boundary."""

from __future__ import annotations

from tests.mail.hostile.kind import HEAD, Kinds


def nested(depth: int) -> bytes:
    lines = [HEAD]
    for level in range(depth):
        lines.append(b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n' % level)
        lines.append(b"--b%d\r\n" % level)
    return b"".join(lines) + b"Content-Type: text/plain\r\n\r\nhidden\r\n"


def many_parts(count: int) -> bytes:
    part = b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n"
    head = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    return head + part * count + b"--b--\r\n"


def same_boundary(depth: int) -> bytes:
    line = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
    return HEAD + line * depth + b"\r\nx\r\n"


def many_files(count: int) -> bytes:
    part = b"--b\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\nx\r\n"
    head = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    return head + part * count + b"--b--\r\n"


def near_boundaries(count: int) -> bytes:
    head = HEAD + b"Content-Type: multipart/mixed; boundary=------\r\n\r\n"
    return head + b"--------x\r\n-------\r\n" * count + b"--------\r\n\r\nx\r\n"


def mails_in_mails(depth: int) -> bytes:
    return b"Content-Type: message/rfc822\r\n\r\n" * depth + HEAD + b"\r\nx"


def wrapped_mails(depth: int, width: int) -> bytes:
    """Return mails that each hold so many of the next, none with a word of its own."""
    mail = b"Subject: deepest\r\n\r\nx\r\n"
    for level in range(depth):
        head = b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n" % level
        part = b"--b%d\r\nContent-Type: message/rfc822\r\n\r\n" % level + mail
        mail = head + part * width + b"--b%d--\r\n" % level
    return HEAD + mail


FRAMES: Kinds = {
    "nested 500 deep": lambda: nested(500),
    "nested 10,000 deep": lambda: nested(10_000),
    "100,000 parts": lambda: many_parts(100_000),
    "one boundary nested 5,000 times": lambda: same_boundary(5000),
    "no header": lambda: b"\r\n\r\n\r\n",
    "nothing": lambda: b"",
    "100,000 files": lambda: many_files(100_000),
    "a million lines that are nearly boundaries": lambda: near_boundaries(500_000),
    "a boundary that never comes": lambda: (
        HEAD
        + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        + b"--c\r\n" * 2_000_000
    ),
    "mails 5,000 deep in mails": lambda: mails_in_mails(5000),
    "mails in mails, 8 wide and 6 deep": lambda: wrapped_mails(6, 8),
    "a digest of 100,000 mails": lambda: (
        HEAD
        + b"Content-Type: multipart/digest; boundary=b\r\n\r\n"
        + b"--b\r\n\r\nSubject: s\r\n\r\nx\r\n" * 100_000
    ),
    "a report on 100,000 recipients": lambda: (
        b"From: MAILER-DAEMON@example.org\r\nContent-Type: multipart/report;"
        b" report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nsorry\r\n--b\r\n"
        b"Content-Type: message/delivery-status\r\n\r\n"
        + b"".join(
            b"Final-Recipient: rfc822; u%d@example.org\r\nAction: failed\r\n\r\n" % n
            for n in range(100_000)
        )
    ),
}
