"""The site is built by its script, leads nowhere that is not there, and shows programs that run."""

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

DOCS = Path(__file__).parents[1] / "docs"
sys.path.insert(0, str(DOCS))

pytest.importorskip("markdown")
import gallery  # noqa: E402
import tasks  # noqa: E402

TASKS = tasks.tasks()


class Links(HTMLParser):
    """The names in a page, and what it leads to or shows."""

    def __init__(self, text):
        super().__init__()
        self.names, self.targets, self.foreign = set(), [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if "id" in given:
            assert given["id"] not in self.names, f"twice: {given['id']}"
            self.names.add(given["id"])
        if target := given.get("href" if tag in ("a", "link") else "src"):
            is_foreign = target.startswith(("http:", "https:"))
            (self.foreign if is_foreign and tag == "a" else self.targets).append(target)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    out = tmp_path_factory.mktemp("site") / "site"
    done = subprocess.run([sys.executable, DOCS / "build.py", out], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    again = subprocess.run([sys.executable, DOCS / "build.py", out], capture_output=True, text=True)
    assert again.returncode == 1 and "not empty" in again.stderr
    return out


def test_every_link_of_the_site_leads_somewhere(site):
    pages = {path.name: Links(path.read_text()) for path in site.glob("*.html")}
    assert len(pages) == 9
    for name, page in pages.items():
        assert page.targets, name
        for target in map(unquote, page.targets):
            # Whatever is shown or loaded lies beside the page: no network.
            assert "://" not in target and not target.startswith("//"), target
            file, _, anchor = target.partition("#")
            assert not file or (site / file).is_file(), f"{name}: {target}"
            assert not anchor or anchor in pages[file or name].names, f"{name}: {target}"
    shown = {target for page in pages.values() for target in page.targets if target.startswith("figures/")}
    assert {path.name for path in (site / "figures").iterdir()} == {Path(target).name for target in shown}
    gallery_text = (site / "gallery.html").read_text()
    assert gallery_text.count("Run for this page") == len(gallery.QUICK)
    assert not re.search("<script", "".join(path.read_text() for path in site.glob("*.html")))
    style = (site / "style.css").read_text()
    assert "prefers-color-scheme: dark" in style and "url(" not in style


def test_the_site_says_what_there_is(site):
    import sharpwave as sw

    models, words, python = ((site / name).read_text() for name in ("gallery.html", "words.html", "python.html"))
    for name in sw.models():
        assert f'id="{name.replace("_", "-")}"' in models
    for names in sw.describe().values():
        for name in names:
            assert f"<code>{name}</code>" in words, name
    for name in sw.__all__:
        assert name == "__version__" or f"<code>{name}</code></h3>" in python, name
    # Lines that rustdoc hides are hidden here too.
    library = (site / "library.html").read_text()
    assert "# fn main" not in library and "crate::" not in re.sub(r"<pre>.*?</pre>", "", library, flags=re.S)


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.title)
def test_our_program_for_a_task_runs(task, tmp_path, monkeypatch):
    if "plot(" in task.programs["Sharpwave"]:
        pytest.importorskip("matplotlib")
    monkeypatch.setenv("MPLBACKEND", "Agg")
    monkeypatch.chdir(tmp_path)
    names = {}
    exec(compile(task.programs["Sharpwave"], task.title, "exec"), names)
    last = task.programs["Sharpwave"].strip().splitlines()[-1].split(" = ")[0]
    for name in last.split(", "):
        if name.isidentifier():
            assert len(names[name]) > 0 if hasattr(names[name], "__len__") else names[name] is not None


def test_the_commonest_tasks_take_fewer_lines_than_elsewhere():
    assert len(TASKS) == 10
    for task in TASKS[: tasks.COMMONEST]:
        counts = {tool: tasks.lines(program) for tool, program in task.programs.items()}
        assert set(counts) == set(tasks.TOOLS), task.title
        assert all(counts["Sharpwave"] < n for tool, n in counts.items() if tool != "Sharpwave"), (task.title, counts)
