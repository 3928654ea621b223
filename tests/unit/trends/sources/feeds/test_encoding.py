"""From bytes to text that no parser is hurt by."""

import pytest

from trends.sources.feeds.encoding import feed_text, without_hazards

KOREAN = "<title>똠얌꿍 소식</title>"


@pytest.mark.parametrize(
    ("content_type", "declared"),
    [
        ("text/xml; charset=EUC-KR", ""),
        ('text/xml; charset="ks_c_5601-1987"', ""),
        ("application/xml", "euc-kr"),
        ("text/xml; charset=ISO-8859-1", "EUC-KR"),
        ("text/xml; charset=windows-1252", ""),
        ("text/xml; charset=utf-8", "utf-8"),
        ("", ""),
    ],
)
def test_cp949_is_read_whatever_it_is_called(content_type: str, declared: str) -> None:
    head = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    assert KOREAN in feed_text((head + KOREAN).encode("cp949"), content_type)


def test_utf8_that_is_called_latin1_is_read_as_utf8() -> None:
    assert feed_text(KOREAN.encode(), "text/xml; charset=ISO-8859-1") == KOREAN


@pytest.mark.parametrize("text", ["Été à Besançon, où l'été s'éternise", "Ávila", "Ângulo e Área"])
@pytest.mark.parametrize("content_type", ["", "text/xml; charset=ISO-8859-1"])
def test_latin_text_is_not_taken_for_korean(text: str, content_type: str) -> None:
    assert feed_text(f"<t>{text}</t>".encode("cp1252"), content_type) == f"<t>{text}</t>"


@pytest.mark.parametrize(
    "encoding", ["punycode", "unicode_escape", "utf-7", "hex", "rot13", "idna", "x\0y"]
)
def test_encodings_that_no_feed_is_in_are_not_tried(encoding: str) -> None:
    data = f'<?xml version="1.0" encoding="{encoding}"?><a>ok-\\x41</a>'.encode()
    assert "<a>ok-\\x41</a>" in feed_text(data)


def test_bytes_that_fit_nothing_still_give_text() -> None:
    assert feed_text(b"<a>\x81\x8d\xff</a>").startswith("<a>")


@pytest.mark.parametrize(
    "prolog",
    [
        "",
        "\ufeff \n",
        '<?xml version="1.0"?>\n',
        "<!-- <rss> is not here -->",
        '<!DOCTYPE rss PUBLIC "-//N//DTD" "http://dtd.example/a.dtd">',
        '<!DOCTYPE r [<!ENTITY a "b"> <!ELEMENT r ANY>\n] >',
        '<?xml version="1.0"?><?xml-stylesheet href="a>b"?><!DOCTYPE r><!-- x -->\n',
    ],
)
def test_what_stands_before_the_first_element_is_taken_out(prolog: str) -> None:
    assert without_hazards(f"{prolog}<rss>a</rss>") == "<rss>a</rss>"


@pytest.mark.parametrize("start", ["<!-- open", "<!DOCTYPE open", "<!DOCTYPE r [ open", "<? open"])
def test_prolog_without_end_ends(start: str) -> None:
    assert without_hazards(start) == start


def test_characters_that_are_not_xml_are_taken_out() -> None:
    assert without_hazards("<a>x\0\x01\x1b\ud800\ufffey\t\n</a>") == "<a>xy\t\n</a>"


@pytest.mark.parametrize(
    ("reference", "left"),
    [
        ("&#65;", "&#65;"),
        ("&#x1F600;", "&#x1F600;"),
        ("&#00000000065;", "&#00000000065;"),
        ("&#0;", "\ufffd"),
        ("&#xD800;", "\ufffd"),
        ("&#1114112;", "\ufffd"),
        (f"&#{'9' * 5000};", "\ufffd"),
        ("&#xFFFFFFFFFF;", "\ufffd"),
        ("&amp;", "&amp;"),
    ],
)
def test_references_to_what_is_no_character_are_replaced(reference: str, left: str) -> None:
    assert without_hazards(f"<a>{reference}</a>") == f"<a>{left}</a>"
