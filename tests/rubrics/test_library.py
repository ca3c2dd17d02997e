"""The shipped rubrics hold the guides whole: the counts and thresholds are those of the guides."""

import pytest

from rubrics.counts import count_words, counts
from rubrics.load import builtin_ids, load_rubric
from rubrics.model import Question, Rubric


@pytest.fixture(scope="module")
def bei() -> Rubric:
    return load_rubric("bei")


@pytest.fixture(scope="module")
def verbal_data() -> Rubric:
    return load_rubric("verbal-data")


@pytest.fixture(scope="module")
def star_ai() -> Rubric:
    return load_rubric("star-ai")


@pytest.fixture(scope="module")
def threads() -> Rubric:
    return load_rubric("threads")


def numbers(rubric, *names):
    held = counts(rubric)
    return tuple(held[name] for name in names)


def test_the_four_guides_are_built_in():
    assert builtin_ids() == ("bei", "star-ai", "threads", "verbal-data")


@pytest.mark.parametrize("rubric_id", ["bei", "star-ai", "threads", "verbal-data"])
def test_every_rubric_names_its_source_and_its_id(rubric_id):
    rubric = load_rubric(rubric_id)
    assert rubric.id == rubric_id
    assert rubric.source.endswith(".txt")


# bei


def test_bei_holds_the_counts_of_its_guide(bei):
    assert numbers(bei, "stages", "competencies", "questions", "rationales") == (5, 12, 59, 24)


def test_bei_has_five_questions_a_value_and_four_in_the_last(bei):
    assert [len(value.questions) for value in bei.competencies] == [5] * 11 + [4]


def test_bei_has_signals_under_every_question(bei):
    assert all(question.signals for question in bei.questions)


def test_bei_has_no_rationale_in_values_4_to_10(bei):
    with_rationale = [value.questions[0].rationale is not None for value in bei.competencies]
    assert with_rationale == [True] * 3 + [False] * 7 + [True] * 2
    assert not any(question.rationale for value in bei.competencies[3:10] for question in value.questions)


def test_bei_stages_have_their_minutes_people_and_artifacts(bei):
    assert [(stage.title, stage.minutes[0], stage.minutes[1]) for stage in bei.stages] == [
        ("Calibration huddle", 15, 15),
        ("Warm-up (rapport)", 5, 5),
        ("Value rounds", 50, 50),
        ("Wrap-up", 5, 5),
        ("Debrief", 20, 20),
    ]
    assert [bool(stage.artifacts) for stage in bei.stages] == [True, False, True, False, True]
    assert bei.stages[2].who.startswith("two interviewers, rotating")


def test_bei_warm_up_says_star_confidentiality_and_notes(bei):
    say = bei.stages[1].say
    assert say is not None
    assert all(word in say for word in ("situation", "stays with", "notes"))


def test_bei_anchors_one_three_and_five(bei):
    assert [level.score for level in bei.anchors] == [1, 3, 5]


def test_bei_bars_are_those_of_the_guide(bei):
    rules = {rule.kind: rule for rule in bei.decision_rules}
    assert bei.pass_mark == rules["average-at-least"].score == 3.5
    low = rules["competencies-below"]
    assert (low.score, low.count, low.outcome) == (3, 2, "no-hire")


def test_bei_hires_at_8_of_11_without_a_critical_low_and_notes_the_twelfth(bei):
    rule = next(rule for rule in bei.decision_rules if rule.kind == "competencies-meeting")
    assert (rule.count, rule.out_of, rule.no_critical_low, rule.outcome) == (8, 11, True, "hire")
    assert rule.note is not None
    assert bei.competencies[11].title in rule.note


def test_bei_practice_has_questions_follow_ups_pairing_and_sharing(bei):
    practice = bei.practice
    assert practice.questions == (5, 6)
    assert practice.follow_ups_at_least == 2
    assert practice.share_hours_before == 48
    assert practice.competencies_per_interviewer == practice.rotate_every_competencies == 2
    assert any("Halo and horn" in reminder for reminder in practice.reminders)


def test_bei_outcomes_are_hire_strong_hire_and_no_hire(bei):
    assert {outcome.id for outcome in bei.outcomes} == {"hire", "strong-hire", "no-hire"}


@pytest.mark.parametrize(
    ("question_id", "mode"), [("v1.q1", "behavioural"), ("v12.q3", "hypothetical"), ("v6.q5", "knowledge")]
)
def test_bei_questions_know_what_kind_of_answer_they_ask_for(bei, question_id, mode):
    assert bei.question(question_id).mode == mode


# verbal-data


def test_verbal_data_holds_the_counts_of_its_guide(verbal_data):
    assert numbers(verbal_data, "competencies", "criteria", "levels", "questions", "red flags") == (5, 15, 75, 17, 15)


def test_verbal_data_criteria_have_five_levels_and_weigh_a_third_each(verbal_data):
    assert all([level.score for level in criterion.levels] == [1, 2, 3, 4, 5] for criterion in verbal_data.criteria)
    assert {criterion.weight for criterion in verbal_data.criteria} == {0.33}


def test_verbal_data_competencies_have_band_scope_autonomy_signals_and_pass_at_3_8(verbal_data):
    for competency in verbal_data.competencies:
        assert (competency.band, competency.pass_mark) == ("10+", 3.8)
        assert competency.scope
        assert competency.autonomy
        assert competency.signals
        assert (len(competency.criteria), len(competency.red_flags)) == (3, 3)


def test_verbal_data_invents_no_overall_rule(verbal_data):
    assert {rule.kind for rule in verbal_data.decision_rules} == {"average-at-least", "guidance"}
    assert not verbal_data.outcomes


# star-ai


def test_star_ai_holds_the_counts_of_its_guide(star_ai):
    held = numbers(star_ai, "questions", "signals", "categories", "questions for the candidate to ask")
    assert held == (17, 24, 7, 10)


def test_star_ai_adds_an_insight_to_star(star_ai):
    assert [part.id for part in star_ai.method] == ["situation", "task", "action", "result", "insight"]


def test_star_ai_has_a_framework_or_themes_for_every_question(star_ai):
    assert all(question.framework for question in star_ai.questions)


def test_star_ai_has_no_scores(star_ai):
    assert not star_ai.anchors
    assert not star_ai.decision_rules
    assert star_ai.pass_mark is None


# threads


def test_threads_holds_the_counts_of_its_guide(threads):
    names = ("stages", "questions", "cues", "signals", "red flags", "dimensions", "outcomes", "gut-check questions")
    assert numbers(threads, *names) == (3, 7, 20, 41, 8, 8, 4, 3)


def test_threads_phases_have_their_minutes(threads):
    assert [stage.minutes for stage in threads.stages] == [(5, 5), (10, 15), (30, 40)]
    assert threads.stages[0].say


def test_threads_keeps_the_interviewer_silent_unless_asked(threads):
    lead = threads.stages[1]
    assert lead.silent_minutes == 10
    assert lead.silence_excused == "the candidate asks you something"


def test_threads_watches_the_writing_on_three_grades(threads):
    seen = threads.stages[1].signals
    assert seen is not None
    assert (len(seen.great), len(seen.okay), len(seen.bad)) == (5, 5, 5)


def test_threads_describe_why_and_all_three_answers(threads):
    def is_whole(question: Question) -> bool:
        return bool(question.rationale and question.signals and question.great and question.okay and question.bad)

    assert all(is_whole(question) for question in threads.questions)


def test_threads_picks_three_or_four_and_the_seventh_for_those_who_do_well(threads):
    assert threads.practice.questions == (3, 4)
    assert [bool(question.only_for) for question in threads.questions] == [False] * 6 + [True]


def test_threads_follow_up_is_kept(threads):
    assert len(threads.question("defining-the-problem").follow_ups) == 1


def test_threads_dimensions_are_anchored_at_five_three_and_one(threads):
    assert all([level.score for level in dimension.levels] == [1, 3, 5] for dimension in threads.dimensions)


def test_threads_two_red_flags_are_a_strong_no_and_one_no_is_a_no(threads):
    rules = {rule.kind: rule for rule in threads.decision_rules}
    assert (rules["red-flags"].count, rules["red-flags"].outcome) == (2, "strong-no")
    assert (rules["votes"].count, rules["votes"].vote, rules["votes"].outcome) == (1, "no", "no")
    assert (rules["gut-check"].count, rules["gut-check"].outcome) == (1, "no")


def test_threads_debrief_follows_within_five_minutes(threads):
    assert threads.practice.debrief_within_minutes == 5
    assert len(threads.debrief) == 4


def test_threads_has_questions_and_listen_fors_for_direct_experience(threads):
    supplement = threads.supplements[0]
    assert (len(supplement.questions), len(supplement.listen_for), len(supplement.beware)) == (3, 4, 3)


@pytest.mark.parametrize("rubric_id", ["bei", "star-ai", "threads", "verbal-data"])
def test_no_text_carries_mis_decoded_characters(rubric_id):
    text = load_rubric(rubric_id).model_dump_json()
    assert not any(mark in text for mark in ("√", "‚", "Ô", "Â", "�"))


@pytest.mark.parametrize("rubric_id", ["bei", "star-ai", "threads", "verbal-data"])
def test_every_signal_can_be_said_in_other_words_and_has_an_example(rubric_id):
    signals = load_rubric(rubric_id).signals
    assert [signal.id for signal in signals if len(signal.synonyms) < 3 or not signal.examples] == []


@pytest.mark.parametrize("rubric_id", ["bei", "star-ai", "threads", "verbal-data"])
def test_a_signals_id_begins_with_the_id_of_its_question(rubric_id):
    pairs = [(question.id, signal.id) for question in load_rubric(rubric_id).questions for signal in question.signals]
    assert [signal_id for question_id, signal_id in pairs if not signal_id.startswith(f"{question_id}.")] == []


@pytest.mark.parametrize("rubric_id", ["bei", "star-ai", "threads", "verbal-data"])
def test_every_question_has_a_paraphrase(rubric_id):
    assert [question.id for question in load_rubric(rubric_id).questions if not question.paraphrases] == []


def test_one_of_a_kind_is_counted_as_one(threads):
    words = count_words(threads)
    assert words.startswith("3 stages, 1 competency, 7 questions")
    assert ", 1 follow-up," in words
