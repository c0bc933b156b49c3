"""Event-driven spiking networks for sleep, replay and memory consolidation.

    import sharpwave as sw

    run = sw.run("brunel_balanced", set={"parameter.g": 4.5})
    t, i = run.spikes["e"]          # NumPy arrays: times in ms, neurons
    run.spikes["e"].to_pandas()

The words are those of model files: `sw.describe()` lists what they can name, `sw.describe("lif")` shows one of them.
"""

# Whatever an import of NumPy does not bring anyway is imported where it is needed.

from ._core import GuardError, ModelError, RecordingError, SharpwaveError, __version__
from ._describe import describe
from ._model import check, model_file, models
from ._network import Network, exponential, lognormal, normal, uniform
from ._run import Run, analyse, open, report, resume, run
from ._simulation import Simulation
from ._spikes import Spikes
from ._sweep import sweep
from ._table import Table

__all__ = [
    "GuardError",
    "ModelError",
    "Network",
    "RecordingError",
    "Run",
    "SharpwaveError",
    "Simulation",
    "Spikes",
    "Table",
    "__version__",
    "analyse",
    "check",
    "describe",
    "exponential",
    "lognormal",
    "model_file",
    "models",
    "normal",
    "open",
    "report",
    "resume",
    "run",
    "sweep",
    "uniform",
]
