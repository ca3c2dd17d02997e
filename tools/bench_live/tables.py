"""The figures as a person reads them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from tools.bench_live.figures import NONE, against, in_seconds, share
from tools.bench_live.latency import PARTS
from tools.bench_live.measures import GROWTH_AIM_MIB, P50_AIM_S, P95_AIM_S, Figures
from tools.printing import print_table

_NAMES: Final = {"base": "base.en's cost", "micro": "micro-Whisper"}


def print_runs(runs: Mapping[str, Figures]) -> None:
    """Tables 1 and 2: what each run came to, and where its time went."""
    names = [_NAMES.get(name, name) for name in runs]
    print_table("1. The whole system at real pace", ("", *names), _rows(list(runs.values())))
    for number, (name, run) in enumerate(zip(names, runs.values(), strict=True)):
        print_table(f"2{'ab'[number]}. Where the time goes, {name}", ("seconds", "p50", "p95", "most"), _parts(run))


def _rows(runs: Sequence[Figures]) -> Iterator[tuple[str, ...]]:
    def row(name: str, *keys: str, show: Any) -> tuple[str, ...]:
        return (name, *(show(*(run[key] for key in keys)) for run in runs))

    yield row(
        "stretches of speech, of them in sight", "stretches", "confirmed_s", show=lambda n, s: f"{n}, {s['count']}"
    )
    for what, key in (("confirmed", "confirmed_s"), ("confirmed and tagged", "tagged_s")):
        yield row(f"speech end to {what}, p50 (aim)", key, show=lambda s: against(s["p50"], P50_AIM_S))
        yield row(f"speech end to {what}, p95 (aim)", key, show=lambda s: against(s["p95"], P95_AIM_S))
    yield row("word end to stable draft, p50", "stable_word_s", show=lambda s: in_seconds(s["p50"]))
    yield row("word end to stable draft, p95", "stable_word_s", show=lambda s: in_seconds(s["p95"]))
    yield row("stable words rewritten", "stable_words_rewritten", "stable_words", show=share)
    yield row("confirmed text rewritten (aim 0)", "confirmed_rewritten", show=str)
    yield row("steps of the overload ladder", "times_behind", show=str)
    yield row("memory, server and worker, MiB", "memory_mib", show=str)
    yield row(
        f"memory growth, MiB (aim < {GROWTH_AIM_MIB:g} in an hour)",
        "memory_growth_mib",
        "sound_s",
        show=lambda mib, sound_s: f"{mib:.1f} in {sound_s / 60:.0f} min",
    )
    yield row("lag slope, seconds in an hour (aim 0)", "lag_slope_s_an_hour", show=in_seconds)


def _parts(run: Figures) -> Iterator[tuple[str, ...]]:
    for part, meaning in PARTS.items():
        yield (f"{part}: {meaning}", *_spread(run["parts_s"][part]))
    models = run["models_s"]
    yield ("(voice ends to guess taken up)", *_spread(models["waited"]))
    yield ("(second gate)", *_spread(models["gate"]))
    yield ("(decode)", *_spread(models["decode"]))


def _spread(figures: Figures) -> tuple[str, str, str]:
    return in_seconds(figures["p50"]), in_seconds(figures["p95"]), in_seconds(figures["most"])


def print_last_words(offline: Mapping[str, Figures]) -> None:
    """Table 3."""
    rows = (
        (
            name.replace("_", " "),
            share(found["same_last_two"], found["utterances"]),
            str(found["last_word_lost"]),
            share(found["same_text"], found["utterances"]),
        )
        for name, found in offline.items()
    )
    header = ("against a decode offline", "same last two words", "last word lost", "same words")
    print_table("3. Last words of each utterance, micro-Whisper", header, rows)


def print_noise(noise: Mapping[str, Figures]) -> None:
    """Table 4."""
    rows = [
        (name, f"{found['minutes']:g}", str(found["words"]), str(found["drafts"]))
        for name, found in noise.items()
        if name != "all"
    ]
    print_table("4. Words where nobody speaks, micro-Whisper (aim 0)", ("sound", "minutes", "words", "drafts"), rows)
    heard = noise["all"]
    taken = heard["stretches_taken_for_speech"]
    print(f"taken for speech by the first detector {taken}, recognised {heard['recognised']}")


def print_broadcast(broadcast: Sequence[Figures]) -> None:
    """Table 5."""
    rows = ((str(one["viewers"]), *_spread(one), in_seconds(one["last_p50"])) for one in broadcast)
    print_table("5. Journal to viewer, seconds", ("viewers", "p50", "p95", "most", "last viewer, p50"), rows)


def print_comparison(compared: Mapping[str, Figures | str]) -> None:
    """Table 6."""
    earmark = compared["Earmark"]
    assert not isinstance(earmark, str)
    rows: list[tuple[str, ...]] = []
    for name, found in compared.items():
        if isinstance(found, str):
            rows.append((name, NONE, NONE, NONE, NONE, NONE))
            continue
        ratio = found["p50"] / earmark["p50"] if found["count"] and earmark["count"] else float("nan")
        there = share(found["last_two_there"], found["stretches"])
        times = (in_seconds(found["p50"]), in_seconds(found["p95"]))
        rows.append((name, *times, f"{ratio:.1f}" if ratio == ratio else NONE, there, str(found["last_word_lost"])))
    header = ("one channel", "p50 s", "p95 s", "times Earmark", "last two words there", "last word lost")
    print_table("6. Speech end to confirmed at base.en's cost, same recording", header, rows)
    for name, why in compared.items():
        if isinstance(why, str):
            print(f"{name} was not run: {why}")
