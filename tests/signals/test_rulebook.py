from itertools import chain

import pytest

from signals.answer import Answer
from signals.errors import BadRules
from signals.normalise import read_tokens, skip_disfluencies
from signals.patterns import compile_pattern
from signals.reader import Reader
from signals.rulebook import RULES_VERSION, Rule, load_rules, read_rules, read_word_lists
from signals.ruling import RuleMatcher
from signals.sentences import Before
from signals.text import utterance_of

RULES = load_rules().rules


def _rule_ids(text: str, matcher: RuleMatcher) -> set[str]:
    """Every rule that would hold in some clause of the text, the surest of a clause or not."""
    found: set[str] = set()
    acted = False
    for sentence in _sentences(text):
        found |= {kept.rule.rule_id for kept in matcher.read(sentence, Before(has_acted=acted)).kept}
        acted = acted or any(rule.startswith("action.") for rule in found)
    return found


def _sentences(text: str):
    tokens = skip_disfluencies(read_tokens(text))
    starts = [at for at, token in enumerate(tokens) if at and token.gap == 3] + [len(tokens)]
    begin = 0
    for end in starts:
        yield tokens[begin:end]
        begin = end


@pytest.fixture(scope="module")
def matcher() -> RuleMatcher:
    return RuleMatcher(load_rules(), all_flags=True)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(None, all_flags=True)


@pytest.mark.parametrize(
    ("rule", "text"), [pytest.param(r, t, id=f"{r.rule_id}: {t[:50]}") for r in RULES for t in r.should_match]
)
def test_rule_matches_its_example(rule: Rule, text: str, matcher: RuleMatcher) -> None:
    assert rule.rule_id in _rule_ids(text, matcher)


@pytest.mark.parametrize(
    ("rule", "text"), [pytest.param(r, t, id=f"{r.rule_id}: {t[:50]}") for r in RULES for t in r.should_not_match]
)
def test_rule_leaves_its_counterexample(rule: Rule, text: str, matcher: RuleMatcher) -> None:
    assert rule.rule_id not in _rule_ids(text, matcher)


def test_examples_need_no_punctuation_or_capitals(matcher: RuleMatcher) -> None:
    missed = []
    for rule in RULES:
        for text in rule.should_match:
            spoken = "".join(char for char in text.lower() if char.isalnum() or char in " '-")
            if rule.when == "any" and rule.rule_id not in _rule_ids(spoken, matcher):
                missed.append((rule.rule_id, spoken))
    assert not missed


def test_rule_ids_are_unique_and_start_with_their_label_or_kind() -> None:
    ids = [rule.rule_id for rule in RULES]
    assert len(ids) == len(set(ids))
    assert all(rule.rule_id.split(".")[0] in (rule.label, rule.kind) for rule in RULES)


def test_version_is_a_digest() -> None:
    assert len(RULES_VERSION) == 16
    assert int(RULES_VERSION, 16) >= 0


def test_unknown_key_is_refused_with_the_file_named() -> None:
    with pytest.raises(BadRules, match=r"mine\.yaml"):
        read_rules("mine.yaml", "version: 1\nlabel: action\nrules: []\nextra: 1\n", {})


def test_unknown_word_list_is_refused_with_rule_and_list_named() -> None:
    text = (
        "version: 1\nlabel: action\nrules:\n  - {id: x.y, patterns: ['i {nope}'], confidence: 0.5, why: w,"
        " should_match: [a], should_not_match: [b]}\n"
    )
    with pytest.raises(BadRules, match=r"x\.y.*nope"):
        read_rules("mine.yaml", text, {})


def test_unreadable_pattern_says_from_where() -> None:
    with pytest.raises(BadRules, match="cannot be read"):
        compile_pattern("i (did", {})


def test_pattern_that_explodes_is_refused() -> None:
    group = "(a b|c d|e f|g h|i j)"
    with pytest.raises(BadRules, match="expands"):
        compile_pattern(" ".join([group] * 5), {})


def test_word_lists_take_in_others_and_phrases() -> None:
    lists = read_word_lists("version: 1\nlists:\n  a: one two_three\n  b: '{a} four'\n")
    assert lists["b"] == ("one", "two three", "four")


def test_pattern_is_filed_under_its_rarest_required_word() -> None:
    (sequence,) = compile_pattern("i was tasked with really?", {})
    assert sequence.anchors == {"tasked"}


def test_one_clause_gets_one_part_of_the_story(reader: Reader) -> None:
    answer = Answer(reader, is_about_past=True)
    answer.extend(
        utterance_of(1, "I wrote a script and we cut it from forty minutes to three", "candidate"), "candidate"
    )
    labels = [tag.label for tag in answer.tags if tag.label not in ("metric", "red_flag")]
    assert labels == ["action", "result"]


def test_every_rule_says_why() -> None:
    assert all(rule.why for rule in chain(RULES))


def _quotes(text: str, reader: Reader) -> list[tuple[str, str]]:
    answer = Answer(reader, is_about_past=True)
    answer.extend(utterance_of(1, text, "candidate"), "candidate")
    return [
        (tag.label, text[tag.spans[0].start_char : tag.spans[0].end_char])
        for tag in answer.tags
        if tag.label != "metric"
    ]


def test_quote_begins_with_its_clause_and_ends_with_it(reader: Reader) -> None:
    text = "I wrote an audit, and we cut it from forty minutes to three, because nobody slept"
    assert _quotes(text, reader) == [
        ("action", "I wrote an audit"),
        ("result", "we cut it from forty minutes to three"),
    ]


def test_opener_takes_in_the_clause_that_it_opens(reader: Reader) -> None:
    assert _quotes("In the end, the client stayed", reader) == [("result", "In the end, the client stayed")]
    assert _quotes("at my last company i built a shed", reader) == [
        ("situation", "at my last company"),
        ("action", "i built a shed"),
    ]


def test_figure_with_a_change_is_a_result_however_it_is_worded(reader: Reader) -> None:
    assert ("result", "it cut the average time to answer a customer by fifteen percent") in _quotes(
        "it cut the average time to answer a customer by fifteen percent", reader
    )


def test_a_word_list_inside_a_group_is_refused() -> None:
    with pytest.raises(BadRules, match="place of its own"):
        compile_pattern("i ({did}|sang)", {"did": ("wrote",)})
