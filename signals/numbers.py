"""Numbers in speech and in writing: "forty", "two hundred k", "1.5 million", "one and a half", "three point two".

`read_number` reads the longest number that starts at a token. It decides nothing about what the number means:
years, versions and lists are turned away by `signals.claims`, which sees what stands around.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from signals.normalise import Gap, Token

_SMALL: Final = {
    "zero": 0,
    "nought": 0,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
    "thirteen": 13,
    "fourteen": 14,
    "fifteen": 15,
    "sixteen": 16,
    "seventeen": 17,
    "eighteen": 18,
    "nineteen": 19,
}
_TENS: Final = {
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fourty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
}
_SCALES: Final = {
    "hundred": 1e2,
    "thousand": 1e3,
    "million": 1e6,
    "mil": 1e6,
    "billion": 1e9,
    "trillion": 1e12,
    "lakh": 1e5,
    "crore": 1e7,
}
_SCALE_LETTERS: Final = {"k": 1e3, "m": 1e6, "mm": 1e6, "mn": 1e6, "b": 1e9, "bn": 1e9, "million": 1e6, "billion": 1e9}
_FRACTIONS: Final = {"half": 0.5, "third": 1 / 3, "thirds": 1 / 3, "quarter": 0.25, "quarters": 0.25}


@dataclass(frozen=True, slots=True)
class Number:
    """A number over `tokens[start:end]`. `is_year_like`: said or written the way years are ("twenty nineteen")."""

    value: float
    start: int
    end: int
    is_digits: bool = False
    is_year_like: bool = False
    has_scale: bool = False
    is_fraction: bool = False


def read_number(tokens: Sequence[Token], at: int) -> Number | None:
    """The longest number that starts at `tokens[at]`, or None. Never reads over a sentence end or a comma."""
    word = tokens[at].word
    if word[0].isdigit():
        return _with_scales(tokens, _read_digits(tokens, at))
    if word in _SMALL or word in _TENS:
        return _with_scales(tokens, _with_decimals(tokens, _read_spoken(tokens, at)))
    if word in {"a", "an", "half", "point", "several"}:
        return _read_with_article(tokens, at)
    return None


def _word(tokens: Sequence[Token], at: int) -> str:
    """The word at a place, or "" past the end and after anything stronger than a pause."""
    if at >= len(tokens) or tokens[at].gap in (Gap.COMMA, Gap.SENTENCE):
        return ""
    return tokens[at].word


def _read_digits(tokens: Sequence[Token], at: int) -> Number | None:
    plain = tokens[at].word.replace(",", "")
    try:
        value = float(plain)
    except ValueError:
        return None  # a version such as 3.8.2
    year_like = plain.isascii() and len(plain) == 4 and plain.isdigit() and 1900 <= value <= 2099
    return Number(value, at, at + 1, is_digits=True, is_year_like=year_like and "," not in tokens[at].word)


def _read_spoken(tokens: Sequence[Token], at: int) -> Number:
    value, end = _below_hundred(tokens, at)
    second = _word(tokens, end)
    if (second in _TENS or second in _SMALL) and value > 0 and tokens[end].gap == Gap.NONE:
        low, low_end = _below_hundred(tokens, end)
        if value >= 19 and low >= 10:
            return Number(value * 100 + low, at, low_end, is_year_like=True)
        if value < 10 and low >= 10 and low % 5 == 0 and _word(tokens, low_end) not in _SCALES:
            return Number(value * 100 + low, at, low_end)  # "three fifty"
    return Number(value, at, end)


def _below_hundred(tokens: Sequence[Token], at: int) -> tuple[float, int]:
    word = tokens[at].word
    if word in _SMALL:
        return float(_SMALL[word]), at + 1
    unit = _word(tokens, at + 1)
    if unit in _SMALL and 0 < _SMALL[unit] < 10:
        return float(_TENS[word] + _SMALL[unit]), at + 2
    return float(_TENS[word]), at + 1


def _with_decimals(tokens: Sequence[Token], number: Number) -> Number:
    """Add "point two five", "and a half" and "and a quarter"."""
    end = number.end
    if _word(tokens, end) == "point":
        digits = ""
        end += 1
        while (digit := _decimal_digits(_word(tokens, end))) is not None:
            digits += digit
            end += 1
        if digits:
            return replace(number, value=number.value + float("0." + digits), end=end, is_year_like=False)
    return _with_half(tokens, number)


def _decimal_digits(word: str) -> str | None:
    if word in {"oh", "o"}:
        return "0"
    if word in _SMALL:
        return str(_SMALL[word])
    return str(_TENS[word]) if word in _TENS else (word if word.isdigit() else None)


def _with_half(tokens: Sequence[Token], number: Number) -> Number:
    end = number.end
    fraction = _FRACTIONS.get(_word(tokens, end + 2))
    if _word(tokens, end) == "and" and _word(tokens, end + 1) == "a" and fraction in (0.5, 0.25):
        return replace(number, value=number.value + (fraction or 0), end=end + 3)
    return number


def _with_scales(tokens: Sequence[Token], number: Number | None) -> Number | None:
    """Multiply by "hundred", "thousand", "k" and add what follows: "two hundred and forty", "1.5 million"."""
    while number is not None:
        word = _word(tokens, number.end)
        scale = _SCALES.get(word) or _letter_scale(tokens, number.end, word)
        if scale is None:
            break
        number = replace(
            number,
            value=number.value * scale,
            end=number.end + 1,
            has_scale=True,
            is_year_like=False,
            is_digits=number.is_digits,
        )
        number = _with_half(tokens, number) if scale != 100 and not number.is_digits else number
        if scale == 100 or (scale == 1000 and not number.is_digits):
            number = _with_rest(tokens, number, scale)
    return number


def _letter_scale(tokens: Sequence[Token], at: int, word: str) -> float | None:
    if word not in _SCALE_LETTERS:
        return None
    is_spoken_k = word == "k" and tokens[at].gap == Gap.NONE
    return _SCALE_LETTERS[word] if tokens[at].is_glued or is_spoken_k else None


def _with_rest(tokens: Sequence[Token], number: Number, scale: float) -> Number:
    at = number.end + 1 if _word(tokens, number.end) == "and" else number.end
    word = _word(tokens, at)
    if word not in _SMALL and word not in _TENS:
        return number
    rest, end = _below_hundred(tokens, at)
    if _word(tokens, end) == "hundred" and scale > 100:
        rest, end = rest * 100, end + 1
        more = end + 1 if _word(tokens, end) == "and" else end
        if _word(tokens, more) in _SMALL or _word(tokens, more) in _TENS:
            last, end = _below_hundred(tokens, more)
            rest += last
    joined = replace(number, value=number.value + rest, end=end)
    years = scale == 1000 and 2000 <= joined.value <= 2099
    return replace(joined, is_year_like=True) if years else _with_decimals(tokens, joined)


def _read_with_article(tokens: Sequence[Token], at: int) -> Number | None:
    """Read "a hundred", "half a million", "a couple of thousand", "a dozen", "a third"."""
    word, second, third = tokens[at].word, _word(tokens, at + 1), _word(tokens, at + 2)
    if word == "half" and second in {"a", "an"} and third in _SCALES:
        return Number(_SCALES[third] / 2, at, at + 3, has_scale=True)
    if word == "half" and second in {"a", "an"}:
        return Number(0.5, at, at + 2)
    if word == "half":
        return Number(0.5, at, at + 1, is_fraction=True)
    if word in {"a", "an"} and second in _SCALES:
        return _with_scales(tokens, Number(1, at, at + 1))
    if word == "a" and second == "dozen":
        return Number(12, at, at + 2)
    if word == "a" and second == "couple" and third == "of" and _word(tokens, at + 3) in _SCALES:
        return _with_scales(tokens, Number(2, at, at + 3))
    if word == "a" and second in _FRACTIONS:
        return Number(_FRACTIONS[second], at, at + 2, is_fraction=True)
    return None
