"""Orders of neurons in the events of burst.csv, and states and phases in rhythms.csv, by SciPy and NumPy alone: sequences.json.

    pip install -r requirements.txt && python make_sequence_references.py
"""
import json
from importlib.metadata import version

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.signal import hilbert
from scipy.stats import spearmanr

N_BURST, N_RHYTHM, LENGTH_MS = 20, 30, 60_000


def trains(name, n):
    """Times of each neuron, in whole microseconds."""
    neuron, ms = np.loadtxt(name, delimiter=",", skiprows=1, unpack=True)
    return [np.sort(np.round(ms[neuron == k] * 1e3).astype(np.int64)) for k in range(n)]


# The template is the order of the peaks of the fields.
fields = np.loadtxt("fields.csv", delimiter=",", skiprows=1)[:, 1:]
template = np.argsort(fields.argmax(axis=1), kind="stable")
spikes = trains("burst.csv", N_BURST)
by_first, by_mean, bias = [], [], []
for start, stop in np.loadtxt("events.csv", delimiter=",", skiprows=1) * 1e3:
    own = [spikes[k][(spikes[k] >= start) & (spikes[k] < stop)] for k in template]
    own = [times for times in own if len(times)]
    order = np.arange(len(own))
    by_first.append(spearmanr([times.min() for times in own], order).statistic)
    by_mean.append(spearmanr([times.mean() for times in own], order).statistic)
    b = []
    for i in order:
        for j in order[i + 1 :]:
            earlier = (own[i][:, None] < own[j]).sum() + 0.5 * (own[i][:, None] == own[j]).sum()
            b.append(2 * earlier / (len(own[i]) * len(own[j])) - 1)
    b = np.array(b)
    bias.append(b.sum() / np.sqrt((b**2).sum() * len(b)))


def rate(trains, bin_us):
    """Of a neuron, Hz."""
    edges = np.arange(0, LENGTH_MS * 1_000 + 1, bin_us)
    return sum(np.histogram(times, edges)[0] for times in trains) / (len(trains) * bin_us * 1e-6)


def downs(low):
    """Stretches of bins of 10 ms that are low, of 30 to 500 ms: starts and stops in ms."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], low.astype(int), [0]])))
    pairs = edges.reshape(-1, 2) * 10.0
    length = pairs[:, 1] - pairs[:, 0]
    return pairs[(length >= 30) & (length <= 500)]


spikes = trains("rhythms.csv", N_RHYTHM)
smooth = gaussian_filter1d(rate(spikes, 10_000), 2.0)
states = {}
level = np.percentile(smooth, 20)
# The least frequent rate between the two most frequent ones, of a histogram of 100 bins that is smoothed by 3 of them.
counts, edges = np.histogram(smooth, 100)
counts = gaussian_filter1d(counts.astype(float), 3.0)
around = np.concatenate([[0], counts, [0]])
peaks = np.flatnonzero((counts > around[:-2]) & (counts >= around[2:]))
first, second = sorted(peaks[np.argsort(-counts[peaks], kind="stable")[:2]])
valley = first + int(counts[first : second + 1].argmin())
for name, threshold in [("percentile", level), ("bimodal", (edges[valley] + edges[valley + 1]) / 2)]:
    found = downs(smooth < threshold)
    states[name] = {"threshold": threshold, "start": found[:, 0].tolist(), "stop": found[:, 1].tolist()}

fine = rate(spikes, 1_000)
spectrum = np.fft.fft(fine)
frequency = np.abs(np.fft.fftfreq(len(fine), 1e-3))
spectrum[(frequency < 0.5) | (frequency > 4.0)] = 0
phase = np.angle(hilbert(np.fft.ifft(spectrum).real))
vectors = [np.exp(1j * phase[times // 1_000]).mean() for times in spikes]
n = np.array([len(times) for times in spikes])
r = np.abs(vectors)
with open("sequences.json", "w") as out:
    json.dump(
        {
            "versions": {name: version(name) for name in ("scipy", "numpy")},
            "neurons": {"burst": N_BURST, "rhythms": N_RHYTHM},
            "stop_ms": {"burst": 8_000, "rhythms": LENGTH_MS},
            "rank_order": {"first": by_first, "mean": by_mean},
            "pairwise_bias": bias,
            "up_down": states,
            "phase_locking": {
                "length": r.tolist(),
                "phase": np.degrees(np.mod(np.angle(vectors), 2 * np.pi)).tolist(),
                "p": np.exp(np.sqrt(1 + 4 * n + 4 * (n**2 - (n * r) ** 2)) - (1 + 2 * n)).tolist(),
            },
        },
        out,
        indent=1,
    )
    out.write("\n")
print(by_first, bias, {name: len(found["start"]) for name, found in states.items()}, r.mean())
