"""A guide becomes a rubric in the guide's own words, whatever shape it came in, and what has no place is reported."""

from pathlib import Path

import pytest

from rubrics.counts import counts
from rubrics.errors import BadGuide
from rubrics.importer import import_guide
from rubrics.load import load_rubric

TABLES = """\
## **How we meet**

| **Stage** | **Duration** | **Interviewer(s)** | **Purpose** | **Artifacts** |
| --- | --- | --- | --- | --- |
| **Briefing** | 10 min | Panel | Agree on the values; decide **hire / strong hire / no hire** later | Score sheet |
| **Talk** | 1 hour | Two people (rotate every value pair) | Ask 4–5 questions, dig ≥ 2 follow-ups each | — |

### **1. Scale (per question, 1-5)**

| **Score** | **Evidence** |
| --- | --- |
| **1** | Vague |
| **3** | One clear story |
| **5** | Several, with figures |

Set a **pass bar of ≥ 3.5 average** per value; candidates with two values < 3 are a no-hire.

### **1 · Patience**

| **#** | **Question** | **Look-for Signals** | **Design Rationale** |
| --- | --- | --- | --- |
| 1 | “When did you wait, and why?” | Names the wait, the cost (money, trust), and the gain | Patience has a price. |
| 2 | “Tell me about a slow repair.” | Took turns; asked first | Shows steadiness. |

### **2 · Candour**

| **Q** | **Signals** | **Rationale** |
| --- | --- | --- |
| 1 | “What did you get wrong last year?” | A real mistake, what changed |
| 2 | “Who corrected you?” | Names them, thanked them, applied it |

## **In short**

1. **Prepare**: Assign two values per interviewer; share the guide 48 h prior.
2. **Decide**: Hire only when the candidate meets the bar on ≥ 2 / 3 values with no critical lows.
"""

PASTED = """\
Interview Overview

Case Number

4
Bookkeeping

Band 7+ • Minimum passing score 3.4
7+

Verbal-only signals: 'I closed the books alone', 'I found the gap, then told the owner'

Scope: one company, all accounts.

Autonomy: decides on corrections.
Criterion Weight Level 1 Level 2 Level 3
Closing the Month 0.5 Says 'it was done' without a date. Names the steps but no order. Explains order and dates.
Finding Gaps & Errors 0.5 Guesses, says 'they vanish' Compares two lists by hand Describes a check, e.g. of totals
Suggested verbal probes

    Describe a month that would not close.
    Walk through a correction you made.

Red flags to watch for

    Does not mention receipts.
    Rounds to please.

Payroll

Band 7+ • Minimum passing score 3.4
7+

Scope: one company, all staff.

Autonomy: asks the owner.
Criterion Weight Level 1 Level 2 Level 3
Paying on Time 1.0 Pays when asked. Pays monthly. Plans the whole year.
Suggested verbal probes

    Explain how you would pay a new colleague.

Red flags to watch for

    Promises dates.
"""

THREADS = """\
# Reading a map together

## Interview Structure

### Phase 1: Hello (5 min)

Share the map. Say:

> "We will look at one map together."
>
> "Take your time."

---

### Phase 2: Silence (10-15 min)

Watch them draw.

**What you're watching for:**

| **🟢 Great signals** | **🟡 Okay signals** | **🔴 Bad signals** |
|---|---|---|
| Turns the map | Starts at once | Never looks up |

**Don't.** Wait at least 4 minutes before you speak, unless they ask you something.

## The Problem Statement

> **You stand at the harbour** and the bridge is closed.
>
> How do you get home?

## The two threads

### Thread 1: Scale
**When to pull:**
- They guessed a distance
- They never read the legend
**What to ask:**
> "How far is that, and how would you know?"

**Why this matters:**
A map without its scale is a picture.

**What 🟢 Great looks like:**
> "I read the legend:
> - find the scale
> - measure twice
>
> Then I walk."

**Signals:**
- ✅ Reads the legend
- ✅ Measures (twice)

**What 🟡 Mediocre looks like:**
> "About an hour."

**What 🔴 Bad looks like:**
> "Not far."

**Follow-up if they do well:**
> "And uphill?"

### Thread 2: The way back ⭐
**When to pull:**
Use this on candidates who are doing well.
**What to ask:**
> "How do you come back in the dark?"
**Signals:**
- ✅ Plans for light

## Red Flags

**If you hear 2+ of these, it's a Strong No.**

| Red Flag | What it sounds like | Why it's dangerous |
|---|---|---|
| **Guessing** | "It must be here." | Gets lost |
| **Haste** | Runs ahead | Loses the others |

## Scoring Framework

### Dimensions (Rate each 1-5)

| Dimension | 5 (Sure) | 3 (Fair) | 1 (Lost) |
|---|---|---|---|
| **Orientation** | always | mostly | never |

### Overall Vote

| Vote | Meaning | When to give |
|---|---|---|
| **Yes** | Would walk along | 4-5 on most |
| **No** | Would not | Any 1 |
| **Strong No** | Dangerous | Two flags |

### Final Gut Check

After scoring:
1. **Would I follow them?**

If answer to any is "No" or "Not sure," your vote is No.

**Remember: One No = No Hire.**

## Candidate-Specific Strategy

### For Candidates with a Compass

If they have used one before:

**After they give their answer, ask:**
> "Where did you use it?"

> "When did it fail you?"

**Listen for:**
- ✅ Knows its limits
- ❌ Dismissive ("I never need it")

## Post-Interview: Debrief

**Within 5 minutes of the end, write down:**

1. **Best turn they took**
2. **Your worry**
"""

STEPS = """\
# Section 3: Questions for senior bakers

## METHOD: STAR

Structure your answer using:
- **Situation**: where you baked
- **Result**: what came out

## 3.1 "TELL ME ABOUT A BREAD YOU INVENTED"

### What interviewers are looking for:
- Knows the flour
- Tastes as they go

### Framework for your answer:

**1. Start with the guest, not with the flour:**
"They wanted something light."

**2. Describe the steps:**
```
Step 1: MIX (ten minutes)
  - Slowly at first
Step 2: REST
  - Overnight
```

### Sample strong answer structure:
```
SITUATION: A hotel with stale rolls.
RESULT: None came back.
```

### Common kinds of failure to know:
1. **Haste**: The dough never rests
2. **Thrift**: Too little salt

## 3.2 FOR THE HEAD BAKER

### "How do you teach a newcomer?"

**Key themes:**
```
1. SHOW:
   - hands first
2. LET GO:
   - watch from afar
```

## 3.3 MORE QUESTIONS TO PREPARE

### Kitchen:
1. "What do you do when the oven fails?"
   - Keeps a second one warm
   - Tells the guests
2. "Describe a morning that went wrong."
   - Owns it
```

---

## 3.4 QUESTIONS TO ASK YOUR INTERVIEWER

Always ask some:

```
About the oven:
- "How old is it?"
- "Who cleans it?"

About the team:
- "Who starts at three?"
```
"""


def imported(folder: Path, text: str | bytes, name: str = "guide.md"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return import_guide(path)


def found(guide):
    return {name: count for name, count in counts(guide.rubric).items() if count and name != "glossary terms"}


def remarks(guide):
    return [str(remark) for remark in guide.remarks]


@pytest.mark.parametrize("text", [TABLES, PASTED, THREADS, STEPS], ids=["tables", "pasted", "threads", "steps"])
def test_the_written_file_loads_as_the_same_rubric(tmp_path, text):
    guide = imported(tmp_path, text)
    (tmp_path / "rubric.yaml").write_text(guide.yaml, encoding="utf-8")
    assert load_rubric(tmp_path / "rubric.yaml") == guide.rubric


def test_tables_are_placed_by_the_words_of_their_headings(tmp_path):
    assert found(imported(tmp_path, TABLES)) == {
        "stages": 2,
        "competencies": 2,
        "questions": 4,
        "rationales": 2,
        "signals": 10,
        "anchors": 3,
        "outcomes": 3,
        "decision rules": 3,
    }


def test_a_heading_shifted_by_a_column_of_numbers_still_names_question_and_signals(tmp_path):
    question = imported(tmp_path, TABLES).rubric.question("candour.q1")
    assert question.text == "What did you get wrong last year?"
    assert [signal.text for signal in question.signals] == ["A real mistake", "what changed"]
    assert question.rationale is None


def test_a_cell_is_cut_at_its_commas_but_not_within_brackets(tmp_path):
    signals = imported(tmp_path, TABLES).rubric.question("patience.q1").signals
    assert [signal.text for signal in signals] == ["Names the wait", "the cost (money, trust)", "the gain"]


def test_rules_and_customs_are_read_from_sentences(tmp_path):
    rubric = imported(tmp_path, TABLES).rubric
    rules = {rule.kind: rule for rule in rubric.decision_rules}
    assert rules["average-at-least"].score == rubric.pass_mark == 3.5
    assert (rules["competencies-below"].count, rules["competencies-below"].outcome) == (2, "no-hire")
    assert (rules["competencies-meeting"].count, rules["competencies-meeting"].out_of) == (2, 3)
    assert rules["competencies-meeting"].no_critical_low
    practice = rubric.practice
    assert practice.questions == (4, 5)
    assert practice.follow_ups_at_least == 2
    assert practice.share_hours_before == 48
    assert practice.rotate_every_competencies == practice.competencies_per_interviewer == 2
    assert rubric.stages[1].minutes == (60, 60)


def test_columns_that_ran_together_are_cut_into_their_levels(tmp_path):
    rubric = imported(tmp_path, PASTED, "guide.txt").rubric
    closing, gaps, paying = rubric.criteria
    assert closing.title == "Closing the Month"
    assert closing.weight == 0.5
    assert [level.text for level in closing.levels] == [
        "Says 'it was done' without a date.",
        "Names the steps but no order.",
        "Explains order and dates.",
    ]
    assert [level.text for level in gaps.levels] == [
        "Guesses, says 'they vanish'",
        "Compares two lists by hand",
        "Describes a check, e.g. of totals",
    ]
    assert len(paying.levels) == 3


def test_pasted_text_without_markup_gives_competencies_with_all_their_parts(tmp_path):
    rubric = imported(tmp_path, PASTED, "guide.txt").rubric
    books, payroll = rubric.competencies
    assert (books.title, books.band, books.pass_mark) == ("Bookkeeping", "7+", 3.4)
    assert (books.scope, books.autonomy) == ("one company, all accounts.", "decides on corrections.")
    assert [signal.text for signal in books.signals] == [
        "I closed the books alone",
        "I found the gap, then told the owner",
    ]
    assert [question.text for question in books.questions] == [
        "Describe a month that would not close.",
        "Walk through a correction you made.",
    ]
    assert [flag.title for flag in books.red_flags] == ["Does not mention receipts.", "Rounds to please."]
    assert (payroll.title, len(payroll.questions), len(payroll.red_flags)) == ("Payroll", 1, 1)


def test_what_has_no_place_is_reported_with_its_line(tmp_path):
    assert "line 3: not placed: Case Number" in remarks(imported(tmp_path, PASTED, "guide.txt"))


def test_a_guide_of_threads_is_placed_whole(tmp_path):
    guide = imported(tmp_path, THREADS)
    assert found(guide) == {
        "stages": 2,
        "competencies": 1,
        "questions": 2,
        "rationales": 1,
        "cues": 2,
        "signals": 3,
        "follow-ups": 1,
        "answers": 3,
        "dimensions": 1,
        "anchors": 3,
        "red flags": 2,
        "outcomes": 3,
        "decision rules": 3,
        "gut-check questions": 1,
        "debrief items": 2,
        "supplementary questions": 2,
    }
    assert not [remark for remark in remarks(guide) if "not placed" in remark]


def test_a_thread_keeps_its_question_and_what_belongs_to_it(tmp_path):
    first, second = imported(tmp_path, THREADS).rubric.questions
    assert (first.title, first.text) == ("Scale", "How far is that, and how would you know?")
    assert first.pull_when == ("They guessed a distance", "They never read the legend")
    assert first.great == ("I read the legend: find the scale; measure twice", "Then I walk.")
    assert (first.okay, first.bad, first.follow_ups) == (("About an hour.",), ("Not far.",), ("And uphill?",))
    assert second.only_for == "Use this on candidates who are doing well."


def test_stages_keep_silence_wording_and_what_to_watch(tmp_path):
    hello, silence = imported(tmp_path, THREADS).rubric.stages
    assert hello.minutes == (5, 5)
    assert hello.say == "We will look at one map together. Take your time."
    assert (silence.silent_minutes, silence.silence_excused) == (4, "they ask you something")
    assert silence.signals is not None
    assert silence.signals.bad == ("Never looks up",)


def test_votes_and_red_flags_become_rules_that_name_their_outcomes(tmp_path):
    rules = {rule.kind: rule for rule in imported(tmp_path, THREADS).rubric.decision_rules}
    assert (rules["red-flags"].count, rules["red-flags"].outcome) == (2, "strong-no")
    assert rules["gut-check"].outcome == "no"
    assert (rules["votes"].count, rules["votes"].vote) == (1, "no")


def test_a_cross_in_front_of_a_point_makes_it_a_warning(tmp_path):
    (supplement,) = imported(tmp_path, THREADS).rubric.supplements
    assert [signal.text for signal in supplement.listen_for] == ["Knows its limits"]
    assert [(flag.title, flag.sounds_like) for flag in supplement.beware] == [("Dismissive", "I never need it")]


def test_misread_signs_are_mended_everywhere(tmp_path):
    misread = THREADS.encode().decode("mac_roman").encode()
    assert found(imported(tmp_path, misread)) == found(imported(tmp_path, THREADS))


def test_headings_that_ask_are_questions_with_frameworks_and_categories(tmp_path):
    guide = imported(tmp_path, STEPS)
    assert found(guide) == {
        "competencies": 3,
        "questions": 4,
        "signals": 2,
        "framework steps": 8,
        "answers": 1,
        "categories": 2,
        "questions for the candidate to ask": 3,
    }
    bread = guide.rubric.questions[0]
    assert [step.title for step in bread.framework] == [
        "Start with the guest, not with the flour",
        "Step 1: MIX (ten minutes)",
        "Step 2: REST",
    ]
    assert [category.title for category in bread.categories] == ["Haste", "Thrift"]


def test_the_parts_of_a_complete_answer_become_the_method(tmp_path):
    method = imported(tmp_path, STEPS).rubric.method
    assert [(part.title, part.text) for part in method] == [
        ("Situation", "where you baked"),
        ("Result", "what came out"),
    ]


def test_a_sentence_that_was_wrapped_in_code_is_whole_again(tmp_path):
    text = '## "How do you teach?"\n\n### Great answers\n```\nFIRST: I show the loaf to\nthe newcomer.\n```\n'
    assert imported(tmp_path, text).rubric.questions[0].great == ("FIRST: I show the loaf to the newcomer.",)


def test_a_bold_question_takes_what_follows_it(tmp_path):
    text = "## Care\n\n**1. When did you take care?**\n\n*Look for:* a plan, a check\n\n**2. Who?**\n\n- names them\n"
    first, second = imported(tmp_path, text).rubric.questions
    assert (first.text, [signal.text for signal in first.signals]) == ("When did you take care?", ["a plan", "a check"])
    assert [step.title for step in second.framework] == ["names them"]


def test_a_warning_about_what_is_left_unsaid_is_an_absence(tmp_path):
    text = "## Red flags\n\n- Does not mention receipts\n- Blames the till\n"
    assert [flag.is_absence for flag in imported(tmp_path, text).rubric.red_flags] == [True, False]


def test_a_stray_code_fence_does_not_hide_the_sections_behind_it(tmp_path):
    groups = imported(tmp_path, STEPS).rubric.candidate_questions
    assert [(group.title, len(group.questions)) for group in groups] == [("About the oven", 2), ("About the team", 1)]


def test_points_below_a_question_are_signals_where_the_guide_names_none(tmp_path):
    text = "## Care\n\n1. When did you take care?\n   - checked twice\n   - asked\n2. What did you break?\n"
    first, second = imported(tmp_path, text).rubric.questions
    assert [signal.text for signal in first.signals] == ["checked twice", "asked"]
    assert (first.framework, second.signals) == ((), ())


def test_labels_within_a_list_belong_to_the_question_above(tmp_path):
    text = (
        "## Care\n\n- Tell me about a repair.\n  - Look for: patience, a plan\n  - Follow-up: What broke next?\n"
        "  - Why we ask: repairs show care\n  - Red flags: blames the tool\n- Describe a gift.\n"
    )
    rubric = imported(tmp_path, text).rubric
    repair, gift = rubric.questions
    assert [signal.text for signal in repair.signals] == ["patience", "a plan"]
    assert (repair.follow_ups, repair.rationale) == (("What broke next?",), "repairs show care")
    assert [flag.title for flag in rubric.competencies[0].red_flags] == ["blames the tool"]
    assert gift.text == "Describe a gift."


def test_labels_that_touch_the_list_above_them_are_labels_still(tmp_path):
    text = '### Thread 1: Doubt\n**When to pull**\n- too sure\n**What to ask**\n> "Why?"\n**Signals**\n- doubts\n'
    (question,) = imported(tmp_path, text).rubric.questions
    assert (question.text, question.pull_when) == ("Why?", ("too sure",))


def test_rows_that_name_a_competency_are_grouped_by_it(tmp_path):
    text = (
        "| Competency | Question | What good looks like | Red flags |\n|---|---|---|---|\n"
        "| Care | Who checked it? | names them, thanks them | nobody |\n| Haste | Why so fast? | had to | |\n"
        "| Care | What broke? | says it | |\n"
    )
    rubric = imported(tmp_path, text).rubric
    assert [(each.title, len(each.questions)) for each in rubric.competencies] == [("Care", 2), ("Haste", 1)]
    assert [signal.text for signal in rubric.questions[0].signals] == ["names them", "thanks them"]
    assert [flag.title for flag in rubric.red_flags] == ["nobody"]


def test_rows_without_the_number_that_their_heading_has_are_moved_over(tmp_path):
    text = "## Care\n\n| # | Question | Signals |\n|---|---|---|\n| What broke? | says it, mends it |\n"
    (question,) = imported(tmp_path, text).rubric.questions
    assert question.text == "What broke?"
    assert len(question.signals) == 2


def test_a_cell_beyond_the_heading_is_reported(tmp_path):
    text = "## Care\n\n| Question | Signals |\n|---|---|\n| What broke? | says it | ask on Mondays |\n"
    assert "line 5: cell under no known heading: ask on Mondays" in remarks(imported(tmp_path, text))


def test_columns_held_apart_by_tabs_are_a_table(tmp_path):
    text = "Stage\tMinutes\tPurpose\nWelcome\t5\tSettle in\nTalk\t25-30\tAsk\n"
    stages = imported(tmp_path, text, "guide.txt").rubric.stages
    assert [(stage.title, stage.minutes) for stage in stages] == [("Welcome", (5, 5)), ("Talk", (25, 30))]


def test_an_agenda_with_minutes_gives_stages(tmp_path):
    stages = imported(tmp_path, "## Agenda\n\n1. Hello: settle in (5 min)\n2. Talk (40 minutes)\n").rubric.stages
    assert [(stage.title, stage.purpose, stage.minutes[0]) for stage in stages] == [
        ("Hello", "settle in", 5),
        ("Talk", "Talk", 40),
    ]


def test_what_a_stage_needs_and_the_guide_lacks_is_filled_in_and_said(tmp_path):
    guide = imported(tmp_path, "## Phase 1: Hello (5 min)\n\nSettle in.\n")
    assert guide.rubric.stages[0].who == "interviewer"
    assert remarks(guide) == ["line 1: stage Phase 1: Hello: who not in the guide, filled in; please check"]


def test_a_stage_without_minutes_is_left_out_and_said(tmp_path):
    guide = imported(tmp_path, "## Phase 1: Hello\n\nSettle in.\n")
    assert guide.rubric.stages == ()
    assert "line 1: stage without minutes, left out: Phase 1: Hello" in remarks(guide)


def test_a_numbered_line_over_hyphens_is_a_heading(tmp_path):
    text = (
        "1. Opening (5 min)\n------------------\nSay hello.\n\n2. Talk (40 min)\n----------------\n"
        "Q1. What broke?\n   Probes: Who saw it? What then?\n   Negative indicators:\n     * blames the tool\n"
        "Q2. Who helped?\n\nRating scale\n------------\n5 - Outstanding\n1 - Nothing\n"
    )
    rubric = imported(tmp_path, text).rubric
    assert [stage.title for stage in rubric.stages] == ["Opening", "Talk"]
    assert rubric.competencies[0].title == "Talk"
    broke, helped = rubric.questions
    assert (broke.text, broke.bad) == ("What broke?", ("blames the tool",))
    assert broke.follow_ups == ("Who saw it?", "What then?")
    assert helped.text == "Who helped?"
    assert [(level.score, level.text) for level in rubric.anchors] == [(1, "Nothing"), (5, "Outstanding")]


def test_a_table_of_grades_below_a_question_grades_its_answers(tmp_path):
    text = (
        "## Care\n\nWhat broke?\n\n| Poor (1) | Average (3) | Excellent (5) |\n|---|---|---|\n"
        "| hides it | says it | mends it |\n"
    )
    (question,) = imported(tmp_path, text).rubric.questions
    assert (question.bad, question.okay, question.great) == (("hides it",), ("says it",), ("mends it",))


def test_a_column_that_asks_holds_the_questions_whatever_its_heading(tmp_path):
    text = "## Sorgfalt\n\n| Nr. | Frage | Signale |\n|---|---|---|\n| 1 | Was ging schief? | sagt es, hilft |\n"
    (question,) = imported(tmp_path, text).rubric.questions
    assert (question.text, len(question.signals)) == ("Was ging schief?", 2)


def test_a_web_page_is_read_by_its_tags(tmp_path):
    page = (
        "<!DOCTYPE html><html><head><script>How?</script></head><body>\n<h1>Sales</h1>\n<h2>Closing</h2>\n"
        "<ol><li>Tell me about a deal.<ul><li><b>Look for:</b> owns it, a reason</li></ul></li>"
        "<li>Why sales?</li></ol>\n"
        "<h2>Scores</h2><table><tr><th>Dimension</th><th>1</th><th>5</th></tr>\n"
        "<tr><td>Calm</td><td>shouts</td><td>steady</td></tr></table><p>We have cake.</p></body></html>"
    )
    guide = imported(tmp_path, page, "guide.html")
    assert guide.rubric.title == "Sales"
    assert found(guide) == {"competencies": 1, "questions": 2, "signals": 2, "dimensions": 1, "anchors": 2}
    assert remarks(guide) == ["line 6: not placed: We have cake."]


def test_prose_gives_a_rubric_that_asks_nothing(tmp_path):
    guide = imported(tmp_path, "We meet people over coffee. There is no list.\n\nWe decide on the same day.\n")
    assert found(guide) == {}
    assert guide.rubric.summary.startswith("We meet people over coffee.")


def test_a_life_on_paper_gives_no_questions(tmp_path):
    text = "JO DOE\nBaker\nBerlin | jo@example.org\n\nWork\n\n- Baked rolls\n- Led two people\n\nSkills\nFlour, fire\n"
    guide = imported(tmp_path, text, "cv.txt")
    assert guide.rubric.questions == ()
    assert any("not placed" in remark for remark in remarks(guide))


def test_windows_line_ends_and_an_old_encoding_make_no_difference(tmp_path):
    other = imported(tmp_path, TABLES.replace("\n", "\r\n").replace("≥", "at least").replace("—", "-").encode("cp1252"))
    assert found(other) == found(imported(tmp_path, TABLES))


def test_deep_nesting_is_no_trouble(tmp_path):
    text = "\n".join(" " * 2 * depth + "- Tell me more?" for depth in range(400)) + "\n" + ">" * 5000 + " Why?\n"
    assert imported(tmp_path, text).rubric.questions


def test_hundreds_of_guides_in_one_file_are_read(tmp_path):
    assert len(imported(tmp_path, THREADS * 150).rubric.questions) == 300


def test_acronyms_and_technical_words_become_the_glossary(tmp_path):
    text = (
        "# READ THIS FIRST\n\n- How did you cut the p95 of the API?\n- What does ArXiv offer? Be FIRST.\n\nSee first.\n"
    )
    assert set(imported(tmp_path, text).rubric.glossary) == {"p95", "API", "ArXiv"}


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("guide.md", b"", "is empty"),
        ("guide.md", b"  \n\n\t\n", "is empty"),
        ("guide.pdf", b"anything", "is a PDF"),
        ("guide.md", b"%PDF-1.7 ...", "is a PDF"),
        ("guide.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Word"),
        ("guide.rtf", b"{\\rtf1 hello}", "RTF"),
        ("guide.docx", b"not a zip", "cannot be read as DOCX"),
        ("guide.docx", b"PK\x03\x04broken", "cannot be read as DOCX"),
        ("guide.txt", bytes(range(256)) * 20, "is not text"),
        ("guide.md", b"a" * 4_000_001, "too large"),
    ],
)
def test_a_file_that_is_no_guide_is_refused_with_what_to_do(tmp_path, name, content, words):
    with pytest.raises(BadGuide, match=words) as caught:
        imported(tmp_path, content, name)
    assert name in str(caught.value)
    assert str(caught.value).endswith(".")


def test_a_folder_and_a_missing_file_are_told_apart(tmp_path):
    with pytest.raises(BadGuide, match="is a folder"):
        import_guide(tmp_path)
    with pytest.raises(BadGuide, match="no such file"):
        import_guide(tmp_path / "absent.md")
