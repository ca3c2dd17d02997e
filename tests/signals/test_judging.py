from signals.context import clause_starts
from signals.judging import last_sentence, unheard, units, weigh
from signals.normalise import read_tokens
from signals.quoting import Finding


def units_of(text, begin=0):
    tokens = read_tokens(text)
    return [" ".join(token.word for token in tokens[a:b]) for a, b in units(tokens, begin, clause_starts(tokens))]


def shares(**given):
    parts = dict.fromkeys(("situation", "task", "action", "result", "insight", "none"), 0.0)
    return parts | given


def found(label, confidence):
    return Finding(label, None, "test", 0, 3, confidence)


def test_no_words_are_no_unit():
    assert list(units((), 0, ())) == []


def test_each_sentence_is_judged_alone():
    assert units_of("We moved it. Nobody noticed.") == ["we moved it", "nobody noticed"]


def test_speech_without_full_stops_is_judged_in_runs_of_whole_clauses():
    clause = "and i rang the bakery about the late bread "
    said = units_of(clause * 6)
    assert "".join(f"{unit} " for unit in said) == clause * 6
    assert all(len(unit.split()) <= 24 for unit in said)


def test_a_clause_that_is_too_long_stays_whole():
    assert units_of("word " * 60) == [("word " * 60).strip()]


def test_a_sentence_that_a_pause_cut_begins_before_the_pause():
    tokens = read_tokens("It broke. So I rang the")
    assert last_sentence(tokens, 4) == 2
    assert last_sentence(tokens, 2) == 2
    assert last_sentence(tokens, 0) == 0


def test_a_finding_is_as_sure_as_rule_and_model_together():
    assert [one.confidence for one in weigh([found("action", 0.8)], shares(action=0.6))] == [0.7]


def test_a_finding_that_the_model_denies_is_left_out():
    assert weigh([found("action", 0.7)], shares(none=0.99)) == []


def test_what_only_the_model_is_sure_of_is_missing_from_the_rules():
    assert unheard([], shares(result=0.8)) == "result"
    assert unheard([found("result", 0.8)], shares(result=0.8)) is None
    assert unheard([], shares(result=0.4, none=0.6)) is None
