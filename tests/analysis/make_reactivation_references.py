"""Three stretches of 20 s in which assemblies fire, before, in and after a task, and what the closed forms and scikit-learn's FastICA
say: assemblies.csv, reactivation.json.

    pip install -r requirements.txt && python make_reactivation_references.py
"""
import json
from importlib.metadata import version

import numpy as np
from sklearn.decomposition import FastICA

rng = np.random.default_rng(3)
N, LENGTH = 12, 20.0
GROUPS = [range(0, 4), range(4, 8), range(7, 11)]  # 7 is in two; 11 in none
spikes = [list(rng.uniform(0, 3 * LENGTH, rng.poisson(1.5 * 3 * LENGTH))) for _ in range(N)]
for epoch, rates in enumerate([(0.05, 0.05, 0.3), (0.8, 0.6, 0.3), (0.4, 0.3, 0.1)]):
    for group, rate in zip(GROUPS, rates):
        for t in rng.uniform(epoch * LENGTH, (epoch + 1) * LENGTH - 0.05, rng.poisson(rate * LENGTH)):
            for n in group:
                spikes[n].extend(t + 0.05 * rng.random(rng.poisson(2)))
spikes = [np.unique(np.round(s, 6)) for s in spikes]
with open("assemblies.csv", "w") as out:
    out.write("node_id,timestamp_ms\n")
    for n, times in enumerate(spikes):
        out.writelines(f"{n},{round(float(t) * 1e3, 3)!r}\n" for t in times)


def counts(epoch, bin_us):
    edges = np.arange(epoch * LENGTH * 1e6, (epoch + 1) * LENGTH * 1e6 + 1, bin_us)
    return np.array([np.histogram(np.round(s * 1e6), edges)[0] for s in spikes], float)


def correlations(epoch):
    return np.corrcoef(counts(epoch, 200_000))[np.triu_indices(N, 1)]


c, t, m = (correlations(epoch) for epoch in range(3))
r = lambda a, b: np.corrcoef(a, b)[0, 1]
ev = lambda c, m: ((r(t, m) - r(t, c) * r(c, m)) / np.sqrt((1 - r(t, c) ** 2) * (1 - r(c, m) ** 2))) ** 2

z = lambda x: (x - x.mean(1, keepdims=True)) / x.std(1, keepdims=True)
task, later = z(counts(1, 100_000)), z(counts(2, 100_000))
B = task.shape[1]
values, vectors = np.linalg.eigh(task @ task.T / B)
order = [k for k in np.argsort(values)[::-1] if values[k] > (1 + np.sqrt(N / B)) ** 2]
upright = lambda w: w * np.sign(w[np.argmax(np.abs(w))])
principal = [upright(vectors[:, k]) for k in order]


def strengths(w):
    p = np.outer(w, w)
    return np.einsum("it,ij,jt->t", later, p - np.diag(np.diag(p)), later)


# Its test of convergence leaves 3e-8 at the smallest tolerance: without one, it goes on to the fixed point.
white = (np.array(principal) @ task) / np.sqrt(values[order])[:, None]
ica = FastICA(algorithm="parallel", fun="logcosh", whiten=False, tol=0.0, max_iter=1000, random_state=0).fit(white.T)
independent = [upright(w / np.linalg.norm(w)) for w in ica.components_ @ np.array(principal)]
with open("reactivation.json", "w") as out:
    json.dump(
        {
            "versions": {name: version(name) for name in ["numpy", "scikit-learn"]},
            "neurons": N,
            "epoch_ms": LENGTH * 1e3,
            "ev": ev(c, m),
            "rev": ev(m, c),
            "eigenvalues": values[order].tolist(),
            "principal": [w.tolist() for w in principal],
            "strengths": strengths(principal[0]).tolist(),
            "independent": sorted(w.tolist() for w in independent),
        },
        out,
    )
