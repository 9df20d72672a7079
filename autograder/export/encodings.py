"""Finds out in which encoding a list was saved: spreadsheets keep silent about it."""

from __future__ import annotations

import re
from pathlib import Path

from autograder.export.words import LANGUAGES

_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_BOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # .xlsx, .xls
_EVERYDAY = 0.6  # of the characters of a Chinese or Japanese list of names, at least, are common ones
_NAMES = {name for words in LANGUAGES.values() for names in words for name in names if not name.isascii()}


def decode_list(data: bytes, path: Path, encoding: str | None = None) -> tuple[str, str, bytes]:
    """(text, codec, byte order mark) of a list that was saved as CSV; `encoding` where the caller knows it.

    Raises ValueError, with the file's name and what to do, for an Excel workbook or bytes that are no text.
    """
    if data.startswith(_BOOKS):
        raise ValueError(f"{path} is an Excel workbook: save it in Excel as “CSV UTF-8”, and give that file")
    mark, codec = next(((mark, codec) for mark, codec in _MARKS if data.startswith(mark)), (b"", encoding))
    data = data.removeprefix(mark)
    if codec is None and data.count(0) > len(data) / 4:
        codec = "utf-16-le" if data[1::2].count(0) > data[::2].count(0) else "utf-16-be"
    try:
        return data.decode(codec or "utf-8"), codec or "utf-8", mark
    except LookupError:
        raise ValueError(f"there is no encoding {codec!r}; --encoding takes names like cp1252, gb18030, big5") from None
    except UnicodeDecodeError as error:
        guess = None if codec else _guess(data)
        if guess is None:
            raise ValueError(
                f"{path} is no text in {codec or 'an encoding that we know'} (byte {error.start + 1}): save it in the "
                "spreadsheet as “CSV UTF-8”, or name its encoding with --encoding, cp1252 for example"
            ) from None
        return data.decode(guess), guess, b""


def _guess(data: bytes) -> str | None:
    """The likeliest of the encodings that spreadsheets write where nobody asked for UTF-8."""
    texts = {}
    for codec in ("gb18030", "big5", "cp932", "cp1252", "cp1250", "cp1251"):
        try:
            texts[codec] = data.decode(codec)
        except UnicodeDecodeError:
            continue
    known = {codec: sum(name in text for name in _NAMES) for codec, text in texts.items()}
    best = max(known, key=known.get, default=None)
    if best and known[best]:
        return best
    shares = {codec: _measure(text, codec) for codec, text in texts.items()}
    for codecs, least in ((("gb18030", "big5", "cp932"), _EVERYDAY), (("cp1252", "cp1250", "cp1251"), 0.0)):
        share, codec = max(((shares[codec], -at, codec) for at, codec in enumerate(codecs) if codec in shares),
                           default=(-1.0, 0, None))[::2]  # fmt: skip
        if share >= least:
            return codec
    return None


def _measure(text: str, codec: str) -> float:
    """Which share of the characters beyond ASCII is what people who use this encoding write."""
    odd = [c for c in text if not c.isascii()]
    if codec in _COMMON:
        codes = [c.encode(codec, "replace") for c in odd]
        common = sum(
            len(code) == 2 and any(first <= code[0] <= last for first, last in _COMMON[codec]) for code in codes
        )
        return common / max(len(odd), 1)
    words = [word for word in re.findall(r"[^\W\d_]+", text) if not word.isascii()]
    whole = sum(not any(c.isascii() for c in word) for word in words) > len(words) / 2
    return sum(c.isalpha() for c in odd) / max(len(odd), 1) * (whole == (codec == "cp1251"))


_COMMON = {  # first bytes of punctuation, kana and the first table of characters, the common ones
    "gb18030": ((0xA1, 0xA3), (0xB0, 0xD7)),
    "big5": ((0xA1, 0xC6),),
    "cp932": ((0x81, 0x98),),
}
