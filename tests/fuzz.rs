//! Every parser of what users give, under bytes that nobody would give: no panic, no second without an answer, no memory
//! beyond ten times the input.
//!
//! A target is a file in `tests/fuzz/` and a line below. It mutates its corpus, runs its parser, and keeps whatever made
//! the parser say something new, so that later mutants start from there. Inputs that broke a parser once lie in
//! `tests/fuzz/TARGET/` and are run first. The same seed makes the same inputs.
//!
//! `cargo test --release --test fuzz` takes seconds; for longer, and for another way through:
//!
//! ```text
//! SHARPWAVE_FUZZ=1000000 SHARPWAVE_FUZZ_SEED=7 cargo test --release --test fuzz -- --nocapture idx
//! ```
//!
//! An input that breaks a parser is left in `target/tmp/fuzz/`, the one that was running when the process died as
//! `TARGET.running`, its length in eight bytes before it.

#[path = "fuzz/harness.rs"]
mod harness;
#[path = "fuzz/mutator.rs"]
mod mutator;
#[path = "fuzz/zip_sums.rs"]
mod zip_sums;

#[path = "fuzz/checkpoint.rs"]
mod checkpoint;
#[path = "fuzz/circuit.rs"]
mod circuit;
#[path = "fuzz/edges.rs"]
mod edges;
#[path = "fuzz/formula.rs"]
mod formula;
#[path = "fuzz/hypnogram.rs"]
mod hypnogram;
#[path = "fuzz/idx.rs"]
mod idx;
#[path = "fuzz/keras.rs"]
mod keras;
#[path = "fuzz/matlab.rs"]
mod matlab;
#[path = "fuzz/model_file.rs"]
mod model_file;
#[path = "fuzz/nir.rs"]
mod nir;
#[path = "fuzz/npy.rs"]
mod npy;
#[path = "fuzz/npz.rs"]
mod npz;
#[path = "fuzz/numbers.rs"]
mod numbers;
#[path = "fuzz/onnx.rs"]
mod onnx;
#[path = "fuzz/pickle.rs"]
mod pickle;
#[path = "fuzz/positions.rs"]
mod positions;
#[path = "fuzz/run_file.rs"]
mod run_file;
#[path = "fuzz/safetensors.rs"]
mod safetensors;
#[path = "fuzz/spikes.rs"]
mod spikes;
#[path = "fuzz/sweep.rs"]
mod sweep;
#[path = "fuzz/zip.rs"]
mod zip;
