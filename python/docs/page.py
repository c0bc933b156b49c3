"""What every page of the site has: its frame, its looks, Markdown."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from pathlib import Path

import markdown

ROOT = Path(__file__).resolve().parents[2]

#: Pages in the order of the bar on top: file and title.
BAR = [
    ("index.html", "Start"),
    ("guide.html", "Guide"),
    ("python.html", "Python"),
    ("notebooks.html", "Notebooks"),
    ("gallery.html", "Models"),
    ("words.html", "Words"),
    ("coming-from.html", "Coming from NEST, Brian2, PyNN"),
    ("library.html", "Rust library"),
    ("changes.html", "Changes"),
]

OWN_STYLE = """
nav { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; padding: .7rem 0; border-bottom: 1px solid var(--line); }
nav a { text-decoration: none; } nav a[aria-current] { color: var(--ink); font-weight: 600; }
a { color: var(--link); }
h3 { font-size: 1.02rem; margin: 1.4rem 0 .4rem; }
pre { max-height: none; } code { font-size: .92em; overflow-wrap: anywhere; } pre code { font-size: inherit; }
.contents { columns: 18rem; font-size: .92rem; } .contents p { margin: 0; }
.side { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: .2rem 1rem; }
.side > div { min-width: 0; } .side h4 { margin: .4rem 0 0; font-size: .9rem; color: var(--soft); }
img { max-width: 100%; height: auto; background: #fff; }
th, td { padding-right: 1.2rem; }
"""


@dataclass
class Page:
    """A page: where it lies, what it is called, and what stands in it."""

    file: str
    title: str
    body: str


def style() -> str:
    """The colours and measures of a run's report, and what pages of text need beside them."""
    return (ROOT / "src/report/html/page.css").read_text() + OWN_STYLE


def slug(text: str) -> str:
    """The name of a heading in an address."""
    return re.sub(r"[^a-z0-9]+", "-", html.unescape(text).lower()).strip("-")


def marked(text: str) -> str:
    """Plain text as HTML, what stands between backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))


def to_html(text: str, base: int = 1) -> str:
    """Markdown as HTML; its first level of headings becomes `base`, and each has a name."""
    body = markdown.markdown(text, extensions=["fenced_code", "tables"])

    def heading(match: re.Match[str]) -> str:
        level, inner = int(match[1]) + base - 1, match[2]
        name = slug(re.sub(r"<[^>]*>", "", inner))
        return f'<h{level} id="{name}">{inner}</h{level}>'

    body = re.sub(r"<h([1-5])>(.*?)</h\1>", heading, body, flags=re.S)
    return body.replace("<table>", '<div class="wide"><table>').replace("</table>", "</table></div>")


def contents(body: str, level: int = 2) -> str:
    """Links to the headings of one level."""
    found = re.findall(rf'<h{level} id="([^"]*)">(.*?)</h{level}>', body, re.S)
    links = "".join(f'<p><a href="#{name}">{re.sub("<[^>]*>", "", text)}</a></p>' for name, text in found)
    return f'<div class="contents">{links}</div>' if len(found) > 2 else ""


def table(head: list[str], rows: list[list[str]]) -> str:
    """A table of cells that are HTML already."""
    top = "".join(f"<th>{cell}</th>" for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'


def code(text: str) -> str:
    """A block of code."""
    return f"<pre><code>{html.escape(text.rstrip())}</code></pre>"


def framed(page: Page, version: str) -> str:
    """The whole page."""
    links = "".join(
        f'<a href="{file}"{" aria-current=page" if file == page.file else ""}>{html.escape(title)}</a>' for file, title in BAR
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(page.title)} · Sharpwave</title>"
        '<link rel="stylesheet" href="style.css"></head><body>'
        f"<nav>{links}</nav><main>{page.body}</main><footer>Sharpwave {html.escape(version)}</footer></body></html>\n"
    )
