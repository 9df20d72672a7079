"""An exercise as data: its questions with hints, its checks, the misconceptions that they can name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from autograder.answers.examples import Example, find_examples
from autograder.answers.given import get_given
from autograder.answers.outcome import Text
from autograder.answers.texts import Texts, read_texts


@dataclass(frozen=True)
class Check:
    """One property of an answer, worth `points`; `function(answer, rng)` raises when the answer lacks it."""

    question: str
    name: str
    points: int
    hidden: bool
    sentence: Text
    function: Callable


@dataclass(frozen=True)
class Definition:
    """`libraries`: modules to import ahead. `given`: the given cells. `holes`: question -> untouched answer cell."""

    name: str
    libraries: tuple[str, ...]
    given: tuple[str, ...]
    holes: dict[str, str]


@dataclass
class Question:
    """A question, its title and three hints: where to look, the idea, almost the line itself."""

    id: str
    title: Text
    hints: tuple[Text, Text, Text]
    checks: list[Check] = field(default_factory=list)

    def points(self, hidden: bool) -> int:
        return sum(check.points for check in self.checks if hidden or not check.hidden)

    def find_last_visible(self) -> Check | None:
        """The check that also judges the examples of the docstrings."""
        return next((check for check in reversed(self.checks) if not check.hidden), None)


class Exercise:
    """All that the trusted side knows about an exercise; lessons/NN_topic/checks.py makes one, called EXERCISE."""

    def __init__(self, name: str, texts: Texts):
        """`texts` names the questions, in order. Raises ValueError unless each has exactly three hints."""
        self.name = name
        self._texts = texts
        self.questions = {id: Question(id, title, hints) for id, (title, hints) in texts.questions.items()}
        self.misconceptions = texts.misconceptions
        self._define: Callable[[], Definition] | None = None
        self._examples: dict[str, tuple[Example, ...]] = {}
        if lacking := [id for id, question in self.questions.items() if len(question.hints) != 3]:
            raise ValueError(f"{name} {', '.join(lacking)}: a question has exactly three hints")

    @classmethod
    def beside(cls, file: str) -> Exercise:
        """The exercise of the room in which `file` lies, with the sentences of its texts.toml."""
        folder = Path(file).resolve().parent
        return cls(folder.name, read_texts(folder / "texts.toml"))

    def define(self, define: Callable[[], Definition]) -> None:
        """`define` gives the exercise's definition; it is called when a check needs it, not before."""
        self._define = define

    def given(self, name: str):
        """A fresh copy of the value of `name` in the given cells, computed on the trusted side from the definition.

        Only what the name depends on is run. Raises ValueError where it isn't bound there, or nothing is defined yet:
        in a check it is, while checks.py is being imported it isn't.
        """
        if not self._define:
            raise ValueError(f"{self.name} has no definition yet: ask for {name!r} inside a check")
        return get_given(self._define().given, name)

    def examples(self, question: str) -> tuple[Example, ...]:
        """The examples in the docstrings of the question's untouched cell; none where the exercise has no definition.

        Raises ValueError for one that isn't written as it must be.
        """
        if self._define and question not in self._examples:
            self._examples[question] = find_examples(self._define().holes[question])
        return self._examples.get(question, ())

    def say(self, message: str, /, **values) -> Text:
        """The sentence of that name in [messages], filled with the values. Raises KeyError for an unknown one."""
        text = self._texts.messages[message]
        return text.format(**values) if values else text

    def check(self, question: str, points: int = 1, hidden: bool = False) -> Callable:
        """Decorator: the function is a check of the question; [checks] holds its sentence under the function's name."""

        def register(function: Callable) -> Callable:
            name = function.__name__
            if name not in self._texts.checks:
                raise ValueError(f"{self.name}: texts.toml has no sentence [checks.{name}]")
            check = Check(question, name, points, hidden, self._texts.checks[name], function)
            self.questions[question].checks.append(check)
            return function

        return register

    def require_checks(self) -> None:
        """Raises ValueError for a sentence of a check that there isn't."""
        names = {check.name for question in self.questions.values() for check in question.checks}
        if left := self._texts.checks.keys() - names:
            raise ValueError(f"{self.name}: texts.toml has sentences for no check: {', '.join(sorted(left))}")
