"""Lists of feeds as OPML 1.0 and 2.0, in and out."""

import io
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from html import escape
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from trends.domain.text import clean, fold
from trends.domain.urls import canonical_url, same_page_key
from trends.errors import AddressRefusedError, SourceUnreadableError, TooLargeError
from trends.outbound_hosts import read_url
from trends.sources.feeds.encoding import feed_text, without_hazards

MAX_BYTES = 5_000_000
MAX_FEEDS = 5_000
MAX_DEPTH = 50
MAX_REFUSED = 1_000
_LONGEST_NAME = 60
_LONGEST_TITLE = 200
_NAME = re.compile(r"\w[\w.-]*")
_NO_NAME = re.compile(r"[^\w.]+")
_LANGUAGE = re.compile(r"[a-z]{2}")
# Browsers write feed:https://… and feed://…
_FEED_SCHEME = re.compile(r"feed:(?://(?=[^/])|(?=https?:))", re.IGNORECASE)


@dataclass(frozen=True)
class OpmlFeed:
    """One feed of a list.

    Attributes:
        name: By which a run reads it; unique in a list.
        title: What people call it.
        url: Its address.
        site: Address of the site it belongs to.
        language: Two-letter code, where the list says it.
        folder: Titles of the folders it lies in, outermost first, with slashes between; empty for none.
    """

    name: str
    title: str
    url: str
    site: str = ""
    language: str = ""
    folder: str = ""


@dataclass(frozen=True)
class OpmlRefusal:
    """An outline that gives no feed.

    Attributes:
        number: Its place among the outlines, from 1.
        name: What the list calls it.
        why: Why it was refused.
    """

    number: int
    name: str
    why: str


@dataclass(frozen=True)
class Opml:
    """What a list holds.

    Attributes:
        feeds: In its order, each address once.
        refused: What could not be taken, the first `MAX_REFUSED`.
        refused_count: How many there were.
    """

    feeds: tuple[OpmlFeed, ...]
    refused: tuple[OpmlRefusal, ...]
    refused_count: int


def parse_opml(
    data: bytes, *, check: Callable[[str], object] = read_url, taken: Iterable[str] = ()
) -> Opml:
    """Read a list of feeds. Nothing is fetched or looked up.

    Args:
        data: Its bytes, in any encoding of feeds.
        check: Refuses addresses with `AddressRefusedError`; `Outbound.check` refuses some more.
        taken: Names that are in use; new ones are told apart by a number.

    Raises:
        SourceUnreadableError: It is no OPML; says at which line it breaks.
        TooLargeError: Over `MAX_BYTES`, `MAX_FEEDS` or `MAX_DEPTH`.
    """
    if len(data) > MAX_BYTES:
        raise _too_large(f"{MAX_BYTES:,} bytes")
    text = without_hazards(feed_text(data))
    reader = _Reader(check, {name.casefold() for name in taken})
    try:
        for event, element in iterparse(
            io.BytesIO(text.encode()), events=("start", "end"), forbid_dtd=True
        ):
            reader.take(event, element)
    except ParseError as error:
        # Lines are those of the file: what was taken out before the first element is counted in.
        line = error.position[0] + _lines_before(data, text)
        raise SourceUnreadableError(
            "The list of feeds is not well-formed XML.",
            why=f"It breaks at line {line}.",
            next_step="Export it again; a & in an address is written &amp;.",
        ) from error
    except DefusedXmlException as error:
        raise SourceUnreadableError(
            "The list of feeds defines entities.", next_step="Export it without a document type."
        ) from error
    return Opml(tuple(reader.feeds), tuple(reader.refused), reader.refused_count)


def write_opml(feeds: Iterable[OpmlFeed], title: str = "Feeds") -> bytes:
    """Write a list as OPML 2.0 that reads back as the same, where feeds have titles; neighbours share their folders."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<opml version="2.0">',
        f"  <head><title>{_escaped(title)}</title></head>",
        "  <body>",
    ]
    open_folders: tuple[str, ...] = ()
    for feed in feeds:
        folders = tuple(part for part in feed.folder.split("/") if part)
        shared = _shared(open_folders, folders)
        lines += _closing(open_folders, shared)
        for depth, folder in enumerate(folders[shared:], start=shared):
            lines.append(f'{_indent(depth)}<outline text="{_escaped(folder)}">')
        open_folders = folders
        lines.append(_indent(len(open_folders)) + _outline(feed))
    lines += [*_closing(open_folders, 0), "  </body>", "</opml>", ""]
    return "\n".join(lines).encode()


@dataclass
class _Reader:
    """Takes outlines as they come.

    Attributes:
        check: Refuses addresses.
        names: Names in use, folded.
        feeds: Those found.
        refused: Outlines that gave none.
        refused_count: How many there were.
    """

    check: Callable[[str], object]
    names: set[str]
    feeds: list[OpmlFeed] = field(default_factory=list[OpmlFeed])
    refused: list[OpmlRefusal] = field(default_factory=list[OpmlRefusal])
    refused_count: int = 0
    _known: dict[str, str] = field(default_factory=dict[str, str])
    _open: list["_Outline"] = field(default_factory=list["_Outline"])
    _depth: int = 0
    _number: int = 0

    def take(self, event: str, element: Element) -> None:
        """Take the start or the end of an element."""
        tag = element.tag.rpartition("}")[2].lower()
        if event == "start":
            if self._depth == 0 and tag != "opml":
                raise SourceUnreadableError(
                    "The file is not a list of feeds.",
                    why=f"It is <{tag[:40]}>, not <opml>.",
                    next_step="Give an OPML file; a single feed is read as rss:https://…",
                )
            self._depth += 1
            if self._depth > MAX_DEPTH:
                raise _too_large(f"{MAX_DEPTH} levels")
            if tag == "outline":
                self._begin(element)
        else:
            self._depth -= 1
            if tag == "outline":
                self._end()
            element.clear()

    def _begin(self, element: Element) -> None:
        self._number += 1
        said = {name.lower(): clean(value) for name, value in element.attrib.items()}
        outline = _Outline(self._number, _title(said), said)
        if self._open:
            self._open[-1].has_children = True
        folder = "/".join(_folder(each.title) for each in self._open if each.title)
        self._open.append(outline)
        url = _address(said)
        if url:
            outline.has_children = True
            self._add(outline, url, folder)

    def _end(self) -> None:
        outline = self._open.pop()
        if not outline.has_children:
            self._refuse(outline, "it names no feed (no xmlUrl)")

    def _add(self, outline: "_Outline", url: str, folder: str) -> None:
        try:
            self.check(url)
        except AddressRefusedError as error:
            self._refuse(outline, str(error))
            return
        canonical = canonical_url(url) or url
        key = same_page_key(canonical) or canonical
        if key in self._known:
            self._refuse(outline, f"the same address as '{self._known[key]}'")
            return
        if len(self.feeds) == MAX_FEEDS:
            raise _too_large(f"{MAX_FEEDS:,} feeds")
        language = outline.said.get("language", "").lower()[:2]
        feed = OpmlFeed(
            name=self._name(outline, canonical),
            title=outline.title,
            url=url,
            site=canonical_url(outline.said.get("htmlurl")) or "",
            language=language if _LANGUAGE.fullmatch(language) else "",
            folder=folder,
        )
        self._known[key] = feed.name
        self.feeds.append(feed)

    def _name(self, outline: "_Outline", url: str) -> str:
        """Choose a name: the one that the list gives, else one made of the title, else of the host."""
        wished = outline.said.get("name", "")
        if not _NAME.fullmatch(wished) or len(wished) > _LONGEST_NAME:
            wished = _slug(outline.title) or _slug(url.split("/")[2]) or "feed"
        name, number = wished, 1
        while name.casefold() in self.names:
            number += 1
            name = f"{wished[: _LONGEST_NAME - 5]}-{number}"
        self.names.add(name.casefold())
        return name

    def _refuse(self, outline: "_Outline", why: str) -> None:
        self.refused_count += 1
        if len(self.refused) < MAX_REFUSED:
            self.refused.append(OpmlRefusal(outline.number, outline.title, why))


@dataclass
class _Outline:
    """An outline that has begun."""

    number: int
    title: str
    said: dict[str, str]
    has_children: bool = False


def _title(said: dict[str, str]) -> str:
    return (said.get("title") or said.get("text") or "")[:_LONGEST_TITLE]


def _folder(title: str) -> str:
    """Write a folder's title as part of a path; its own slashes are division slashes then."""
    return title.replace("/", "\u2215")


def _address(said: dict[str, str]) -> str:
    url = said.get("xmlurl", "")
    if not url and said.get("type", "").lower() in {"rss", "atom"}:
        url = said.get("url", "")
    found = _FEED_SCHEME.match(url)
    if found is None:
        return url
    rest = url[found.end() :]
    return rest if rest.lower().startswith(("http:", "https:")) else f"http://{rest}"


def _slug(text: str) -> str:
    return _NO_NAME.sub("-", fold(text)).strip("-._")[:_LONGEST_NAME].rstrip("-._")


def _outline(feed: OpmlFeed) -> str:
    values = {
        "type": "rss",
        "text": feed.title or feed.name,
        "title": feed.title,
        "name": feed.name,
        "xmlUrl": feed.url,
        "htmlUrl": feed.site,
        "language": feed.language,
    }
    said = " ".join(f'{name}="{_escaped(value)}"' for name, value in values.items() if value)
    return f"<outline {said}/>"


def _escaped(text: str) -> str:
    return escape(clean(text), quote=True)


def _indent(depth: int) -> str:
    return "  " * (depth + 2)


def _shared(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count


def _closing(folders: tuple[str, ...], down_to: int) -> list[str]:
    return [f"{_indent(depth)}</outline>" for depth in reversed(range(down_to, len(folders)))]


def _lines_before(data: bytes, text: str) -> int:
    whole = feed_text(data)
    return whole.count("\n") - text.count("\n")


def _too_large(limit: str) -> TooLargeError:
    return TooLargeError(
        f"The list of feeds has more than {limit}.", next_step="Import it in parts."
    )
