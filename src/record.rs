//! Run files (HDF5, SONATA layout), spike files and tables.
//!
//! # The run file
//!
//! One HDF5 file per run, uncompressed, readable by h5py, HDFView, MATLAB and, for its spikes, every SONATA reader.
//! Times are milliseconds on the run's one time axis; indices count from 0. From 37 minutes on, `f64` milliseconds merge
//! instants, so each column of times has another beside it, named `…_rest` (i16, picoseconds): the exact picosecond is
//! `floor(ms · 10⁹) + rest`.
//!
//! | where | what |
//! |---|---|
//! | `/` attributes `format`, `format_version` | `"sharpwave run"`, 2 |
//! | `/` attributes `sharpwave_version`, `hdf5_version` | versions that wrote the file |
//! | `/` attributes `magic`, `version` | 0x0A7A and \[0, 1\], as SONATA asks for |
//! | `/` attribute `seed` | u64, seed of the run that this file holds in full |
//! | `/` attribute `complete` | 1 once the run has come to its end, else 0 |
//! | `/` attribute `fingerprint` | hash of all spikes as hexadecimal digits, empty until the run is complete |
//! | `/config/resolved`, `/config/source` | model file with every default filled in; as typed |
//! | `/config/overrides` | what was given beside the model file in place of its values: `key=value` |
//! | `/config/warnings` | what the run warned of |
//! | `/config/data` | what the images of the data set are known again by, if there are any |
//! | `/config/task` | label of each task |
//! | `/populations/{name, size, recorded}` | every population of the network, its neurons, how many of them are recorded |
//! | `/nodes/<population>/0/{x, y, z}` | f64, where each neuron lies, attribute `units` `um`, 0 along axes that there are not |
//! | `/nodes/<population>/0/dynamics_params/<parameter>` | f64, the value of each neuron of a parameter that is drawn or listed, attribute `units` |
//! | `/nodes/<population>/{node_id, node_type_id, node_group_id, node_group_index}` | u64, what SONATA's readers ask for beside it |
//! | `/spikes/<population>/{timestamps, timestamps_rest}` | f64 ms and its rest; the group's attribute `sorting` is `by_time` |
//! | `/spikes/<population>/node_ids` | u64, the neuron that fired at the same index of `timestamps` |
//! | `/bouts/{name, kind, start, start_rest, stop, stop_rest}` | one row per bout: labels, times |
//! | `/weights/<projection>/values` | f32, snapshot × target × source |
//! | `/weights/<projection>/{time, time_rest, label}` | a time and a label for each snapshot |
//! | `/weights/<layer>_bias/…` | the same of biases, a column, where a network that sleeps has some; sleep changes none |
//! | `/synapses/<projection>/{source_node_id, target_node_id}` | u64, the ends of each synapse; targets over all target populations |
//! | `/synapses/<projection>/{delay, dendritic_delay}` | f64 ms, from a spike to its arrival, and how much of that is behind the synapse |
//! | `/synapses/<projection>/weight` | f32, snapshot × synapse |
//! | `/synapses/<projection>/{time, time_rest, label}` | a time and a label for each snapshot |
//! | `/synapses/<projection>/end` | u64, where synapses come and go: snapshot k is from `end[k - 1]` to `end[k]` of all the above, `weight` included |
//! | `/synapses/<projection>/edits/{time, time_rest, source_node_id, target_node_id, delay, dendritic_delay, weight, created}` | each synapse that came (`created` 1) or went (0), with its weight then |
//! | `/weight_statistics/<projection>/{time, time_rest, n, mean, sd, min, max}` | a row for each instant, sd over n; NaN where there are no synapses |
//! | `/weight_statistics/<projection>/{quantile, quantile_level}` | f64, instant × level, and the levels |
//! | `/weight_statistics/<projection>/{histogram, edges}` | u64, instant × bin, and f64, instant × edge: the bounds of the rule, or else the extremes |
//! | `/weight_statistics/<projection>/{tracked_source, tracked_target}` | u64, the ends of each synapse that is followed |
//! | `/weight_statistics/<projection>/tracked_weight` | f32, instant × synapse |
//! | `/accuracy/{seed, network, stage, after_task, task, accuracy}` | one row per score; `task` −1 is all tasks at once |
//! | `/fingerprints/{seed, fingerprint}` | one row per seed of the run |
//! | `/report/<report>/data` | f32, frame × neuron, attributes `units` and `variable`: sampled states |
//! | `/report/<report>/mapping/node_ids` | u64, the neuron of each column; attribute `sorted` |
//! | `/report/<report>/mapping/{index_pointers, element_ids}` | u64 and u32: one element per neuron, number 0 |
//! | `/report/<report>/mapping/time` | f64 ms: start, stop and step; frame k is the state after all of k steps |
//!
//! A report is one variable of some neurons of a population: the first that is sampled of it has the population's name,
//! others are called `<population>.<variable>`. SONATA's frame reports are f32, and libsonata reads nothing else right.
//! `/nodes` is SONATA's too: `libsonata.NodeStorage("run.h5").open_population("e").get_attribute("x", …)` gives where neurons
//! lie, and another model takes them by `positions = { layout = "file", file = "run.h5", … }`. Only populations with
//! `positions` are there.
//!
//! There is no `/report` where nothing is sampled, no `/weights`, `/synapses` or `/weight_statistics` where none are recorded,
//! and no `/accuracy` where there are no tasks.
//!
//! Only populations whose spikes are recorded have a group in `/spikes`. All texts are UTF-8. Attributes and
//! texts that stand before the run starts are variable-length strings, which h5py gives as `str`; columns of labels, which
//! grow during the run, have a fixed length ([`LABEL_BYTES`]), which h5py gives as `str` by `dataset.asstr()`.
//!
//! # Written so that it survives
//!
//! The file is laid out in full, then switched to HDF5's single-writer-multiple-reader mode: it can be watched while
//! the run goes on (`h5py.File(path, "r", swmr=True)`), and a run killed at any moment leaves every flushed value
//! readable. A killed file refuses a plain open; [`recover`] turns it into an ordinary one, and [`reopen`] goes on with
//! it, beside a [`checkpoint`], as if the run had not been interrupted.
//!
//! Values go to the file as soon as they are handed over, never through the library's chunk cache, so that a length
//! in the file is never ahead of its data; a flush, at most a second apart, makes the lengths catch up.

pub mod ahead;
pub mod checkpoint;
pub mod circuit_file;
pub mod edge_file;
pub mod error;
pub mod hypnogram_file;
pub mod layout;
pub mod length;
pub mod lock;
pub(crate) mod nir_file;
pub mod number_file;
pub mod nwb_file;
pub mod output;
pub mod position_file;
pub mod probe;
pub mod recording;
pub mod recover;
pub mod reopen;
pub mod result_file;
mod row_order;
pub mod run_file;
pub mod sink;
pub mod spike_file;
pub mod table;
mod text;
pub mod value_file;
pub mod warning;
pub mod weight_file;
pub mod weight_statistics;

mod buffer;
mod cause;
mod column;
mod contents;
mod csv;
mod damage;
mod dataset;
mod frame;
mod header;
mod heap;
mod model;
mod node_group;
mod nodes;
mod open;
mod stimulation;
mod stored_text;
mod sum;
mod synapses;
mod text_length;
pub(crate) mod type_table;
mod weight_tensor;
mod whole;
mod writer;

/// Bytes that a label written during the run can take (bout, snapshot, stage, network); longer ones are cut.
pub const LABEL_BYTES: usize = 64;

/// Bytes that a recorded spike takes: time in ms (f64), what that leaves out in ps (i16), neuron (u64).
pub const SPIKE_BYTES: f64 = 18.0;
