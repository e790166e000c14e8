"""A charset's many names, and bytes that lie about theirs."""

from __future__ import annotations

import pytest

from mail.reading import charsets


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("UTF-8", "utf_8"),
        ('"windows-1251"', "cp1251"),
        ("win-1251", "cp1251"),
        ("KOI8-R", "koi8_r"),
        ("koi8-u", "koi8_u"),
        ("gb2312", "gb18030"),
        ("GBK", "gb18030"),
        ("iso-8859-8-i", "iso8859_8"),
        ("unicode-1-1-utf-7", "utf_7"),
        ("ks_c_5601-1987", "cp949"),
        ("iso-8859-1", "cp1252"),
        ("iso-2022-jp", "iso2022_jp_ext"),
        ("windows-874", "cp874"),
        ("us-ascii", "ascii"),
        ("x-martian", None),
        ("idna", None),
        ("zlib", None),
        ("unicode_escape", None),
        ("", None),
    ],
)
def test_a_charset_goes_by_many_names(name: str, codec: str | None) -> None:
    assert charsets.canonical(name) == codec


@pytest.mark.parametrize(
    ("raw", "declared", "text"),
    [
        ("Привет".encode(), "iso-8859-1", "Привет"),
        ("Привет".encode(), "us-ascii", "Привет"),
        ("Здравствуйте".encode("cp1251"), "utf-8", "Здравствуйте"),
        ("café".encode("latin-1"), "", "café"),
        ("“x”".encode("cp1252"), "iso-8859-1", "“x”"),
        ("Здравствуйте".encode()[:-1], "utf-8", "Здравствуйт\ufffd"),
        ("ОТЧЁТ ЗА СЕНТЯБРЬ".encode("cp1251"), "", "ОТЧЁТ ЗА СЕНТЯБРЬ"),
        ("ОТЧЁТ ЗА СЕНТЯБРЬ".encode("koi8-r"), "", "ОТЧЁТ ЗА СЕНТЯБРЬ"),
        (b"a\0b", "utf-8", "ab"),
        (b"+2AA-", "utf-7", "\ufffd"),
        (b"+BB8- +AD4 x +zz", "utf-7", "П > x \ufffd"),
        ("\ufeffx".encode(), "utf-8", "x"),
        (b"a \x1b$B-!F|\x1b(B b", "iso-2022-jp", "a ①日 b"),
    ],
    ids=[
        "UTF-8 called Latin", "UTF-8 called ASCII", "1251 called UTF-8", "Latin",
        "quotes of Windows", "cut", "capitals, 1251", "capitals, KOI8", "a zero",
        "half a pair", "UTF-7 with a fault", "a byte order mark",
        "a vendor's digit",
    ],
)  # fmt: skip
def test_bytes_are_read_for_what_they_are(raw: bytes, declared: str, text: str) -> None:
    assert charsets.decode(raw, declared) == text
