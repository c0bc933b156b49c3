//! # Results
//!
//! Every run leaves one HDF5 file; [`Recording`](crate::Recording) reads it back, also one of a run that was killed or
//! still goes on. Times are exact, to the picosecond.
//!
//! ```
//! use sharpwave::config::{self, Options};
//! use sharpwave::experiment::run;
//! use sharpwave::run::progress::Silent;
//! use sharpwave::{Recording, Time};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let out = folder.path().join("night");
//! let text = r#"
//!     schema = 1
//!     experiment = "network"
//!     duration = "200 ms"
//!     [population.e]
//!     neuron = "lif"
//!     size = 50
//!     tau_m = "20 ms"
//!     v_th = "15 mV"
//!     [stimulus.background]
//!     kind = "poisson"
//!     target = "e"
//!     rate = "2 kHz"
//!     weight = "0.5 mV"
//!     [record]
//!     spikes = "e"
//! "#;
//! let model = config::parse("first.toml", text, folder.path(), &Options::default())?;
//! let options = run::Options { out: Some(out.clone()), ..Default::default() };
//! let finished = run::run(model, &options, &Silent)?;
//! assert!(finished.complete);
//!
//! let night = Recording::open(&out)?;
//! assert!(night.is_complete());
//! let late = night.spikes("e", Time::from_ms(100.0)?..)?;
//! assert!(late.iter().all(|&(t, neuron)| t.as_ms() >= 100.0 && neuron < 50));
//! println!("{} spikes, fingerprint {}", late.len(), night.fingerprint().unwrap_or("none"));
//! # Ok(())
//! # }
//! ```
//!
//! From Python the same file opens with h5py or libsonata as it is; the README shows how.
