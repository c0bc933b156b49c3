"""A minute of a population that oscillates slowly, with spindles in UP states and ripples between, and what wonambi and
ripple_detection find in its rate: rhythms.csv, rhythms.json.

    pip install -r requirements.txt && python make_rhythm_references.py
"""
import json
from importlib.metadata import version
from types import SimpleNamespace

import numpy as np
import scipy.signal
from ripple_detection import Kay_ripple_detector
from scipy.signal import filtfilt, remez

# wonambi asks for what newer SciPy keeps elsewhere, or no longer has and no detector here uses.
scipy.signal.tukey, scipy.signal.morlet, scipy.signal.cwt = scipy.signal.windows.tukey, None, None
from wonambi.detect.slowwave import detect_Ngo2015
from wonambi.detect.spindle import detect_Nir2011

N, LENGTH = 30, 60.0
rng = np.random.default_rng(5)
t = np.arange(0, LENGTH, 1e-4)
# Slow waves of about a second, some of which are small.
phase = np.cumsum(2 * np.pi * (0.85 + 0.1 * np.sin(0.7 * t)) * 1e-4)
size = 0.12 + 0.88 * np.sin(0.31 * t + 1) ** 4
rate = 6 * (1 + size * np.sin(phase))
for start in rng.uniform(1, LENGTH - 3, 9):
    envelope = np.exp(-0.5 * ((t - start - 0.6) / 0.25) ** 2)
    rate += 7 * envelope * (1 + np.sin(2 * np.pi * 13 * t))
for start in rng.uniform(1, LENGTH - 1, 14):
    envelope = np.exp(-0.5 * ((t - start) / 0.018) ** 2)
    rate += 60 * envelope * (1 + np.sin(2 * np.pi * 200 * t))
spikes = [np.unique(np.round(t[rng.random(len(t)) < rate * 1e-4] + rng.uniform(0, 1e-4), 6)) for _ in range(N)]
with open("rhythms.csv", "w") as out:
    out.write("node_id,timestamp_ms\n")
    for n, times in enumerate(spikes):
        out.writelines(f"{n},{round(float(s) * 1e3, 3)!r}\n" for s in times)


def rates(bin_us):
    """Of a neuron, in bins of whole microseconds. Their numbers, 6,000 and 60,000, are such that no package pads them."""
    edges = np.arange(0, LENGTH * 1e6 + 1, bin_us)
    counts = sum(np.histogram(np.round(s * 1e6), edges)[0] for s in spikes)
    return counts / (N * bin_us * 1e-6), edges[:-1] / 1e6


x, time = rates(10_000)
# wonambi takes the Gaussian's 40 ms for 0.04 samples; here they are 4.
nir = SimpleNamespace(
    det_butter={"order": 2, "freq": (9.2, 16.8)}, smooth={"dur": 4.0}, det_thresh=3, sel_thresh=1, tolerance=1,
    duration=(0.5, 2), min_interval=0, power_peaks=None, frequency=(9.2, 16.8),
)
spindles = detect_Nir2011(x, 100.0, time, nir)[0]
ngo = SimpleNamespace(invert=False, lowpass={"order": 2, "freq": 3.5}, duration=(0.833, 2.0), peak_thresh=1.25, ptp_thresh=1.25)
waves = detect_Ngo2015(x - x.mean(), 100.0, time, ngo)

y, fine = rates(1_000)
# As ripple_detection.core.ripple_bandpass_filter, whose call SciPy no longer takes (`Hz` is `fs` now).
taps = remez(101, [0, 125, 150, 250, 275, 500], [0, 1, 0], fs=1000)
filtered = filtfilt(taps, 1.0, y)
ripples = Kay_ripple_detector(fine, filtered[:, None], np.zeros_like(fine), 1000.0)

column = lambda events, key, factor=1.0: [float(e[key]) * factor for e in events]
with open("rhythms.json", "w") as out:
    json.dump(
        {
            "versions": {name: version(name) for name in ("wonambi", "ripple_detection", "scipy", "numpy")},
            "neurons": N,
            "stop_ms": LENGTH * 1e3,
            "spindle": {
                "start": column(spindles, "start", 1e3),
                "stop": column(spindles, "end", 1e3),
                "peak": column(spindles, "peak_time", 1e3),
                "envelope": column(spindles, "peak_val_det"),
            },
            "slow_oscillation": {
                "start": column(waves, "start", 1e3),
                "trough": column(waves, "trough_time", 1e3),
                "rise": column(waves, "zero_time", 1e3),
                "peak": column(waves, "peak_time", 1e3),
                # The package's end is the bin before.
                "stop": [e + 10 for e in column(waves, "end", 1e3)],
                "depth": column(waves, "trough_val"),
                "height": column(waves, "peak_val"),
            },
            "ripple": {
                "start": [float(s) * 1e3 for s in ripples["start_time"]],
                "stop": [float(s) * 1e3 for s in ripples["end_time"]],
                "peak": [float(s) for s in ripples["max_zscore"]],
            },
        },
        out,
        indent=1,
    )
    out.write("\n")
print(len(spindles), "spindles", len(waves), "slow waves", len(ripples), "ripples")
