"""An exercise as data: its questions with hints, its checks, the misconceptions that they can name."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from autograder.answers.outcome import Text

_SENTENCES = re.compile(r"\s*en:\s*(?P<en>.+?)\s*zh:\s*(?P<zh>.+?)\s*", re.S)


@dataclass(frozen=True)
class Check:
    """One property of an answer, worth `points`; `function(answer, rng)` raises when the answer lacks it."""

    question: str
    name: str
    points: int
    hidden: bool
    sentence: Text
    function: Callable


@dataclass
class Question:
    """A question, its title and three hints: where to look, the idea, almost the line itself."""

    id: str
    title: Text
    hints: tuple[Text, Text, Text]
    checks: list[Check] = field(default_factory=list)

    def points(self, hidden: bool) -> int:
        return sum(check.points for check in self.checks if hidden or not check.hidden)


@dataclass
class Exercise:
    """All that the trusted side knows about an exercise; lessons/NN_topic/checks.py makes one, called EXERCISE."""

    name: str
    questions: dict[str, Question] = field(default_factory=dict)
    misconceptions: dict[str, Text] = field(default_factory=dict)

    def question(self, id: str, title: Text, hints: list[Text]) -> None:
        """Declare a question. Raises ValueError unless it has exactly three hints."""
        if id in self.questions or len(hints) != 3:
            raise ValueError(f"{self.name} {id}: a question is declared once, with exactly three hints")
        self.questions[id] = Question(id, title, tuple(hints))

    def misconception(self, name: str, en: str, zh: str) -> None:
        """Declare a known mistake: what it is, and what to look at."""
        self.misconceptions[name] = Text(en, zh)

    def check(self, question: str, points: int = 1, hidden: bool = False) -> Callable:
        """Decorator: the function's docstring holds its sentence, "en: … zh: …"."""

        def register(function: Callable) -> Callable:
            match = _SENTENCES.fullmatch(inspect.getdoc(function) or "")
            if not match:
                raise ValueError(f"{self.name} {function.__name__}: the docstring of a check reads 'en: … zh: …'")
            sentence = Text(*(" ".join(match[lang].split()) for lang in ("en", "zh")))
            self.questions[question].checks.append(
                Check(question, function.__name__, points, hidden, sentence, function)
            )
            return function

        return register
