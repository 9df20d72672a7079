"""The columns of Moodle's grading worksheet by their names in its languages, and those of other lists of grades."""

from __future__ import annotations

import unicodedata
from typing import NamedTuple


class Words(NamedTuple):
    """Names of the columns in one language; the first of each is what its Moodle of today writes."""

    identifier: tuple[str, ...]
    grade: tuple[str, ...]
    highest: tuple[str, ...]
    modified: tuple[str, ...]
    comments: tuple[str, ...]
    group: tuple[str, ...]


# As Moodle's language packs and worksheets in use have them (grade; assign: recordid, maxgrade, lastmodifiedgrade,
# group; the name of assignfeedback_comments). Packs change a word now and then: "|" parts today's from others. What is
# missing here is found by what the columns hold and by where they stand.
_TABLE = """
en    Identifier; Grade; Maximum grade; Last modified (grade); Feedback comments; Group
de    ID; Bewertung; Bestwertung; Zuletzt geändert (Bewertung); Feedback als Kommentar; Gruppe
fr    Identifiant; Note; Note maximale; Dernière modification (note); Feedback par commentaires; Groupe
es    Identificador; Calificación; Calificación máxima; Última modificación (calificación); \
Comentarios de retroalimentación; Grupo
pt_br Identificador; Nota; Nota máxima; Última modificação (nota); Comentários de feedback; Grupo
pt    Identificador|Número; Nota|Avaliação; Nota máxima|Avaliação máxima; Última atualização (avaliação); \
Comentários de feedback; Grupo
it    Identificativo|Identificatore|ID; Valutazione|Voto; Valutazione massima; Ultima modifica (valutazione); \
Commenti; Gruppo
nl    ID|Identificatie|Identificator; Cijfer|Beoordeling; Maximaal cijfer|Maximale beoordeling; \
Laatst gewijzigd (beoordeling)|Laatst gewijzigd (cijfer); Feedback|Feedback opmerkingen; Groep
pl    Identyfikator; Ocena; Maksymalna ocena|Ocena maksymalna; \
Ostatnia modyfikacja (ocena)|Ostatnio modyfikowane (ocena); Komentarz zwrotny|Komentarze|Komentarz; Grupa
ru    Идентификатор|ID; Оценка; Максимальная оценка; Последнее изменение (оценка)|Последнее изменение оценки; \
Отзыв в виде комментария; Группа
ja    識別子|ID番号|ID; 評点|評定; 最大評点|最大評定; 最終更新日時 (評定)|最終更新日時 (評点); \
フィードバックコメント; グループ
zh_cn 标识符|标识号|编号|识别号; 成绩|分数|评分; 最高分|最高成绩|最大成绩; \
上次修改（评分）|最后修改（教师）|最后修改（成绩）; 评语反馈|反馈评语|反馈评论; 小组|组|分组
zh_tw 識別碼|識別號|編號; 成績|分數|得分; 最高成績|最高分數|最高分; \
最後修改的(得分)|最後修改（老師）|最後修改（成績）; 評語回饋|回饋評語; 群組|小組|組別
"""
GRADES = ("score", "points", "mark", "punkte", "得分", "总分", "總分", "点数")  # in lists that are not Moodle's
GROUPS = ("group name", "team", "组名", "組名", "班级小组")
LANGUAGES: dict[str, Words] = {
    line[:6].strip(): Words(*(tuple(word.strip() for word in cell.split("|")) for cell in line[6:].split(";")))
    for line in _TABLE.strip().splitlines()
}


def fold(text: str) -> str:
    """The text as names are compared: one form of each character, small letters, single blanks."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def find_language(header: list[str]) -> str | None:
    """The language of a worksheet's header, by most of its names; None where none is known."""
    names = {fold(name) for name in header}
    names |= {fold(name).partition("(")[0] for name in header if "(" in name}  # "Last modified": of grade, submission
    hits = {}
    for code, table in LANGUAGES.items():
        hits[code] = sum(bool(names & set(map(fold, words))) for words in table)
        hits[code] += any(fold(word).partition("(")[0] in names for word in table.modified)
    best = max(hits, key=hits.get)
    return best if hits[best] else None


def list_known(kind: str) -> set[str]:
    """All names, folded, of one kind of column in any language."""
    return {fold(name) for words in LANGUAGES.values() for name in getattr(words, kind)}
