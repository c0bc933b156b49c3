//! How far sequences run that a network was taught, cue by cue.

use std::fmt;
use std::ops::Range;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::analysis::recall::{progress, shuffled};
use crate::analysis::summary::Summary as Sample;
use crate::base::time::Time;
use crate::config::network::{NetworkModel, Recall};
use crate::engine::simulation::Pulse;
use crate::experiment::error::ExperimentError;
use crate::experiment::recurrent::bouts::Part;
use crate::record::output;
use crate::record::table::field;
use crate::report::figure;

/// Name of the figure without its endings.
pub(super) const NAME: &str = "recall";

/// Name of the file of cues.
pub(super) const FILE: &str = "recall.csv";

/// Sees spikes and pulses of a run, and scores each cue.
pub(super) struct Listener {
    stimulus: String,
    /// Index of the population.
    population: usize,
    /// Neurons of the sequence.
    nodes: Range<u32>,
    groups: Vec<Range<usize>>,
    recall: Recall,
    heard: Heard,
}

/// All that changes.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Heard {
    /// Cues whose windows are open.
    open: Vec<Cue>,
    /// Spikes of the sequence's neurons that are not sorted in yet.
    spikes: Vec<(Time, u32)>,
    scores: Vec<Score>,
    /// Cues whose windows were cut short.
    cut: u64,
}

/// What became of the cues of a sequence.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cues {
    /// The scores of those whose windows have closed.
    pub scores: Vec<Score>,
    /// How many had no whole window.
    pub cut: u64,
}

/// A cue, and what came of it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// When it was.
    pub time: Time,
    /// How far the sequence ran: the share of its groups that followed in order.
    pub recall: f64,
    /// The mean of that over all orders of the groups that followed.
    pub shuffled: f64,
}

/// A cue and the first spike of each neuron in its window.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Cue {
    time: Time,
    end: Time,
    first: Vec<Option<Time>>,
}

impl Listener {
    /// For the sequence `recall` of `model`.
    pub(super) fn new(recall: &Recall, model: &NetworkModel) -> Self {
        let mut populations = model.network.populations.iter();
        let population = populations.position(|known| known.name == recall.population);
        let population = population.unwrap_or_default();
        let size = model.network.populations[population].size;
        let neurons = recall.neurons.unwrap_or(size - recall.first);
        let each = (neurons / recall.groups) as usize;
        let groups = (0..recall.groups as usize).map(|k| each * k..each * (k + 1));
        let mut groups: Vec<Range<usize>> = groups.collect();
        if recall.reverse {
            groups.reverse();
        }
        Self {
            stimulus: recall.stimulus.clone(),
            population,
            nodes: recall.first..recall.first + neurons,
            groups,
            recall: recall.clone(),
            heard: Heard::default(),
        }
    }

    pub(super) fn spikes(&mut self, population: usize, t: Time, nodes: &[u32]) {
        if population == self.population {
            let own = nodes.iter().filter(|node| self.nodes.contains(node));
            self.heard.spikes.extend(own.map(|&node| (t, node)));
        }
    }

    /// Takes the pulses since the last time; all spikes before `now` have been seen.
    pub(super) fn pulses(&mut self, pulses: &[Pulse], now: Time) {
        let n = self.nodes.len();
        let own = pulses
            .iter()
            .filter(|pulse| pulse.stimulus == self.stimulus && pulse.is_delivered);
        let cues = own.map(|pulse| Cue {
            time: pulse.time,
            end: pulse
                .time
                .checked_add(self.recall.window)
                .unwrap_or(Time::MAX),
            first: vec![None; n],
        });
        self.heard.open.extend(cues);
        for &(t, node) in &self.heard.spikes {
            for cue in &mut self.heard.open {
                if cue.time <= t && t < cue.end {
                    let first = &mut cue.first[(node - self.nodes.start) as usize];
                    first.get_or_insert(t);
                }
            }
        }
        self.heard.spikes.clear();
        while let Some(cue) = self.heard.open.first()
            && cue.end <= now
        {
            let cue = self.heard.open.remove(0);
            let share = self.recall.share;
            self.heard.scores.push(Score {
                time: cue.time,
                recall: progress(&cue.first, &self.groups, share),
                shuffled: shuffled(&cue.first, &self.groups, share),
            });
        }
    }

    /// The network begins anew: what follows is no answer to the cues before.
    pub(super) fn begin_anew(&mut self) {
        self.heard.cut += self.heard.open.len() as u64;
        self.heard.open.clear();
        self.heard.spikes.clear();
    }

    pub(super) fn heard(&self) -> &Heard {
        &self.heard
    }

    pub(super) fn restore(&mut self, heard: Heard) {
        self.heard = heard;
    }

    pub(super) fn into_cues(mut self) -> Cues {
        self.begin_anew();
        Cues {
            scores: self.heard.scores,
            cut: self.heard.cut,
        }
    }
}

/// How far a sequence ran in a bout.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BoutRecall {
    /// Name of the sequence.
    pub sequence: String,
    /// Name of the bout.
    pub bout: String,
    /// What that has in common with others like it.
    #[serde(skip)]
    pub label: String,
    /// Cues in it, in the seed with the fewest.
    pub cues: usize,
    /// The mean over cues of the share of its groups that followed in order; of several seeds their mean.
    pub recall: f64,
    /// Standard deviation of that over seeds; absent for one seed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recall_sd: Option<f64>,
    /// The recall of each seed.
    pub seeds: Vec<f64>,
    /// The mean recall over all orders in which its groups could have followed; of several seeds their mean.
    pub shuffled: f64,
}

/// That cues of `model` are not scored, of which `seeds` has those of each sequence.
pub(super) fn unscored(model: &NetworkModel, seeds: &[&[Cues]]) -> Vec<String> {
    let said = model.recalls.iter().enumerate().filter_map(|(r, recall)| {
        let cut: u64 = seeds.iter().map(|own| own[r].cut).sum();
        let cues = match cut {
            0 => return None,
            1 => "1 cue has".into(),
            _ => format!("{cut} cues have"),
        };
        let (name, window) = (&recall.name, recall.window);
        Some(format!(
            "`recall.{name}`: {cues} no score: the run, or what the network remembers, ends within the {window} after"
        ))
    });
    said.collect()
}

/// How far each sequence of `model` ran in each bout in which it was cued in all seeds, of which `seeds` has the bouts as they went
/// and the cues of each sequence.
pub(super) fn recalls(model: &NetworkModel, seeds: &[(&[Part], &[Cues])]) -> Vec<BoutRecall> {
    let mut all = Vec::new();
    for (r, recall) in model.recalls.iter().enumerate() {
        for (b, bout) in model.bouts.iter().enumerate() {
            let of = |(parts, cues): &(&[Part], &[Cues])| -> Vec<Score> {
                let Some(Part { start, stop, .. }) = parts.get(b) else {
                    return Vec::new();
                };
                let scores = cues[r].scores.iter();
                let here = scores.filter(|score| (start..stop).contains(&&score.time));
                here.copied().collect()
            };
            let scores: Vec<Vec<Score>> = seeds.iter().map(of).collect();
            let cues = scores.iter().map(Vec::len).min().unwrap_or(0);
            let means = |of: fn(&Score) -> f64| -> Vec<f64> {
                let own = scores
                    .iter()
                    .map(|own| own.iter().map(of).collect::<Vec<_>>());
                own.filter_map(|own| Some(Sample::of(&own)?.mean)).collect()
            };
            let means_shuffled = Sample::of(&means(|score| score.shuffled));
            let means = means(|score| score.recall);
            let (Some(mean), Some(shuffled), 1..) = (Sample::of(&means), means_shuffled, cues)
            else {
                continue;
            };
            all.push(BoutRecall {
                sequence: recall.name.clone(),
                bout: bout.name.clone(),
                label: bout.label().to_owned(),
                cues,
                recall: mean.mean,
                recall_sd: mean.sd,
                seeds: means,
                shuffled: shuffled.mean,
            });
        }
    }
    all
}

/// Writes every cue of the sequences of `model`, a line each, of `seeds` with their bouts as they went and the cues of each sequence.
///
/// # Errors
/// If the file exists or cannot be written.
pub(super) fn write<'s>(
    path: &Path,
    model: &NetworkModel,
    seeds: impl Iterator<Item = (u64, &'s [Part], &'s [Cues])>,
) -> Result<(), ExperimentError> {
    let written = output::write_new(path, |out| {
        writeln!(out, "seed,sequence,bout,time_ms,recall,shuffled")?;
        for (seed, bouts, recalls) in seeds {
            for (recall, Cues { scores, .. }) in model.recalls.iter().zip(recalls) {
                let sequence = field(&recall.name);
                for score in scores {
                    let here = |part: &Part| (part.start..part.stop).contains(&score.time);
                    let bout = bouts.iter().position(here).and_then(|b| model.bouts.get(b));
                    let bout = field(bout.map_or("", |bout| &bout.name));
                    let (ms, ran, shuffled) = (score.time.as_ms(), score.recall, score.shuffled);
                    writeln!(out, "{seed},{sequence},{bout},{ms},{ran},{shuffled}")?;
                }
            }
        }
        Ok(())
    });
    Ok(written?)
}

/// The block of the table that shows `recalls`.
pub(super) fn show(f: &mut fmt::Formatter<'_>, recalls: &[BoutRecall]) -> fmt::Result {
    if recalls.is_empty() {
        return Ok(());
    }
    let longest = |of: fn(&BoutRecall) -> &String| {
        let lengths = recalls.iter().map(|own| of(own).chars().count());
        lengths.max().unwrap_or(0)
    };
    let sequence = longest(|own| &own.sequence).max("sequence".len());
    let bout = longest(|own| &own.bout).max("bout".len());
    writeln!(f)?;
    writeln!(
        f,
        "{:sequence$}  {:bout$}{:>8}{:>18}{:>13}",
        "sequence", "bout", "cues", "recall, %", "shuffled, %"
    )?;
    for own in recalls {
        let sd = own
            .recall_sd
            .map_or(String::new(), |sd| format!(" ± {:.1}", 100.0 * sd));
        let recall = format!("{:.1}{sd}", 100.0 * own.recall);
        let (name, where_) = (&own.sequence, &own.bout);
        writeln!(
            f,
            "{name:sequence$}  {where_:bout$}{:>8}{recall:>18}{:>13.1}",
            own.cues,
            100.0 * own.shuffled
        )?;
    }
    Ok(())
}

/// Draws `recalls` into the folder `directory`.
///
/// # Errors
/// If the figure cannot be written.
pub(super) fn draw(recalls: &[BoutRecall], directory: &Path) -> Result<(), ExperimentError> {
    let mut bouts: Vec<String> = Vec::new();
    let mut names: Vec<String> = Vec::new();
    for own in recalls {
        if !bouts.contains(&own.bout) {
            bouts.push(own.bout.clone());
        }
        if !names.contains(&own.sequence) {
            names.push(own.sequence.clone());
        }
    }
    let scores = |name: String| figure::Scores {
        bouts: bouts
            .iter()
            .map(|bout| {
                let mut own = recalls.iter();
                let own = own.find(|own| own.sequence == name && own.bout == *bout);
                own.map_or(Vec::new(), |own| own.seeds.clone())
            })
            .collect(),
        shuffled: bouts
            .iter()
            .map(|bout| {
                let mut own = recalls.iter();
                let own = own.find(|own| own.sequence == name && own.bout == *bout);
                own.map(|own| own.shuffled)
            })
            .collect(),
        name,
    };
    let figure = figure::Recall {
        scores: names.into_iter().map(scores).collect(),
        bouts,
    };
    figure.draw(&directory.join(NAME))?;
    Ok(())
}
