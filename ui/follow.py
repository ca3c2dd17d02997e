"""An interview in the terminal: each tagged quote as it is confirmed, over the same websocket as the page."""

import asyncio
import json
import ssl
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from rich.console import Console
from rich.text import Text
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI

from pipeline.events import (
    Event,
    Label,
    NotHeard,
    ProblemNoticed,
    QuestionAsked,
    SessionEnded,
    SessionStarted,
    Span,
    Tag,
    from_json,
)
from pipeline.state import NOTHING_YET, InterviewState, fold
from ui import wire
from ui.errors import CannotFollow
from ui.labels import ENGINES, LABELS, SPEAKERS, RubricWords, clock, detail_words, not_heard_words

_FIRST_WAIT_S: Final = 0.1
_LONGEST_WAIT_S: Final = 2.0
_MOST_WAITS: Final = 10
"""About a quarter of a minute without a server: it is not coming back."""
_LARGEST_FRAME_BYTES: Final = 16 * 1024 * 1024
_INDENT: Final = " " * 9


@dataclass(frozen=True, slots=True)
class Summary:
    """What an interview came to: tags that stand at the end, by label, and its length."""

    counts: Mapping[Label, int]
    utterances: int
    ended_at_s: float


async def follow(
    url: str,
    session_id: str,
    console: Console,
    *,
    find_rubric_words: Callable[[str], RubricWords | None] = lambda _: None,
    token: str | None = None,
    certificate: Path | None = None,
) -> Summary:
    """Print a session's tagged quotes from its first event to its last; returns when the session has ended.

    `url` is the server's (`Server.url`), `token` opens a seat where it asks for one, and `certificate` is its own
    if it has TLS, trusted under whatever name. A dropped connection is taken up again after the last event that
    came. Raises CannotFollow for an unknown session, a server of another version and one that stays away.
    """
    state, words = NOTHING_YET, None
    async with aclosing(_events(url, session_id, token, certificate)) as events:
        async for event in events:
            state = fold([event], state)
            if isinstance(event, SessionStarted):
                words = find_rubric_words(event.rubric_id) if event.rubric_id else None
            _Printer(console, words).tell(event, state)
            if isinstance(event, SessionEnded):
                break
    summary = _summary(state)
    console.print(_summary_words(summary))
    return summary


async def _events(
    url: str, session_id: str, token: str | None, certificate: Path | None
) -> AsyncGenerator[Event, None]:
    """Every journalled event once, in order, over as many connections as it takes."""
    address = f"{url.replace('http', 'ws', 1).rstrip('/')}/ws/sessions/{session_id}"
    seat = f"&seat={quote(token)}" if token else ""
    tls = _trusting(certificate) if certificate else None
    last_seq, waits = 0, 0
    while True:
        trouble = "the connection was closed"
        try:
            url_now = f"{address}?after={last_seq}{seat}"
            async with connect(url_now, max_size=_LARGEST_FRAME_BYTES, ssl=tls) as connection:
                async for message in connection:
                    frame = json.loads(message)
                    _check_protocol(frame)
                    last_seq = max(last_seq, frame.get("caught_up", {}).get("seq", 0))
                    if frame.get("seq", 0) > last_seq:
                        last_seq, waits = frame["seq"], 0
                        yield from_json(frame["event"])
        except ConnectionClosed as closed:
            _check_reason(closed, session_id)
            trouble = str(closed)
        except (InvalidURI, InvalidHandshake) as error:
            raise CannotFollow(f"no Earmark answers at {url}: {error}. Check the address.") from error
        except OSError as error:
            trouble = str(error)
        if waits == _MOST_WAITS:
            raise CannotFollow(f"nothing comes from {url} any more: {trouble}. Is Earmark still running?")
        await asyncio.sleep(min(_FIRST_WAIT_S * 2**waits, _LONGEST_WAIT_S))
        waits += 1


def _trusting(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(certificate))
    context.check_hostname = False
    return context


def _check_protocol(frame: Mapping[str, Any]) -> None:
    if "hello" in frame and frame["hello"]["protocol"] != wire.PROTOCOL:
        raise CannotFollow("the server is another version of Earmark. Stop it and start this one.")


def _check_reason(closed: ConnectionClosed, session_id: str) -> None:
    """Coming back helps against a restart and a network that failed, not against a refusal."""
    if closed.rcvd is not None and closed.rcvd.code >= wire.BAD_REQUEST:
        raise CannotFollow(f"cannot follow session {session_id}: {closed.rcvd.reason}. `earmark sessions` lists them.")


class _Printer:
    """One event in words. A superseded tag stays printed; the summary counts what stands.

    Transcript text is printed as it is, never read as the terminal's or Rich's markup.
    """

    def __init__(self, console: Console, words: RubricWords | None) -> None:
        self._console = console
        self._words = words

    def tell(self, event: Event, state: InterviewState) -> None:
        match event:
            case SessionStarted():
                self._start(event)
            case QuestionAsked(segment_id=segment_id) if segment_id in state.latest_revision:
                self._question(event, state)
            case Tag(label=label, spans=spans) if label != "question" and _are_heard(spans, state):
                self._tag(event, state)
            case NotHeard(items=items) if items:
                self._print((f"{_INDENT}○ {not_heard_words(event, self._words)}", "dim"))
            case ProblemNoticed(message=message, at_s=at_s):
                self._print((f"{clock(at_s):>7}  ▲ {message}", "bold red"))

    def _start(self, event: SessionStarted) -> None:
        rubric = self._words.title if self._words else event.rubric_id or "none"
        engine = f"{ENGINES.get(event.engine, event.engine)}, model {event.model}"
        self._print((event.source, "bold"), f"  Engine: {engine}. Rubric: {rubric}.")

    def _question(self, event: QuestionAsked, state: InterviewState) -> None:
        utterance = state.utterance(event.segment_id)
        title = utterance.text
        if event.question_id and not event.is_follow_up:
            title = self._words.questions.get(event.question_id, title) if self._words else title
        over = "Follow-up" if event.is_follow_up else "Question" if event.question_id else "Question off the plan"
        self._print()
        self._print((f"{clock(utterance.start_s):>7}  {LABELS['question'].symbol} {over}: ", "bold"), (title, "bold"))

    def _tag(self, tag: Tag, state: InterviewState) -> None:
        first = tag.spans[0]
        said = state.utterance(first.segment_id)
        speaker = "In writing" if said.medium == "written" else SPEAKERS[said.speaker]
        quote = " … ".join(state.quote(span) for span in tag.spans)
        mark = LABELS[tag.label].symbol
        detail = detail_words(tag, self._words)
        label = f"{mark} {LABELS[tag.label].words}{f' ({detail})' if detail else ''}: "
        self._print((f"{clock(first.start_s):>7}  {speaker:<11}  ", "dim"), (label, "bold"), f"“{quote}”")

    def _print(self, *parts: str | tuple[str, str]) -> None:
        clean = [_printable(part) if isinstance(part, str) else (_printable(part[0]), part[1]) for part in parts]
        self._console.print(Text.assemble(*clean))


def _are_heard(spans: Sequence[Span], state: InterviewState) -> bool:
    return all((span.segment_id, span.revision) in state.revisions for span in spans)


def _printable(text: str) -> str:
    """Without control characters: a transcript must not steer the terminal."""
    return "".join(letter for letter in text if letter.isprintable())


def _summary(state: InterviewState) -> Summary:
    counts = Counter(tag.label for tag in state.tags.values() if tag.status != "rejected")
    return Summary(
        counts={label: counts[label] for label in LABELS if counts[label]},
        utterances=len(state.latest_revision),
        ended_at_s=state.ended.at_s if state.ended else 0.0,
    )


def _summary_words(summary: Summary) -> Text:
    sentences = "1 sentence" if summary.utterances == 1 else f"{summary.utterances} sentences"
    found = ", ".join(f"{LABELS[label].words} {count}" for label, count in summary.counts.items()) or "no tags"
    return Text(f"\nEnded at {clock(summary.ended_at_s)} after {sentences}. Tagged: {found}.")
