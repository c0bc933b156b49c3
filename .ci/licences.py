"""Prints what is inside a built sharpwave, and under which licences: python .ci/licences.py > LICENCES.txt

Every crate that is linked, by `cargo metadata`, with the texts of its licence files; the C libraries within crates; the
font and the digits that the program carries. Fails where something has no licence.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGET = "x86_64-unknown-linux-gnu"

#: What is called so holds a licence.
TEXTS = re.compile(r"(LICEN[CS]E|COPYING|COPYRIGHT|NOTICE|UNLICENSE)", re.IGNORECASE)

#: C libraries in crates of bindings: the crate, the library, its licence, and its text in the crate.
WITHIN = [
    ("hdf5-metno-src", "HDF5", "BSD-3-Clause", "ext/hdf5/LICENSE"),
    ("libz-sys", "zlib", "Zlib", "src/zlib/LICENSE"),
]

#: What else the program carries: what, licence, and its text or where it is told of in this repository.
CARRIED = [
    ("Arimo, the font of figures", "OFL-1.1", "src/report/font/OFL.txt"),
    ("5,000 digits of MNIST (LeCun, Cortes, Burges)", "see the text", "stimuli/mnist/README.md"),
]


def metadata():
    """Packages by id, and the graph of what depends on what."""
    command = ["cargo", "metadata", "--locked", "--format-version=1", f"--filter-platform={TARGET}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    found = json.loads(done.stdout)
    nodes = {node["id"]: node for node in found["resolve"]["nodes"]}
    return {package["id"]: package for package in found["packages"]}, nodes


def linked(packages, nodes):
    """The packages that are linked into the program: neither what builds or tests it, nor macros."""
    own = next(key for key, package in packages.items() if package["name"] == "sharpwave")
    inside, ways = set(), [own]
    while ways:
        at = ways.pop()
        if at in inside:
            continue
        inside.add(at)
        for dependency in nodes[at]["deps"]:
            is_linked = any(kind["kind"] is None for kind in dependency["dep_kinds"])
            is_macro = any("proc-macro" in target["kind"] for target in packages[dependency["pkg"]]["targets"])
            # Sources of C libraries are dependencies of a build script's crate alone.
            is_source = packages[dependency["pkg"]]["name"] == "hdf5-metno-src"
            if (is_linked or is_source) and not is_macro:
                ways.append(dependency["pkg"])
    return sorted((packages[key] for key in inside), key=lambda package: package["name"])


def texts(package):
    """The licence files of a package."""
    folder = Path(package["manifest_path"]).parent
    return sorted(path for path in folder.iterdir() if path.is_file() and TEXTS.match(path.name))


def main():
    crates = linked(*metadata())
    rust = subprocess.run(["rustc", "--version"], capture_output=True, text=True).stdout.strip()
    lines = [f"sharpwave {next(crate['version'] for crate in crates if crate['name'] == 'sharpwave')}, and what is inside:", ""]
    folders = {crate["name"]: Path(crate["manifest_path"]).parent for crate in crates}
    parts = []
    for crate in crates:
        licence = crate["license"] or (crate["license_file"] and "see its text")
        # What is nothing but the library's source says its licence there.
        licence = licence or next((of for name, _, of, _ in WITHIN if name == crate["name"]), None)
        if not licence:
            sys.exit(f"{crate['name']} {crate['version']} says no licence")
        lines.append(f"  {crate['name']} {crate['version']}: {licence}")
        parts += [(f"{crate['name']}: {path.name}", path) for path in texts(crate)]
    for name, library, licence, place in WITHIN:
        if name in folders:
            lines.append(f"  {library}, within {name}: {licence}")
            parts.append((library, folders[name] / place))
    for what, licence, place in CARRIED:
        lines.append(f"  {what}: {licence}")
        parts.append((what, ROOT / place))
    lines.append(f"  the standard library of Rust ({rust}): MIT OR Apache-2.0")
    # Many have the same text.
    said = {}
    for title, path in parts:
        said.setdefault(path.read_text(errors="replace").strip(), []).append(title)
    for text, titles in said.items():
        lines += ["", "=" * 100, *titles, "-" * 100, text]
    print("\n".join(lines))


if __name__ == "__main__":
    main()
