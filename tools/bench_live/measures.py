"""What a run comes to: figures by name, as they go into the JSON file."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np

from pipeline.events import Utterance, from_json
from tools.bench_live.endings import Ending
from tools.bench_live.figures import growth, percentile, slope
from tools.bench_live.latency import PARTS, Shown, shown
from tools.bench_live.marks import of_kind
from tools.bench_live.offline import transcribed
from tools.bench_live.peers import Compared
from tools.bench_live.run import Ran
from tools.bench_live.sounds import NOISES
from tools.bench_live.viewers import Broadcast
from tools.bench_live.wording import LastWords, last_words, rewritten, stable_words

Figures: TypeAlias = dict[str, Any]

P50_AIM_S: Final = 0.8
P95_AIM_S: Final = 1.3
GROWTH_AIM_MIB: Final = 50.0


def spread(values: Sequence[float]) -> Figures:
    """How many there are, their middle, their 95th percentile and the greatest."""
    most = max(values, default=float("nan"))
    return {"count": len(values), "p50": percentile(values, 0.5), "p95": percentile(values, 0.95), "most": most}


def of_run(ran: Ran, endings: Sequence[Ending]) -> Figures:
    """Times, drafts, what was rewritten, memory and lag."""
    sights = shown(ran, endings)
    stable = list(stable_words(ran, endings))
    moments = [sight.ending.spoken_until_s for sight in sights]
    after = [sight.after_s for sight in sights]
    return {
        "sound_s": ran.track.length_s,
        "stretches": len(endings),
        "cut_at_the_limit": sum(ending.is_cut for ending in endings),
        "confirmed_s": spread(after),
        "tagged_s": spread([sight.after_s for sight in sights if sight.is_tagged]),
        "parts_s": {part: spread([sight.parts_s[part] for sight in sights]) for part in PARTS},
        "models_s": _models(sights),
        "stable_word_s": spread([one for words in stable for one in words.after_s]),
        "stable_words": sum(words.words for words in stable),
        "stable_words_rewritten": sum(words.rewritten for words in stable),
        "confirmed_rewritten": rewritten(ran),
        "times_behind": len(of_kind(ran.marks, "fell behind")),
        "memory_mib": round(float(np.median([mib for _, mib in ran.memory_mib[-3:]])), 1) if ran.memory_mib else None,
        "memory_growth_mib": growth([mib for _, mib in ran.memory_mib]),
        "lag_slope_s_an_hour": slope(moments, after),
    }


def _models(sights: Sequence[Shown]) -> Figures:
    decode = [sight.decode_s for sight in sights]
    length = [sight.ending.end_s - sight.ending.start_s for sight in sights]
    return {
        "waited": spread([sight.wait_s for sight in sights]),
        "gate": spread([sight.gate_s for sight in sights]),
        "decode": spread(decode),
        "decode_a_second_of_sound": sum(decode) / sum(length) if length else float("nan"),
    }


def confirmed(ran: Ran) -> dict[int, list[Utterance]]:
    """What was confirmed, by channel."""
    said: dict[int, list[Utterance]] = {}
    for mark in of_kind(ran.marks, "published"):
        event = from_json(mark["utterance"])
        if isinstance(event, Utterance):
            said.setdefault(event.channel, []).append(event)
    return said


def against_offline(ran: Ran, recording: Path, model: Path) -> Figures:
    """The last two words of each utterance against the same model offline, with the live window and with the full."""
    live = confirmed(ran)
    return {
        "same_window": _last_words(last_words(live, transcribed(recording, model, "short"))),
        "full_window": _last_words(last_words(live, transcribed(recording, model, "full"))),
    }


def _last_words(found: LastWords) -> Figures:
    return {
        "utterances": found.utterances,
        "same_last_two": found.same_last_two,
        "last_word_lost": found.lost,
        "same_text": found.same_text,
    }


def of_noise(ran: Ran) -> Mapping[str, Figures]:
    """Words that were confirmed or shown as a draft where nobody said any, by sound."""
    said, decoded = confirmed(ran), of_kind(ran.marks, "decoded")
    asked = [mark for mark in of_kind(ran.marks, "gated") if mark["begun"] > ran.origin]
    figures: dict[str, Figures] = {}
    for channel, name in enumerate(NOISES, start=1):
        drafts = [mark for mark in of_kind(ran.marks, "draft") if mark["channel"] == channel and mark["text"]]
        words = sum(len(utterance.words) for utterance in said.get(channel, ()))
        figures[name] = {"minutes": ran.track.length_s / 60, "words": words, "drafts": len(drafts)}
    heard = {mark["request"] for mark in decoded if mark["begun"] > ran.origin}
    figures["all"] = {"stretches_taken_for_speech": len({m["request"] for m in asked}), "recognised": len(heard)}
    return figures


def of_broadcast(broadcast: Broadcast) -> Figures:
    """How long sentences take to the viewers, and to the last of them."""
    every = [after_s for sentence in broadcast.after_s for after_s in sentence]
    return {
        "viewers": broadcast.viewers,
        **spread(every),
        "last_p50": percentile([max(s) for s in broadcast.after_s], 0.5),
    }


def of_comparison(compared: Compared) -> Figures:
    """A program's row beside the others."""
    return {
        **spread(compared.after_s),
        "stretches": compared.stretches,
        "last_word_lost": compared.lost,
        "last_two_there": compared.last_two,
    }
