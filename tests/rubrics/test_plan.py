from rubrics.load import load_rubric
from rubrics.plan import Plan, planned


def test_a_planned_rubric_has_the_plans_questions_and_signals_only():
    rubric = load_rubric("bei")
    cut_down = planned(rubric, Plan(questions=("v1.q1", "v3.q1")))
    assert [question.id for question in cut_down.questions] == ["v1.q1", "v3.q1"]
    assert all(signal.id.startswith(("v1.q1", "v3.q1")) for signal in cut_down.signals)


def test_a_planned_rubric_keeps_everything_else():
    rubric = load_rubric("threads")
    cut_down = planned(rubric, Plan(questions=(rubric.questions[0].id,)))
    assert cut_down.red_flags == rubric.red_flags
    assert cut_down.decision_rules == rubric.decision_rules
    assert cut_down.version == rubric.version


def test_a_rubric_planned_whole_is_the_rubric():
    rubric = load_rubric("threads")
    every = tuple(question.id for question in (*rubric.questions, *rubric.supplementary_questions))
    assert planned(rubric, Plan(questions=every)) == rubric
