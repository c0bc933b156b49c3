"""Spike trains and what Elephant and PySpike say about them: trains.csv and spikes.json.

    pip install -r requirements.txt && python make_spike_references.py
"""
import json
import warnings
from importlib.metadata import version

import elephant.spike_train_correlation as correlation
import elephant.spike_train_dissimilarity as dissimilarity
import elephant.statistics as statistics
import neo
import numpy as np
import pyspike
import quantities as pq
from elephant.conversion import BinnedSpikeTrain

warnings.simplefilter("ignore")
STOP = 2000.0  # ms
rng = np.random.default_rng(1)


def train(rate_hz, shape):
    """A gamma process; times in whole microseconds."""
    gaps = rng.gamma(shape, 1e3 / rate_hz / shape, 400)
    times = np.round(np.cumsum(gaps), 3)
    return list(np.unique(times[times < STOP]))


trains = [train(rate, shape) for rate, shape in [(20, 1), (35, 1), (10, 3), (50, 0.5), (5, 1), (25, 10)]]
# One that fires with another, exactly or nearly; one that fires once; one at the very start; a pair near the end.
trains.append(sorted(set(trains[1][::2]) | {round(t + 1.25, 3) for t in trains[1][1::2] if t + 1.25 < STOP}))
trains.append([777.125])
trains.append([0.0, 400.5, 1999.999])
with open("trains.csv", "w") as out:
    out.write("node_id,timestamp_ms\n")
    for node, times in enumerate(trains):
        out.writelines(f"{node},{t!r}\n" for t in map(float, times))

neo_trains = [neo.SpikeTrain(t, units="ms", t_start=0.0, t_stop=STOP) for t in trains]
spy_trains = [pyspike.SpikeTrain(t, [0.0, STOP]) for t in trains]
n = len(trains)
pairs = [(i, j) for i in range(n) for j in range(i + 1, n)]


def binned(which, bin_ms):
    return BinnedSpikeTrain([neo_trains[k] for k in which], bin_size=bin_ms * pq.ms, t_start=0 * pq.ms, t_stop=STOP * pq.ms)


def regularity(of):
    values = [of(np.diff(t)) if len(t) > 2 else None for t in trains]
    return [None if v is None else float(v) for v in values]


matrix = correlation.correlation_coefficient(binned(range(n), 5.0), binary=False)
counts = binned(range(n), 100.0).to_array()
histograms = []
for i, j in pairs:
    histogram, lags = correlation.cross_correlation_histogram(
        binned([i], 1.0), binned([j], 1.0), window=[-50, 50], border_correction=False
    )
    assert lags[0] == -50 and lags[-1] == 50
    histograms.append(histogram.magnitude.flatten())
vp = dissimilarity.victor_purpura_distance(neo_trains, 100.0 * pq.Hz)
vr = dissimilarity.van_rossum_distance(neo_trains, 10.0 * pq.ms)
each = lambda of: [float(of(i, j)) for i, j in pairs]
references = {
    "versions": {name: version(name) for name in ["elephant", "neo", "numpy", "pyspike"]},
    "stop_ms": STOP,
    "cv": regularity(statistics.cv),
    "cv2": regularity(statistics.cv2),
    "lv": regularity(statistics.lv),
    # Elephant takes trains as trials: each window of a train is one.
    "fano_factor": [
        float(statistics.fanofactor([neo.SpikeTrain(np.arange(k) * 0.01, units="ms", t_stop=100.0) for k in c])) for c in counts
    ],
    "correlation": each(lambda i, j: matrix[i, j]),
    "spike_time_tiling": each(
        lambda i, j: correlation.spike_time_tiling_coefficient(neo_trains[i], neo_trains[j], dt=5.0 * pq.ms)
    ),
    "cross_correlogram": [int(c) for c in np.sum(histograms, axis=0)],
    "victor_purpura": each(lambda i, j: vp[i, j]),
    "van_rossum": each(lambda i, j: vr[i, j]),
    "isi_distance": each(lambda i, j: pyspike.isi_distance(spy_trains[i], spy_trains[j], MRTS=0)),
    "spike_distance": each(lambda i, j: pyspike.spike_distance(spy_trains[i], spy_trains[j], MRTS=0)),
    "spike_synchronisation": each(lambda i, j: pyspike.spike_sync(spy_trains[i], spy_trains[j], MRTS=0)),
}
with open("spikes.json", "w") as out:
    json.dump(references, out, indent=1)
