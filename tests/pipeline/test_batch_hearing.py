import threading
from collections.abc import Sequence

import numpy as np
import pytest
import soundfile

from pipeline.audio import RATE_HZ, AudioChunk, HeardWord
from pipeline.audio_file import open_media
from pipeline.batch.hearing import BatchHearer, OneByOne
from pipeline.batch.read_ahead import read_ahead
from pipeline.errors import BadInput
from pipeline.models import choose, load
from pipeline.offline import hear
from pipeline.recognisers import DecodeOptions
from pipeline.vad import SpeechGate
from pipeline.worker import Worker
from tests.support.recordings import SAMPLE


def clip(folder, length_s):
    sound, _ = soundfile.read(SAMPLE, stop=round(length_s * RATE_HZ))
    soundfile.write(folder / "clip.flac", sound, RATE_HZ)
    return open_media(folder / "clip.flac")


def test_what_is_heard_is_what_a_single_recording_is_heard_as(tmp_path):
    media, recogniser = clip(tmp_path, 8), load(choose("pocketsphinx"))
    channels = media.info.kept_channels
    batch = BatchHearer(SpeechGate(), OneByOne(recogniser))
    heard_s = []
    found = tuple(batch.hear(media.chunks(), channels, DecodeOptions(), heard_s.append))
    assert found == tuple(hear(media.chunks(), channels, Worker(SpeechGate(), recogniser)))
    assert found
    assert heard_s == sorted(heard_s)
    assert heard_s[-1] == pytest.approx(8, abs=0.02)


class Gathering:
    """Hears one word in each piece, and wants three pieces at once."""

    engine = model = "three at once"

    def __init__(self):
        self.batches = []

    def full_batch(self, lengths: Sequence[int]) -> int:
        return 3 if len(lengths) >= 3 else 0

    def decode_all(self, pieces, options):  # noqa: ARG002 - there are none
        self.batches.append(len(pieces))
        return [(HeardWord("word", 0.0, len(piece) / RATE_HZ, 1.0),) for piece in pieces]


@pytest.mark.parametrize("chunk_s", [0.37, 1.0, 60.0])
def test_batches_are_full_but_for_the_last_and_do_not_depend_on_how_the_sound_is_cut(tmp_path, chunk_s):
    media, recogniser = clip(tmp_path, 60), Gathering()
    batch = BatchHearer(SpeechGate(), recogniser)
    found = list(batch.hear(media.chunks(chunk_s), media.info.kept_channels, DecodeOptions()))
    assert set(recogniser.batches[:-1]) == {3}
    assert len(found) == sum(recogniser.batches) > 6
    assert [one.segment_id for one in found] == list(range(1, len(found) + 1))


def test_an_error_in_the_file_is_raised_where_the_words_are_read():
    def chunks():
        yield AudioChunk(1, 0, np.zeros(RATE_HZ, np.float32))
        raise BadInput("gone")

    batch = BatchHearer(SpeechGate(), Gathering())
    with pytest.raises(BadInput, match="gone"):
        list(batch.hear(chunks(), (1,), DecodeOptions()))


def test_reading_ahead_stops_at_its_limit_and_with_its_reader():
    made = []
    ahead = read_ahead((made.append(number) or number for number in range(10_000)), most=3)
    assert next(ahead) == 0
    before = threading.active_count()
    ahead.close()
    assert threading.active_count() == before - 1
    assert len(made) <= 6
