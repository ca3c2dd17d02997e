"""How well and how fast signals are found: `make bench-signals [HALF=dev|test|all] [RECOGNITION=no]`.

Measures the tagger against tests/gold, whose README says what is in it. Figures come with counts and 95 % intervals:
Wilson's for precision, recall and shares, and for F1 and macro-F the percentiles of answers drawn anew. Seeds are
fixed, so the same tagger gives the same figures, speed apart. Prints figures only, never a sentence.
"""

import argparse
from typing import Final

from tools.bench_signals.answers import print_flags, print_metrics, print_story
from tools.bench_signals.asked import print_questions
from tools.bench_signals.gold import Half, load_gold
from tools.bench_signals.recognised import print_recognised
from tools.bench_signals.rubric_signals import print_signals
from tools.bench_signals.speed import print_speed
from tools.bench_signals.tagging import AnswerTagger
from tools.bench_signals.word_errors import print_word_errors

PARTS: Final = ("answers", "signals", "questions", "errors", "recognition", "speed")


def main(arguments: list[str] | None = None) -> None:
    """Print the tables as they are measured."""
    options = _read_options(arguments)
    half: Half = options.half
    gold = load_gold(half, options.first)
    sentences = sum(len(answer.sentences) for answer in gold.answers)
    print(
        f"Gold set, half {half}: {len(gold.answers)} answers, {sentences} sentences; "
        f"{len(gold.signals)} sentences that show a signal; {len(gold.questions)} lines of interviewers"
    )
    parts = [part for part in PARTS if part in options.only and not (part == "recognition" and options.no_recognition)]
    tagger = AnswerTagger(all_flags=True)
    if "answers" in parts:
        found = [tagger.tag(answer) for answer in gold.answers]
        print_story(gold.answers, found)
        print_metrics(gold.answers, found)
        print_flags(gold.answers, found, AnswerTagger(all_flags=False))
    if "signals" in parts:
        print_signals(gold.signals, gold.answers)
    if "questions" in parts:
        print_questions(gold.questions)
    if "errors" in parts:
        print_word_errors(gold.answers, tagger)
    if "recognition" in parts:
        print_recognised()
    if "speed" in parts:
        print_speed(gold)


def _read_options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("make bench-signals", description="Measure the tagger against tests/gold.")
    parser.add_argument("--half", choices=("dev", "test", "all"), default="all", help="which half of the gold set")
    parser.add_argument("--first", type=int, metavar="N", help="only the first N lines of each file, for a quick look")
    parser.add_argument("--no-recognition", action="store_true", help="leave out the samples' recognised speech")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="only these tables")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
