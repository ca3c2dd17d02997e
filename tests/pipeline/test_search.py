"""Every transcript of a workspace can be searched, as it stands, and what was erased is in no index."""

from contextlib import ExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import library
from pipeline.erase import erase
from pipeline.events import ChannelAssigned, SegmentRevision, SessionEnded, compose
from pipeline.reviewing.corrections import edit_words, remove, rename
from pipeline.search import read_query, search
from pipeline.state import fold
from pipeline.store import Store
from pipeline.workspace import Workspace
from tests.support.interviews import said, started


@pytest.fixture
def store(workspace):
    with Store.open(workspace) as store:
        yield store


def tell(store, session_id, *texts, started_at="2026-11-22T10:15:00+00:00"):
    sentences = [said(number, text) for number, text in enumerate(texts, start=1)]
    store.append(session_id, [started(session_id, started_at=started_at), *sentences])


def state(store, session_id):
    return fold(entry.event for entry in store.read(session_id))


def found(store, typed, **options):
    library.catch_up(store, 60)
    return search(store, typed, **options)


def places(store, typed, **options):
    return [(hit.session_id, hit.segment_id) for hit in found(store, typed, **options).hits]


def marked(hit):
    return [hit.text[start:end] for start, end in hit.matches]


@pytest.mark.parametrize("typed", ["", " ", '"', '""', "*", "%", "- -", '" " "', "()"])
def test_nothing_to_look_for_finds_nothing(store, typed):
    tell(store, "s1", "100 % (really) - yes")
    assert found(store, typed).hits == ()


@pytest.mark.parametrize(
    "typed", ['a" OR "audit', "text:audit", "NEAR(an audit)", "audit AND zebra", "aud*it", "NOT zebra", "seq"]
)
def test_signs_and_words_of_a_query_language_are_looked_for_and_not_obeyed(store, typed):
    tell(
        store, "s1", "I wrote an audit of it.", 'the text: audit and a "or" audit near an audit; aud it, not zebra, seq'
    )
    assert places(store, typed) == [("s1", 2)]


@pytest.mark.parametrize("typed", ["^audit", "{audit", "audit)", "'audit'", "-audit", "audit*"])
def test_signs_at_a_word_do_not_hide_it(store, typed):
    tell(store, "s1", "I wrote an audit of it.")
    assert places(store, typed) == [("s1", 1)]


@given(st.text(max_size=30))
def test_whatever_is_typed_is_words_to_look_for(typed):
    query = read_query(typed)
    assert all(any(map(str.isalnum, phrase)) for phrase in query.phrases)
    assert bool(query.phrases) == any(map(str.isalnum, typed))


def test_every_word_stands_in_the_same_sentence_whatever_its_case_and_accents(store):
    tell(store, "s1", "The résumé of the audit.", "An audit.", "A RESUME, 40 of them")
    assert places(store, "resume AUDIT ") == [("s1", 1)]
    assert places(store, "Résumé") == [("s1", 1), ("s1", 3)]


def test_quoted_words_stand_next_to_each_other_and_the_last_word_may_be_a_beginning(store):
    tell(store, "s1", "forty long minutes", "from forty minutes", "fort")
    assert places(store, '"forty minutes"') == [("s1", 2)]
    assert places(store, "minutes fort") == [("s1", 1), ("s1", 2)]
    assert places(store, "fort ") == [("s1", 3)]
    assert places(store, '"fort') == [("s1", 3)]


def test_a_hit_says_where_its_words_are_and_when_they_were_said(store):
    text, words = compose([("🚀", 1.0, 1.5, 0.9), ("we", 2.0, 2.2, 0.9), ("cut", 2.5, 3.0, 0.9), ("it", 3.1, 3.2, 0.9)])
    store.append("s1", [started("s1"), said(1, text, words=words, start_s=1.0, end_s=3.2, channel=2)])
    store.append("s1", [ChannelAssigned(channel=2, speaker="interviewer", basis="person")])
    store.append("s1", [rename(state(store, "s1"), "interviewer", "Ada", author="Bo", event_id="e1")])
    (hit,) = found(store, "it cut").hits
    assert marked(hit) == ["cut", "it"]
    assert (hit.at_s, hit.speaker, hit.name, hit.text) == (2.5, "interviewer", "Ada", text)


def test_the_newest_session_comes_first_and_in_it_what_was_said_first(store):
    tell(store, "older", "audit", "no", "audit", started_at="2026-01-01T00:00:00+00:00")
    tell(store, "newer", "audit", "audit")
    assert places(store, "audit") == [("newer", 1), ("newer", 2), ("older", 1), ("older", 3)]
    first = found(store, "audit", most=3)
    assert (len(first.hits), first.has_more) == (3, True)
    assert not found(store, "audit", most=4).has_more


def test_edited_words_are_found_and_replaced_ones_are_not(store):
    tell(store, "s1", "the leisure was slow", "and phantom words", "more")
    assert places(store, "leisure") == [("s1", 1)]
    first = SegmentRevision(segment_id=1, revision=0)
    store.append("s1", [edit_words(state(store, "s1"), first, "the ledger was slow", author="Ada", event_id="e1")])
    store.append(
        "s1", [remove(state(store, "s1"), [SegmentRevision(segment_id=2, revision=0)], author="Ada", event_id="e2")]
    )
    assert places(store, "leisure") == []
    assert places(store, "phantom") == []
    assert places(store, "ledger") == [("s1", 1)]
    store.append("s1", [SessionEnded(at_s=60.0, reason="end of file")])
    library.catch_up(store)
    (session,) = library.sessions(store)
    assert (session.utterances, session.words, session.length_s, session.is_ended) == (2, 5, 60.0, True)


def test_what_is_said_later_is_found_too_and_an_interview_waits_for_no_search(store):
    tell(store, "s1", "early")
    assert places(store, "later") == []
    store.append("s1", [said(2, "later")])
    assert search(store, "later").hits == ()
    assert places(store, "later") == [("s1", 2)]


def test_out_of_time_the_rest_is_read_next_time_the_newest_first(store):
    tell(store, "s1", "audit", started_at="2026-01-01T00:00:00+00:00")
    tell(store, "s2", "audit")
    assert library.catch_up(store, 0) == 2
    assert [one.words for one in library.sessions(store)] == [0, 0]
    assert library.catch_up(store, 60) == 0
    assert library.catch_up(store, 0) == 0


def test_that_an_interview_has_ended_is_known_before_it_was_read(store):
    for session_id in ("over", "under-way"):
        tell(store, session_id, "audit")
    store.append("over", [SessionEnded(at_s=60.0, reason="end of file")])
    assert {one.session_id: (one.is_ended, one.last_seq) for one in library.sessions(store)} == {
        "over": (True, 0),
        "under-way": (False, 0),
    }


def test_an_erased_session_leaves_nothing_in_the_index(store, workspace):
    tell(store, "gone", *["the xylophone must go"] * 50)
    tell(store, "kept", "the audit stays")
    assert len(places(store, "xylophone")) == 50
    store.append("gone", [said(51, "a zither")])
    library.catch_up(store)
    erase(store, "gone")
    assert places(store, "xylophone") == []
    assert places(store, "audit") == [("kept", 1)]
    everything = b"".join(path.read_bytes() for path in store.workspace.rglob("*") if path.is_file())
    for word in (b"xylo", b"zither", b"gone"):
        assert word not in everything
    if workspace.address is not None:
        with store.reading() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM said").scalar_one() == 1


# -- the same in every database ---------------------------------------------------------------------------------------

AWKWARD = (
    "It's Ada's audit: 3.5 % of 1,000 rows, o'clock; \"quoted\" — and 'so'.",
    "Über Müller, naïve façade; STRASSE Straße straße ﬁne ĿL Ǆ İstanbul ıssız",
    "résumé re\u0301sume\u0301 resume RESUME Résumé; e\u0301 \u0301 lonely mark",
    "🚀 launched 👩‍💻 code 🚀🚀 x² ½ cup № 5 ½",
    "a b c x y a-b a_b a.b a/b a@b.example https://a.example/b?c=d#e 1e5 -7 +3 0x1F v1.2.3 50%",
    "日本語のテキスト 中文 한국어 ελληνικά Ελληνικά русский РУССКИЙ עברית العربية",
    "tab\tand\nnewline\rand\u00a0no-break\u200bzero\u2028line \x02open\x03 \x00nul",
    "back\\slash and per%cent and under_score, semi;colon & and | or ! not <-> next :* star",
    "forty minutes and forty long minutes and forty  minutes",
    "w" * 3000 + " tail",
    " ".join(["so", "then"] * 400) + " and then forty minutes after so so",
    "",
    "...",
)
SEARCHES = (
    *(
        "it's",
        '"it\'s"',
        "its",
        "Ada's aud",
        "3.5",
        '"3 5"',
        "1,000",
        "o'clock",
        '"quoted" and',
        "'so'",
        "5",
        "%",
        "50%",
    ),
    *("uber", "ÜBER müll", "naive facade", "strasse", "straße", "fine", "ll", "ǆ", "istanbul", "ıssız", "issiz"),
    *(
        "resume",
        "Re\u0301sume\u0301",
        "e",
        "é",
        "\u0301",
        "lonely mar",
        "🚀",
        "🚀 launched",
        "👩‍💻",
        "code",
        "x²",
        "½",
        "№",
    ),
    *("a", "b", "a b", '"a b"', "a-b", "a_b", "a@b.exam", "https://a.example/b", "1e5", "-7", "0x1f", "v1.2.3", "v1.2"),
    *("日本", "日本語のテキスト", "中文", "한국", "ελληνικα", "ΕΛΛΗΝΙΚΆ", "русск", "עברית", "العرب"),
    *(
        "no-break",
        "zero",
        "line",
        "open",
        "nul",
        "\x00nul",
        "back\\slash",
        "per%cent",
        "under_score",
        "<->",
        ":*",
        "& and",
    ),
    *(
        '"forty minutes"',
        "forty minutes",
        '"forty long" minutes',
        '"minutes and forty"',
        "w" * 3000,
        "w" * 600,
        "wwww tail",
    ),
    *(
        '"so then"',
        '"then forty minutes"',
        '"so so"',
        '"then then"',
        "then fort",
        '"forty minutes after so"',
        "\\",
        "'",
        '"',
    ),
)


@pytest.fixture(scope="module")
def both(postgresql, tmp_path_factory):
    """The same interviews in each database, read into its library."""
    addresses = (None, postgresql.new_schema())
    with ExitStack() as opened:
        stores = [
            opened.enter_context(Store.open(Workspace(tmp_path_factory.mktemp("both"), address)))
            for address in addresses
        ]
        for store in stores:
            tell(store, "first", *AWKWARD, started_at="2026-01-01T00:00:00+00:00")
            tell(store, "second", *reversed(AWKWARD), started_at="2026-02-01T00:00:00+00:00")
            tell(store, "third", *["so then", "then so"] * 30, started_at="2026-03-01T00:00:00+00:00")
            edit = edit_words(
                state(store, "first"), SegmentRevision(segment_id=9, revision=0), "É", author="A", event_id="e"
            )
            library.catch_up(store, 60)
            store.append("first", [edit])
            library.catch_up(store, 60)
        yield stores


@pytest.mark.parametrize("most", [1, 3, 50])
def test_every_search_finds_the_same_in_the_same_order_at_the_same_places(both, most):
    hits = 0
    for typed in [searched + after for searched in SEARCHES for after in ("", " ")]:
        one, other = (search(store, typed, most=most) for store in both)
        assert other == one, typed
        hits += len(one.hits)
    assert hits > 100


pieces = st.sampled_from([*" \"'", *(word for said in AWKWARD for word in said[:200].split()), "fort", "the"])


@given(st.lists(pieces, max_size=5).map(" ".join) | st.text(max_size=8))
def test_whatever_is_typed_finds_the_same(both, typed):
    one, other = (search(store, typed) for store in both)
    assert other == one
