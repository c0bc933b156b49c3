"""Pages from texts that exist: the README, the guide of the Rust library, the changelog, the notebooks."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

from page import ROOT, Page, contents, to_html

#: Sections of the README that are pages of their own; the others are the guide.
START = ["First run", "What a run leaves", "What next"]
PYTHON = ["From Python"]


def sections(text: str) -> dict[str, str]:
    """The parts of a Markdown text by their headings of the second level; what stands before them as ""."""
    parts = re.split(r"^## (.*)\n", text, flags=re.M)
    return {"": parts[0], **dict(zip(parts[1::2], parts[2::2]))}


def pictures(text: str, out: Path) -> str:
    """The text with the figures that it shows copied beside the pages; links to other files of the repository as names."""

    def figure(match: re.Match[str]) -> str:
        source = ROOT / match[2]
        shutil.copyfile(source, out / "figures" / source.name)
        return f"{match[1]}(figures/{source.name})"

    text = re.sub(r"(!?\[[^\]]*\])\((models/figures/[^)]+)\)", figure, text)

    def other(match: re.Match[str]) -> str:
        return match[0] if match[2].startswith(("figures/", "http", "#")) else match[1]

    return re.sub(r"(?<!!)\[([^\]]*)\]\(([^)]*)\)", other, text)


def readme(out: Path) -> list[Page]:
    """The start, the guide, and what there is to say of Python."""
    parts = sections(pictures((ROOT / "README.md").read_text(), out))
    # A link within the README may lead to what is another page here.
    home = {**{name: "index.html" for name in START}, **{name: "python.html" for name in PYTHON}}
    pages: dict[str, str] = {"index.html": parts.pop(""), "guide.html": "# Guide\n", "python.html": ""}
    for name, text in parts.items():
        pages[home.get(name, "guide.html")] += f"\n## {name}\n{text}"
    bodies = {file: to_html(text) for file, text in pages.items()}
    known = {name: file for file, body in bodies.items() for name in re.findall(r'<h\d id="([^"]*)"', body)}

    def within(body: str, file: str) -> str:
        def link(match: re.Match[str]) -> str:
            target = known.get(match[1], file)
            return f'href="#{match[1]}"' if target == file else f'href="{target}#{match[1]}"'

        return re.sub(r'href="#([^"]*)"', link, body)

    bodies = {file: within(body, file) for file, body in bodies.items()}
    titles = {"index.html": "Sharpwave", "guide.html": "Guide", "python.html": "Python"}
    guide = bodies["guide.html"]
    bodies["guide.html"] = guide.replace("</h1>", "</h1>" + contents(guide), 1)
    return [Page(file, titles[file], body) for file, body in bodies.items()]


def library() -> Page:
    """The guide of the Rust library: the comments of `src/guide`, whose code the tests run."""
    order = re.findall(r"^//! \d+\. \[.*?\]\((\w+)\)", (ROOT / "src/guide.rs").read_text(), re.M)
    text = "# The Rust library\n\nEvery line of code on this page is compiled and run by the tests; `cargo doc --open` has the rest.\n"
    for name in order:
        lines = (ROOT / f"src/guide/{name}.rs").read_text().splitlines()
        comment = "\n".join(line[4:] if line.startswith("//! ") else "" for line in lines if line.startswith("//!"))
        # Lines that only the tests need, and links that only rustdoc can follow.
        comment = re.sub(r"^# .*(?:use |fn |let |Ok\(|\}|[;{]$).*\n|^# ?\}\n", "", comment, flags=re.M)
        comment = re.sub(r"\[([^\]]*)\]\((?:crate|super)::[^)]*\)", r"\1", comment)
        comment = re.sub(r"^```$", "```rust", comment, count=0, flags=re.M)
        comment = re.sub(r"^(#+ )", r"#\1", comment, flags=re.M)
        text += f"\n{comment}\n"
    # Only the first fence of each pair opens one.
    opened = False
    lines = []
    for line in text.splitlines():
        if line.startswith("```"):
            line, opened = ("```" if opened else line), not opened
        lines.append(line)
    body = to_html("\n".join(lines))
    return Page("library.html", "Rust library", body.replace("</h1>", "</h1>" + contents(body), 1))


def changes() -> Page:
    """The changelog."""
    return Page("changes.html", "Changes", to_html(pictures((ROOT / "CHANGELOG.md").read_text(), ROOT)))


def notebooks() -> Page:
    """The notebooks, one after the other: their texts and their code, which the tests run."""
    text = "# Notebooks\n\nThey lie in `python/notebooks/`; the tests run them as they stand.\n"
    for path in sorted((ROOT / "python/notebooks").glob("*.ipynb")):
        for cell in json.loads(path.read_text())["cells"]:
            source = "".join(cell["source"])
            if cell["cell_type"] == "markdown":
                text += "\n" + re.sub(r"^(#+ )", r"#\1", source, flags=re.M) + "\n"
            else:
                text += f"\n```python\n{source}\n```\n"
    body = to_html(text)
    return Page("notebooks.html", "Notebooks", body.replace("</h1>", "</h1>" + contents(body), 1))
