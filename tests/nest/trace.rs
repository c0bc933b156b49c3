//! A stored trace: one neuron, its input, and what NEST made of it.

use std::path::Path;

use sharpwave::base::parameter::Values;
use sharpwave::base::time::Time;

/// What a file says.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    /// Name of the file without its ending.
    pub name: String,
    /// Our name of the neuron model.
    pub model: &'static str,
    /// Parameters of the neuron, by our names.
    pub parameters: Values,
    /// Membrane potential at t = 0.
    pub v_m: f64,
    /// Steps of current: from when on, and how many picoamperes in addition to the constant one.
    pub steps: Vec<(Time, f64)>,
    /// Arrivals of each weight.
    pub arrivals: Vec<(f64, Vec<Time>)>,
    /// When NEST's neuron fires.
    pub spikes_ms: Vec<f64>,
    /// When NEST has sampled, and its potential and perhaps its two currents then.
    pub samples: Vec<(Time, Vec<f64>)>,
    /// When the simulation ends.
    pub end: Time,
}

/// Names that the engine's tables hold.
const NAMES: [&str; 11] = [
    "lif",
    "lif_exp",
    "tau_m",
    "c_m",
    "e_l",
    "v_th",
    "v_reset",
    "t_ref",
    "i_e",
    "tau_syn_ex",
    "tau_syn_in",
];

fn known(name: &str) -> &'static str {
    NAMES
        .into_iter()
        .find(|known| *known == name)
        .unwrap_or_else(|| panic!("`{name}` is no name of a model or parameter"))
}

fn number(text: &str) -> f64 {
    text.parse()
        .unwrap_or_else(|_| panic!("`{text}` is no number"))
}

fn picoseconds(text: &str) -> Time {
    Time::from_ps(
        text.parse()
            .unwrap_or_else(|_| panic!("`{text}` is no number")),
    )
}

impl Trace {
    /// Every trace there is, in the order of their names.
    pub fn all() -> Vec<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/nest");
        let entries = std::fs::read_dir(folder).expect("a folder of traces");
        let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        files.retain(|file| file.extension().is_some_and(|ending| ending == "csv"));
        files.sort();
        files.iter().map(|file| Self::read(file)).collect()
    }

    fn read(file: &Path) -> Self {
        let text = std::fs::read_to_string(file).expect("a readable trace");
        let mut trace = Self {
            name: file.file_stem().unwrap().to_string_lossy().into_owned(),
            ..Self::default()
        };
        for line in text.lines() {
            let cells: Vec<&str> = line.split(',').collect();
            match cells[..] {
                ["neuron", _] => {}
                ["model", name] => trace.model = known(name),
                ["duration_ms", ms] => trace.end = Time::from_ms(number(ms)).unwrap(),
                ["v_m", v] => trace.v_m = number(v),
                ["parameter", name, value] => {
                    trace.parameters.insert(known(name), number(value));
                }
                ["current", t, current] => {
                    trace.steps.push((picoseconds(t), number(current)));
                }
                ["arrival", t, weight] => trace.add(picoseconds(t), number(weight)),
                ["spike", ms] => trace.spikes_ms.push(number(ms)),
                ["sample", t, ref values @ ..] => {
                    let values = values.iter().map(|value| number(value)).collect();
                    trace.samples.push((picoseconds(t), values));
                }
                _ => panic!("{}: `{line}`", trace.name),
            }
        }
        trace
    }

    fn add(&mut self, t: Time, weight: f64) {
        match self.arrivals.last_mut() {
            Some((last, times)) if *last == weight => times.push(t),
            _ => self.arrivals.push((weight, vec![t])),
        }
    }
}
