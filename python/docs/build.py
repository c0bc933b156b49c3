"""Builds the site: static pages that need no network, no script and no server.

    python python/docs/build.py [OUT] [--no-runs]

OUT is a new or empty folder, `target/site` unless named. Needs the package, and `markdown` of .ci/python-requirements.txt.
The figures of the quick models are made by running them, a minute or less; `--no-runs` shows those of the repository.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import gallery  # noqa: E402
import guide  # noqa: E402
import reference  # noqa: E402
import tasks  # noqa: E402
import words  # noqa: E402
from page import ROOT, framed, style  # noqa: E402


def build(out: Path, run: bool = True) -> list[Path]:
    """Writes the site into `out`: its files."""
    import sharpwave as sw

    if out.exists() and any(out.iterdir()):
        raise SystemExit(f"`{out}`: is there and not empty; remove it, or name another folder")
    (out / "figures").mkdir(parents=True)
    pages = guide.readme(out)
    for page in pages:
        if page.file == "python.html":
            page.body += reference.reference()
    pages += [guide.library(), guide.changes(), guide.notebooks(), words.page(), gallery.page(out, run), tasks.page()]
    (out / "style.css").write_text(style())
    for page in pages:
        (out / page.file).write_text(framed(page, sw.__version__))
    return sorted(path for path in out.rglob("*") if path.is_file())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", nargs="?", type=Path, default=ROOT / "target/site")
    parser.add_argument("--no-runs", action="store_true")
    arguments = parser.parse_args()
    files = build(arguments.out, not arguments.no_runs)
    size = sum(path.stat().st_size for path in files)
    print(f"{arguments.out}: {len(files)} files, {size / 1e6:.1f} MB; open index.html")


if __name__ == "__main__":
    main()
