//! # A neuron model of your own
//!
//! A model is one file in `src/neuron/`: its [`Spec`](crate::base::parameter::Spec), the equations as a
//! [`Dynamics`](crate::neuron::individual::Dynamics) of one neuron, and a line in
//! [`REGISTRY`](crate::neuron::REGISTRY). The container owns the rest: refractoriness, who is tested when, crossings
//! between arrivals, checkpoints, samples. `src/neuron/individual/lif.rs` is a leaky integrate-and-fire neuron in some
//! hundred lines, `src/neuron/tests/perfect.rs` a perfect integrator.
//!
//! What the registry knows is what `sharpwave describe` shows and what model files are read by:
//!
//! ```
//! use sharpwave::neuron;
//! use sharpwave::unit::{ms, mv};
//! use sharpwave::values;
//!
//! let lif = neuron::model("lif").unwrap();
//! assert!(lif.spec.equations.starts_with("tau_m dv/dt"));
//! assert_eq!(lif.spec.parameter("v_reset").unwrap().default_number(), Some(0.0));
//!
//! // A population by itself, without a network: potential after one arrival of 2 mV.
//! let values = values! { tau_m: ms(20.0), v_th: mv(15.0) };
//! let mut neurons = neuron::build("lif", 1, &values).unwrap();
//! neurons.receive_row(&[0], neuron::RowWeights::One(2.0));
//! assert_eq!(neurons.potential(0), 2.0);
//! ```
