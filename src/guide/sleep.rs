//! # A sleep
//!
//! A bout is an uninterrupted stretch of a run: its name, when it begins, what is kept of the state before it, and which
//! stimuli are on. Here a network is awake under noise, then asleep under a slow rhythm.
//!
//! ```
//! use sharpwave::engine::simulation::{Bout, Ended, Keep, Regime};
//! use sharpwave::unit::{hz, khz, ms, mv, seconds};
//! use sharpwave::{Network, Simulation, Spikes, Time, values};
//!
//! # fn main() -> Result<(), sharpwave::Error> {
//! let mut network = Network::new(7);
//! network.population("e", 100, "lif", values! { tau_m: ms(20.0), v_th: mv(15.0), t_ref: ms(2.0) })?;
//! network
//!     .project("e_e", "e", ["e"])
//!     .rule("fixed_in_degree", values! { in_degree: 10_u32 })
//!     .weight(mv(0.2))
//!     .axonal_delay_ms(ms(1.0))
//!     .add()?;
//! network.stimulate("world", "poisson", ["e"], mv(0.5), values! { rate: khz(1.8) })?;
//! let slow = values! { rate: khz(1.4), frequency: hz(1.0), phase: 0.75 };
//! network.stimulate("slow_oscillation", "rhythm", ["e"], mv(0.5), slow)?;
//!
//! let mut simulation = Simulation::of(&network)?;
//! let mut spikes = Spikes::of(&simulation, ["e"])?;
//! let bout = |number, name: &str, start, on: &str| Bout {
//!     number,
//!     name: name.into(),
//!     start,
//!     keep: Keep::All,
//!     on: vec![on.into()],
//!     regime: Regime::default(),
//! };
//! let (dusk, dawn) = (Time::from_ms(seconds(1.0))?, Time::from_ms(seconds(3.0))?);
//! simulation.begin(&bout(0, "awake", Time::ZERO, "world"))?;
//! assert_eq!(simulation.run(dusk, &mut spikes), Ended::Reached);
//! simulation.begin(&bout(1, "asleep", dusk, "slow_oscillation"))?;
//! assert_eq!(simulation.run(dawn, &mut spikes), Ended::Reached);
//!
//! // The rhythm begins at its trough: half a second later it is at its peak.
//! let within = |from_ms: f64, to_ms: f64| {
//!     let range = Time::from_ms(from_ms).unwrap()..Time::from_ms(to_ms).unwrap();
//!     spikes.from("e").iter().filter(|spike| range.contains(&spike.0)).count()
//! };
//! assert!(within(1_400.0, 1_600.0) > 10 * within(1_900.0, 2_100.0));
//! # Ok(())
//! # }
//! ```
//!
//! Everything that changes can be saved at any instant and loaded into a simulation of the same network, in another process
//! or on another machine; it goes on with the same bits:
//!
//! ```
//! # use sharpwave::unit::{khz, ms, mv};
//! # use sharpwave::{Network, Simulation, Spikes, Time, values};
//! # fn main() -> Result<(), sharpwave::Error> {
//! # let mut network = Network::new(7);
//! # network.population("e", 100, "lif", values! { tau_m: ms(20.0), v_th: mv(15.0) })?;
//! # network.stimulate("world", "poisson", ["e"], mv(0.5), values! { rate: khz(1.8) })?;
//! let mut simulation = Simulation::of(&network)?;
//! let mut spikes = Spikes::of(&simulation, ["e"])?;
//! let _ = simulation.run(Time::from_ms(ms(50.0))?, &mut spikes);
//! let bytes = simulation.save()?;
//!
//! let mut again = Simulation::of(&network)?;
//! again.load(&bytes)?;
//! for simulation in [&mut simulation, &mut again] {
//!     let _ = simulation.run(Time::from_ms(ms(100.0))?, &mut spikes);
//! }
//! assert_eq!(simulation.fingerprint(), again.fingerprint());
//! # Ok(())
//! # }
//! ```
//!
//! # A run with steps of your own
//!
//! A [`Run`](crate::run::Run) goes through a list of bouts, some of them simulated, some not. What happens in them is the
//! business of an [`Act`](crate::run::act::Act): it builds the network of a simulated bout, sees its spikes, gets it back at
//! its end, and does what is to be done in a bout that takes no simulated time, step by step. The run guards, samples, records
//! and saves. Here a network is awake for a tenth of a second at a time, and between two wakes a step brings its drive closer
//! to the one under which it fires at 20 Hz:
//!
//! ```
//! use std::ops::ControlFlow;
//!
//! use sharpwave::engine::simulation::{self, Change, Keep, Regime};
//! use sharpwave::protocol::hypnogram::{Bout, Kind};
//! use sharpwave::record::run_file::RunFile;
//! use sharpwave::run::act::{Act, pack, unpack};
//! use sharpwave::run::error::ResumeError;
//! use sharpwave::run::guard::Limits;
//! use sharpwave::run::population::Population;
//! use sharpwave::run::progress::{Silent, Watch};
//! use sharpwave::run::watched::Watched;
//! use sharpwave::run::{Ended, Run};
//! use sharpwave::unit::{hz, ms, mv};
//! use sharpwave::{Duration, Network, Simulation, Time, values};
//!
//! struct Homeostat {
//!     network: Network,
//!     /// Between two bouts.
//!     resting: Option<Simulation>,
//!     drive_hz: f64,
//!     spikes: usize,
//!     rates_hz: Vec<f64>,
//! }
//!
//! impl Act for Homeostat {
//!     type Error = sharpwave::Error;
//!
//!     fn build(&mut self, bout: &Bout, _: &dyn Watch) -> Result<Option<Simulation>, Self::Error> {
//!         let mut simulation = match self.resting.take() {
//!             Some(simulation) => simulation,
//!             None => Simulation::of(&self.network)?,
//!         };
//!         simulation.begin(&simulation::Bout {
//!             number: bout.task as u64,
//!             name: bout.name.clone(),
//!             start: bout.start,
//!             keep: bout.keep,
//!             on: bout.on.clone(),
//!             regime: bout.regime.clone(),
//!         })?;
//!         let rate = Change::Rate { stimulus: "world".into(), hz: self.drive_hz };
//!         simulation.apply(bout.start, &rate)?;
//!         Ok(Some(simulation))
//!     }
//!
//!     fn begin(&mut self, _: &Bout, _: Option<&mut RunFile>) -> Result<(), Self::Error> {
//!         self.spikes = 0;
//!         Ok(())
//!     }
//!
//!     fn spikes(&mut self, _population: usize, _t: Time, nodes: &[u32]) {
//!         self.spikes += nodes.len();
//!     }
//!
//!     fn end(&mut self, _: &Bout, simulation: Simulation, _: Option<&mut RunFile>) -> Result<(), Self::Error> {
//!         self.resting = Some(simulation);
//!         Ok(())
//!     }
//!
//!     fn step(&mut self, _: &Bout, _: Option<&mut RunFile>, _: &dyn Watch) -> Result<ControlFlow<()>, Self::Error> {
//!         let rate_hz = self.spikes as f64 / 100.0 / 0.1;
//!         self.drive_hz *= 1.0 + (20.0 - rate_hz) / 200.0;
//!         self.rates_hz.push(rate_hz);
//!         // Done; `Continue` would ask for another step of this bout.
//!         Ok(ControlFlow::Break(()))
//!     }
//!
//!     fn save(&self) -> Result<Vec<u8>, ResumeError> {
//!         let resting = self.resting.as_ref().map(Simulation::save).transpose();
//!         let resting = resting.map_err(|error| ResumeError::State(error.to_string()))?;
//!         pack(&(self.drive_hz, self.spikes, &self.rates_hz, resting))
//!     }
//!
//!     fn load(&mut self, bytes: &[u8]) -> Result<(), ResumeError> {
//!         let resting: Option<Vec<u8>>;
//!         (self.drive_hz, self.spikes, self.rates_hz, resting) = unpack(bytes)?;
//!         let failed = |error: sharpwave::Error| ResumeError::State(error.to_string());
//!         self.resting = None;
//!         if let Some(resting) = resting {
//!             let mut simulation = Simulation::of(&self.network).map_err(|error| failed(error.into()))?;
//!             simulation.load(&resting).map_err(|error| failed(error.into()))?;
//!             self.resting = Some(simulation);
//!         }
//!         Ok(())
//!     }
//! }
//!
//! # fn main() -> Result<(), sharpwave::Error> {
//! let mut network = Network::new(7);
//! network.population("e", 100, "lif", values! { tau_m: ms(20.0), v_th: mv(15.0), t_ref: ms(2.0) })?;
//! network.stimulate("world", "poisson", ["e"], mv(0.5), values! { rate: hz(1_500.0) })?;
//! let bout = |name: &str, kind, cycle: usize| Bout {
//!     name: format!("{name} {cycle}"),
//!     kind,
//!     called: None,
//!     task: cycle,
//!     start: Time::from_ms(100.0 * cycle as f64).unwrap(),
//!     stop: Time::from_ms(100.0 * (cycle + usize::from(kind == Kind::Run)) as f64).unwrap(),
//!     on: vec!["world".into()],
//!     regime: Regime::default(),
//!     keep: Keep::All,
//! };
//! let cycles = (0..10).map(|k| [bout("wake", Kind::Run, k), bout("adapt", Kind::Test, k + 1)]);
//! let bouts: Vec<Bout> = cycles.flatten().collect();
//! let watched = Watched {
//!     populations: vec![Population { name: "e".into(), size: 100, model: "lif", recorded: None }],
//!     sampling: Default::default(),
//!     snapshots: Default::default(),
//!     weights: Default::default(),
//!     rewired: Default::default(),
//!     triggers: Default::default(),
//!     pulsed: Default::default(),
//!     limits: Limits { max_rate_hz: Some(500.0), min_rate_hz: None, window: Duration::from_ms(100.0)? },
//! };
//! let act = || Homeostat {
//!     network: network.clone(),
//!     resting: None,
//!     drive_hz: 1_500.0,
//!     spikes: 0,
//!     rates_hz: Vec::new(),
//! };
//! // Nobody watches; with a run file in place of the last `None` all spikes of recorded populations would go there.
//! let mut run = Run::new(7, &bouts, &watched, act(), None);
//! assert_eq!(run.run(&Silent, None)?, Ended::Complete);
//! let rates_hz = &run.act().rates_hz;
//! assert!((rates_hz[9] - 20.0).abs() < 5.0 && rates_hz[0] < 15.0, "{rates_hz:?}");
//!
//! // Stopped at once it has made one step; from what it saved another run goes on, with the same bits.
//! struct Impatient;
//! impl Watch for Impatient {
//!     fn show(&self, _: &sharpwave::run::progress::Progress<'_>) {}
//!     fn stopped(&self) -> bool {
//!         true
//!     }
//! }
//! let mut first = Run::new(7, &bouts, &watched, act(), None);
//! assert_eq!(first.run(&Impatient, None)?, Ended::Stopped);
//! let saved = first.save()?;
//! let mut second = Run::new(7, &bouts, &watched, act(), None);
//! second.restore(&saved.state, &Silent)?;
//! assert_eq!(second.run(&Silent, None)?, Ended::Complete);
//! assert_eq!(second.fingerprint(), run.fingerprint());
//! # Ok(())
//! # }
//! ```
//!
//! A whole night of a trained network, with training before it and tests around it, is a model file: see
//! `models/sleep_replay_digits.toml`, and [`results`](super::results) for how to run one from a program.
