"""Extract the text of saved web pages: what a browser shows of them, without what belongs to the site.

Scripts, styles, navigation, cookie notices, the page's header and footer, buttons, fields and hidden parts are left
out. An element is hidden by its attributes, its own style, or a rule of the page's style sheet for its class or id.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import BinaryIO, NamedTuple
from urllib.parse import unquote

from codetui.storage import fs
from codetui.storage.sources.blocks import BULLET, LINE, PARAGRAPH, TextBuilder, add_table, numeral
from codetui.storage.sources.documents import Extracted
from codetui.storage.sources.packages import number
from codetui.storage.sources.reader import ProblemCollector, decode, detect_encoding

_HEAD = 4096
"""Bytes in which a page declares its encoding."""

_LARGEST_STYLES = 5_000_000
"""Bytes of all style sheets beside a page that are read."""

_LINK = re.compile(r"<link\b[^>]{0,2000}>", re.I)
_STYLES = re.compile(r"""\brel\s*=\s*["']?stylesheet""", re.I)
_ADDRESS = re.compile(r"""\bhref\s*=\s*(?:["']([^"'>]+)["']|([^\s"'>]+))""", re.I)

_DEEPEST = 150
"""Levels of elements; deeper ones are parts of the element on that level."""

_CHARSET = re.compile(
    rb"""<(?:meta\b[^>]{0,400}?\bcharset|\?xml\b[^>]{0,200}?\bencoding)\s*=\s*["']?\s*([\w.:-]+)""", re.I
)


def _names(names: str) -> frozenset[str]:
    return frozenset(names.split())


_VOID = _names("area base br col embed hr img input link meta param source track wbr")
_IGNORED = _names("head script style template noscript svg canvas datalist map rp")
_PARAGRAPHS = _names("p h1 h2 h3 h4 h5 h6 ul ol dl blockquote pre figure hr table menu")
_LINES = _names(
    """
    address article aside body caption center details dd div dt fieldset figcaption footer form header hgroup legend li
    main nav search section summary tr
    """
)
_HEADINGS = _names("h1 h2 h3 h4 h5 h6")
_CLOSED_BY: dict[str, frozenset[str]] = {
    "p": _PARAGRAPHS | _LINES,
    "li": _names("li"),
    "dt": _names("dt dd"),
    "dd": _names("dt dd"),
    "tr": _names("tr tbody tfoot"),
    "td": _names("td th tr tbody tfoot"),
    "th": _names("td th tr tbody tfoot"),
    "option": _names("option optgroup"),
}
"""The elements whose beginning closes an element that has no end of its own."""

_KEPT_OPEN = _names("ul ol dl table td th div section article main body")
"""Elements that close nothing outside of them."""

_COUNTED = {
    "img": "image",
    "iframe": "frame",
    "object": "embedded object",
    "embed": "embedded object",
    "video": "recording",
    "audio": "recording",
    "select": "form field",
    "textarea": "form field",
    "input": "form field",
    "rt": "reading aid",
}
_HIDES = re.compile(r"(?:^|[;\s])(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse))", re.I)
_DISPLAYS = re.compile(r"(?:^|[;\s])display\s*:", re.I)
_IS_BLOCK = re.compile(r"(?:^|[;\s])display\s*:\s*(?:block|flex|grid|list-item|table|flow-root)", re.I)
_CONSENT = re.compile(
    r"cookie[-_]?(?:banner|bar|box|consent|dialog|law|melding|message|modal|notice|overlay|popup|wall)"
    r"|(?:consent|gdpr|avg)[-_]?(?:banner|bar|box|dialog|manager|modal|notice|overlay|popup)"
    r"|onetrust|cookiebot|didomi|usercentrics|cookieyes|cookiefirst",
    re.I,
)
"""Names of the notices that ask for cookies."""

_KEEPS_LINES = re.compile(r"white-space\s*:\s*(?:pre|break-spaces)", re.I)
_SIMPLE = re.compile(r"[.#][\w-]+")
_NAMES = re.compile(r"[.#][\w-]+")
_COMMENT = re.compile(r"/\*.*?\*/", re.S)


@dataclass(slots=True)
class Element:
    """An element of a page."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element | str] = field(default_factory=list)

    def walk(self) -> Iterator[Element]:
        """Yield the element and all those in it, in order."""
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.walk()


def extract(file: BinaryIO, path: Path) -> Extracted:
    """Return the text of a page; its title is its first heading of the first level, else its `title`.

    Browsers save the style sheets of a page in a folder beside it, and these hide parts of it, too.
    """
    page = decode_page(file.read())
    return extract_page(page, "\n".join(_style_sheets(page, path)))


def _style_sheets(page: str, path: Path) -> Iterator[str]:
    """Yield the style sheets that a page names and that are in a folder beside it."""
    size = 0
    for link in _LINK.findall(page):
        found = _ADDRESS.search(link) if _STYLES.search(link) else None
        name = unquote(unescape(found[1] or found[2])).removeprefix("./") if found else ""
        if not name or ":" in name or ".." in name or "/" not in name or name.startswith("/"):
            continue
        with suppress(OSError, ValueError):
            data = fs.read_head(str(path.parent / name), _LARGEST_STYLES)
            size += len(data)
            if size > _LARGEST_STYLES:
                return
            yield decode_page(data)


def extract_page(page: str, styles: str = "") -> Extracted:
    """Return the text of a page that was decoded, with style sheets that came with it."""
    tree = _TreeBuilder(page)
    renderer = _Renderer(tree.styles + styles)
    builder = TextBuilder()
    renderer.add(tree.root, builder, _Context())
    return Extracted(builder.text(), renderer.title or tree.title, not_read=renderer.not_read)


def decode_page(data: bytes, charset: str = "") -> str:
    """Return a page as text: by its byte order mark, the `charset` that came with it, the encoding that it declares,
    UTF-8, or Windows-1252.
    """
    declared = _CHARSET.search(data[:_HEAD])
    name = (charset or (declared[1].decode("ascii") if declared else "")).lower()
    if detect_encoding(data) != ("utf-8", 0) or name in ("", "utf-8", "utf8") or name.startswith("utf-16"):
        return decode(data, ProblemCollector(""))
    # As browsers do: pages that declare ISO 8859-1 or ASCII are in Windows-1252.
    encoding = "cp1252" if name in ("iso-8859-1", "iso8859-1", "latin1", "latin-1", "ascii", "us-ascii") else name
    try:
        return data.decode(encoding, "replace")
    except (LookupError, UnicodeError):
        return decode(data, ProblemCollector(""))


def _without_open_comment(page: str) -> str:
    """Return a page up to a comment that never ends, as browsers show it; the parser would search its end for hours."""
    begin = page.find("<!--", page.rfind("-->") + 1)
    return page if begin < 0 else page[:begin]


class _TreeBuilder(HTMLParser):
    """Build the tree of a page; ends of elements may be missing, wrong or superfluous."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("")
        self.title = ""
        self.styles = ""
        self._open: list[Element] = [self.root]
        self._too_deep = 0
        self.feed(_without_open_comment(page))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element, and close those that it ends."""
        self._close_implied(tag)
        if len(self._open) > _DEEPEST and tag not in _VOID:
            self._too_deep += 1
            return
        element = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element; only those of drawings and mathematics end by `/>`."""
        self.handle_starttag(tag, attrs)
        if tag not in _VOID and any(one.name in ("svg", "math") for one in self._open):
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the innermost open element of this name, and all in it."""
        if self._too_deep:
            self._too_deep -= 1
            return
        if tag == "br":
            self._open[-1].children.append(Element("br"))
        for at in range(len(self._open) - 1, 0, -1):
            if self._open[at].name == tag:
                del self._open[at:]
                return
            if tag in ("p", "li") and self._open[at].name in _KEPT_OPEN:
                return

    def handle_data(self, data: str) -> None:
        """Add text to the open element."""
        name = self._open[-1].name
        if name == "title" and not any(one.name == "svg" for one in self._open):
            self.title += data
        elif name == "style":
            self.styles += data
        else:
            self._open[-1].children.append(data)

    def _close_implied(self, tag: str) -> None:
        for at in range(len(self._open) - 1, 0, -1):
            name = self._open[at].name
            if tag in _CLOSED_BY.get(name, ()):
                del self._open[at:]
                if name not in ("td", "th"):
                    return
            elif name in _KEPT_OPEN or name == "head":
                break
        if tag == "body" and any(one.name == "head" for one in self._open):
            self.handle_endtag("head")


class _Context(NamedTuple):
    """The surroundings of an element; `is_inside` is True in the main part of a page, whose headers belong to it."""

    is_inside: bool = False
    in_item: bool = False
    in_heading: bool = False
    keeps_lines: bool = False
    mark: str = BULLET

    def inside(self, element: Element) -> _Context:
        """Return the surroundings of the children of an element."""
        name, attributes = element.name, element.attributes
        return _Context(
            self.is_inside or name in ("main", "article") or attributes.get("role") == "main",
            self.in_item or name == "li",
            self.in_heading or name in _HEADINGS,
            self.keeps_lines or name == "pre" or bool(_KEEPS_LINES.search(attributes.get("style", ""))),
        )


class _Renderer:
    """Write the elements of a page as text, and count what is left out."""

    def __init__(self, styles: str) -> None:
        self.title = ""
        self.not_read: Counter[str] = Counter()
        self._hidden_names = _hidden_names(styles)

    def add(self, element: Element, builder: TextBuilder, context: _Context) -> None:
        """Add an element to a text."""
        name = element.name
        if self._is_left_out(element, context):
            return
        if name == "br":
            builder.break_line()
            return
        if name == "table":
            add_table(builder, list(self._rows(element, context)))
            return
        inner = context.inside(element)
        gap = _gap_of(element, context.in_item)
        if name == "li":
            builder.start_item(context.mark)
        elif gap:
            builder.block(gap)
        start = builder.length
        items = _Items(element)
        for child in element.children:
            if isinstance(child, Element):
                self.add(child, builder, inner._replace(mark=items.mark(child)) if child.name == "li" else inner)
            elif inner.keeps_lines:
                builder.write_as_is(child)
            else:
                builder.write(child)
        if name == "h1" and not self.title:
            self.title = builder.text()[start:].strip()
        if name == "li":
            builder.end_item()
        elif gap:
            builder.block(gap)

    def _rows(self, table: Element, context: _Context) -> Iterator[list[str]]:
        """Yield the texts of the cells of each row, and of what else is in a table as rows of one cell."""
        for child in table.children:
            if isinstance(child, str):
                continue
            if child.name not in ("thead", "tbody", "tfoot", "tr"):
                yield [self._text_of(child, context)]
            elif self._is_left_out(child, context):
                continue
            elif child.name == "tr":
                yield [self._text_of(cell, context) for cell in child.children if isinstance(cell, Element)]
            else:
                yield from self._rows(child, context)

    def _text_of(self, element: Element, context: _Context) -> str:
        builder = TextBuilder()
        self.add(element, builder, context._replace(in_item=False))
        return builder.text()

    def _is_left_out(self, element: Element, context: _Context) -> bool:
        """Return whether an element is no part of the text, and count it if somebody might miss it."""
        name, role = element.name, element.attributes.get("role", "")
        if name in _IGNORED:
            return True
        if name in _COUNTED:
            self.not_read[_COUNTED[name]] += element.attributes.get("type") != "hidden"
            return True
        what = ""
        if self._is_hidden(element):
            what = "hidden part"
        elif _CONSENT.search(f"{element.attributes.get('id', '')} {element.attributes.get('class', '')}"):
            what = "" if name in ("html", "body") or context.is_inside else "cookie notice"
        elif name == "nav" or role in ("navigation", "menu", "menubar"):
            what = "navigation part"
        elif (name == "button" or role == "button") and not context.in_heading:
            what = "button"
        elif not context.is_inside and (name == "footer" or role == "contentinfo"):
            what = "page footer"
        elif not context.is_inside and (name == "header" or role == "banner"):
            what = "" if any(one.name in ("h1", "main", "article") for one in element.walk()) else "page header"
        if what:
            self.not_read[what] += _has_ink(element)
        return bool(what)

    def _is_hidden(self, element: Element) -> bool:
        attributes = element.attributes
        style = attributes.get("style", "")
        if "hidden" in attributes or _HIDES.search(style) or (element.name == "dialog" and "open" not in attributes):
            return True
        if not self._hidden_names or _DISPLAYS.search(style):
            return False
        names = {
            element.name,
            f"#{attributes.get('id', '')}",
            *(f".{one}" for one in attributes.get("class", "").split()),
        }
        return not self._hidden_names.isdisjoint(names)


def _gap_of(element: Element, in_item: bool) -> int:
    """Return the line ends around an element: none if it is part of a line."""
    if element.name in _PARAGRAPHS:
        return LINE if in_item else PARAGRAPH
    return LINE if element.name in _LINES or _IS_BLOCK.search(element.attributes.get("style", "")) else 0


class _Items:
    """The marks of the items of a list: bullets, or numbers in the style and from the number that the page names."""

    def __init__(self, element: Element) -> None:
        self._is_numbered = element.name == "ol"
        self._style = element.attributes.get("type", "1")
        self._number = number(element.attributes.get("start", ""))

    def mark(self, item: Element) -> str:
        """Return the mark of the next item."""
        if not self._is_numbered:
            return BULLET
        this = number(item.attributes.get("value", ""), self._number)
        self._number = this + 1
        return f"{numeral(this, self._style)}. "


def _has_ink(element: Element) -> bool:
    return any(isinstance(child, str) and bool(child.strip()) for one in element.walk() for child in one.children)


def _hidden_names(styles: str) -> frozenset[str]:
    """Return the classes (`.a`) and ids (`#a`) that a style sheet hides always.

    Those that another rule may show again, as `.a.is-open`, and rules for some screens only do not count.
    """
    hidden, shown = set[str](), set[str]()
    selector, at, depth = "", 0, 0
    styles = _COMMENT.sub("", styles)
    for brace in re.finditer("[{}]", styles):
        piece = styles[at : brace.start()]
        at = brace.end()
        if brace[0] == "{":
            depth += 1
            selector = piece.rpartition(";")[2].strip()
            continue
        is_always = depth == 1 and not selector.startswith("@")
        depth = max(depth - 1, 0)
        for one in (part.strip() for part in selector.split(",")):
            if _HIDES.search(piece) and is_always and _SIMPLE.fullmatch(one):
                hidden.add(one)
            elif _DISPLAYS.search(piece) and not _HIDES.search(piece):
                shown.update(_NAMES.findall(one))
    return frozenset(hidden - shown)
