"""The licences of what is inside the program are told, with their texts."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(not shutil.which("cargo"), reason="no cargo")
def test_everything_inside_has_a_licence_and_its_text():
    done = subprocess.run([sys.executable, ROOT / ".ci/licences.py"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    head, *texts = done.stdout.split("=" * 100)
    listed = [line for line in head.splitlines() if line.startswith("  ")]
    assert all(": " in line for line in listed) and len(listed) > 80
    for inside in ("hdf5-metno 0", "HDF5, within", "zlib, within", "tiny-skia ", "Arimo", "MNIST", "sharpwave ", "standard library"):
        assert any(inside in line for line in listed), inside
    # What builds or tests is not inside.
    for outside in ("proptest ", "serde_derive ", "cmake "):
        assert not any(line.startswith(f"  {outside}") for line in listed), outside
    of = {title for text in texts for title in text.split("-" * 100)[0].strip().splitlines()}
    assert {"HDF5", "zlib"} <= of and any(title.startswith("Arimo") for title in of)
    assert len(texts) > 20 and all(len(text) > 200 for text in texts)
