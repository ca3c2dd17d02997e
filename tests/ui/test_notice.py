"""The notice: its wording under its version, and what follows from what was agreed to."""

import hashlib

import pytest

from pipeline.events import ConsentRecorded
from ui.notice import ALL_PURPOSES, NOTICE, NOTICE_VERSION, PURPOSES, may_share, missing_purposes

WORDINGS = {"2": "60c4fb2f44f3e07d"}


def test_every_wording_has_a_version_of_its_own():
    """A consent names the version: change the words, and they need the next one, with its digest here."""
    assert WORDINGS[NOTICE_VERSION] == hashlib.sha256(NOTICE.encode()).hexdigest()[:16]


def test_the_notice_explains_every_purpose():
    assert [purpose.id for purpose in PURPOSES] == list(ALL_PURPOSES)
    for purpose in PURPOSES:
        assert f"{purpose.title}: {purpose.text}" in NOTICE.split("\n\n")


def test_sharing_alone_may_be_left_out():
    assert missing_purposes(["recording", "transcript"]) == ()
    assert missing_purposes(["sharing"]) == ("Recording", "Transcript")


def said(is_given, *purposes, person="Bo"):
    return ConsentRecorded(
        person=person, notice_version="2", is_given=is_given, purposes=purposes, recorded_at="2026-11-22T10:15:00+00:00"
    )


@pytest.mark.parametrize(
    ("answers", "is_shared"),
    [
        ((), True),
        ((said(True, *ALL_PURPOSES),), True),
        ((said(True, "recording", "transcript"),), False),
        ((said(True, *ALL_PURPOSES), said(False)), False),
        ((said(False), said(True, *ALL_PURPOSES)), True),
        ((said(True, *ALL_PURPOSES), said(True, "recording", "transcript", person="Cy")), False),
    ],
)
def test_the_panel_sees_what_everybodys_last_answer_shares(answers, is_shared):
    assert may_share(answers) == is_shared
