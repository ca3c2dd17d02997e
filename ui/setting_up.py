"""Setting up an interview from the page: what there is to choose from, and what was chosen."""

import asyncio
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

from pipeline.audio import RATE_HZ
from pipeline.audio_file import open_media
from pipeline.events import Speaker
from pipeline.models import EMBEDDED_MODEL, choose, installed
from rubrics.load import builtin_ids, load_rubric
from rubrics.model import Rubric
from rubrics.plan import Plan, planned
from ui.arrangement import Arrangement, People
from ui.browser_sound import BrowserSound
from ui.errors import Refused
from ui.levels import Levels
from ui.sound_wire import Kind
from ui.sources import FileSource, Source, input_devices, open_devices
from ui.speed import measure
from ui.studio import Studio
from ui.wiring import Setup

Name = Annotated[str, Field(min_length=1, max_length=200)]


class SourceWanted(BaseModel):
    """A recording that the command line named, microphones, or what a page captures.

    `channels` of a single microphone, each a speaker's; `browser` a channel a kind.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: Name | None = None
    devices: Annotated[tuple[Name, ...], Field(max_length=2)] = ()
    channels: Annotated[int, Field(ge=1, le=2)] | None = None
    browser: tuple[Kind, ...] = ()

    @field_validator("browser")
    @classmethod
    def _each_once(cls, kinds: tuple[Kind, ...]) -> tuple[Kind, ...]:
        if len(set(kinds)) != len(kinds):
            raise PydanticCustomError("each_once", "a page captures its microphone once, and one other tab")
        return kinds


class LevelsWanted(BaseModel):
    """The microphones whose levels the set-up page shows."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    devices: Annotated[tuple[Name, ...], Field(min_length=1, max_length=2)]


class Wanted(BaseModel):
    """What the set-up page asks for. `plan` are questions in order, by id or with their minutes; none: all of them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rubric: Name | None = None
    plan: Plan | None = None
    people: People = People()
    source: SourceWanted
    speakers: dict[Annotated[int, Field(ge=1, le=255)], Speaker] = Field(default_factory=dict)
    engine: Name | None = None
    model: Name | None = None


@dataclass(frozen=True, slots=True)
class Defaults:
    """What the command line said: the engine, recordings that may be heard, rubrics beside those that ship."""

    engine: str = "auto"
    model: str | None = None
    pace: float | None = 1.0
    files: Mapping[str, Path] = field(default_factory=dict)
    rubrics: Mapping[str, Rubric] = field(default_factory=dict)


class SettingUp:
    """What can be chosen on this machine, and interviews made of it."""

    def __init__(self, studio: Studio, defaults: Defaults | None = None) -> None:
        self.levels = Levels()
        self._studio = studio
        self._defaults = defaults or Defaults()
        self._speeds: dict[tuple[str, str], float | None] = {}
        self._measuring: asyncio.Task[None] | None = None

    async def facts(self) -> dict[str, Any]:
        """As JSON. An engine's `speed` (times as fast as speech) is null until it was measured.

        Measuring takes seconds and begins with the first call: ask again while `is_measuring`.
        """
        facts = await asyncio.to_thread(self._facts)
        if self._measuring is None:
            self._measuring = asyncio.create_task(self._measure([(e["engine"], e["model"]) for e in facts["engines"]]))
        facts["is_measuring"] = not self._measuring.done()
        return facts

    async def close(self) -> None:
        """Stop measuring, if that is under way."""
        if self._measuring is not None:
            self._measuring.cancel()
            await asyncio.gather(self._measuring, return_exceptions=True)
            self._measuring = None

    async def open(self, wanted: Wanted) -> str:
        """A new interview that waits for consent; its id. Raises Refused and the rooms' errors."""
        source = await asyncio.to_thread(self._source, wanted.source)
        setup, arrangement = await asyncio.to_thread(self._arranged, wanted)
        await self.levels.close()
        return await self._studio.open(source, setup, arrangement)

    def _source(self, wanted: SourceWanted) -> Source:
        if sum(map(bool, (wanted.file, wanted.devices, wanted.browser))) != 1:
            raise Refused("choose either a recording or microphones, of this machine or of a browser")
        if wanted.browser:
            return BrowserSound(wanted.browser)
        if wanted.file is None:
            return open_devices(wanted.devices, wanted.channels)
        path = self._defaults.files.get(wanted.file)
        if path is None:
            raise Refused("that recording was not named when Earmark was started: earmark live --source FILE")
        return FileSource(open_media(path), self._defaults.pace)

    def _arranged(self, wanted: Wanted) -> tuple[Setup, Arrangement]:
        whole = self._rubric(wanted.rubric) if wanted.rubric else None
        if wanted.plan and whole is None:
            raise Refused("a plan needs the rubric whose questions it orders")
        plan = wanted.plan
        if whole and plan:
            known = {question.id for question in (*whole.questions, *whole.supplementary_questions)}
            if missing := [one for one in plan.question_ids if one not in known]:
                raise Refused(f"the rubric has no question {', '.join(missing)}")
        rubric = planned(whole, plan) if whole and plan else whole
        choice = choose(wanted.engine or self._defaults.engine, wanted.model or self._defaults.model)
        arrangement = Arrangement(
            people=wanted.people,
            rubric=rubric,
            plan=plan,
            speakers=wanted.speakers,
            browser=wanted.source.browser,
        )
        return Setup(choice, rubric, arrangement.speakers), arrangement

    def _rubric(self, name: str) -> Rubric:
        """One that is built in or that the command line named: what comes from a browser is never a path."""
        if name in self._defaults.rubrics:
            return self._defaults.rubrics[name]
        if name in builtin_ids():
            return load_rubric(name)
        raise Refused(f"there is no rubric {name!r}. `earmark rubric list` shows them")

    def _facts(self) -> dict[str, Any]:
        rubrics = [*self._defaults.rubrics.values(), *(load_rubric(rubric_id) for rubric_id in builtin_ids())]
        devices, reason = input_devices()
        choice = choose(self._defaults.engine, self._defaults.model)
        free = shutil.disk_usage(self._studio.workspace).free
        return {
            "rubrics": [_rubric_facts(rubric) for rubric in {rubric.id: rubric for rubric in rubrics}.values()],
            "engines": [
                {**one, "speed": self._speeds.get((one["engine"], one["model"]))} for one in _engines(choice.model)
            ],
            "engine": {
                "engine": choice.engine,
                "model": choice.model,
                "reason": choice.reason,
                "advice": choice.advice,
            },
            "free_bytes": free,
            "free_hours": round(free / (2 * 2 * RATE_HZ * 3600), 1),
            "devices": list(devices),
            "devices_reason": reason,
            "files": list(self._defaults.files),
        }

    async def _measure(self, engines: list[tuple[str, str]]) -> None:
        """How fast each engine is here, one after the other; not while an interview needs the machine."""
        for engine, model in engines:
            if not self._studio.hears_something:
                self._speeds[engine, model] = await measure(engine, model)


def _engines(chosen: str) -> list[dict[str, Any]]:
    models = [{"engine": "faster-whisper", "model": model.name} for model in installed()]
    found = [*models, {"engine": "pocketsphinx", "model": EMBEDDED_MODEL}]
    return [{**one, "is_chosen": one["model"] == chosen} for one in found]


def _rubric_facts(rubric: Rubric) -> dict[str, Any]:
    return {
        "id": rubric.id,
        "title": rubric.title,
        "version": rubric.version,
        "questions": [
            {
                "id": question.id,
                "title": question.title,
                "text": question.text,
                "competency": competency.title if (competency := rubric.competency_of(question.id)) else None,
            }
            for question in (*rubric.questions, *rubric.supplementary_questions)
        ],
        "stages": [{"id": stage.id, "title": stage.title, "minutes": list(stage.minutes)} for stage in rubric.stages],
    }
