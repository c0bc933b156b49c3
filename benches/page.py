"""How fast the page of a run opens and zooms, in headless Chromium.

    .ci/with-tools --python sh -c '"$SHARPWAVE_PYTHON" benches/page.py "$(command -v chromedriver)" PAGE...'

Of each page: its size; how long from asking for it to the raster drawn, in a browser that is open already (floor 1 s); and frames a
second of a zoom in steps, each drawn in full before the next, from all of the run to a hundredth of it and back (floor 30 with
10⁶ spikes). The best of five; beside each the same by the seconds of the processor that all of the browser took, which other work
on the machine does not lengthen.
"""

import os
import pathlib
import sys
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "tests" / "python"))
from check_report import Browser

READY = "[...document.querySelectorAll('figure.raster, figure.sheet')].every((f) => 'ready' in f.dataset)"
ZOOM = """
const view = document.querySelector('figure.raster').view, [from, to] = [view.from, view.to], steps = 60;
let spikes = 0;
const before = performance.now();
for (let k = 0; k <= 2 * steps; k++) {
  const share = Math.pow(0.01, 1 - Math.abs(k / steps - 1)), middle = from + 0.4 * (to - from);
  view.from = middle - 0.4 * share * (to - from);
  view.to = middle + 0.6 * share * (to - from);
  view.draw();
  // What is drawn is there: one pixel is read back.
  view.canvas.getContext('2d').getImageData(0, 0, 1, 1);
}
const seconds = (performance.now() - before) / 1e3;
[view.from, view.to] = [from, to];
view.draw();
return [(2 * steps + 1) / seconds, 2 * steps + 2, view.data.bands.reduce((n, band) => n + band.neurons.length, 0)];
"""


def spent(root):
    """Seconds of the processor that a process and all below it have taken."""
    parents, seconds = {}, {}
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        pid = int(path.parent.name)
        parents[pid] = int(fields[1])
        seconds[pid] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def is_below(pid):
        while pid and pid != root:
            pid = parents.get(pid, 0)
        return pid == root

    return sum(own for pid, own in seconds.items() if is_below(pid))


def main():
    browser = Browser(sys.argv[1])
    try:
        for page in map(pathlib.Path, sys.argv[2:]):
            opened, opened_cpu, frames, frames_cpu, spikes = [], [], [], [], 0
            for _ in range(5):
                browser.call("/url", {"url": "about:blank"})
                before, cpu = time.perf_counter(), spent(browser.process.pid)
                browser.call("/url", {"url": page.resolve().as_uri()})
                while not browser.script(f"return {READY}"):
                    time.sleep(0.02)
                opened.append(time.perf_counter() - before)
                opened_cpu.append(spent(browser.process.pid) - cpu)
                cpu = spent(browser.process.pid)
                rate, steps, spikes = browser.script(ZOOM)
                frames.append(rate)
                frames_cpu.append(steps / (spent(browser.process.pid) - cpu))
            print(f"{page.name}: {page.stat().st_size / 1e6:.2f} MB, opens in {min(opened):.2f} s ({min(opened_cpu):.2f} s of the "
                  f"processor), zooms at {max(frames):.0f} frames/s ({max(frames_cpu):.0f}) with {spikes} single spikes", flush=True)
    finally:
        browser.quit()


main()
