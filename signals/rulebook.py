"""The rules as data: what `signals/rules/*.yaml` holds, checked and compiled.

Word lists and context cues live in files of the same folder. `RULES_VERSION` is a digest of the files, so a journal
can say which rules made a tag.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Annotated, Any, Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.events import Label
from signals.errors import BadRules
from signals.patterns import WordSequence, compile_pattern
from signals.sentences import MODEL_FILE
from signals.topics import EVERYDAY_FILE

Context = Literal["negated", "hypothetical", "counterfactual", "habitual", "other"]
"""What a cue says of the words in its window; `other`: someone else did it."""

Moment = Literal["any", "before-action", "after-action"]
"""Where in an answer a rule holds: "the team was happy" tells a result only once something was done."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RuleSource(_Strict):
    """One rule as its file writes it."""

    id: str
    label: Label | None = None
    kind: str | None = None
    patterns: tuple[str, ...] = Field(min_length=1)
    unless: tuple[str, ...] = ()
    confidence: Annotated[float, Field(gt=0, le=1)]
    default: Literal["on", "off"] = "on"
    blocked_by: tuple[Context, ...] | None = None
    quote: Literal["clause", "match"] | None = None
    scope: Literal["sentence", "answer"] = "sentence"
    when: Moment = "any"
    why: str
    should_match: tuple[str, ...] = Field(min_length=1)
    should_not_match: tuple[str, ...] = Field(min_length=1)


class RuleFile(_Strict):
    """A rule file: defaults for its rules, then the rules."""

    version: int
    label: Label
    kind: str | None = None
    quote: Literal["clause", "match"] = "clause"
    blocked_by: tuple[Context, ...] = ()
    rules: tuple[RuleSource, ...]


class CueSource(_Strict):
    """A context cue: words that change what is said in a window before or after them."""

    context: Context
    direction: Literal["forward", "backward"] = "forward"
    patterns: tuple[str, ...]
    unless: tuple[str, ...] = ()
    reach: int = Field(gt=0)
    why: str


class CueFile(_Strict):
    """The context file."""

    version: int
    cues: tuple[CueSource, ...]


class WordFile(_Strict):
    """The word lists that patterns name in braces; a list may take in others with `{name}`."""

    version: int
    lists: dict[str, str]


@dataclass(frozen=True, slots=True)
class Rule:
    """A compiled rule. `unless` are sequences that, overlapping a match, undo it ("under control" of "situation")."""

    rule_id: str
    label: Label
    kind: str | None
    sequences: tuple[WordSequence, ...]
    unless: tuple[WordSequence, ...]
    confidence: float
    is_default: bool
    blocked_by: frozenset[Context]
    quote: Literal["clause", "match"]
    scope: Literal["sentence", "answer"]
    when: Moment
    why: str
    should_match: tuple[str, ...]
    should_not_match: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cue:
    """A compiled context cue that reaches at most `reach` tokens forward or backward."""

    context: Context
    is_forward: bool
    sequences: tuple[WordSequence, ...]
    unless: tuple[WordSequence, ...]
    reach: int


@dataclass(frozen=True, slots=True)
class RuleBook:
    """Every rule and cue of one version."""

    rules: tuple[Rule, ...]
    cues: tuple[Cue, ...]
    word_lists: Mapping[str, tuple[str, ...]]
    version: str


_FOLDER: Final = files("signals") / "rules"
_WORDS, _CUES = "words.yaml", "context.yaml"


def _sources() -> list[Traversable]:
    return sorted((f for f in _FOLDER.iterdir() if f.name.endswith(".yaml")), key=lambda f: f.name)


def _digest(sources: Iterable[Traversable]) -> str:
    whole = hashlib.sha256()
    for source in sources:
        whole.update(source.name.encode() + b"\0" + source.read_bytes() + b"\0")
    return whole.hexdigest()[:16]


RULES_VERSION: Final = _digest([*_sources(), _FOLDER / MODEL_FILE, _FOLDER / EVERYDAY_FILE])
"""Digest of the rule files, the sentence model and the everyday words that this process tags with."""


@cache
def load_rules() -> RuleBook:
    """The shipped rules. Raises BadRules, naming the file and the rule, on anything unusable."""
    raw = {s.name: s.read_text(encoding="utf-8") for s in _sources() if s.name not in (_WORDS, _CUES)}
    word_lists, cues = load_word_lists(), load_cues()
    rules = [rule for name, text in raw.items() for rule in read_rules(name, text, word_lists)]
    seen: set[str] = set()
    for rule in rules:
        if rule.rule_id in seen:
            raise BadRules(f"rule {rule.rule_id} is defined twice; give each rule its own id")
        seen.add(rule.rule_id)
    return RuleBook(tuple(rules), cues, word_lists, RULES_VERSION)


@cache
def load_word_lists() -> dict[str, tuple[str, ...]]:
    """The shipped word lists. Raises BadRules."""
    return read_word_lists((_FOLDER / _WORDS).read_text(encoding="utf-8"))


@cache
def load_cues() -> tuple[Cue, ...]:
    """The shipped cues. Raises BadRules."""
    return read_cues((_FOLDER / _CUES).read_text(encoding="utf-8"), load_word_lists())


def _read(name: str, text: str, model: type[Any]) -> Any:
    try:
        return model.model_validate(yaml.load(text, Loader=yaml.CSafeLoader))
    except (yaml.YAMLError, ValidationError) as problem:
        raise BadRules(f"{name}: {problem}") from problem


def read_word_lists(text: str) -> dict[str, tuple[str, ...]]:
    """The word lists of a words file: words apart by white space, phrases with underscores for spaces."""
    lists: dict[str, tuple[str, ...]] = {}
    for name, body in _read(_WORDS, text, WordFile).lists.items():
        words: list[str] = []
        for word in body.split():
            if word.startswith("{"):
                words.extend(lists[word.strip("{}")])
            else:
                words.append(word.replace("_", " "))
        lists[name] = tuple(dict.fromkeys(words))
    return lists


def read_cues(text: str, word_lists: Mapping[str, tuple[str, ...]]) -> tuple[Cue, ...]:
    """The compiled cues of a context file."""
    return tuple(
        Cue(
            context=source.context,
            is_forward=source.direction == "forward",
            sequences=_compile(_CUES, source.patterns, word_lists),
            unless=_compile(_CUES, source.unless, word_lists),
            reach=source.reach,
        )
        for source in _read(_CUES, text, CueFile).cues
    )


def read_rules(name: str, text: str, word_lists: Mapping[str, tuple[str, ...]]) -> tuple[Rule, ...]:
    """The compiled rules of one rule file."""
    file: RuleFile = _read(name, text, RuleFile)
    return tuple(_rule(name, file, source, word_lists) for source in file.rules)


def _rule(name: str, file: RuleFile, source: RuleSource, word_lists: Mapping[str, tuple[str, ...]]) -> Rule:
    where = f"{name}, rule {source.id}"
    blocked_by = file.blocked_by if source.blocked_by is None else source.blocked_by
    return Rule(
        rule_id=source.id,
        label=source.label or file.label,
        kind=source.kind or file.kind,
        sequences=_compile(where, source.patterns, word_lists),
        unless=_compile(where, source.unless, word_lists),
        confidence=source.confidence,
        is_default=source.default == "on",
        blocked_by=frozenset(blocked_by),
        quote=source.quote or file.quote,
        scope=source.scope,
        when=source.when,
        why=source.why,
        should_match=source.should_match,
        should_not_match=source.should_not_match,
    )


def _compile(
    where: str, patterns: Iterable[str], word_lists: Mapping[str, tuple[str, ...]]
) -> tuple[WordSequence, ...]:
    try:
        return tuple(sequence for pattern in patterns for sequence in compile_pattern(pattern, word_lists))
    except BadRules as problem:
        raise BadRules(f"{where}: {problem}") from problem
