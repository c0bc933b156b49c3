//! # A sleep
//!
//! A bout is an uninterrupted stretch of a run: its name, when it begins, what is kept of the state before it, and which
//! stimuli are on. Here a network is awake under noise, then asleep under a slow rhythm.
//!
//! ```
//! use sharpwave::engine::simulation::{Bout, Ended, Keep};
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
//! A whole night of a trained network, with training before it and tests around it, is a model file: see
//! `models/sleep_replay_digits.toml`, and [`results`](super::results) for how to run one from a program.
