"""The other Earmarks on a workspace: what they write, which interviews they hear, and a word with them.

Several servers may share one workspace. Each hears of the others' journalling soon after it was committed, and an
interview is heard by one of them at a time: whoever hears it holds its claim, which its death lets go. Nothing that
goes between them holds words of an interview or a person's name: those are read from the journal.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

ERASED: Final = 0
"""In place of a session's last number."""


@dataclass(frozen=True, slots=True)
class Appended:
    """Somebody, perhaps this process, has added to a session; `last_seq` is its last number, 0 once it is erased."""

    session_id: str
    last_seq: int


@dataclass(frozen=True, slots=True)
class Missed:
    """Nothing was heard of the others for a while: look at every session."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What another process sent to whoever is concerned with a session. Its own letters a process gets too."""

    session_id: str
    body: str


News: TypeAlias = Appended | Missed | Letter


@dataclass(frozen=True, slots=True)
class Beat:
    """How an interview stands where it is heard: `state` is the caller's word, `at_s` the interview's clock."""

    state: str
    at_s: float


@dataclass(frozen=True, slots=True)
class Heard:
    """Another process hears an interview: what that one is called, and its last beat where one came."""

    server: str
    beat: Beat | None = None


class Neighbours(Protocol):
    """This process's tie to the others. Calls may come from several threads, but `wait` from one; all may block.

    Raises StoreError where the database cannot be asked, except for `wait` and `beat`, which try again next time.
    """

    @property
    def carries_letters(self) -> bool:
        """Whether `send` reaches anybody."""
        ...

    def wait(self, session_ids: Collection[str], timeout_s: float) -> tuple[News, ...]:
        """What happened of these sessions, perhaps of others too, as soon as something did; nothing after a while."""
        ...

    def claim(self, session_id: str, *, is_new: bool = False) -> None:
        """Take the claim of a session, a new one or one that was cut off. Raises BadInput where another has it."""
        ...

    def release(self, session_id: str) -> None:
        """Let go of a claim, if it is held."""
        ...

    def beat(self, beats: Mapping[str, Beat]) -> frozenset[str]:
        """Tell the others how the claimed sessions stand; those whose claim was lost to another, each once."""
        ...

    def heard(self, session_ids: Collection[str]) -> Mapping[str, Heard]:
        """Those of the sessions that others hear now."""
        ...

    def send(self, session_id: str, body: str) -> None:
        """A letter to the others."""
        ...

    def close(self) -> None:
        """Let go of everything. Closing twice is fine."""
        ...
