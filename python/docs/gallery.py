"""The models that come with the program: what each is, and a figure; those of the quick ones are made here."""

from __future__ import annotations

import html
import re
import shutil
import tempfile
from pathlib import Path

import sharpwave as sw

from page import ROOT, Page, code, marked, slug

#: Models whose figures are made by running them as they stand: seconds each, less than half a minute together.
QUICK = [
    "brunel_balanced",
    "sleep_replay_patches",
    "stdp_frequency",
    "stdp_window",
    "vogels_abbott_current",
    "vogels_abbott_delta",
]


def about(text: str) -> str:
    """The comment at the top of a model file, in paragraphs."""
    lines = []
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        lines.append(line[2:])
    return "\n".join(lines)


def made(name: str, out: Path) -> list[str]:
    """Runs a model and keeps its figures: where."""
    with tempfile.TemporaryDirectory() as folder:
        with sw.run(ROOT / f"models/{name}.toml", out=Path(folder) / "run") as run:
            figures = [path for path in run.figures if path.suffix == ".png"]
            for figure in figures:
                shutil.copyfile(figure, out / "figures" / f"{name}_{figure.name}")
    return [f"figures/{name}_{figure.name}" for figure in figures]


def kept(name: str, out: Path) -> list[str]:
    """The figures of a model that lie in the repository."""
    found = []
    longer = [other for other in sw.models() if other.startswith(name) and other != name]
    for path in sorted((ROOT / "models/figures").glob(f"{name}*.png")):
        if not any(path.stem.startswith(other) for other in longer):
            shutil.copyfile(path, out / "figures" / path.name)
            found.append(f"figures/{path.name}")
    return found


def page(out: Path, run: bool) -> Page:
    """A part for each model."""
    body = "<h1>Models</h1><p>Each is one file, run by <code>sharpwave run models/NAME.toml</code> or "
    body += "<code>sw.run(\"NAME\")</code>.</p>"
    names = sw.models()
    body += "<p>" + " · ".join(f'<a href="#{slug(name)}">{name}</a>' for name in names) + "</p>"
    for name in names:
        text = sw.model_file(name)
        body += f'<h2 id="{slug(name)}">{name}</h2>'
        for part in about(text).split("\n\n"):
            block = code(part) if re.match(r"\s", part) else f"<p>{marked(part)}</p>"
            body += block
        is_run = run and name in QUICK
        for figure in made(name, out) if is_run else kept(name, out):
            body += f'<figure><img src="{figure}" loading="lazy" alt="{html.escape(name)}"></figure>'
        if is_run:
            body += "<p>Run for this page, as it stands.</p>"
        body += f"<details><summary>{name}.toml</summary>{code(text)}</details>"
    return Page("gallery.html", "Models", body)
