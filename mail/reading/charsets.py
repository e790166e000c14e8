"""Bytes that claim a charset, or none, turned into text that any store accepts."""

from __future__ import annotations

import re
from encodings.aliases import aliases
from functools import lru_cache

# Names seen in mail that Python does not know, and names that mean more than
# they say: mail marked gb2312 or iso-8859-1 uses the superset (WHATWG Encoding).
_SAID = {
    "ansi_x3.110_1983": "cp1252",
    "ascii": "ascii",
    "us_ascii": "ascii",
    "latin1": "cp1252",
    "l1": "cp1252",
    "iso8859_1": "cp1252",
    "iso_8859_1": "cp1252",
    "iso_ir_100": "cp1252",
    "x_cp1250": "cp1250",
    "x_cp1251": "cp1251",
    "x_cp1252": "cp1252",
    "cp_1251": "cp1251",
    "win_1251": "cp1251",
    "windows1251": "cp1251",
    "win1251": "cp1251",
    "windows_1251": "cp1251",
    "x_windows_1251": "cp1251",
    "koi8": "koi8_r",
    "koi8r": "koi8_r",
    "koi": "koi8_r",
    "koi8u": "koi8_u",
    "koi8_ru": "koi8_u",
    "dos_866": "cp866",
    "x_mac_cyrillic": "mac_cyrillic",
    "x_mac_ukrainian": "mac_cyrillic",
    "x_mac_roman": "mac_roman",
    "macintosh": "mac_roman",
    "gb2312": "gb18030",
    "gb_2312": "gb18030",
    "gb_2312_80": "gb18030",
    "x_gbk": "gb18030",
    "gbk": "gb18030",
    "cp936": "gb18030",
    "chinese": "gb18030",
    "big5": "big5hkscs",
    "x_x_big5": "big5hkscs",
    "cn_big5": "big5hkscs",
    "euc_kr": "cp949",
    "ks_c_5601": "cp949",
    "ks_c_5601_1987": "cp949",
    "ks_c_5601_1989": "cp949",
    "ksc5601": "cp949",
    "x_windows_949": "cp949",
    "shift_jis": "cp932",
    "sjis": "cp932",
    "x_sjis": "cp932",
    "windows_31j": "cp932",
    "x_euc_jp": "euc_jp",
    "iso_2022_jp": "iso2022_jp_ext",
    "iso2022_jp": "iso2022_jp_ext",
    "cp50220": "iso2022_jp_ext",
    "iso_8859_8_i": "iso8859_8",
    "iso_8859_8_e": "iso8859_8",
    "iso_8859_6_i": "iso8859_6",
    "iso_8859_6_e": "iso8859_6",
    "unicode_1_1_utf_7": "utf_7",
    "x_unicode_2_0_utf_7": "utf_7",
    "unicode_1_1_utf_8": "utf_8",
    "utf8mb4": "utf_8",
    "utf_8_sig": "utf_8",
    "unicode": "utf_16",
    "ucs_2": "utf_16",
    "windows_874": "cp874",
    "dos_874": "cp874",
}
# Not charsets, or able to burn time: punycode is quadratic, the escapes warn.
_REFUSED = frozenset(
    {
        "base64_codec", "bz2_codec", "hex_codec", "idna", "mbcs", "oem", "punycode",
        "quopri_codec", "raw_unicode_escape", "rot_13", "undefined",
        "unicode_escape", "uu_codec", "zlib_codec",
    }
)  # fmt: skip
_KNOWN = (frozenset(aliases.values()) | {"cp874", "koi8_u", "koi8_t"}) - _REFUSED
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:+-]{0,39}")
_SURROGATE = re.compile("[\ud800-\udfff]")

# Relative frequency of Russian letters, the common ones; others count little.
_RUSSIAN = dict(zip("оеаинтсрвлкмдпуяыьгзбчйхжшюцщэф", range(31, 0, -1), strict=True))
_SAMPLE = 2000
_SEVEN_BIT = ("utf_7", "iso2022_", "hz")  # their bytes are ASCII, their text is not
_TWO_BYTES = re.compile(rb"\x1b\$[@B]([!-~]*+)(?:\x1b\([BJ])?")
_WIDE = (b"\xff\xfe", b"\xfe\xff")
_SINGLE = ("cp125", "iso8859_", "koi8_", "latin_1", "mac_", "cp866")


@lru_cache(maxsize=256)
def canonical(name: str) -> str | None:
    """Return Python's codec for a charset's declared name, None if unknown."""
    match = _NAME.search(name)
    if match is None:
        return None
    said = match[0].lower().replace("-", "_").rstrip("_.:")
    codec = _SAID.get(said) or aliases.get(said.replace(".", "_"), said)
    codec = _SAID.get(codec, codec)
    return codec if codec in _KNOWN else None


def decode(raw: bytes, declared: str = "") -> str:
    """Decode by the declared charset where it fits, else by the bytes' look."""
    if raw.isascii() and not declared:
        return _plain(raw.decode("ascii"))
    if raw.startswith(_WIDE) and _is_wide(raw):
        return storable(raw.decode("utf_16", "replace"))
    codec = canonical(declared) if declared else None
    if codec is None or codec == "ascii":
        return guess(raw)
    try:
        if codec.startswith(_SINGLE) and not raw.isascii():
            codec = "utf_8" if _is_utf8(raw) else codec  # no such text looks like UTF-8
        return storable(raw.decode(codec))
    except UnicodeError:
        return storable(_misdeclared(raw, codec))


def guess(raw: bytes) -> str:
    """Decode bytes of no declared charset: UTF-8, else Cyrillic, else Latin."""
    try:
        return _plain(raw.decode())
    except UnicodeDecodeError:
        return _plain(raw.decode(_likely(raw[:_SAMPLE]), "replace"))


def _japanese(raw: bytes) -> str:
    """Decode ISO-2022-JP with the vendors' rows, which only Shift JIS has here."""
    return _TWO_BYTES.sub(_shifted, raw).decode("cp932", "replace")


def _shifted(found: re.Match[bytes]) -> bytes:
    out = bytearray()
    pairs = found[1]
    for row, cell in zip(pairs[::2], pairs[1::2], strict=False):
        out.append(((row - 1) >> 1) + (0x71 if row <= 0x5E else 0xB1))
        out.append(cell + (0x1F + (cell >= 0x60) if row & 1 else 0x7E))
    return bytes(out)


def _is_wide(raw: bytes) -> bool:
    """Say whether UTF-16 follows the mark: a byte of two tells only of the alphabet."""
    sample = raw[2:_SAMPLE]
    commonest = max(map(sample.count, (b"\0", b"\x04")))
    return commonest * 4 > len(sample) > 0


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _misdeclared(raw: bytes, codec: str) -> str:
    if codec != "utf_8" and not codec.startswith(_SEVEN_BIT) and _is_utf8(raw):
        return raw.decode()
    if codec == "iso2022_jp_ext" and raw.isascii():
        return _japanese(raw)
    text = raw.decode(codec, "replace")
    high = len(raw) - len(raw.translate(None, bytes(range(0x80, 0x100))))
    if codec == "utf_8" and text.count("\ufffd") * 5 > high:
        return guess(raw)  # hardly one letter fits: another charset's bytes
    return text


def _likely(raw: bytes) -> str:
    if not _looks_cyrillic(raw):
        return "cp1252"
    return max(("cp1251", "koi8_r", "cp866"), key=lambda codec: _fit(raw, codec))


def _looks_cyrillic(raw: bytes) -> bool:
    """Say whether letters above ASCII come in runs, as whole words do."""
    runs = re.findall(rb"[\x80-\xff]+", raw)
    high = sum(map(len, runs))
    return high >= 3 and high >= 2 * len(runs)


def _fit(raw: bytes, codec: str) -> int:
    text = raw.decode(codec, "replace")
    common = sum(_RUSSIAN.get(letter, 0) for letter in text.lower())
    odd = len(re.findall("[а-я][А-Я]|[\u2500-\u25ff\ufffd]", text))
    return common - 20 * odd


def _plain(text: str) -> str:
    return text.replace("\0", "") if "\0" in text else text


def storable(text: str) -> str:
    """Drop NULs, byte order marks in front and halves of surrogate pairs."""
    text = _plain(text).removeprefix("\ufeff")
    try:
        text.encode()
    except UnicodeEncodeError:
        return _SURROGATE.sub("\ufffd", text)
    return text
