import re

import pytest

from ui.batch.figures import COUNTED
from ui.batch.report import report_page, write_report

COUNTS = {label: number for number, label in enumerate(COUNTED)}


def scope(name, **more):
    rates = {f"{label}_rate": float(count) for label, count in COUNTS.items()}
    return {
        "scope": name,
        **COUNTS,
        **rates,
        "story": "S A",
        "metric_values": "",
        "flags": "",
        "talk_share": 0.8,
        "words_candidate": 500,
        "words_unassigned": 0,
        "words_per_minute": 150,
        "confidence": 0.9,
        "questions_planned": 10,
        "questions_asked": 2,
        "follow_ups": 1,
        **more,
    }


def record(name, length_s=100.0, quote="I wrote an audit", **more):
    return {
        "name": name,
        "source": f"/recordings/{name}.wav",
        "state": "done",
        "engine": "pocketsphinx",
        "rubric": "bei",
        "length_s": length_s,
        "rows": [scope("interview"), scope("question", scope_id="v1.q1", title="First")],
        "quotes": [
            {
                "label": "action",
                "words": "Action",
                "quote": quote,
                "start_s": 12.5,
                "question": "v1.q1",
                "speaker": "candidate",
            }
        ],
        **more,
    }


RECORDS = [
    record("b", 200.0, role="Analyst"),
    record("a", 300.0),
    {"name": "c", "source": "/recordings/c.wav", "state": "failed", "reason": "the file is empty"},
]


def test_the_page_needs_nothing_else(tmp_path):
    page = report_page(RECORDS, tmp_path)
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page)
    assert not re.findall(r"<link|<script src|@import|url\(", page)


def test_what_was_said_is_text_and_no_mark_up(tmp_path):
    page = report_page([record("<b>", quote="</script><img src=x onerror=alert(1)>")], tmp_path)
    assert "<img" not in page
    assert "&lt;img" in page


def test_a_quote_links_to_its_time_in_the_recording_as_seen_from_the_page(tmp_path):
    folder = tmp_path / "out"
    page = report_page([record("a") | {"source": str(tmp_path / "in" / "a 1.wav")}], folder)
    assert 'href="../in/a%201.wav#t=12.5"' in page


def test_no_count_can_be_sorted_by(tmp_path):
    page = report_page(RECORDS, tmp_path)
    head = page[page.index("<thead>") : page.index("</thead>")]
    sortable = re.findall(r"<th[^>]*data-sort[^>]*>([^<]+)<", head)
    assert sortable == ["File", "Candidate", "Role", "State", "Length", "Recogniser sure"]


def test_too_many_quotes_stay_in_their_files(tmp_path, monkeypatch):
    monkeypatch.setattr("ui.batch.report.MOST_QUOTES", 1)
    page = report_page(RECORDS, tmp_path)
    assert "I wrote an audit" not in page
    assert "too many quotes" in page


def test_a_page_about_nothing_says_what_to_do(tmp_path):
    assert "Give `earmark batch` a folder" in report_page([], tmp_path)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_opens_from_the_disk_sorts_and_filters(open_page, tmp_path, scheme):
    write_report(tmp_path, RECORDS)
    page = open_page(color_scheme=scheme)
    page.goto((tmp_path / "report.html").as_uri())
    names = page.locator("#interviews tbody tr:visible th")
    assert names.all_inner_texts() == ["b", "a", "c"]
    page.get_by_role("button", name="File").click()
    assert names.all_inner_texts() == ["a", "b", "c"]
    page.get_by_role("button", name="Length").click()
    page.get_by_role("button", name="Length").click()
    assert names.all_inner_texts() == ["a", "b", "c"]
    page.get_by_label("State").select_option("failed")
    assert names.all_inner_texts() == ["c"]
    page.get_by_label("State").select_option("")
    page.get_by_label("Find").fill("analyst")
    assert names.all_inner_texts() == ["b"]
    assert page.get_by_role("status").inner_text() == "1 of 3 shown"
    page.get_by_role("link", name="b", exact=True).first.click()
    assert page.locator("q:visible").all_inner_texts() == ["I wrote an audit"]
