"""The words by which guides name their parts: titles, labels and column headings."""

import re
from typing import Final, Literal

Role = Literal[
    "answer_great",
    "answer_okay",
    "answer_bad",
    "candidate_questions",
    "categories",
    "contents",
    "cues",
    "debrief",
    "follow_ups",
    "framework",
    "glossary",
    "gut_check",
    "method",
    "outcomes",
    "only_for",
    "principles",
    "problem",
    "questions",
    "rationale",
    "red_flags",
    "reminders",
    "say",
    "scope",
    "autonomy",
    "scoring",
    "signals",
    "supplement",
]

DETAILS: Final[frozenset[Role]] = frozenset(
    (
        "answer_bad",
        "answer_great",
        "answer_okay",
        "categories",
        "cues",
        "follow_ups",
        "framework",
        "only_for",
        "rationale",
        "signals",
    )
)
"""Parts of one question."""

_GREAT: Final = r"great|strong|excellent|exceptional|outstanding|ideal|good"
_OKAY: Final = r"mediocre|okay|ok|average|acceptable|middling|so-so|solid"
_BAD: Final = r"bad|weak|poor|unacceptable|concerning"
_ANSWER: Final = r"(?: \w+){0,2} (?:answers?|responses?|looks?|sounds?)\b"

_TITLES: Final[tuple[tuple[Role, str], ...]] = (
    ("contents", r"^table of contents$|^contents$"),
    (
        "candidate_questions",
        r"questions? (?:to ask|for) (?:your|the|our|an?) (?:interviewer|company|employer|panel|team)"
        r"|candidate(?:'s|’s|s)? questions?$|questions? (?:from|by) (?:the )?candidates?"
        r"|questions? (?:that )?(?:the )?candidates? (?:may|might|can|could|should) ask",
    ),
    ("supplement", r"^(?:only )?(?:for|with) candidates? (?:with|who|that|from)\b"),
    ("answer_great", rf"(?:sample|example|model) (?:of )?(?:an? )?(?:{_GREAT})?.*answer|^what (?:{_GREAT}){_ANSWER}"),
    ("framework", r"framework (?:for|of) (?:your|the|an?) answers?|answer (?:structure|elements|framework|outline)"),
    ("answer_great", rf"^(?:an? )?(?:{_GREAT})(?:{_ANSWER}|$)"),
    ("answer_okay", rf"^(?:what )?(?:an? )?(?:{_OKAY})(?:{_ANSWER}|$)"),
    ("answer_bad", rf"^(?:what )?(?:an? )?(?:{_BAD})(?:{_ANSWER}|$)"),
    ("answer_bad", r"^(?:negative|weak) (?:indicators?|evidence|signs?|signals?)$"),
    ("cues", r"^when to (?:pull|ask|use|bring)|^(?:pull|ask|use) (?:this |it )?(?:when|if)\b|^cues?$|^triggers?$"),
    ("categories", r"(?:categories|types|kinds|classes) .*to know$|^(?:failure )?categories$"),
    ("gut_check", r"\bgut[- ]?check"),
    ("debrief", r"\bdebrief|^(?:after|post)[- ](?:the )?interview\b|write down:?$"),
    ("problem", r"problem statement|^(?:the )?(?:case|prompt|exercise|assignment)(?: study| prompt| statement)?$"),
    ("red_flags", r"\bred[- ]?flags?\b|warning signs?|^(?:watch out|beware|concerns?)\b|^deal[- ]?breakers?"),
    (
        "signals",
        r"look(?:ing|s)?[- ]?(?:out )?[- ]?for\b|listen(?:ing)?[- ]?(?:out )?[- ]?for\b|\bsignals?\b|green flags?"
        r"|positive (?:indicators?|evidence)|^indicators?$|watching for|what to (?:hear|watch)",
    ),
    ("follow_ups", r"follow[- ]?ups?\b|^probes?$|^dig(?:ging)? deeper|^probing questions?$"),
    (
        "rationale",
        r"^why\b.*\b(?:ask|matters?|question|important|works?|this)\b|^(?:design )?rationale$|^why$|^intent$",
    ),
    ("questions", r"^what to ask|\bask:?$|\bprobes?$|^(?:\w+[- ]){0,3}questions?(?: bank| list)?$|^questions? to ask$"),
    ("scope", r"^scope$"),
    ("autonomy", r"^autonomy$"),
    ("say", r"^(?:say|script|intro script|opening script|what to say)$"),
    ("only_for", r"^only for|^(?:meant|reserved) for$"),
    ("glossary", r"^glossary|^(?:key )?terms$|^vocabulary$|^jargon$"),
    ("outcomes", r"^(?:overall )?(?:votes?|outcomes?|recommendations?|decisions?)$|^hiring decisions?$"),
    ("scoring", r"\bscor(?:ing|es?)\b|^rating|\bscale$|\brubric\b|evaluation criteria|^dimensions"),
    ("method", r"\bmethod$|\bmethod:|^star\b|\bstar$|& star\b"),
    ("framework", r"^framework|^key (?:themes|points|insights)|^themes|^(?:talking|key) points|points to cover"),
    ("reminders", r"^(?:remember|reminders?|tips?|dos and don|do's and don|ground rules|putting it all together)"),
    ("reminders", r"^(?:notes? for interviewers|interviewer (?:notes|tips|guidance)|best practices|instructions)"),
    (
        "principles",
        r"philosophy|^principles?$|^goals?$|^purpose$|^(?:interview )?overview|^introduction"
        r"|^why this (?:format|interview)|^about this",
    ),
)
_COMPILED: Final = tuple((role, re.compile(pattern, re.IGNORECASE)) for role, pattern in _TITLES)

_NUMBERING: Final = re.compile(
    r"^(?:section |chapter |part )?(?:\d{1,2}(?:\.\d{1,2})*(?:[.):·—–-]+\s*|\s+[·•—–-]\s*|\s+(?=[\"“A-Z]))|[A-Z][.)]\s+"
    r"|(?:Q|question|thread|topic|competency|value|skill|area|dimension|case|scenario)\s*#?\d{1,2}\s*[.):·—–-]+\s*)",
    re.IGNORECASE,
)
_NAMED: Final = re.compile(r"(?:thread|topic|competency|value|skill|area|case|scenario)\s*#?\d{1,2}\b", re.IGNORECASE)
_SYMBOLS_WITHIN: Final = re.compile(r"[^\w\s'’\"“”.,:;?!&/()+%#-]+")


def bare_title(title: str) -> str:
    """A title without its number and its colon: `Thread 1: Metrics` is `Metrics`."""
    title = title.strip().rstrip(":").strip()
    while (match := _NUMBERING.match(title)) and match.end() < len(title):
        title = title[match.end() :].strip()
    return title


def is_named(title: str) -> bool:
    """Whether a title is a name because it says so: `Thread 3: Scale`."""
    return bool(_NAMED.match(title.strip()))


def role_of(title: str) -> Role | None:
    """What a part with this title holds, None where the title is a name of its own."""
    plain = " ".join(_SYMBOLS_WITHIN.sub(" ", bare_title(title)).split())
    if not plain or len(plain) > 120:
        return None
    return next((role for role, pattern in _COMPILED if pattern.search(plain)), None)


_ASKED_WITH_MARK: Final = re.compile(r"\?[\"”'’)\]]{0,4}$")
_STARTERS: Final = re.compile(
    r"(?:please |can you |could you |would you )?(?:tell (?:me|us)\b|describe\b|walk (?:me|us|through)\b"
    r"|talk (?:me|us)\b|give (?:me |us )?an? (?:\w+ )?example|share (?:an?|your|how|with)\b|explain\b|recall a\b"
    r"|think of an?\b|imagine\b|suppose\b|example of\b)",
    re.IGNORECASE,
)
_ASKING_WORDS: Final = re.compile(
    r"(?:how|what|what['’]s|when|where|which|who|why|have you|do you|did you|are you|is there"
    r"|(?:can|could|would|if) you)\b",
    re.IGNORECASE,
)
_ASKED_NUMBER: Final = re.compile(r"^(?:Q|question)\s*#?\d{1,3}\s*[.):—–-]\s*(?=\S)", re.IGNORECASE)


def asks(text: str) -> bool:
    """Whether a text is plainly a question: marked, numbered as one, quoted and asking, or `Tell me about …`."""
    return bool(_ASKED_WITH_MARK.search(text[-8:])) or asks_outright(text)


def asks_outright(text: str) -> bool:
    """Whether a text between others is a question to a candidate: it asks from its first word on."""
    if _ASKED_NUMBER.match(text):
        return True
    inner = text.lstrip("\"“'‘«").strip()
    is_marked = inner != text or bool(_ASKED_WITH_MARK.search(text[-8:]))
    return bool(_STARTERS.match(inner)) or (is_marked and bool(_ASKING_WORDS.match(inner)))


def without_number(question: str) -> str:
    """A question without the `Q3:` in front of it."""
    return _ASKED_NUMBER.sub("", question)
