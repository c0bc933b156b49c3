//! `[[bout]]`: what happens one after the other.

use crate::base::time::Duration;
use crate::config::form::{
    Around, Keys, Known, Table, each, force_name, learning_name, modulator_levels, span,
    stimulus_name, text, words,
};
use crate::config::reader::Section;
use crate::engine::simulation::{Keep, Regime};
use crate::network::Network;

/// An uninterrupted stretch of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Bout {
    /// Name: also of the random streams that begin with it, but for the first.
    pub name: String,
    /// How long it lasts, above zero.
    pub duration: Duration,
    /// Names of the stimuli that are on, none twice, in the order of the network.
    pub stimuli: Vec<String>,
    /// What is kept of the network's state before it.
    pub keep: Keep,
    /// Names of the projections that learn, none twice, in the order of the network.
    pub learning: Vec<String>,
    /// Baselines of modulators that differ from their own, by their names.
    pub modulators: Vec<(String, f64)>,
    /// Names of the slow forces that act, none twice, in the order of the network.
    pub homeostasis: Vec<String>,
}

/// Most bouts of a run: written out, as `check` does, they fit into a model file.
pub(super) const MOST_BOUTS: usize = 4096;

/// Name of the one bout of a model file that has a `duration` and no bouts.
pub const RUN: &str = "run";

impl Bout {
    /// A bout called `name` with everything on: what is known of stimuli, projections that learn, and forces.
    pub(in crate::config) fn new(name: String, around: &Around<'_>) -> Self {
        let all = |known: Option<&[String]>| known.unwrap_or_default().to_vec();
        Self {
            name,
            duration: Duration::ZERO,
            stimuli: all(around.stimuli),
            keep: Keep::All,
            learning: all(around.learning),
            modulators: Vec::new(),
            homeostasis: all(around.forces),
        }
    }

    /// What is different in it from `network` as declared.
    pub fn regime(&self, network: &Network) -> Regime {
        let still = network
            .learning()
            .filter(|name| !self.learning.contains(name));
        let forces = network.homeostasis.iter().map(|force| &force.name);
        let suspended = forces.filter(|name| !self.homeostasis.contains(name));
        Regime {
            still: still.cloned().collect(),
            suspended: suspended.cloned().collect(),
            baselines: self.modulators.clone(),
        }
    }

    /// The key `stimuli`.
    pub(super) fn stimuli(&mut self, k: &mut Keys<'_>) {
        let what = "stimuli that are on; their own times count from when they are switched on";
        let stimuli = each(stimulus_name(), "stimulus", true);
        k.told("stimuli", "all", &mut self.stimuli, stimuli, what);
        self.stimuli.sort();
    }

    /// Keys of what acts on synapses.
    pub(super) fn acting(&mut self, k: &mut Keys<'_>) {
        let what = "projections whose synapses learn; the others keep their weights";
        let learning = each(learning_name(), "projection", true);
        k.told("learning", "all", &mut self.learning, learning, what);
        self.learning.sort();
        let what = "slow forces on weights that act";
        let forces = each(force_name(), "force", true);
        k.told("homeostasis", "all", &mut self.homeostasis, forces, what);
        self.homeostasis.sort();
        let what = "baselines of modulators in it";
        k.told(
            "modulators",
            "their own",
            &mut self.modulators,
            modulator_levels(),
            what,
        );
    }
}

impl Table for Bout {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let what = "names it in figures and files, and the random streams that begin with it";
        let name = text("a name");
        let default = "its stage, or bout N";
        k.told("name", default, &mut self.name, name, what);
        let what = "how long it lasts, such as \"60 s\"";
        k.need("duration", &mut self.duration, span(), what);
        self.stimuli(k);
        let what = "what is kept of the state before it: everything, or the weights alone, with every neuron at rest";
        let keep = words(&[("all", Keep::All), ("weights", Keep::Weights)]);
        k.or("keep", &mut self.keep, keep, what);
        self.acting(k);
    }
}

/// Whether something drives every modulator; reports those of which there never is any.
pub(super) fn drive_modulators(root: &Section<'_>, known: &Known, bouts: &[Bout]) -> bool {
    let mut good = true;
    let section = root.get("modulator").and_then(|item| item.named_section());
    // Read before.
    section.iter().for_each(Section::ignore);
    for modulator in &known.network.modulators {
        let given = |bout: &Bout| {
            bout.modulators
                .iter()
                .any(|(name, _)| *name == modulator.name)
        };
        let driven = modulator.kinetics.baseline != 0.0
            || !modulator.released_by.is_empty()
            || bouts.iter().any(given);
        if driven {
            continue;
        }
        good = false;
        let item = section
            .as_ref()
            .and_then(|section| section.get(&modulator.name));
        if let Some(item) = item {
            let message = format!(
                "`{}`: nothing drives it, so that there never is any",
                item.path
            );
            let help = "give it `released_by` or a `baseline`, or a bout `modulators`";
            item.reader
                .problem(item.key_origin, message, Some(help.into()));
        }
    }
    good
}
