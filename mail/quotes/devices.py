"""The line in which a mail program or a telephone names itself."""

from __future__ import annotations

import re
from collections.abc import Sequence

_F = re.IGNORECASE
_WIDTH, _WORDS = 144, 10

_SENT = (
    r"sent\s+(?:from|via|with|by|using)\s+(?P<en>.+)|sent\s+from\s+mail\s+for.+"
    r"|from\s+my\s+(?:mobile|cell|phone|iphone|ipad|android|galaxy|samsung|blackberry)\b.*"
    r"|(?:get|download|получить|скачать|отримати|завантажити|obtenir|hämta|pobierz)"
    r"\s+(?:outlook|bluemail|mymail|spark)\b.+|"
    r"(?:отправлено|послано|надіслано|відправлено|написано)"
    r"\s+(?:с|со|из|из-под|от|через|з|із|зі|при\s+помощи|с\s+помощью|за\s+допомогою)"
    r"\s+(?:мо[а-яїєі]+|моб\S*|телефон\S*|смартфон\S*|планшет\S*|устройств\S*|пристро\S*"
    r"|почты|пошти|приложени\S+|додатк\S+|яндекс\S*|защищ[её]нн\S+|захищен\S+|\[?[a-z@]\S*).*"
    r"|(?:envoyé\s+(?:de|depuis|à\s+partir)|gesendet\s+(?:von|mit)|von\s+meinem"
    r"|enviado\s+(?:desde|do|de|a\s+partir)|inviato\s+(?:da|dal)|verzonden\s+vanaf"
    r"|verstuurd\s+vanaf|sendt\s+fra|skickat\s+från|wysłan[eo]\s+z|odesláno\s+z"
    r"|lähetetty)\s.+"
    r"|(?:diese\s+nachricht|dieses?\s+e-?mail)\s+wurde\s+von\s.+\sgesendet.?"
    r"|[從从发發]自?我的\s?(?:iphone|ipad|android|手机|手機|华为|小米).*|.{1,20}から送信"
)
_PHONE = re.compile(rf"[*_\[(<]{{0,2}}(?:{_SENT})", _F)
_NAMING = re.compile(
    r"[*_\[(<]{0,2}(?:sent|from my|dies|[從从发發]自?我的|.{1,20}から送信|get |отпр"
    r"|посл|наді|відп|напи|envo|gese|von |envi|obte|down|полу|скач|отри|зава|hämt"
    r"|pobi|invi|ver[zs]|send|skic|wysł|odes|läh)",
    _F,
)
_APPS = re.compile(
    r"sent\s+(?:via|with|by|using)\s+(?:my\s+)?(?:airmail|android|aqua\s?mail|blackberry"
    r"|bluemail|edison|fairemail|galaxy|gmail|hey|iphone|k-9|mailspring|mobile|newton"
    r"|outlook|proton|samsung|shortwave|spark|superhuman|thunderbird|tuta|yahoo)\b",
    _F,
)
_FROM = re.compile(r"sent\s+from", _F)
_EXCUSE = re.compile(
    r"[,.]?\s+(?:please\s+|прошу\s+)?(?:excuse|forgive|pardon|sorry|извините|простите"
    r"|вибачте)\b.*",
    _F,
)
_PROSE = re.compile(r",\s+[a-zа-яё]|(?<!моб)\.\s+\S|[;?!]")
_LINK = re.compile(r"\s*[<(\[]?(?:https?://|mailto:)\S*[>)\]]?|\s*<\S*@\S*>")


def names_itself(lines: Sequence[str], at: int) -> bool:
    """Say whether a program named itself in a line that no other line announces."""
    return _is_named(lines[at]) and not is_announced(lines, at)


def is_announced(lines: Sequence[str], at: int) -> bool:
    """Say whether the line above ends with a colon, and so takes a line for content."""
    above = next((lines[i] for i in range(at - 1, max(at - 3, -1), -1) if lines[i]), "")
    return above.endswith((":", "："))


def _is_named(line: str) -> bool:
    """Say whether a program named itself or its telephone in a line."""
    if len(line) > _WIDTH or not _NAMING.match(line):
        return False
    match = _PHONE.match(line)
    if not match:
        return False
    shown = _EXCUSE.sub("", _LINK.sub("", line)).strip("*_[](<>). ")
    own = match["en"] is None or _FROM.match(shown) or _APPS.match(shown)
    return bool(own) and not _PROSE.search(shown) and len(shown.split()) <= _WORDS
