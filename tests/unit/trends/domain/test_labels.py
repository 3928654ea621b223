"""What to call a topic."""

from trends.domain.english import Span, phrases
from trends.domain.labels import LONGEST_LABEL, Spellings, distinct


def _spellings(*titles: str) -> Spellings:
    spans = [list(phrases(title, lambda _: False, LONGEST_LABEL)) for title in titles]
    return Spellings(titles, spans)


def _korean(*rows: tuple[str, tuple[str, ...]]) -> Spellings:
    """Read titles of which the terms are given."""
    spans = [
        [
            Span(word.replace(" ", ""), title.index(word), title.index(word) + len(word))
            for word in words
        ]
        for title, words in rows
    ]
    return Spellings([title for title, _ in rows], spans)


def test_the_longest_phrase_that_most_headlines_share_is_the_label() -> None:
    found = _spellings(
        "Dubai chewy cookie is here", "A Dubai chewy cookie for all", "The Dubai chewy cookie"
    )
    assert found.label(["cookie"]) == "Dubai chewy cookie"


def test_a_phrase_of_few_headlines_is_no_label() -> None:
    found = _spellings("Matcha tea whisks", "The Matcha and it", "Such Matcha", "It is Matcha")
    assert found.label(["matcha"]) == "Matcha"


def test_a_common_word_takes_a_rarer_phrase_around_it() -> None:
    found = _spellings("Racist chat", "Racist chat and it", "The chat", "It is chat", "Such chat")
    assert found.label(["chat"]) == "Racist chat"


def test_the_label_holds_whole_words_of_the_lead() -> None:
    found = _spellings("Teapot carts", "Teapot carts", "Cart", "The cart")
    assert found.label(["cart"]).casefold() == "cart"


def test_the_commonest_spelling_is_shown() -> None:
    assert _spellings("ROOIBOS", "Rooibos is", "Rooibos and").written("rooibos") == "Rooibos"


def test_a_term_that_no_headline_has_is_shown_as_it_is_counted() -> None:
    assert _spellings("Matcha").written("rooibos") == "rooibos"


def test_a_label_shows_the_space_that_its_term_has_not() -> None:
    found = _korean(("무라벨 생수 인기", ("무라벨 생수",)), ("요즘 무라벨 생수", ("무라벨 생수",)))
    assert found.label(["무라벨생수"]) == "무라벨 생수"


def test_a_word_of_two_syllables_gets_company() -> None:
    found = _korean(
        ("혁신당 두고 합당", ("혁신당", "합당")), ("혁신당은 합당 제안", ("혁신당", "합당"))
    )
    assert found.label(["합당"], ["혁신당"]) == "합당 · 혁신당"


def test_a_short_word_without_company_stands_alone() -> None:
    assert _korean(("합당", ("합당",)), ("또 합당", ("합당",))).label(["합당"]) == "합당"


def test_terms_that_are_part_of_a_named_one_are_left_out() -> None:
    keys = ["dubai cookie", "cookie", "art", "smart"]
    assert distinct(keys, 8) == ["dubai cookie", "art", "smart"]


def test_no_more_terms_than_wanted() -> None:
    assert distinct(["amber", "basil", "cedar"], 2) == ["amber", "basil"]
