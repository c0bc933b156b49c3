"""Everything that a model file can name, as `sharpwave describe` has it."""

from __future__ import annotations

import html
from typing import Any

import sharpwave as sw

from page import Page, marked, slug, table


def entries() -> list[dict[str, Any]]:
    """What there is to describe, kind by kind."""
    found: list[dict[str, Any]] = []
    for names in sw.describe().values():
        for name in names:
            of = sw.describe(name)
            found += [entry for entry in (of if isinstance(of, list) else [of]) if entry["name"] == name and entry not in found]
    return found


def text(value: Any) -> str:
    """A value for a cell."""
    return "" if value is None else html.escape(str(value))


def keys(entry: dict[str, Any]) -> str:
    """The parameters or keys of an entry as a table."""
    given = entry.get("keys") or entry.get("parameters") or []
    rows = [
        [
            f"<code>{text(key['name'])}</code>",
            text(key.get("unit") or key.get("value")),
            text(key.get("default")),
            marked(key.get("meaning") or ""),
        ]
        for key in given
    ]
    return table(["name", "unit or value", "default", "meaning"], rows) if rows else ""


def page() -> Page:
    """One section a kind, one part a word."""
    body, kind = "<h1>Words of model files</h1><p>As <code>sharpwave describe NAME</code> prints them.</p>", ""
    kinds = list(dict.fromkeys(entry["kind"] for entry in entries()))
    body += "<p>" + " · ".join(f'<a href="#{slug(name)}">{text(name)}</a>' for name in kinds) + "</p>"
    taken: set[str] = set()
    for entry in sorted(entries(), key=lambda entry: kinds.index(entry["kind"])):
        if entry["kind"] != kind:
            kind = entry["kind"]
            body += f'<h2 id="{slug(kind)}">{text(kind).capitalize()}</h2>'
        # `a.b` and `a_b` are called alike.
        name = f"{slug(kind)}-{slug(entry['name'])}"
        while name in taken:
            name += "-2"
        taken.add(name)
        body += f'<h3 id="{name}"><code>{text(entry["name"])}</code></h3>'
        body += f"<p>{marked(entry.get('summary') or '')}</p>"
        if entry.get("equations"):
            body += f"<pre><code>{text(entry['equations'].replace(';  ', chr(10)))}</code></pre>"
        body += keys(entry)
        if entry.get("source"):
            body += f"<p>Source: {text(entry['source'])}</p>"
    return Page("words.html", "Words", body)
