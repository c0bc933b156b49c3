"""Opens the reports of runs in headless Chromium and compares what they show with the run files.

check_report.py CHROMEDRIVER FOLDER...
"""

import json
import pathlib
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import h5py
import numpy


class Browser:
    """Chromium, driven by W3C WebDriver over HTTP."""

    def __init__(self, driver):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process = subprocess.Popen([driver, f"--port={self.port}"], stdout=subprocess.DEVNULL)
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                break
            except OSError:
                time.sleep(0.05)
        flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1200,900"]
        wanted = {"browserName": "chrome", "goog:loggingPrefs": {"browser": "ALL"}, "goog:chromeOptions": {"args": flags}}
        self.session = ""
        self.session = "/session/" + self.call("/session", {"capabilities": {"alwaysMatch": wanted}})["sessionId"]

    def call(self, path, body):
        url = f"http://127.0.0.1:{self.port}{self.session}{path}"
        request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise SystemExit(error.read().decode()) from error

    def quit(self):
        """Ends the browser, which outlives its driver otherwise."""
        url = f"http://127.0.0.1:{self.port}{self.session}"
        try:
            urllib.request.urlopen(urllib.request.Request(url, method="DELETE"), timeout=30).close()
        finally:
            self.process.terminate()
            self.process.wait()

    def script(self, text):
        return self.call("/execute/sync", {"script": text, "args": []})

    def wait(self, condition):
        for _ in range(400):
            if self.script(f"return {condition}"):
                return
            time.sleep(0.05)
        raise SystemExit(f"never: {condition}")

    def media(self, scheme, width):
        def run(command, parameters):
            self.call("/goog/cdp/execute", {"cmd": command, "params": parameters})

        run("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
        run("Emulation.setDeviceMetricsOverride", {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500})


VIEW = "const figure = document.querySelector('figure.raster'), view = figure.view;"


def check(browser, folder):
    browser.call("/url", {"url": (folder / "report.html").as_uri()})
    browser.wait("[...document.querySelectorAll('figure.raster, figure.sheet')].every((f) => 'ready' in f.dataset)")
    with h5py.File(folder / "run.h5") as file:
        # Populations of which nothing is recorded are not in the page.
        spikes = {name: (group["timestamps"][:], group["node_ids"][:]) for name, group in file["spikes"].items()}
        fingerprint = file.attrs["fingerprint"]
        stop = float(file["bouts/stop"][:].max())
    assert sum(len(times) for times, _ in spikes.values()) > 100, spikes

    text = browser.script("return document.body.innerText")
    assert (fingerprint.decode() if isinstance(fingerprint, bytes) else fingerprint) in text
    rows = browser.script(
        "return Object.fromEntries([...document.querySelectorAll('table')].find((t) => t.caption.textContent.startsWith('Rates over'))"
        ".querySelectorAll('tbody tr').values().map((r) => [r.cells[0].textContent, [...r.cells].slice(1).map((c) => c.dataset.exact)]))"
    )
    assert set(rows) == set(spikes), rows
    for name, (times, neurons) in spikes.items():
        size, recorded, total, rate = (float(x) for x in rows[name][:4])
        assert total == len(times)
        assert rate == len(times) / recorded / (stop / 1e3), (name, rate)

    # The raster: all spikes at first, and after zooming those of the span, neuron by neuron.
    total = sum(len(times) for times, _ in spikes.values())
    assert browser.script(VIEW + "return Number(figure.dataset.spikes)") == total
    browser.script(VIEW + "for (let k = 0; k < 3; k++) figure.querySelector('[data-act=in]').click(); view.draw()")
    start, end = browser.script(VIEW + "return [view.from, view.to]")
    assert abs((end - start) - stop / 8) < 1e-9 * stop, (start, end)
    # Times in the page are rounded down to 0.01 ms.
    inside = 0
    for times, _ in spikes.values():
        rounded = numpy.floor(times * 100 + 1e-6) / 100
        inside += int(((rounded >= start) & (rounded < end)).sum())
    shown = browser.script(VIEW + "return Number(figure.dataset.spikes)")
    assert shown == inside, (shown, inside)
    for band in browser.script(VIEW + "return view.data.bands.map((b) => ({ name: b.name, neurons: [...b.neurons], counts: b.counts.reduce((a, n) => a + n, 0) }))"):
        times, neurons = spikes[band["name"]]
        assert band["neurons"] == [int(neuron) for neuron in neurons]
        assert band["counts"] == len(times)
    drawn = "const c = view.canvas, d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; return new Set(new Uint32Array(d.buffer)).size"
    assert browser.script(VIEW + drawn) > 8, "an empty raster"
    assert browser.script(VIEW + "return view.svg()").count("<rect") >= min(inside, 1)
    browser.script(VIEW + "figure.querySelector('[data-act=all]').click(); view.draw()")
    assert browser.script(VIEW + "return [view.from, view.to]") == [0, stop]

    # What a number is, on focus.
    meant = browser.script("const m = document.querySelector('th .meant'); m.focus(); return [document.getElementById('tip').hidden, document.getElementById('tip').textContent, document.getElementById(m.getAttribute('aria-describedby')).textContent]")
    assert meant[0] is False and meant[1] == meant[2] != "", meant

    # For those who do not see: one first heading, named figures, captions, no empty button.
    said = browser.script(
        "return [document.querySelectorAll('h1').length, [...document.querySelectorAll('[role=img]')].every((e) => e.getAttribute('aria-label')),"
        " [...document.querySelectorAll('table')].every((t) => t.caption), [...document.querySelectorAll('button')].every((b) => b.textContent || b.ariaLabel), document.documentElement.lang]"
    )
    assert said == [1, True, True, True, "en"], said

    # A phone, dark: nothing is wider than the page; the ground is dark.
    browser.media("dark", 380)
    assert browser.script("return document.documentElement.scrollWidth") <= 380
    ground = browser.script("return getComputedStyle(document.body).backgroundColor")
    assert max(int(x) for x in ground.strip("rgb()").split(",")) < 60, ground
    browser.media("light", 1200)
    messages = [entry["message"] for entry in browser.call("/se/log", {"type": "browser"})]
    assert messages == [], messages
    # Nothing was asked of a network.
    asked = browser.script("return performance.getEntriesByType('resource').map((r) => r.name).filter((n) => !n.startsWith('data:') && !n.startsWith('blob:'))")
    assert asked == [], asked
    print(folder.name)


def main():
    browser = Browser(sys.argv[1])
    try:
        for folder in sys.argv[2:]:
            check(browser, pathlib.Path(folder))
    finally:
        browser.quit()


if __name__ == "__main__":
    main()
