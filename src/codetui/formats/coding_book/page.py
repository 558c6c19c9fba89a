"""A coding book as one HTML page for screen and paper that loads nothing from anywhere."""

from __future__ import annotations

from html import escape

from codetui.formats.coding_book.writer import visible_text
from codetui.model import Codebook

STYLE = """\
body { font: 11pt/1.5 Georgia, "Times New Roman", serif; color: #111; }
body { max-width: 46em; margin: 2em auto; padding: 0 1em; }
h1, h2, h3, h4, h5, h6 { font-family: Helvetica, Arial, sans-serif; line-height: 1.25; margin: 1.6em 0 .5em; }
h1 { font-size: 1.7em; } h2 { font-size: 1.35em; } h3 { font-size: 1.15em; } h4, h5, h6 { font-size: 1em; }
code { font: .92em "DejaVu Sans Mono", Consolas, monospace; background: #f2f2f2; padding: 0 .2em; }
ul, ol { padding-left: 1.4em; } li { margin: .2em 0; }
table { border-collapse: collapse; } th, td { border: 1px solid #999; padding: .2em .6em; text-align: left; }
hr { border: 0; border-top: 1px solid #bbb; margin: 2em 0; }
@page { margin: 2cm; }
@media print {
  body { font-size: 10pt; margin: 0; max-width: none; padding: 0; }
  h1, h2, h3, h4, h5, h6 { break-after: avoid; } li, tr { break-inside: avoid; }
  code { background: none; } a { color: inherit; text-decoration: none; }
}
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""What a browser may load for the page: nothing but the style that it brings."""


def render_page(book: Codebook) -> str:
    """The page; markup that stands in the book is shown, not obeyed, and pictures are left as text."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    title = escape(" ".join(filter(None, (book.title, book.version))))
    language = f' lang="{escape(book.language)}"' if book.language else ""
    return (
        f'<!DOCTYPE html>\n<html{language}>\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n"
        f"{parser.render(visible_text(book))}</body>\n</html>\n"
    )
