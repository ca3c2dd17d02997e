"""The recogniser of a batch: of the chosen model the way that does most an hour."""

import importlib.metadata
from pathlib import Path
from typing import Final

from pipeline.batch.hearing import BatchRecogniser, OneByOne
from pipeline.errors import MissingFacility
from pipeline.model_folders import find, folder_bytes
from pipeline.models import Choice, load

_PACKAGES: Final = {"faster-whisper": ("faster-whisper", "ctranslate2"), "pocketsphinx": ("pocketsphinx",)}


def load_recogniser(choice: Choice, threads: int, device: str | None = None) -> BatchRecogniser:
    """The chosen recogniser, loaded, computing on `threads` threads. Raises the errors of its engine.

    `device` is "cpu" or "cuda"; unset, a graphics card if there is one.
    """
    if choice.engine == "pocketsphinx":
        return OneByOne(load(choice))
    from pipeline.recognisers.hardware import choose_hardware, has_graphics_card, processor, side_by_side
    from pipeline.recognisers.whisper import WhisperRecogniser
    from pipeline.recognisers.whisper_batched import BatchedWhisper

    if device == "cuda" and not has_graphics_card():
        raise MissingFacility("no CUDA device is seen there. Start it without --resources GPU=1, or mend its driver.")
    chosen = processor() if device == "cpu" else choose_hardware()
    hardware = side_by_side(chosen, threads)
    return BatchedWhisper(WhisperRecogniser(model_folder(choice), choice.model, hardware=hardware, window="full"))


def model_folder(choice: Choice) -> Path:
    """Where a chosen Whisper model lies."""
    return find(choice.model) or Path(choice.model).expanduser()


def model_bytes(choice: Choice) -> int:
    """The size of a chosen model's files; what PocketSphinx takes is within what every process takes."""
    return folder_bytes(model_folder(choice)) if choice.engine == "faster-whisper" else 0


def engine_fingerprint(choice: Choice) -> list[str]:
    """Engine and model with their versions: what changes where the same sound may give other words."""
    versions = [f"{name} {importlib.metadata.version(name)}" for name in _PACKAGES[choice.engine]]
    size = str(model_bytes(choice))
    return [choice.engine, choice.model, size, *versions]
