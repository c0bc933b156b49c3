//! A network that is run step by step, and acted upon between steps.

mod under_way;

use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

use numpy::{IntoPyArray, PyArray1, PyArray2};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList};
use rayon::ThreadPoolBuilder;
use sharpwave::base::alteration::Alteration;
use sharpwave::config;
use sharpwave::engine::assembly::assemble_watched;
use sharpwave::engine::simulation::{self, Change, Ended};
use sharpwave::experiment::{load, recurrent};
use sharpwave::network::ParameterPath;
use sharpwave::network::path::Alterations;
use sharpwave::record::checkpoint::hash;

use crate::attend::attend;
use crate::model::Model;
use crate::recording::{array, matrix, synapses};
use crate::{error, process};
use under_way::{Kept, UnderWay};

/// A network under way.
#[pyclass(frozen, module = "sharpwave._core")]
pub struct Simulation {
    under_way: Mutex<UnderWay>,
    /// Held while it runs: what another thread asks for meanwhile would be another step.
    running: Mutex<()>,
    names: Vec<String>,
    /// The process in which its threads are, if it has any.
    home: Option<u32>,
}

impl Simulation {
    fn under_way(&self) -> MutexGuard<'_, UnderWay> {
        self.under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Acts on the network without the interpreter's lock.
    fn act<T: Send>(&self, py: Python<'_>, act: impl FnOnce(&mut UnderWay) -> T + Send) -> T {
        py.detach(|| act(&mut self.under_way()))
    }

    fn change(&self, py: Python<'_>, change: Change) -> PyResult<()> {
        let changed = self.act(py, |under_way| {
            let now = under_way.simulation.now();
            under_way.simulation.apply(now, &change)
        });
        changed.map_err(error::model)
    }
}

#[pymethods]
impl Simulation {
    /// The network of `model`, at the beginning of its first bout. `changing` lists what `alter` may change beside what the
    /// model's stages do.
    #[new]
    #[pyo3(signature = (model, changing=vec![], threads=None))]
    fn new(
        py: Python<'_>,
        model: &Model,
        changing: Vec<String>,
        threads: Option<usize>,
    ) -> PyResult<Self> {
        let found = model.model.experiment();
        let config::Model::Network(model) = &model.model else {
            let text = format!(
                "found `experiment = \"{found}\"`, expected `\"network\"`: only networks run step by step"
            );
            return Err(error::model(text));
        };
        let mut model = model.clone();
        let described = format!(
            "{}\n{changing:?}",
            config::Model::Network(model.clone()).resolved()
        );
        for path in &changing {
            let path = path
                .parse::<ParameterPath>()
                .map_err(|cause| error::model(format!("`changing`: {cause}")))?;
            model
                .network
                .changeable(&path)
                .map_err(|cause| error::model(format!("`changing`: {cause}")))?;
            model.network.changing.insert(path);
        }
        let bouts = recurrent::bouts(&model);
        if let Some(bout) = bouts
            .iter()
            .skip(1)
            .find(|bout| bout.keep == simulation::Keep::Weights)
        {
            let text = format!(
                "bout `{}` has a network of its own: it cannot be run step by step",
                bout.name
            );
            return Err(error::model(text));
        }
        let (built, interrupt) = attend(py, threads, None, |watch| {
            let plan = load::load(&model.network)
                .map_err(error::model)?
                .plan()
                .map_err(error::model)?;
            assemble_watched(&plan, watch).map_err(error::model)
        })?;
        if let Some(interrupt) = interrupt {
            return Err(interrupt);
        }
        let simulation = built?;
        let pool = match simulation.n_lanes() {
            1 => None,
            _ => Some(
                ThreadPoolBuilder::new()
                    .num_threads(threads.unwrap_or(0))
                    .build()
                    .map_err(error::model)?,
            ),
        };
        let names: Vec<String> = simulation
            .populations()
            .iter()
            .map(|known| known.name.clone())
            .collect();
        let home = pool.as_ref().map(|_| std::process::id());
        let mut under_way = UnderWay {
            network: model.network.clone(),
            hash: hash(described.as_bytes()),
            simulation,
            bouts,
            begun: 0,
            saved: 0,
            is_over: false,
            spikes: Kept {
                spikes: vec![Default::default(); names.len()],
                until: None,
            },
            pool,
        };
        under_way.begin_next()?;
        Ok(Self {
            under_way: Mutex::new(under_way),
            running: Mutex::new(()),
            names,
            home,
        })
    }

    /// Names of the populations.
    #[getter]
    fn populations(&self) -> Vec<String> {
        self.names.clone()
    }

    /// Names of the triggers.
    #[getter]
    fn triggers(&self, py: Python<'_>) -> Vec<String> {
        self.act(py, |under_way| {
            let names = under_way.simulation.triggers();
            names.map(str::to_owned).collect()
        })
    }

    /// Names of the stimuli that come in pulses.
    #[getter]
    fn pulsed(&self, py: Python<'_>) -> Vec<String> {
        self.act(py, |under_way| {
            let names = under_way.simulation.pulsed();
            names.map(str::to_owned).collect()
        })
    }

    /// Now, in ms.
    #[getter]
    fn now_ms(&self, py: Python<'_>) -> f64 {
        self.act(py, |under_way| under_way.simulation.now().as_ms())
    }

    /// Spikes of each population so far.
    fn counts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let counts = self.act(py, |under_way| under_way.simulation.counts().to_vec());
        let found = PyDict::new(py);
        for (name, count) in self.names.iter().zip(counts) {
            found.set_item(name, count)?;
        }
        Ok(found)
    }

    /// Hash of all spikes of the bout so far, as hexadecimal digits.
    #[getter]
    fn fingerprint(&self, py: Python<'_>) -> String {
        self.act(py, |under_way| {
            under_way.simulation.fingerprint().to_string()
        })
    }

    /// Runs for `ms`. Gives the spikes of this step: per population times in ms and neurons.
    fn run<'py>(&self, py: Python<'py>, ms: f64) -> PyResult<Bound<'py, PyDict>> {
        let length = sharpwave::Duration::from_ms(ms)
            .map_err(|cause| error::model(format!("`run`: {cause}")))?;
        if length < sharpwave::Duration::ZERO {
            let text = format!("`run`: found {ms} ms, expected a time that is not negative");
            return Err(error::model(text));
        }
        let _under_way = process::begin()?;
        if self.home.is_some_and(|home| home != std::process::id()) {
            let what = "`run`: this simulation was begun before the process was forked, and its threads are not here";
            return Err(process::forked(what));
        }
        let _running = match self.running.try_lock() {
            Ok(running) => running,
            Err(TryLockError::Poisoned(held)) => held.into_inner(),
            Err(TryLockError::WouldBlock) => {
                let text =
                    "`run`: called while another thread runs it, expected that to return first";
                return Err(error::model(text));
            }
        };
        let now = self.act(py, |under_way| under_way.simulation.now());
        let until = now
            .checked_add(length)
            .ok_or_else(|| error::model("`run`: beyond the end of the clock"))?;
        let mut interrupt = None;
        loop {
            let ended = self.act(py, |under_way| {
                under_way.begin_next()?;
                let end = until.min(under_way.stop());
                let ended = under_way.slice(end);
                if ended == Ended::Over {
                    under_way.end_early();
                }
                Ok::<_, PyErr>((ended, under_way.simulation.now(), under_way.is_over))
            });
            let (ended, now, is_over) = ended?;
            if let Ended::Exploded(window) = ended {
                let text = format!(
                    "the network exploded: more spikes than can be within {} ms of {} ms",
                    window.as_ms(),
                    now.as_ms()
                );
                return Err(error::GuardError::new_err(text));
            }
            if now >= until || is_over {
                break;
            }
            if let Err(signal) = py.check_signals() {
                interrupt = Some(signal);
                break;
            }
        }
        if let Some(interrupt) = interrupt {
            return Err(interrupt);
        }
        self.take_spikes(py)
    }

    /// Whether the last bout has ended, as its `until` says.
    #[getter]
    fn is_over(&self, py: Python<'_>) -> bool {
        self.act(py, |under_way| under_way.is_over)
    }

    /// Spikes since they were last taken: what a step that was interrupted has left.
    fn take_spikes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let taken: Vec<_> = self.act(py, |under_way| {
            under_way
                .spikes
                .spikes
                .iter_mut()
                .map(std::mem::take)
                .collect()
        });
        let found = PyDict::new(py);
        for (name, (times, neurons)) in self.names.iter().zip(taken) {
            found.set_item(name, (times.into_pyarray(py), neurons.into_pyarray(py)))?;
        }
        Ok(found)
    }

    /// Values of a variable of `neurons` of `population`, now.
    fn sample<'py>(
        &self,
        py: Python<'py>,
        population: &str,
        variable: &str,
        neurons: Vec<u32>,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let values = self.act(py, |under_way| {
            let simulation = &under_way.simulation;
            let values = neurons
                .iter()
                .map(|&neuron| simulation.sample(population, neuron, variable));
            values.collect::<Result<Vec<_>, _>>()
        });
        Ok(values.map_err(error::model)?.into_pyarray(py))
    }

    /// Switches a stimulus on or off.
    fn switch(&self, py: Python<'_>, stimulus: String, on: bool) -> PyResult<()> {
        self.change(py, Change::Stimulus { name: stimulus, on })
    }

    /// Gives noise another rate.
    fn set_rate(&self, py: Python<'_>, stimulus: String, hz: f64) -> PyResult<()> {
        self.change(py, Change::Rate { stimulus, hz })
    }

    /// Lets a projection learn, or not.
    fn set_learning(&self, py: Python<'_>, projection: String, on: bool) -> PyResult<()> {
        self.change(py, Change::Learning { projection, on })
    }

    /// Releases a modulator.
    fn release(&self, py: Python<'_>, modulator: String, amount: f64) -> PyResult<()> {
        self.change(py, Change::Release { modulator, amount })
    }

    /// The level of a modulator, now.
    fn modulator(&self, py: Python<'_>, name: &str) -> PyResult<f64> {
        let level = self.act(py, |under_way| under_way.simulation.modulator(name));
        level.map_err(error::model)
    }

    /// Sets off a pulse.
    fn pulse(&self, py: Python<'_>, stimulus: String) -> PyResult<()> {
        self.change(py, Change::Pulse { stimulus })
    }

    /// Makes factor · declared + offset of each number at its path; the offset in the unit that messages show. Nothing is
    /// changed if one cannot be.
    fn alter(&self, py: Python<'_>, changes: Vec<(String, f64, String)>) -> PyResult<()> {
        let checked = self.act(py, |under_way| {
            let network = &under_way.network;
            let check = |(path, factor, offset): (String, f64, String)| {
                let path = path.parse::<ParameterPath>().map_err(error::model)?;
                let changeable = network.changeable(&path).map_err(error::model)?;
                let offset = match offset.as_str() {
                    "" => 0.0,
                    text => config::typed(&path.to_string(), text, changeable.dimension)
                        .map_err(error::model)?,
                };
                Ok::<_, PyErr>((path, Alteration { factor, offset }))
            };
            let changes = changes.into_iter().map(check);
            let changes = changes.collect::<PyResult<Alterations>>()?;
            network.check_alterations(&changes).map_err(error::model)?;
            // As built: what nobody said would change cannot.
            let built = under_way.simulation.check_alterations(&changes);
            built.map_err(error::model)?;
            Ok::<_, PyErr>(changes)
        })?;
        self.change(py, Change::Parameters(checked))
    }

    /// The matrix of a dense projection: a row for each target.
    fn weights<'py>(
        &self,
        py: Python<'py>,
        projection: &str,
    ) -> PyResult<Bound<'py, PyArray2<f32>>> {
        let weights = self.act(py, |under_way| under_way.simulation.weights(projection));
        array(py, &weights.map_err(error::model)?)
    }

    /// Gives a dense projection other weights.
    fn set_weights(
        &self,
        py: Python<'_>,
        projection: String,
        weights: &Bound<'_, PyArray2<f32>>,
    ) -> PyResult<()> {
        let weights = matrix("weights", weights)?;
        self.change(
            py,
            Change::Weights {
                projection,
                weights,
            },
        )
    }

    /// The synapses of a sparse projection that learns: columns by name.
    fn synapses<'py>(&self, py: Python<'py>, projection: &str) -> PyResult<Bound<'py, PyDict>> {
        let found = self.act(py, |under_way| under_way.simulation.synapses_of(projection));
        synapses(py, &found.map_err(error::model)?)
    }

    /// What triggers found and what pulses were sent since they were last taken: (trigger, event ms, told ms), and (stimulus,
    /// event ms, time ms, delivered).
    fn take_stimulation<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<(Bound<'py, PyList>, Bound<'py, PyList>)> {
        let (found, sent) = self.act(py, |under_way| under_way.simulation.take_stimulation());
        let found = found
            .into_iter()
            .map(|one| (one.trigger, one.event.as_ms(), one.told.as_ms()));
        let sent = sent.into_iter().map(|one| {
            (
                one.stimulus,
                one.event.as_ms(),
                one.time.as_ms(),
                one.is_delivered,
            )
        });
        Ok((
            PyList::new(py, found.collect::<Vec<_>>())?,
            PyList::new(py, sent.collect::<Vec<_>>())?,
        ))
    }

    /// The whole state, from which `load` goes on.
    fn save<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let state = self.act(py, |under_way| under_way.save());
        Ok(PyBytes::new(py, &state.map_err(error::model)?))
    }

    /// Goes back, or on, to a state that `save` gave.
    fn load(&self, py: Python<'_>, state: &[u8]) -> PyResult<()> {
        self.act(py, |under_way| under_way.load(state))
    }
}
