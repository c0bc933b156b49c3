//! `[[bout]]`: what happens one after the other.

use crate::base::time::Duration;
use crate::config::form::{
    Altered, Around, How, Keys, Known, Table, altered, each, force_name, given, learning_name,
    modulator_levels, shortest, span, stimulus_name, text, trigger_name, words,
};
use crate::config::network::until::until;
use crate::config::reader::Section;
use crate::engine::simulation::{Keep, Ramp, Regime, Until};
use crate::network::path::{Alterations, BASELINE};
use crate::network::{Network, ParameterPath, Part, PathError};
use crate::stimulus;

/// An uninterrupted stretch of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Bout {
    /// Name: also of the random streams that begin with it, but for the first.
    pub name: String,
    /// What it is called in run files beside its name, if anything: by default the stage that it is in.
    pub kind: Option<String>,
    /// How long it lasts, above zero; the longest where it may end before.
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
    /// Numbers that are altered, and how many times what was declared they are; each once, by path, as the next two are.
    pub factor: Vec<Altered>,
    /// How much is added then.
    pub offset: Vec<Altered>,
    /// What they are, in place of both.
    pub value: Vec<Altered>,
    /// How long the way to what is altered takes, at most the bout; `None` for at once.
    pub ramp: Option<Duration>,
    /// The longest step of it.
    pub ramp_step: Duration,
    /// Names of the triggers that find anything, none twice, in the order of the network.
    pub triggers: Vec<String>,
    /// What ends it before its time.
    pub until: Option<Until>,
}

/// The longest step of a ramp: a twentieth of a slow oscillation of a second, some thousand of which make a minute.
const RAMP_STEP: Duration = Duration::from_ps(50_000_000_000);

/// Most bouts of a run: written out, as `check` does, they fit into a model file.
pub(super) const MOST_BOUTS: usize = 4096;

/// Name of the one bout of a model file that has a `duration` and no bouts.
pub const RUN: &str = "run";

impl Bout {
    /// What it has in common with others like it: its kind, or else its name.
    pub fn label(&self) -> &str {
        self.kind.as_ref().unwrap_or(&self.name)
    }

    /// A bout called `name` with everything on: what is known of stimuli, projections that learn, and forces.
    pub(in crate::config) fn new(name: String, around: &Around<'_>) -> Self {
        let all = |known: Option<&[String]>| known.unwrap_or_default().to_vec();
        Self {
            stimuli: all(around.stimuli),
            learning: all(around.learning),
            homeostasis: all(around.forces),
            triggers: all(around.triggers),
            ..Self::bare(name)
        }
    }

    /// A bout called `name` with everything off.
    pub(in crate::config) fn bare(name: String) -> Self {
        Self {
            name,
            kind: None,
            duration: Duration::ZERO,
            stimuli: Vec::new(),
            keep: Keep::All,
            learning: Vec::new(),
            modulators: Vec::new(),
            homeostasis: Vec::new(),
            triggers: Vec::new(),
            factor: Vec::new(),
            offset: Vec::new(),
            value: Vec::new(),
            ramp: None,
            ramp_step: RAMP_STEP,
            until: None,
        }
    }

    /// Numbers of one kind that are altered.
    fn of(&self, how: How) -> &[Altered] {
        match how {
            How::Factor => &self.factor,
            How::Offset => &self.offset,
            How::Value => &self.value,
        }
    }

    /// What becomes of each number that is altered.
    fn all_altered(&self) -> Alterations {
        let mut all = Alterations::new();
        for (name, level) in &self.modulators {
            let path = ParameterPath::new(Part::Modulator, name, BASELINE);
            all.insert(path, How::Value.with(*level));
        }
        for how in How::ALL {
            for Altered { path, number, .. } in self.of(how) {
                let alteration = all.entry(path.clone()).or_default();
                match how {
                    How::Offset => alteration.offset = *number,
                    _ => *alteration = how.with(*number),
                }
            }
        }
        all
    }

    /// What is different in it from `network` as declared.
    pub fn regime(&self, network: &Network) -> Regime {
        let still = network
            .learning()
            .filter(|name| !self.learning.contains(name));
        let forces = network.homeostasis.iter().map(|force| &force.name);
        let suspended = forces.filter(|name| !self.homeostasis.contains(name));
        let triggers = network.triggers.iter().map(|trigger| &trigger.name);
        let deaf = triggers.filter(|name| !self.triggers.contains(name));
        let mut alterations = self.all_altered();
        // What is left as it was declared is not altered: a network without is the same to the bit.
        alterations.retain(|path, how| {
            let declared = network.changeable(path);
            declared.is_ok_and(|declared| !declared.is_left_by(*how))
        });
        let ramp = self.ramp.map(|length| Ramp {
            length,
            step: self.ramp_step,
        });
        Regime {
            alterations,
            ramp,
            deaf: deaf.cloned().collect(),
            still: still.cloned().collect(),
            suspended: suspended.cloned().collect(),
            until: self.until.clone(),
        }
    }

    /// The key `stimuli`.
    pub(super) fn stimuli(&mut self, k: &mut Keys<'_>) {
        let what = "stimuli that are on; their own times count from when they are switched on";
        let stimuli = each(stimulus_name(), "stimulus", true);
        k.told("stimuli", "all", &mut self.stimuli, stimuli, what);
        self.stimuli.sort();
    }

    /// Keys of what is altered.
    pub(super) fn altering(&mut self, k: &mut Keys<'_>) {
        let what = "numbers by path, such as \"population.e.b\", and how many times what was declared they are in it";
        let none = "none";
        k.told("factor", none, &mut self.factor, altered(How::Factor), what);
        let what = "numbers by path, and how much more than declared they are, after the factor";
        k.told("offset", none, &mut self.offset, altered(How::Offset), what);
        let what = "numbers by path, and what they are in it, for all neurons or synapses";
        k.told("value", none, &mut self.value, altered(How::Value), what);
        let what = "how long the way from what was altered before takes, such as \"5 s\", at most the bout";
        k.told("ramp", "at once", &mut self.ramp, given(span()), what);
        let what = "the longest step of a ramp, which has four at least; each comes at its end to what the ramp is there";
        k.or("ramp_step", &mut self.ramp_step, span(), what);
    }

    /// Checks that the network can be what is said of its numbers; reports at the key what cannot.
    pub(super) fn check_altered(&self, section: &Section<'_>, around: &Around<'_>) -> bool {
        let Some(network) = around.alterable else {
            return true;
        };
        let report = |path: Option<&ParameterPath>, message: String, help: Option<String>| {
            let tables = How::ALL.iter().rev();
            let tables = tables.filter(|how| section.has(how.key()));
            let mut found = tables.filter_map(|how| {
                let table = section.get(how.key())?.named_section()?;
                table.ignore();
                table.get(&path?.to_string())
            });
            match found.next() {
                Some(item) => {
                    let message = format!("`{}`: {message}", item.path);
                    item.reader.problem(item.key_origin, message, help);
                }
                None => {
                    let message = format!("`{}`: {message}", section.path());
                    section.reader.problem(section.origin, message, help);
                }
            }
            false
        };
        let mut good = self.check_steps(section);
        for Altered { path, .. } in &self.value {
            let others = self.factor.iter().chain(&self.offset);
            if others.clone().any(|other| other.path == *path) {
                let message =
                    "found a `value` beside a `factor` or an `offset`, expected one or the other";
                good = report(Some(path), message.into(), None);
            }
        }
        for Altered { path, .. } in How::ALL.iter().flat_map(|how| self.of(*how)) {
            let is_modulator = path.part == Part::Modulator;
            if is_modulator && self.modulators.iter().any(|(name, _)| *name == path.name) {
                let message = "`modulators` says what the baseline is, expected one or the other";
                good = report(Some(path), message.into(), None);
            }
        }
        let all = self.all_altered();
        for (path, how) in &all {
            if let Err(error) = network.check_alteration(path, *how) {
                good = report(Some(path), error.to_string(), error.help());
            }
        }
        if good && let Err(error) = network.check_alterations(&all) {
            let at = match &error {
                PathError::Values { part, name, error } => error
                    .parameter()
                    .map(|parameter| ParameterPath::new(*part, name, parameter)),
                _ => None,
            };
            let at = at.filter(|at| all.contains_key(at));
            good = report(at.as_ref(), error.to_string(), error.help());
        }
        good
    }

    /// Checks that a step is one of a ramp; a stage may leave that to its bouts. A resolved model has every default.
    pub(super) fn check_step(&self, section: &Section<'_>) -> bool {
        let is_idle = self.ramp.is_none() && self.ramp_step != RAMP_STEP;
        let step = section.get("ramp_step").filter(|_| is_idle);
        let expected = "none without a `ramp`, the steps of which it is the longest of";
        step.is_none_or(|item| item.refuse::<()>(expected, None).is_some())
    }

    /// Checks that a ramp has no more steps than can be waited for; reports at its keys what has.
    fn check_steps(&self, section: &Section<'_>) -> bool {
        /// Each stops all lanes: a million take 21 s for ten neurons.
        const MOST: i64 = 1_000_000;
        let Some(ramp) = self.ramp else { return true };
        if ramp.ps() / self.ramp_step.ps().max(1) <= MOST {
            return true;
        }
        let least = shortest(ramp, MOST);
        // What is copied is refused where it was written.
        if let Some(item) = section.get("ramp_step") {
            let expected =
                format!("at least {least}, for at most {MOST} steps of the ramp of {ramp}");
            item.refuse::<()>(&expected, None);
        } else if let Some(item) = section.get("ramp") {
            let expected = format!("at most {MOST} steps, so `ramp_step` of at least {least}");
            item.refuse::<()>(&expected, None);
        }
        false
    }

    /// Keys of what acts on synapses.
    pub(super) fn acting(&mut self, k: &mut Keys<'_>) {
        let what = "projections whose synapses learn; the others keep their weights but for slow forces; their traces of spikes go on, and what else they remember fades";
        let learning = each(learning_name(), "projection", true);
        k.told("learning", "all", &mut self.learning, learning, what);
        self.learning.sort();
        let what = "slow forces on weights that act";
        let forces = each(force_name(), "force", true);
        k.told("homeostasis", "all", &mut self.homeostasis, forces, what);
        self.homeostasis.sort();
        let what = "triggers that find anything; the others set off nothing";
        let triggers = each(trigger_name(), "trigger", true);
        k.told("triggers", "all", &mut self.triggers, triggers, what);
        self.triggers.sort();
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
        let what = "what kind of bout it is: `kind` in run files, by which `analyse --bout` finds all of a kind";
        let kind = given(text("a word, such as \"wake\""));
        k.told("kind", "its stage, or run", &mut self.kind, kind, what);
        let what = "how long it lasts, such as \"60 s\"; at most, where it has `until`";
        k.need("duration", &mut self.duration, span(), what);
        self.stimuli(k);
        let what = "what is kept of the state before it: everything, or the weights alone, with every neuron at rest, no spike on its way, and stimuli, clocks, oscillations and short-term plasticity at their begin";
        let keep = words(&[("all", Keep::All), ("weights", Keep::Weights)]);
        k.or("keep", &mut self.keep, keep, what);
        self.acting(k);
        until(&mut self.until, k);
        self.altering(k);
    }
}

/// Whether something drives every modulator; reports those of which there never is any.
pub(super) fn drive_modulators(root: &Section<'_>, known: &Known, bouts: &[Bout]) -> bool {
    let mut good = true;
    let section = root.get("modulator").and_then(|item| item.named_section());
    // Read before.
    section.iter().for_each(Section::ignore);
    for modulator in &known.network.modulators {
        let baseline = ParameterPath::new(Part::Modulator, &modulator.name, BASELINE);
        let given = |bout: &Bout| bout.all_altered().contains_key(&baseline);
        let driven = modulator.kinetics.baseline != 0.0
            || !modulator.released_by.is_empty()
            || !modulator.triggers.is_empty()
            || bouts.iter().any(given);
        let item = section
            .as_ref()
            .and_then(|section| section.get(&modulator.name));
        // Who says that there is none knows: a program that runs the network step by step may release some.
        if driven || item.as_ref().is_some_and(|item| item.has(BASELINE)) {
            continue;
        }
        good = false;
        if let Some(item) = item {
            let message = format!(
                "`{}`: nothing drives it, so that there never is any",
                item.path
            );
            let help = "give it `released_by`, `triggers` or a `baseline`, or a bout `modulators`; `baseline = 0` where a program releases it";
            item.reader
                .problem(item.key_origin, message, Some(help.into()));
        }
    }
    good
}

/// Whether every pulse fits into each of `bouts` in which its stimulus is on; reports those that do not.
pub(super) fn fit_pulses(root: &Section<'_>, network: &Network, bouts: &[Bout]) -> bool {
    let mut good = true;
    let section = root.get("stimulus").and_then(|item| item.named_section());
    // Read before.
    section.iter().for_each(Section::ignore);
    for stimulus in &network.stimuli {
        let brings = stimulus::entry(stimulus.kind.spec.name)
            .and_then(|entry| (entry.build)(&stimulus.kind.values));
        let Some(length) = brings.ok().and_then(|brings| brings.pulse()) else {
            continue;
        };
        let mut on = bouts
            .iter()
            .filter(|bout| bout.stimuli.contains(&stimulus.name));
        let Some(short) = on.find(|bout| bout.duration < length) else {
            continue;
        };
        good = false;
        let item = section
            .as_ref()
            .and_then(|section| section.get(&stimulus.name));
        if let Some(item) = item {
            let message = format!(
                "`{}`: a pulse lasts {length}, and the bout `{}`, in which it is on, only {}",
                item.path, short.name, short.duration
            );
            let help = "give the bout `stimuli` without it, or make the pulse shorter";
            item.reader
                .problem(item.key_origin, message, Some(help.into()));
        }
    }
    good
}
