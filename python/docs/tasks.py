"""The page for people who come from NEST, Brian2 and PyNN: words, and programs side by side."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from page import Page, code, contents, slug, table, to_html

HERE = Path(__file__).resolve().parent

#: The programs that stand side by side, and which versions ran them.
TOOLS = {"Sharpwave": "", "Brian2": "2.9.0", "NEST": "3.10.0", "PyNN": "0.13.0 on NEST 3.10.0"}

#: How many tasks, the first ones, are the commonest.
COMMONEST = 5


@dataclass
class Task:
    """What is to be done, and how: for each tool a program, or why there is none."""

    title: str
    text: str
    programs: dict[str, str]
    none: dict[str, str]


def tasks() -> list[Task]:
    """The tasks, the commonest first."""
    found = []
    for path in sorted((HERE / "tasks").glob("*.md")):
        head, *parts = re.split(r"^## ", path.read_text(), flags=re.M)
        title, _, text = head.removeprefix("# ").partition("\n")
        programs, none = {}, {}
        for part in parts:
            tool, _, rest = part.partition("\n")
            block = re.search(r"```python\n(.*?)```", rest, re.S)
            if block:
                programs[tool] = block[1]
            else:
                none[tool] = rest.strip()
        found.append(Task(title, text.strip(), programs, none))
    return found


def lines(program: str) -> int:
    """Lines of a program that are neither empty nor comments."""
    return sum(bool(line.strip()) and not line.strip().startswith("#") for line in program.splitlines())


def counted(some: list[Task]) -> str:
    """Lines of every task in every tool."""
    rows = []
    for task in some:
        cells = [str(lines(task.programs[tool])) if tool in task.programs else "none" for tool in TOOLS]
        rows.append([f'<a href="#{slug(task.title)}">{task.title}</a>', *cells])
    return table(["task", *TOOLS], rows)


def page() -> Page:
    """Words first, then lines, then the programs."""
    all_tasks = tasks()
    body = to_html((HERE / "coming_from.md").read_text())
    body += '<h2 id="lines-of-code">Lines of code</h2>'
    versions = ", ".join(f"{tool} {version}" for tool, version in TOOLS.items() if version)
    body += f"<p>Whole programs, imports included, as they stand below; all were run, with {versions}. In those of PyNN currents of "
    body += "0.1 ms stand for delta synapses: its <code>IF_curr_delta</code> does not run on this NEST as it should. "
    body += "The five commonest tasks:</p>"
    body += counted(all_tasks[:COMMONEST]) + "<p>And five more:</p>" + counted(all_tasks[COMMONEST:])
    for task in all_tasks:
        body += f'<h2 id="{slug(task.title)}">{task.title}</h2>{to_html(task.text)}<div class="side">'
        for tool in TOOLS:
            shown = code(task.programs[tool]) if tool in task.programs else to_html(task.none.get(tool, ""))
            body += f"<div><h4>{tool}</h4>{shown}</div>"
        body += "</div>"
    return Page("coming-from.html", "Coming from NEST, Brian2, PyNN", body.replace("</h1>", "</h1>" + contents(body), 1))
