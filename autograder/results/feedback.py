"""Renders a result as one self-contained HTML page in both languages; it needs no script and fits a phone."""

from __future__ import annotations

import re
from html import escape

from autograder.answers.outcome import STATUS_TEXT, Status, Text
from autograder.results.cells import clean
from autograder.results.plain_text import to_plain_text
from autograder.results.record import CheckRecord, QuestionRecord, Record, RecordStatus

_SIGN = {Status.PASSED: "✓", Status.WRONG: "✗", Status.NOT_ATTEMPTED: "○", Status.COULD_NOT_RUN: "!"}
_LANGUAGES = {"en": "English", "zh": "中文"}
_TITLE = Text("Feedback: {exercise}", "反馈：{exercise}")
_POINTS = Text("{earned} of {points} points", "得 {earned} 分，满分 {points} 分")
_HIDDEN = Text("hidden check", "隐藏检查")
_NO_SCORE = Text("no score yet", "暂无得分")
_FOOT = Text(
    "Inputs are drawn at random from your answers and a key of your teacher, so the same file gets the same score. "
    "Hidden checks show what they look at, never their inputs. SHA-256 of the file: {hash}.",
    "随机输入由你的答案和老师的密钥共同决定，因此同一份文件得分相同。"
    "隐藏检查只说明检查什么，不公开输入。文件 SHA-256：{hash}。",
)
_STYLE = """\
:root{color-scheme:light dark;--ink:#1b1f24;--dim:#59636e;--paper:#f6f7f9;--card:#fff;--line:#d5dae0;--code:#eef1f4;
--passed:#12693a;--wrong:#a3230f;--hole:#59636e;--stop:#8a4b00}
@media (prefers-color-scheme:dark){:root{--ink:#e8eaed;--dim:#a2abb5;--paper:#14171b;--card:#1e2227;--line:#3a4149;
--code:#2b3138;--passed:#6fd39a;--wrong:#ff9b87;--hole:#a2abb5;--stop:#f2b866}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);overflow-wrap:anywhere;
font:1.0625rem/1.55 system-ui,-apple-system,"Segoe UI","PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
main,nav{max-width:44rem;margin:0 auto;padding:0 1rem}
nav{padding-top:1rem}
h1{font-size:1.4rem;line-height:1.3;margin:1rem 0 .25rem}
h2{font-size:1.1rem;line-height:1.35;margin:0;flex:1 1 12rem}
p{margin:.5rem 0}
.dim,footer{color:var(--dim);font-size:.9rem}
.score{font-size:1.7rem;font-weight:650;margin:.75rem 0 .25rem}
.bar{height:.6rem;border-radius:.3rem;background:var(--line);overflow:hidden}
.bar i{display:block;height:100%;background:var(--passed)}
.note,section.card{background:var(--card);border:1px solid var(--line);border-radius:.6rem;
padding:.9rem 1rem;margin:1rem 0}
.note{border-left:.35rem solid var(--stop)}
.head{display:flex;flex-wrap:wrap;gap:.25rem 1rem;align-items:baseline;justify-content:space-between}
.badge{font-weight:650;white-space:nowrap}
ul{list-style:none;margin:.6rem 0 0;padding:0}
li{position:relative;padding:.35rem 0 .35rem 1.9rem;border-top:1px solid var(--line)}
li>.sign{position:absolute;left:.25rem;font-weight:700}
.tag{color:var(--dim);font-size:.85rem;border:1px solid var(--line);border-radius:.3rem;padding:0 .35rem;
white-space:nowrap}
.say{margin:.25rem 0 .2rem;font-weight:550}
.passed{color:var(--passed)}.wrong{color:var(--wrong)}.not-attempted{color:var(--hole)}.could-not-run{color:var(--stop)}
code{font:.92em/1.4 ui-monospace,Menlo,Consolas,monospace;background:var(--code);border-radius:.25rem;
padding:.05rem .25rem}
bdi{unicode-bidi:isolate}
footer{margin:1.5rem 0 2rem}
input[name=lang]{position:absolute;opacity:0}
nav label{display:inline-block;padding:.45rem .9rem;border:1px solid var(--line);border-radius:.5rem;cursor:pointer;
background:var(--card)}
#en:checked~nav label[for=en],#zh:checked~nav label[for=zh]{border-color:currentColor;font-weight:650}
#en:focus-visible~nav label[for=en],#zh:focus-visible~nav label[for=zh]{outline:3px solid #3b82f6;outline-offset:2px}
#en:checked~main:lang(zh),#zh:checked~main:lang(en){display:none}
@media print{nav{display:none}section.card{break-inside:avoid}}
"""


def render_feedback(record: Record, lang: str = "en", shown: str | None = None) -> str:
    """The page for one result: English and Chinese, one of them shown, a switch that is two radio buttons.

    `shown` stands for the student (a pseudonym); the file's name, which may hold the student's, is then left out.
    Everything that comes from outside is escaped; the page may load nothing (its content security policy says so).
    """
    buttons = "".join(
        f'<input type="radio" name="lang" id="{key}"{" checked" if key == lang else ""} aria-label="{name}">\n'
        for key, name in _LANGUAGES.items()
    )
    labels = " ".join(f'<label for="{key}" lang="{key}">{name}</label>' for key, name in _LANGUAGES.items())
    return (
        f'<!DOCTYPE html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{_clean(_TITLE.say(lang).format(exercise=record.exercise))}</title>\n"
        f"<style>\n{_STYLE}</style>\n</head>\n<body>\n{buttons}<nav>{labels}</nav>\n"
        f"{_render_main(record, 'en', shown)}{_render_main(record, 'zh', shown)}</body>\n</html>\n"
    )


def _render_main(record: Record, lang: str, shown: str | None) -> str:
    failed = record.status is RecordStatus.GRADER_ERROR
    share = 100 * record.score / record.max_score if record.max_score and not failed else 0
    points = _NO_SCORE if failed else _POINTS.format(earned=record.score, points=record.max_score)
    parts = [
        f'<main lang="{lang}">',
        f"<h1>{_clean(_TITLE.say(lang).format(exercise=record.exercise))}</h1>",
        f'<p class="dim"><bdi>{_clean(shown or record.student)}</bdi></p>',
        f'<p class="score">{points.say(lang)}</p><div class="bar"><i style="width:{share:.0f}%"></i></div>',
    ]
    if record.message:
        parts.append(f'<div class="note">{_mark_code(record.message.say(lang))}</div>')
    if record.status in (RecordStatus.GRADED, RecordStatus.EMPTY):
        parts += [_render_question(id, question, lang) for id, question in record.questions.items()]
    foot = _FOOT.say(lang).format(hash=record.submission_sha256[:16] or "–")
    parts.append(f"<footer>{_clean(foot if shown else f'{record.file} · {foot}')}</footer>\n</main>\n")
    return "\n".join(parts)


def _render_question(id: str, question: QuestionRecord, lang: str) -> str:
    style = question.status.replace(" ", "-")
    status = STATUS_TEXT[question.status].say(lang)
    badge = f"{_SIGN[question.status]} {status} · {question.earned}/{question.points}"
    head = f'<div class="head"><h2>{_clean(id)} · {_mark_code(question.title.say(lang))}</h2>'
    head += f'<span class="badge {style}">{badge}</span></div>'
    said, items = set(), []
    for check in question.checks:
        items.append(_render_check(check, lang, check.message not in said))
        said.add(check.message)
    return f'<section class="card">{head}\n<ul>\n{"".join(items)}</ul></section>'


def _render_check(check: CheckRecord, lang: str, speak: bool) -> str:
    tag = f' <span class="tag">{_HIDDEN.say(lang)}</span>' if check.hidden else ""
    say = f'<p class="say">{_mark_code(check.message.say(lang))}</p>' if check.message and speak else ""
    sign = f'<span class="sign {check.status.replace(" ", "-")}" title="{STATUS_TEXT[check.status].say(lang)}">'
    return f"<li>{sign}{_SIGN[check.status]}</span>{_mark_code(check.sentence.say(lang))}{tag}{say}</li>\n"


def _mark_code(text: str) -> str:
    """Escaped text, formulas in plain characters; what stands between backticks becomes code."""
    pieces = re.split(r"`([^`]+)`", text)
    pieces[::2] = [_clean(to_plain_text(piece)) for piece in pieces[::2]]
    pieces[1::2] = [f"<code><bdi>{_clean(piece)}</bdi></code>" for piece in pieces[1::2]]
    return "".join(pieces)


def _clean(text: str) -> str:
    """Escaped, and without control, undecodable and direction-changing characters."""
    return escape(clean(text))
