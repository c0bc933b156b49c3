//! Guides: pages to read in order, every line of code in them compiled and run by the tests.
//!
//! 1. [A first network](first_network): populations, projections, noise, spikes in memory.
//! 2. [A sleep](sleep): wake and sleep as bouts over one network; stimuli that come and go; state saved and loaded; a run
//!    with steps of your own.
//! 3. [Results](results): a model file run from a program, its run file read back.
//! 4. [A neuron model of your own](neuron_model): one file of pure functions.
//! 5. [A plasticity rule of your own](plasticity_rule): one file of biology.

pub mod first_network;
pub mod neuron_model;
pub mod plasticity_rule;
pub mod results;
pub mod sleep;
