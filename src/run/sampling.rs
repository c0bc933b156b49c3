//! Sampled states: when to look at which neurons, and what the run file calls it.
//!
//! A sample at T is the state after everything that happens at T: the run goes on to the tick after T and looks back by
//! one. Samples lie at multiples of their interval, so where they stand follows from the clock alone.

use crate::base::time::{Duration, Time};
use crate::engine::simulation::Simulation;
use crate::neuron;
use crate::record::error::RecordError;
use crate::record::layout::Report;
use crate::record::run_file::RunFile;
use crate::record::sink::Sink;
use crate::run::population::Population;

/// Something that is looked at regularly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// What.
    pub of: Probed,
    /// From one sample to the next, above zero.
    pub every: Duration,
}

/// What is sampled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Probed {
    /// One variable of some neurons.
    Neurons {
        /// Index of their population.
        population: usize,
        /// Number of the variable among those of the neuron model.
        variable: usize,
        /// The neurons, at least one.
        neurons: Vec<u32>,
    },
    /// How much there is of the modulator of this name.
    Modulator(String),
}

/// What a modulator's value is called, which has no unit.
pub const CONCENTRATION: &str = "concentration";

/// All that is sampled in a run.
#[derive(Debug, Clone, Default)]
pub struct Sampling(Vec<Probe>);

const TICK: Duration = Duration::from_ps(1);

impl Sampling {
    /// By `probes`.
    pub fn new(probes: Vec<Probe>) -> Self {
        Self(probes)
    }

    /// Where a run that stands at `now` has to be cut next: a tick after the next sample.
    pub fn next_cut(&self, now: Time) -> Time {
        let next = self.0.iter().map(|probe| probe.next(now)).min();
        next.and_then(|next| next.checked_add(TICK))
            .unwrap_or(Time::MAX)
    }

    /// Takes the samples of the instant a tick before now, if there are any.
    ///
    /// # Errors
    /// If the run file cannot be written.
    pub fn sample(&self, engine: &Simulation, file: &mut RunFile) -> Result<(), RecordError> {
        let t = Time::from_ps(engine.now().ps() - TICK.ps());
        for (report, probe) in self.0.iter().enumerate() {
            if t >= Time::ZERO && t == probe.next(t) {
                match &probe.of {
                    Probed::Neurons {
                        population,
                        variable,
                        neurons,
                    } => {
                        let value =
                            |&node: &u32| engine.sample_at(*population, node, *variable, t) as f32;
                        file.frame(report, &mut neurons.iter().map(value))?;
                    }
                    Probed::Modulator(name) => {
                        let value = engine.modulator_at(name, t).unwrap_or(f64::NAN) as f32;
                        file.frame(report, &mut std::iter::once(value))?;
                    }
                }
            }
        }
        Ok(())
    }
}

impl Sampling {
    /// The reports of the run file, in the order of the probes: the first variable of a population, and a modulator, has its name, so that
    /// readers of SONATA find it there; the others have their variable's name behind it, and a number where that is
    /// taken. A modulator is one neuron, number 0.
    pub fn reports(&self, populations: &[Population]) -> Vec<Report> {
        let mut reports: Vec<Report> = Vec::new();
        for probe in &self.0 {
            let (of, variable, unit, nodes) = match &probe.of {
                Probed::Neurons {
                    population,
                    variable,
                    neurons,
                } => {
                    let population = &populations[*population];
                    let model = neuron::model(population.model).ok();
                    let variable = model.and_then(|model| model.variables.get(*variable));
                    let (variable, unit) =
                        variable.map_or(("", ""), |known| (known.name, known.dimension.unit()));
                    (&population.name, variable, unit, neurons.clone())
                }
                Probed::Modulator(name) => (name, CONCENTRATION, "", vec![0]),
            };
            let names = (1..).map(|number| match number {
                1 => of.clone(),
                2 => format!("{of}.{variable}"),
                _ => format!("{of}.{variable}.{}", number - 1),
            });
            let free = |name: &String| reports.iter().all(|report| report.name != *name);
            let Some(name) = names.into_iter().find(free) else {
                continue;
            };
            reports.push(Report {
                name,
                variable: variable.to_owned(),
                unit: unit.to_owned(),
                nodes,
                every: probe.every,
            });
        }
        reports
    }
}

impl Probe {
    /// The first sample at or after `t`.
    fn next(&self, t: Time) -> Time {
        let every = self.every.ps();
        let past = t.ps().rem_euclid(every);
        if past == 0 {
            return t;
        }
        Time::from_ps(t.ps().saturating_add(every - past))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_report_has_a_name_of_its_own() {
        let populations = [Population {
            name: "e".into(),
            size: 2,
            model: "lif_exp",
            recorded: None,
        }];
        // The membrane potential is the first variable of the model.
        let probes = [0, 1, 1, 0, 0].map(|variable| Probe {
            of: Probed::Neurons {
                population: 0,
                variable,
                neurons: vec![1],
            },
            every: Duration::from_ps(5),
        });
        let modulators = ["e", "dopamine"].map(|name| Probe {
            of: Probed::Modulator(name.into()),
            every: Duration::from_ps(5),
        });
        let probes = probes.into_iter().chain(modulators).collect();
        let reports = Sampling::new(probes).reports(&populations);
        let names: Vec<&str> = reports.iter().map(|report| &report.name[..]).collect();
        assert_eq!(
            names,
            [
                "e",
                "e.i_ex",
                "e.i_ex.2",
                "e.v_m",
                "e.v_m.2",
                "e.concentration",
                "dopamine"
            ]
        );
        assert_eq!(
            (&reports[0].variable[..], &reports[0].unit[..]),
            ("v_m", "mV")
        );
    }

    fn sampling(every: [i64; 2]) -> Sampling {
        Sampling(
            every
                .map(|every| Probe {
                    of: Probed::Modulator("dopamine".into()),
                    every: Duration::from_ps(every),
                })
                .into(),
        )
    }

    #[test]
    fn a_run_is_cut_a_tick_after_each_sample() {
        let sampling = sampling([10, 15]);
        let mut now = Time::ZERO;
        let mut cuts = Vec::new();
        while now < Time::from_ps(40) {
            now = sampling.next_cut(now);
            cuts.push(now.ps());
        }
        assert_eq!(cuts, [1, 11, 16, 21, 31, 41]);
        // A run that stands at a sample has it still before it.
        assert_eq!(sampling.next_cut(Time::from_ps(30)).ps(), 31);
        assert_eq!(Sampling::default().next_cut(Time::ZERO), Time::MAX);
    }
}
