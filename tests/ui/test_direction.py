import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.direction import apart, begins_right, cut_at_numbers

MARK = "\N{LEFT-TO-RIGHT MARK}"


def test_words_that_run_from_the_right_are_closed_so_that_a_number_after_them_stays_there():
    assert apart("Dana أحمد") == f"Dana أحمد{MARK}"
    assert apart("שרה") == f"שרה{MARK}"


@given(st.text(st.characters(max_codepoint=0x058F)))
def test_words_of_other_scripts_stay_as_they_are(text):
    assert apart(text) == text


@pytest.mark.parametrize("turning", range(0x202A, 0x202F))
def test_nothing_turns_what_stands_after_it(turning):
    assert apart(f"a{chr(turning)}b") == "ab"


@pytest.mark.parametrize(
    ("text", "is_so"),
    [
        ("", False),
        ("12 %", False),
        ("“أحمد said", True),
        ("12, עברית", True),
        ("Dana أحمد", False),
        ("日本 עברית", False),
    ],
)
def test_the_first_letter_with_a_direction_tells_that_of_a_paragraph(text, is_so):
    assert begins_right(text) == is_so


def test_words_from_the_right_with_a_number_in_them_are_cut_out():
    assert cut_at_numbers(f"a note: {apart('كتبت 40 صفحة')}; and more") == ["a note:", "كتبت 40 صفحة", "and more"]


@pytest.mark.parametrize("text", ["", " ", "no such words", f"{apart('Dana أحمد')}, 0:14", apart("كتبت 40 صفحة")])
def test_others_stay_whole(text):
    assert cut_at_numbers(text) == [text]
