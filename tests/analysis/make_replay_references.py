"""Place fields, events and what nelpy decodes and scores, rhythms and what SciPy and nelpy say: fields.csv, events.csv, burst.csv,
replay.json.

    pip install -r requirements.txt && python make_replay_references.py
"""
import inspect
import json
import sys
import warnings
from importlib.metadata import version
from types import SimpleNamespace
from unittest.mock import MagicMock

import numpy as np
import scipy.ndimage
import scipy.signal

# nelpy 0.2.1 is older than these names' end in NumPy, SciPy and matplotlib.
np.int, np.float, np.bool = int, float, bool
scipy.ndimage.filters = scipy.ndimage
sys.modules["scipy.ndimage.filters"] = scipy.ndimage
for name in ["axes_grid", "axes_grid.inset_locator", "axes_grid.anchored_artists"]:
    sys.modules["mpl_toolkits." + name] = MagicMock()
from nelpy.analysis import replay
from nelpy.decoding import decode1D
from nelpy.utils import get_events_boundaries

# nelpy works out what bins without spikes are worth (`nanscore`) and then leaves it out of the sum: here it is added, as in its
# slower `get_line_of_best_Davidson_score`. Events without such bins are untouched.
sum_of_parts = "score = score_within_track + score_outside_track\n"
source = inspect.getsource(replay.score_Davidson_final_bst_fast)
assert source.count(sum_of_parts) == 1
exec(source.replace(sum_of_parts, sum_of_parts.rstrip() + " + nanscore\n"), replay.__dict__)

warnings.simplefilter("ignore")
rng = np.random.default_rng(2)
N, NP, BIN, STOP = 20, 30, 0.02, 8.0

# Fields: bumps over a floor of 0.1 Hz.
x = np.arange(NP) + 0.5
fields = np.round(0.1 + 12 * np.exp(-0.5 * ((x - np.linspace(0, NP, N)[:, None]) / 2.5) ** 2), 6)
with open("fields.csv", "w") as out:
    out.write("neuron," + ",".join(str(p) for p in x) + "\n")
    for k, row in enumerate(fields):
        out.write(f"{k}," + ",".join(repr(float(r)) for r in row) + "\n")

# Bursts: a sweep along the track each, up or down, over a background; some with gaps.
starts = [1.0, 2.5, 4.0, 5.5, 7.0]
lengths = [0.3, 0.2, 0.4, 0.3, 0.24]
spikes = [list(rng.uniform(0, STOP, rng.poisson(0.4 * STOP))) for _ in range(N)]
for k, (start, length) in enumerate(zip(starts, lengths)):
    for n in range(N):
        where = n / N if k % 2 == 0 else 1 - n / N
        centre = rng.uniform(0, 1) if k == 4 else where
        for t in start + length * np.clip(centre + 0.05 * rng.standard_normal(rng.poisson(4)), 0, 0.999):
            if not (k == 1 and 0.06 < t - start < 0.1):  # bins without spikes
                spikes[n].append(t)
spikes = [np.unique(np.round(s, 6)) for s in spikes]
with open("burst.csv", "w") as out:
    out.write("node_id,timestamp_ms\n")
    for n, times in enumerate(spikes):
        out.writelines(f"{n},{round(float(t) * 1e3, 3)!r}\n" for t in times)
with open("events.csv", "w") as out:
    out.write("start,stop\n")
    out.writelines(f"{round(s * 1e3)},{round((s + l) * 1e3)}\n" for s, l in zip(starts, lengths))

# Decoding and scores, event by event, with the random lines that nelpy draws.
events = []
for start, length in zip(starts, lengths):
    bins = round(length / BIN)
    counts = np.array([[np.sum((s >= start + k * BIN) & (s < start + (k + 1) * BIN)) for k in range(bins)] for s in spikes])
    # All that nelpy looks at; its own containers refuse trains of different lengths under NumPy 2.
    bst = SimpleNamespace(data=counts, ds=BIN, lengths=np.array([bins]), n_epochs=1)
    posterior, _, _, _ = decode1D(bst, fields)
    seed = len(events)
    np.random.seed(seed)
    phis = -0.5 * np.pi + np.random.rand(100) * np.pi
    rhos = (np.random.rand(100) - 0.5) * np.sqrt((bins - 1) ** 2 + (NP - 1) ** 2)
    np.random.seed(seed)
    score = replay.score_Davidson_final_bst_fast(bst, fields, w=3, n_shuffles=0, n_samples=100)
    good = ~np.isnan(posterior[0])
    p, t = posterior[:, good], np.arange(bins)[good]
    w = p / p.sum()
    mt, mx = (w * t).sum(), (w * np.arange(NP)[:, None]).sum()
    dt, dx = t - mt, np.arange(NP)[:, None] - mx
    correlation = (w * dt * dx).sum() / np.sqrt((w * dt**2).sum() * (w * dx**2).sum())
    events.append(
        {
            "start_ms": start * 1e3, "stop_ms": round((start + length) * 1e3),
            "phi": phis.tolist(), "rho": rhos.tolist(), "score": float(score[0]), "correlation": float(correlation),
            "posterior": [[None if np.isnan(v) else float(v) for v in row] for row in posterior.T[:3]],
            "empty_bins": int((~good).sum()),
        }
    )

# Bursts of the population: bins of 1 ms as nelpy smooths them.
all_counts = np.histogram(np.round(np.concatenate(spikes) * 1e6), bins=np.arange(0, STOP * 1e6 + 1, 1000))[0] / 0.001
smoothed = scipy.ndimage.gaussian_filter(all_counts[None, :], sigma=(0, 10), truncate=6)[0]
# nelpy's own test of lengths indexes as NumPy no longer does: the same, behind it.
bounds, peaks, _ = get_events_boundaries(smoothed, ds=0.001)
durations = (bounds[:, 1] - bounds[:, 0] + 1) * 0.001
kept = (durations >= 0.05) & (durations <= 0.75)
bounds, peaks = bounds[kept], peaks[kept]

# Spectra of the rate of a neuron at 1 kHz.
rate = all_counts / N
f, welch = scipy.signal.welch(rate, fs=1000.0, nperseg=2000)
_, times, spectrogram = scipy.signal.spectrogram(rate, fs=1000.0, window="hann", nperseg=1000, noverlap=0, mode="psd")
_, odd = scipy.signal.welch(rate, fs=1000.0, nperseg=999)
references = {
    "versions": {name: version(name) for name in ["nelpy", "numpy", "scipy"]},
    "stop_ms": STOP * 1e3,
    "neurons": N,
    "events": events,
    "bursts_ms": (bounds + [0, 1]).tolist(),  # from the first bin to the end of the last
    "peaks_hz": peaks.tolist(),
    "welch": welch[:101].tolist(),
    "welch_999": odd[:101].tolist(),
    "spectrogram": spectrogram[:101].T.flatten().tolist(),
}
with open("replay.json", "w") as out:
    json.dump(references, out)
