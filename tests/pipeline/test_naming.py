"""Names that people have, and texts that are none."""

import pytest

from pipeline.naming import MOST_NAME_CHARACTERS, is_name


@pytest.mark.parametrize("name", ["Ada", "علی\u200cرضا", "ශ\u200dරී", "محمد بن موسى", "N" * MOST_NAME_CHARACTERS])
def test_names_of_any_script_are_names(name):
    assert is_name(name)


@pytest.mark.parametrize(
    "text", ["", "N" * (MOST_NAME_CHARACTERS + 1), "a\x1b[0m", "\u202eadA", "a\nb", "\u200c", "\u200d\u200c"]
)
def test_what_cannot_be_read_or_turns_the_text_round_is_none(text):
    assert not is_name(text)
