"""The faster-whisper engine on random weights, which show that it runs, and on trained ones, that it hears."""

import importlib.util
import json
import shutil
from pathlib import Path

import jiwer
import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from pipeline.audio import RATE_HZ, HeardWord
from pipeline.errors import BadInput
from pipeline.recognisers import DecodeOptions
from pipeline.recognisers.hardware import Hardware, choose_hardware
from pipeline.recognisers.whisper import WhisperRecogniser, _Piece, in_order, join, window_frames

FIXTURES = Path(__file__).parents[1] / "fixtures"
MICRO = FIXTURES / "micro_whisper"
FINAL = DecodeOptions()


def final(recogniser, samples, options=FINAL):
    return recogniser.decode(samples, options)


def partial(recogniser, samples, options=FINAL):
    return recogniser.preview(1, 0, samples, options)


def build_random_whisper(folder, **settings):
    spec = importlib.util.spec_from_file_location("random_whisper", FIXTURES / "random_whisper" / "build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.build(folder, **settings)


@pytest.fixture(scope="module")
def random_folder(tmp_path_factory):
    return build_random_whisper(tmp_path_factory.mktemp("whisper") / "random")


@pytest.fixture(scope="module")
def babbler(random_folder):
    return WhisperRecogniser(random_folder, "random")


@pytest.fixture(scope="module", params=["random", "micro"])
def recogniser(request, babbler):
    if request.param == "random":
        return babbler
    return WhisperRecogniser(MICRO / "model", "micro")


def noise(seconds, seed=0):
    return np.random.default_rng(seed).normal(0, 0.1, int(seconds * RATE_HZ)).astype(np.float32)


def assert_ordered(words, duration_s):
    times = [time for word in words for time in (word.start_s, word.end_s)]
    assert times == sorted(times)
    assert all(0 <= time <= duration_s for time in times)
    assert all(type(time) is float for time in times)
    assert all(0 <= word.probability <= 1 for word in words)
    assert all(word.text and not word.text[0].isspace() and not word.text[-1].isspace() for word in words)


@pytest.mark.parametrize("hear", [final, partial])
@pytest.mark.parametrize("seconds", [0.3, 2.7])
def test_words_are_in_order_and_inside_the_sound(recogniser, hear, seconds):
    assert_ordered(hear(recogniser, noise(seconds)), seconds)


@pytest.mark.parametrize("hear", [final, partial])
def test_words_are_in_order_in_more_than_a_window(babbler, hear):
    assert_ordered(hear(babbler, noise(30.4)), 30.4)


@pytest.mark.parametrize("hear", [final, partial])
def test_random_weights_do_babble(babbler, hear):
    assert len(hear(babbler, noise(3))) > 2


@pytest.mark.parametrize("count", [0, 1, 100, 399, 800])
def test_a_scrap_of_sound_is_survived(recogniser, count):
    assert_ordered(recogniser.decode(noise(1)[:count], FINAL), count / RATE_HZ)


@pytest.mark.parametrize("hear", [final, partial])
def test_the_same_samples_give_the_same_words_whatever_came_before(recogniser, hear):
    first = hear(recogniser, noise(2))
    recogniser.decode(noise(3, seed=1), FINAL)
    partial(recogniser, noise(1, seed=2))

    assert hear(recogniser, noise(2)) == first


def test_a_decode_reads_its_window_once(babbler, monkeypatch):
    """A second pass over what follows the last word takes as long as the first one, and makes words up."""
    encoded = []
    encode = babbler._whisper.encode
    monkeypatch.setattr(babbler._whisper, "encode", lambda features: encoded.append(features) or encode(features))
    words = final(babbler, noise(8))
    assert len(encoded) == 1
    assert words[-1].end_s <= 8


def test_a_preview_begins_with_what_is_settled(babbler):
    words = partial(babbler, noise(3), DecodeOptions(begins_with=("dogi", "mado")))
    assert " ".join(word.text for word in words).startswith("dogi mado")


def test_unlikely_words_are_heard_the_same_again(tmp_path):
    unsure = WhisperRecogniser(build_random_whisper(tmp_path, sharpness=1.0))
    first = unsure.decode(noise(2), FINAL)

    assert first
    assert [unsure.decode(noise(2), FINAL) for _ in range(3)] == [first] * 3


def test_a_repetitive_transcript_is_decoded_again_without_repetition(tmp_path):
    stuck = WhisperRecogniser(build_random_whisper(tmp_path, favourite="ba"))
    words = stuck.decode(noise(8), FINAL)

    assert words
    assert "bababababababababababa" not in "".join(word.text for word in words)


def test_a_long_glossary_is_cut_at_a_whole_term(babbler):
    terms = tuple(f"term{number}" for number in range(300))

    assert babbler.decode(noise(2), DecodeOptions(glossary=terms)) == babbler.decode(
        noise(2), DecodeOptions(glossary=terms[:200])
    )


def test_a_glossary_reaches_the_decoder(babbler):
    assert babbler.decode(noise(2), DecodeOptions(glossary=("madogi",))) != babbler.decode(noise(2), FINAL)


def test_a_partial_of_long_speech_with_a_full_glossary_fits_the_decoder(babbler):
    terms = tuple(f"term{number}" for number in range(300))

    assert_ordered(partial(babbler, noise(30), DecodeOptions(glossary=terms)), 30)


@pytest.mark.parametrize("window", ["full", "short partials", "short"])
def test_every_window_gives_words_for_partials_and_finals(random_folder, window):
    recogniser = WhisperRecogniser(random_folder, window=window)

    for hear in (final, partial):
        assert_ordered(hear(recogniser, noise(2)), 2)
        assert hear(recogniser, noise(2))


def test_the_window_is_the_sound_and_some_spare_frames():
    features = np.zeros((80, 3000), np.float32)
    features[:, :1200] = 1

    assert window_frames(features, 256) == 1456
    assert window_frames(features, 3000) == 3000
    assert window_frames(features[:, 1200:], 256) == 1000
    assert window_frames(np.ones((80, 3000), np.float32), 256) == 3000


def test_the_engine_and_the_model_are_named(random_folder):
    assert WhisperRecogniser(random_folder).model == str(random_folder)
    assert WhisperRecogniser(random_folder, "base.en").model == "base.en"
    assert WhisperRecogniser(random_folder).engine == "faster-whisper"


def test_hardware_is_something_that_the_library_supports():
    import ctranslate2

    hardware = choose_hardware()

    assert hardware.compute_type in ctranslate2.get_supported_compute_types(hardware.device)
    assert hardware.cpu_threads >= 1


def test_a_graphics_card_that_does_not_work_is_given_up(random_folder):
    import ctranslate2

    if ctranslate2.get_cuda_device_count():
        pytest.skip("there is a card that works")
    recogniser = WhisperRecogniser(random_folder, hardware=Hardware("cuda", "float16", 1))

    assert recogniser.hardware.device == "cpu"


@pytest.mark.parametrize("lacking", ["model.bin", "config.json", "tokenizer.json", "vocabulary.json"])
def test_a_folder_that_lacks_a_file_is_refused_by_name(random_folder, tmp_path, lacking):
    folder = shutil.copytree(random_folder, tmp_path / "model")
    (folder / lacking).unlink()

    with pytest.raises(BadInput, match=lacking):
        WhisperRecogniser(folder)


@pytest.mark.parametrize("spoilt", ["model.bin", "config.json", "tokenizer.json"])
def test_a_spoilt_file_is_bad_input(random_folder, tmp_path, spoilt):
    folder = shutil.copytree(random_folder, tmp_path / "model")
    (folder / spoilt).write_bytes((folder / spoilt).read_bytes()[:50])

    with pytest.raises(BadInput, match="fetch or convert it again"):
        WhisperRecogniser(folder)


def test_the_wrong_number_of_mel_bands_is_bad_input(random_folder, tmp_path):
    folder = shutil.copytree(random_folder, tmp_path / "model")
    (folder / "preprocessor_config.json").write_text('{"feature_size": 128}')

    with pytest.raises(BadInput, match=r"preprocessor_config\.json"):
        WhisperRecogniser(folder)


def test_a_file_is_not_a_model_folder(tmp_path):
    (tmp_path / "model.bin").touch()

    with pytest.raises(BadInput, match="not a folder"):
        WhisperRecogniser(tmp_path / "model.bin")


def test_pieces_without_a_leading_space_join_the_word_before():
    pieces = [
        _Piece(" p", 0.0, 0.1, 0.9),
        _Piece("95", 0.1, 0.3, 0.5),
        _Piece(" ", 0.3, 0.3, 0.1),
        _Piece(" well", 0.4, 0.5, 0.8),
        _Piece("-known.", 0.5, 0.6, 0.9),
    ]

    assert list(join(pieces)) == [HeardWord("p95", 0.0, 0.3, 0.5), HeardWord("well-known.", 0.4, 0.6, 0.8)]


def test_a_first_piece_without_a_space_is_a_word():
    assert list(join([_Piece("So", 0.0, 0.1, 1.0)])) == [HeardWord("So", 0.0, 0.1, 1.0)]


def test_words_that_begin_after_the_sound_are_left_out():
    words = [HeardWord("last", 1.9, 2.4, 0.9), HeardWord("phantom", 2.5, 2.9, 0.9)]

    assert list(in_order(words, 2.0)) == [HeardWord("last", 1.9, 2.0, 0.9)]


_times = st.floats(-1, 12)


@given(st.lists(st.builds(HeardWord, st.just("word"), _times, _times, st.floats(-1, 2))))
def test_any_times_come_out_in_order(words):
    assert_ordered(list(in_order(words, 10.0)), 10.0)


def test_a_preview_that_goes_on_from_its_own_words_comes_to_the_same():
    recogniser = WhisperRecogniser(MICRO / "model")
    samples, _ = soundfile.read(MICRO / "held_out" / "00-rms.flac", dtype="float32")
    words = [word.text for word in partial(recogniser, samples)]
    settled = DecodeOptions(begins_with=tuple(words[: len(words) // 2]))
    assert [word.text for word in partial(recogniser, samples, settled)] == words


def test_trained_weights_hear_a_held_out_sentence():
    lines = [json.loads(line) for line in (MICRO / "held_out" / "lines.jsonl").read_text("utf-8").splitlines()]
    recogniser = WhisperRecogniser(MICRO / "model")
    heard = [
        " ".join(word.text for word in recogniser.decode(samples, FINAL))
        for samples in (soundfile.read(MICRO / "held_out" / line["file"], dtype="float32")[0] for line in lines)
    ]

    def plain(text):
        return jiwer.RemovePunctuation()(text.lower())

    assert jiwer.wer([plain(line["text"]) for line in lines], [plain(text) for text in heard]) < 0.25
