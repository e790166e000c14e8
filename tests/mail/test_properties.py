"""Whatever the bytes, reading them gives a letter."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from mail.quotes import prose
from mail.reading import (
    addresses,
    charsets,
    markup,
    names,
    params,
    parse,
    transfer,
    words,
)
from tickets.letter import Letter

_PIECES = st.sampled_from(
    [
        b"From: ", b"To: ", b"Subject: ", b"References: ", b"Date: ", b"Message-ID: ",
        b"Content-Type: ", b"Content-Disposition: ", b"Content-Transfer-Encoding: ",
        b"Content-ID: ", b"text/plain", b"text/html", b"message/rfc822", b"image/png",
        b"multipart/mixed; boundary=b", b"multipart/report", b"; charset=", b"utf-8",
        b"utf-16", b"utf-7", b"koi8-r", b"gb2312", b"idna", b"zlib", b"; name*0*=",
        b"; filename*=utf-8''%FF", b"; filename=", b"attachment", b"inline", b"base64",
        b"quoted-printable", b"uuencode", b"\r\n", b"\r\n", b"\r\n\r\n", b"\n", b"\r",
        b" ", b"\t", b"--b", b"--", b"=?utf-8?B?", b"=?koi8-r?Q?=", b"?=", b"=00",
        b'"', b"<", b">", b"(", b")", b",", b":", b";", b"@", b".", b"\\", b"\0",
        b"a@b.c", b"<p>", b"<a href=", b"<ul><li>", b"</", b"&#0;", b"&#xD800;", b"=3D",
        b"MAILER-DAEMON@x", b"message/delivery-status", b"Action: failed\n",
        b"Final-Recipient: rfc822;", b"Diagnostic-Code: smtp;", b"Status: 5.1.1",
        b"begin 644 x\n", b"+2AA-", b"Thu, 30 Feb 99999 99:99", b"\xd0\x9f", b"../",
    ]
)  # fmt: skip
_MAIL = st.lists(st.one_of(_PIECES, st.binary(max_size=8)), max_size=60).map(b"".join)


def _strings(letter: Letter) -> list[str]:
    boxes = [*letter.to, *letter.cc, *letter.reply_to]
    boxes += [letter.author] if letter.author else []
    heads = [letter.subject, letter.message_id or "", *letter.references]
    heads += [*letter.in_reply_to, letter.own_ticket or ""]
    heads += [text for box in boxes for text in (box.name, box.address)]
    heads += [text for f in letter.files for text in (f.name, f.content_id or "")]
    told = letter.report
    if told is not None:
        heads += [*told.recipients, *told.message_ids, *told.reply_to]
        heads += [told.status, told.words]
    return heads + [file.media_type for file in letter.files]


@given(_MAIL)
@settings(max_examples=1500)
def test_any_bytes_give_a_letter(raw: bytes) -> None:
    letter = parse.read(raw)
    assert not any("beyond" in defect for defect in letter.defects)
    heads = _strings(letter)
    assert not any(character in text for text in heads for character in "\r\n\0")
    for text in (*heads, letter.text, letter.html or ""):
        text.encode()
    assert "\0" not in letter.text + (letter.html or "")
    assert not any(set("/\\") & set(file.name) for file in letter.files)


@given(st.binary(max_size=60), st.text(max_size=12))
def test_any_charset_decodes_any_bytes(raw: bytes, declared: str) -> None:
    text = charsets.decode(raw, declared)
    text.encode()
    assert "\0" not in text


@given(st.binary(max_size=300), st.sampled_from(["base64", "uuencode", "x"]))
def test_any_transfer_encoding_gives_bytes(body: bytes, encoding: str) -> None:
    content, _ = transfer.undo(encoding, body)
    assert len(content) <= max(len(body), 1) * 2


@given(st.binary(max_size=6000))
def test_base64_comes_back(content: bytes) -> None:
    from base64 import encodebytes

    assert transfer.undo("base64", encodebytes(content)) == (content, False)


@given(st.text(max_size=80))
def test_any_header_text_becomes_one_line(text: str) -> None:
    line = words.header_text(text.encode("utf-8", "surrogatepass"))
    assert not set("\r\n\0") & set(line)


@given(st.binary(max_size=120))
def test_any_parameters_and_addresses_are_read(raw: bytes) -> None:
    params.parse(raw)
    for mailbox in addresses.parse(raw):
        assert mailbox.address
        assert not mailbox.address.isspace()


@given(st.text(max_size=300))
def test_a_file_name_is_safe(name: str) -> None:
    safe = names.safe(name)
    assert len(safe.encode()) <= 255
    assert safe not in {".", ".."}
    assert not set("/\\\r\n\0") & set(safe)


@given(st.text(alphabet="<>/abpliu=\"' &;#x0!-\n", max_size=200))
def test_any_html_is_cleaned_and_read(source: str) -> None:
    cleaned = markup.clean(source)
    assert "<script" not in cleaned
    prose.read(cleaned)
