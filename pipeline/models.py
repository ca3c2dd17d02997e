"""Which recogniser to use, and why. Chooses among what is on this machine; fetches nothing unless `pull` is called."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from pipeline.errors import BadInput, MissingFacility
from pipeline.model_folders import ALIASES, InstalledModel, find, installed, models_folder, repository_of
from pipeline.model_pull import pull, unknown_name
from pipeline.recognisers import Recogniser
from pipeline.recognisers.whisper import Window, check_folder

Engine = Literal["faster-whisper", "pocketsphinx"]
EMBEDDED_MODEL: Final = "en-us"
SUGGESTED: Final = "base.en"
SUGGESTED_SIZE: Final = "about 145 MB, once"

_ON_PROCESSOR: Final = (
    *("base.en", "base", "small.en", "distil-small.en", "small", "tiny.en", "tiny"),
    *("distil-medium.en", "medium.en", "medium", "large-v3-turbo", "distil-large-v3.5", "distil-large-v3"),
    *("distil-large-v2", "large-v3", "large-v2", "large-v1"),
)
"""First the best that keeps up with two people on two cores, then smaller ones, then those that fall behind."""

_ON_GRAPHICS_CARD: Final = (
    *("large-v3", "large-v3-turbo", "large-v2", "distil-large-v3.5", "distil-large-v3", "distil-large-v2"),
    *("large-v1", "medium.en", "medium", "distil-medium.en", "small.en", "small", "distil-small.en"),
    *("base.en", "base", "tiny.en", "tiny"),
)
_QUICKEST_FIRST: Final = ("tiny.en", "tiny", "base.en", "base", "distil-small.en", "small.en", "small")
_SLOW_ON_PROCESSOR: Final = frozenset(_ON_PROCESSOR[_ON_PROCESSOR.index("distil-medium.en") :])


@dataclass(frozen=True, slots=True)
class Choice:
    """A recogniser, chosen but not loaded. `reason` says which and why; `advice` how to get a better one, if any."""

    engine: Engine
    model: str
    reason: str
    advice: str | None = None


def choose(engine: str = "auto", model: str | None = None) -> Choice:
    """What `--engine` and `--model` come to on this machine. Downloads nothing and loads nothing.

    Raises BadInput for an engine or a model that does not exist, MissingFacility for a model that is not here.
    """
    match engine:
        case "pocketsphinx":
            return _choose_embedded(model)
        case "faster-whisper":
            return _choose_whisper(model) if model else _choose_installed(required=True)
        case "auto" if model == EMBEDDED_MODEL:
            return _choose_embedded(model)
        case "auto":
            return _choose_whisper(model) if model else _choose_installed(required=False)
    raise BadInput(f"there is no engine {engine!r}. Use auto, faster-whisper or pocketsphinx.")


def load(choice: Choice, window: Window = "short partials") -> Recogniser:
    """The chosen recogniser, ready. Takes up to a few seconds; raises the errors of its engine."""
    if choice.engine == "pocketsphinx":
        from pipeline.recognisers.embedded import EmbeddedRecogniser

        return EmbeddedRecogniser()
    from pipeline.recognisers.whisper import WhisperRecogniser

    quick = smaller(choice.model)
    quick_folder = _folder(quick) if quick else None
    return WhisperRecogniser(_folder(choice.model), choice.model, window=window, quick_folder=quick_folder)


def smaller(model: str) -> str | None:
    """The smallest Whisper model on this machine that is quicker than `model`; None where there is none."""
    names = {installed_model.name for installed_model in installed()}
    quicker = _QUICKEST_FIRST[: _QUICKEST_FIRST.index(model)] if model in _QUICKEST_FIRST else ()
    return next((name for name in quicker if name in names), None)


def _choose_embedded(model: str | None) -> Choice:
    if model not in (None, EMBEDDED_MODEL):
        raise BadInput(f"the pocketsphinx engine has one model, {EMBEDDED_MODEL}. Leave out --model {model}.")
    return Choice("pocketsphinx", EMBEDDED_MODEL, "Using the embedded engine (PocketSphinx), as asked.")


def _choose_whisper(model: str) -> Choice:
    _folder(model)
    return Choice("faster-whisper", ALIASES.get(model, model), f"Using the Whisper model {model}, as asked.")


def _choose_installed(*, required: bool) -> Choice:
    models = installed()
    if models:
        return _choose_best(models)
    if required:
        raise MissingFacility(
            f"no Whisper model is on this machine. Fetch one with: earmark models pull {SUGGESTED} ({SUGGESTED_SIZE}); "
            f"or give the folder of one with --model PATH."
        )
    return Choice(
        "pocketsphinx",
        EMBEDDED_MODEL,
        "Using the embedded engine (PocketSphinx): no Whisper model is on this machine. It mishears more words.",
        f"For a better transcript: earmark models pull {SUGGESTED} ({SUGGESTED_SIZE}).",
    )


def _choose_best(models: Sequence[InstalledModel]) -> Choice:
    from pipeline.recognisers.hardware import has_graphics_card

    with_card = has_graphics_card()
    order = _ON_GRAPHICS_CARD if with_card else _ON_PROCESSOR
    names = [model.name for model in models]
    best = min(names, key=lambda name: order.index(name) if name in order else len(order))
    why = "the only one on this machine" if len(names) == 1 else f"of the {len(names)} here it suits this machine best"
    return Choice("faster-whisper", best, f"Using the Whisper model {best}: {why}.", _advice(best, with_card))


def _advice(model: str, with_card: bool) -> str | None:
    if model in ("tiny", "tiny.en"):
        return f"For a better transcript: earmark models pull {SUGGESTED} ({SUGGESTED_SIZE})."
    if model in _SLOW_ON_PROCESSOR and not with_card:
        return f"Without a graphics card {model} falls behind live speech; earmark models pull {SUGGESTED} keeps up."
    return None


def _folder(model: str) -> Path:
    """The folder that a name or path means; a name that is known here or on the hub comes before a path."""
    found = find(model)
    if found:
        return found
    path = Path(model).expanduser()
    if path.exists():
        check_folder(path)
        return path
    if repository_of(model) is None:
        raise BadInput(f"{path} is not there, and {unknown_name(model)}")
    raise MissingFacility(
        f"the Whisper model {model} is not on this machine. Fetch it with: earmark models pull {model}; or put its "
        f"folder into {models_folder()}, or name it with --model PATH."
    )


__all__ = ["Choice", "Engine", "InstalledModel", "choose", "installed", "load", "pull"]
