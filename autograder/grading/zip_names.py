"""Names in zip archives that do not say in which encoding they are: by what all of them together look like."""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Sequence

_ENCODINGS = ("gb18030", "cp932", "big5", "euc-kr", "cp437", "cp850")  # of equal ones the first
_LEVEL_ONE = {"gb18030": (0xB0, 0xD7), "cp932": (0x88, 0x98), "big5": (0xA4, 0xC6)}  # lead bytes of common characters
_LEVEL_TWO = {"gb18030": (0xD8, 0xF7), "cp932": (0x99, 0xEA), "big5": (0xC9, 0xF9)}
_ZH = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏"
    "魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方邹熊孟秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万"
    "钱严覃武戴莫孔向汤欧作"
)
_ZH_OLD = (
    "王李張劉陳楊黃趙吳周徐孫馬朱胡郭何高林羅鄭梁謝宋唐許韓馮鄧曹彭曾蕭田董袁潘蔣蔡余杜葉程蘇魏呂丁任沈姚"
    "盧姜鍾譚汪范石廖賈夏韋方邱江尹薛侯游詹賴簡洪溫莊連歐作"
)
_KO = (
    "김이박최정강조윤장임한오서신권황안송류전홍고문양손배백허유남심노하곽성차주우구민진나지엄원채천방공현"
    "함변염여추도석선설마길연위표명기반왕금옥육인맹제모탁국과"
)
_FIRST = {"gb18030": set(_ZH), "big5": set(_ZH_OLD), "euc-kr": set(_KO), "cp932": set()}


def decode_names(raw: Sequence[bytes]) -> list[str]:
    """The names; UTF-8 if all of them are, else the encoding in which they look most like names.

    Chinese, Japanese and Korean systems write their own encodings, Western ones code page 850 or 437. One name can be
    any of these; a class of them hardly ever. Of two encodings that fit equally well, the first of _ENCODINGS is taken.
    """
    if (names := _decode_utf8(raw)) is not None:
        return names
    unclear = [name for name in raw if not name.isascii()][:2000]
    scores = {encoding: _rate(unclear, encoding) for encoding in _ENCODINGS}
    best = max(_ENCODINGS, key=scores.__getitem__)
    return [_decode(name, best) for name in raw]


def _decode_utf8(raw: Sequence[bytes]) -> list[str] | None:
    """None where they are not UTF-8, or only by chance: two bytes of another encoding may look like a sign."""
    try:
        names = [name.decode("utf-8") for name in raw]
    except UnicodeDecodeError:
        return None
    seen = {character for name in names for character in name if not character.isascii()}
    sure = any(character >= "\u0800" for character in seen)
    return names if sure or all(c.isalpha() or "\u0300" <= c <= "\u036f" for c in seen) else None


def _decode(name: bytes, encoding: str) -> str:
    try:
        return name.decode(encoding)
    except UnicodeDecodeError:
        return name.decode("cp437")


def _rate(names: Sequence[bytes], encoding: str) -> float:
    """How much the names look like names in this encoding, about 1 at best; each counts alike, however long."""
    return sum(_rate_name(name, encoding) for name in names) / len(names)


def _rate_name(raw: bytes, encoding: str) -> float:
    try:
        name = raw.decode(encoding)
    except UnicodeDecodeError:
        return -1.0
    rate = _rate_western if encoding in ("cp437", "cp850") else functools.partial(_rate_eastern, encoding=encoding)
    rates = [rate(name, at) for at, character in enumerate(name[:300]) if not character.isascii()]
    return sum(rates) / len(rates) if rates else 0.0


def _rate_western(name: str, at: int) -> float:
    """An accented letter among plain ones, small after small, is what names have."""
    character, before, after = name[at], name[at - 1 : at], name[at + 1 : at + 2]
    if not unicodedata.name(character, "").startswith("LATIN") or not character.isalpha() or character in "ªº":
        return 0.0
    if character.isupper() and before.islower():
        return 0.1
    return 1.0 if (before or "a").isascii() and (after or "a").isascii() else 0.5


def _rate_eastern(name: str, at: int, encoding: str) -> float:
    """Common characters count, rare ones little; a family name that begins a word speaks for its language."""
    character, lead = name[at], name[at].encode(encoding, "replace")[0]
    if len(name[at].encode(encoding, "replace")) != 2:  # a half-width katakana, or four bytes of GB 18030
        return 0.1
    begins = at == 0 or name[at - 1].isascii()
    bonus = 0.25 if begins and character in _FIRST[encoding] else 0.0
    if "HIRAGANA" in (kind := unicodedata.name(character, "")) or "KATAKANA" in kind:
        return 1.0 if encoding == "cp932" else 0.3
    if "HANGUL" in kind:
        return 0.9 + bonus if encoding == "euc-kr" else 0.1
    if "CJK UNIFIED" in kind and encoding != "euc-kr":
        for low, high, worth in ((*_LEVEL_ONE[encoding], 0.9), (*_LEVEL_TWO[encoding], 0.5)):
            if low <= lead <= high and (encoding != "gb18030" or name[at].encode(encoding)[1] >= 0xA1):
                return worth + bonus
        return 0.05
    return 0.5 if character in "·・（）－—_　、" else 0.1
