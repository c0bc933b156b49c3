//! What values are read against: the rest of the file.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::base::parameter::Dimension;
use crate::base::time::Duration;
use crate::config::reader::Item;
use crate::network::{Network, Population, Projection};
use crate::neuron::{self, Model};

use super::unknown;

/// Where relative paths start.
pub struct Paths<'a> {
    /// The model file's directory, absolute.
    pub model: PathBuf,
    /// The directory in which data are looked up in its place.
    pub data: Option<&'a Path>,
}

/// What lies at the ends of a projection: first of its source, then of its targets together.
pub struct Ends {
    pub projection: String,
    /// How many neurons.
    pub sizes: [u32; 2],
    /// Those whose synapses learn, where not those of all do.
    pub learning: [Option<Vec<u32>>; 2],
}

impl Ends {
    /// Of `projection`, whose populations are in `network`.
    pub fn of(projection: &Projection, network: &Network) -> Self {
        let size = |name: &String| network.find(name).map_or(0, |own| own.size);
        let targets = projection.targets.iter().map(size).sum();
        let learning = projection.plasticity.as_ref();
        let lists = learning.map(|own| [own.sources.clone(), own.targets.clone()]);
        Self {
            projection: projection.name.clone(),
            sizes: [size(&projection.source), targets],
            learning: lists.unwrap_or_default(),
        }
    }
}

/// What a value is read against. What is `None` is unknown, because it is at fault or the file has none.
#[derive(Clone, Copy)]
pub struct Around<'a> {
    pub paths: &'a Paths<'a>,
    pub known: &'a Known,
    /// What weights onto the targets are measured in.
    pub weight: Option<Dimension>,
    /// How long the run is.
    pub duration: Option<Duration>,
    /// Names of stimuli.
    pub stimuli: Option<&'a [String]>,
    /// Names of projections that learn.
    pub learning: Option<&'a [String]>,
    /// Names of modulators.
    pub modulators: Option<&'a [String]>,
    /// Names of slow forces on weights.
    pub forces: Option<&'a [String]>,
    /// The network of which numbers may be altered.
    pub alterable: Option<&'a Network>,
    /// Names of stimuli that come in pulses.
    pub pulsed: Option<&'a [String]>,
    /// Names of triggers.
    pub triggers: Option<&'a [String]>,
    /// Names of oscillations.
    pub oscillations: Option<&'a [String]>,
    /// Names of stages.
    pub stages: Option<&'a [String]>,
    /// Names of projections, and whether their weights can be seen.
    pub projections: Option<&'a [(String, bool)]>,
    /// What lies at the ends of projections.
    pub ends: Option<&'a [Ends]>,
    /// Populations whose spikes are recorded.
    pub recorded: Option<&'a [String]>,
    /// Projections of whose weights statistics are recorded.
    pub observed: Option<&'a [String]>,
    /// Projections whose weights are recorded, each with the populations at its ends; a matrix with none.
    pub snapped: Option<&'a [(String, Vec<String>)]>,
    /// Layers of an artificial network.
    pub layers: Option<&'a Layers>,
    /// Classes of each task that is learnt.
    pub tasks: Option<&'a [Vec<u8>]>,
    /// Whether there are images.
    pub has_data: bool,
    /// Whether the artificial network is trained, not read.
    pub trained: bool,
    /// The step of sleep.
    pub grid: Option<Duration>,
}

impl<'a> Around<'a> {
    /// Nothing but paths and populations.
    pub fn new(paths: &'a Paths<'a>, known: &'a Known) -> Self {
        Self {
            paths,
            known,
            weight: None,
            duration: None,
            stimuli: None,
            learning: None,
            forces: None,
            modulators: None,
            alterable: None,
            pulsed: None,
            triggers: None,
            oscillations: None,
            stages: None,
            projections: None,
            ends: None,
            recorded: None,
            observed: None,
            snapped: None,
            layers: None,
            tasks: None,
            has_data: true,
            trained: true,
            grid: None,
        }
    }
}

/// Layers of an artificial network.
pub struct Layers {
    /// Neurons of each, input first; at least two.
    pub sizes: Vec<usize>,
    /// Their names.
    pub names: Vec<String>,
}

impl Layers {
    /// Names of all layers but the input.
    pub fn driven(&self) -> &[String] {
        self.names.get(1..).unwrap_or_default()
    }
}

/// Populations as other sections see them.
#[derive(Default)]
pub struct Known {
    /// Names of all, also of those that are at fault.
    pub names: Vec<String>,
    /// Whether every population that is meant is among them.
    pub complete: bool,
    /// Those that are not at fault, and, of one neuron, those that are but whose model is known.
    pub network: Network,
    /// Names of those that are not at fault.
    pub sound: BTreeSet<String>,
}

impl Known {
    /// The population called `name`, if it is not at fault.
    pub fn population(&self, name: &str) -> Option<&Population> {
        let is_sound = self.sound.contains(name);
        is_sound.then(|| self.network.find(name))?
    }

    /// The neuron model of the population called `name`.
    pub fn model(&self, name: &str) -> Option<&'static Model> {
        neuron::model(self.network.find(name)?.model).ok()
    }

    /// The population that `item` names.
    pub fn name(&self, item: &Item<'_>) -> Option<String> {
        const EXPECTED: &str = "the name of a population";
        let text = item.text(EXPECTED)?;
        if self.names.iter().any(|name| name == text) {
            return Some(text.into());
        }
        // A missing population is the one problem to mend, not every mention of it.
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        self.complete.then(|| unknown(item, EXPECTED, &names))?
    }
}
