//! # A first network
//!
//! A [`Network`](crate::Network) is described by names; nothing is drawn until it is simulated. Values are in held units
//! (milliseconds, millivolts, picoamperes, picofarads, hertz), and [`unit`](crate::unit) has functions that say so.
//!
//! ```
//! use sharpwave::unit::{khz, ms, mv, pa};
//! use sharpwave::{Network, Simulation, Spikes, Time, values};
//!
//! # fn main() -> Result<(), sharpwave::Error> {
//! let mut network = Network::new(1);
//! let cell = values! {
//!     tau_m: ms(20.0), tau_syn_ex: ms(5.0), tau_syn_in: ms(10.0), e_l: mv(-60.0), v_th: mv(-50.0),
//!     v_reset: mv(-60.0), t_ref: ms(5.0),
//! };
//! network.population("e", 160, "lif_exp", cell.clone())?;
//! network.population("i", 40, "lif_exp", cell)?;
//! for (source, weight) in [("e", pa(40.0)), ("i", pa(-200.0))] {
//!     network
//!         .project(&format!("{source}_all"), source, ["e", "i"])
//!         .rule("fixed_probability", values! { probability: 0.1 })
//!         .weight(weight)
//!         .axonal_delay_ms(ms(1.5))
//!         .add()?;
//! }
//! network.stimulate("background", "poisson", ["e", "i"], pa(40.0), values! { rate: khz(2.0) })?;
//!
//! let mut simulation = Simulation::of(&network)?;
//! let mut spikes = Spikes::of(&simulation, ["e"])?;
//! let _ = simulation.run(Time::from_ms(ms(200.0))?, &mut spikes);
//! assert!(spikes.from("e").len() > 100);
//! # Ok(())
//! # }
//! ```
//!
//! Whatever does not fit is refused where it is said, with the place and, where it helps, the name that was meant:
//!
//! ```
//! use sharpwave::{Network, unit::{ms, mv}, values};
//!
//! let mut network = Network::new(1);
//! let error = network.population("e", 5, "lif", values! { tau_m: ms(20.0), v_thr: mv(15.0) });
//! let text = error.unwrap_err().to_string();
//! assert_eq!(text, "population `e`: `lif` has no parameter `v_thr`\n  help: did you mean `v_th`?");
//! ```
//!
//! The same seed gives the same spikes on any number of threads: compare
//! [`Simulation::fingerprint`](crate::Simulation::fingerprint).
