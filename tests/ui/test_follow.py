import asyncio
import io

import pytest
from rich.console import Console
from rich.text import Text

from pipeline.events import NotHeard, SessionEnded, TagRetracted
from tests.support.interviews import SESSION, said, started, tagged
from tests.support.running import run
from ui.errors import CannotFollow
from ui.follow import follow

SAVED = said(1, "We saved a day")


@pytest.fixture
def console():
    return Console(file=io.StringIO(), width=200, highlight=False, force_terminal=True, color_system="truecolor")


def printed(console):
    """What stands on the terminal, without its styles."""
    plain = Console(file=io.StringIO(), width=200)
    plain.print(Text.from_ansi(console.file.getvalue()))
    return plain.file.getvalue()


def test_tagged_quotes_questions_and_gaps_are_told_in_words(stage, interview, rubric_words, console):
    async def scene():
        stage.tell(SESSION, *interview)
        async with stage.server() as server:
            return await follow(server.url, SESSION, console, find_rubric_words={"bei": rubric_words}.get)

    summary = run(scene())
    lines = [line.strip() for line in printed(console).rstrip().splitlines()]
    assert lines[0] == (
        "strong.flac  Engine: PocketSphinx, the embedded engine, model en-us. Rubric: Behavioural event interview."
    )
    assert "0:02  ? Question: Tell me about a time you rescued something that nobody had asked you to." in lines
    assert "0:16  Candidate    ✓ Signal (looked into it unasked): “wrote an audit”" in lines
    assert "0:24  Candidate    # Metric (40 → 3 minutes, −92 %): “from forty minutes … to three”" in lines
    assert "0:29  Candidate    ⚑ Ask about (hedging): “I think maybe”" in lines
    assert "0:36  ? Question off the plan: What did you change about how you work after that?" in lines
    assert "○ Not heard yet: what it cost; who else was involved" in lines
    assert "0:47  ▲ Channel 2 went silent. Check the cable." in lines
    assert lines[-1] == (
        "Ended at 0:48 after 7 sentences. Tagged: Situation 1, Action 2, Result 1, Insight 1, Metric 1, Signal 1, "
        "Ask about 1, Question 1."
    )
    assert summary.counts["action"] == 2


def test_what_was_written_is_told_as_written(stage, console):
    async def scene():
        written = said(1, "it fell to three minutes", medium="written")
        tag = tagged("t1", written, "it fell")
        stage.tell(SESSION, started(), written, tag, SessionEnded(at_s=9.0, reason="over"))
        async with stage.server() as server:
            await follow(server.url, SESSION, console)

    run(scene())
    assert "In writing   ◆ Result: “it fell”" in printed(console)


def test_a_gap_that_was_closed_since_is_not_told(stage, console):
    async def scene():
        stage.tell(SESSION, started(), NotHeard(question_id=None, items=()), SessionEnded(at_s=9.0, reason="over"))
        async with stage.server() as server:
            await follow(server.url, SESSION, console)

    run(scene())
    assert "Not heard" not in printed(console)


def test_quotes_are_told_as_they_come(stage, console):
    async def scene():
        stage.tell(SESSION, started())
        async with stage.server() as server:
            following = asyncio.create_task(follow(server.url, SESSION, console))
            stage.tell(SESSION, SAVED, tagged("t", SAVED, "We saved"))
            while "We saved" not in printed(console):
                await asyncio.sleep(0.01)
            assert not following.done()
            stage.tell(SESSION, SessionEnded(at_s=9.0, reason="end of file"))
            await following

    run(scene())


def test_a_dropped_connection_is_taken_up_without_a_gap_or_a_double(stage, console):
    async def scene():
        first, second = said(1, "First we cut"), said(2, "Second we cut")
        stage.tell(SESSION, started(), first, tagged("a", first, first.text))
        async with stage.server() as server:
            port = int(server.url.rstrip("/").rpartition(":")[2])
            following = asyncio.create_task(follow(server.url, SESSION, console))
            while "First" not in printed(console):
                await asyncio.sleep(0.01)
        stage.tell(SESSION, second, tagged("b", second, second.text))
        async with stage.server(port=port):
            stage.tell(SESSION, SessionEnded(at_s=9.0, reason="end of file"))
            summary = await following
        assert printed(console).count("First we cut") == printed(console).count("Second we cut") == 1
        assert dict(summary.counts) == {"result": 2}

    run(scene())


def test_a_superseded_tag_is_not_counted(stage, console):
    async def scene():
        stage.tell(SESSION, started(), SAVED, tagged("a", SAVED, "We saved"), TagRetracted(tag_id="a"))
        stage.tell(SESSION, tagged("b", SAVED, "We saved a day"), SessionEnded(at_s=9.0, reason="end"))
        async with stage.server() as server:
            return await follow(server.url, SESSION, console)

    assert dict(run(scene()).counts) == {"result": 1}


def test_what_was_said_cannot_steer_the_terminal(stage, console):
    async def scene():
        stage.tell(SESSION, started(source="[bold]x[/bold]\x1b[2J.wav"))
        spell = said(1, "[red]no\x1b[31m[/red]\x07")
        stage.tell(SESSION, spell, tagged("a", spell, spell.text), SessionEnded(at_s=9.0, reason="end"))
        async with stage.server() as server:
            await follow(server.url, SESSION, console)

    run(scene())
    assert "[bold]x[/bold][2J.wav" in printed(console)
    assert "“[red]no[31m[/red]”" in printed(console)
    assert "\x1b[2J" not in console.file.getvalue()
    assert "\x07" not in console.file.getvalue()


def test_an_unknown_session_says_how_to_find_one(stage, console):
    async def scene():
        async with stage.server() as server:
            await follow(server.url, "nobody", console)

    with pytest.raises(CannotFollow, match="earmark sessions"):
        run(scene())


def test_an_address_that_is_no_earmark_is_said_to_be_none(stage, console):
    async def scene():
        async with stage.server() as server:
            await follow(server.url + "elsewhere", SESSION, console)

    with pytest.raises(CannotFollow, match="no Earmark answers"):
        run(scene())


def test_a_server_that_stays_away_is_given_up(stage, console, monkeypatch):
    monkeypatch.setattr("ui.follow._MOST_WAITS", 2)  # a quarter of a minute otherwise

    async def scene():
        async with stage.server() as server:
            url = server.url
        await follow(url, SESSION, console)

    with pytest.raises(CannotFollow, match="still running"):
        run(scene())
