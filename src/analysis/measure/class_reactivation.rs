//! Which classes the sleep of a layered network is read as.

use super::places::enough;
use super::sleeps::{
    CELLS, LEVEL, MOST, SHUFFLES, WEIGHTS_KEY, WINDOW, dreamt, last_hidden, sleeps, weights,
};
use super::{Chance, Measure, MeasureError, mean};
use crate::analysis::data::Data;
use crate::analysis::dream::{Decoded, Reading, read};
use crate::analysis::layered::{Dream, Sleep};
use crate::analysis::table::{Rows, Table};
use crate::base::parameter::{Dimension, ParameterSpec, Range, Spec, Values};

/// A second class with this share of the first's makes a mixture.
pub const MIXTURE: f64 = 0.5;

/// The measure as users see it.
pub static SPEC: Spec = Spec {
    name: "class_reactivation",
    summary: "which classes the sleep of a layered network is read as by its own readout, against shuffles",
    equations: "a dream: a window of the sleep, counted from its start, in which enough neurons of the last hidden layer fire;  o = W n, \
                n: their numbers of spikes, W: weights onto the output;  class: the largest o;  confidence: its share of all o above \
                0;  shuffled: n dealt to neurons at random;  p = (r + 1) / (shuffles + 1), r shuffles of a confidence as large",
    parameters: &[
        WEIGHTS_KEY,
        WINDOW,
        CELLS,
        MOST,
        SHUFFLES,
        LEVEL,
        ParameterSpec::quantity(
            "mixture",
            Dimension::One,
            Range::Between(0.0, 1.0),
            "a dream is a mixture where a second class has this share of the confidence",
        )
        .or_number(MIXTURE),
    ],
    source: "the readout of the trained network as its decoder; p: Phipson and Smyth 2010",
};

/// Of each sleep how many dreams, how sure, of which classes; and each dream.
pub(super) static MEASURE: Measure = Measure {
    spec: &SPEC,
    run: tables,
};

/// A sleep as its readout reads it.
pub struct Read<'a> {
    /// The sleep.
    pub sleep: &'a Sleep,
    /// Its dreams that were read, each with what it is read as.
    pub dreams: Vec<(Dream, Reading)>,
    /// How many dreams there were.
    pub all: usize,
}

impl Read<'_> {
    /// Those of which a class is told.
    pub fn decoded(&self) -> impl Iterator<Item = Decoded> {
        self.dreams
            .iter()
            .filter_map(|(_, reading)| reading.decoded)
    }

    /// How many classes the readout knows.
    pub fn classes(&self) -> usize {
        let counts = self.dreams.iter().map(|(_, own)| own.chance_classes.len());
        counts.max().unwrap_or(0)
    }

    /// Share of the decoded dreams that are of a class that `is_meant`, and of the shuffles; undefined without any.
    pub fn share(&self, is_meant: impl Fn(usize) -> bool) -> [f64; 2] {
        let own = self.decoded().filter(|own| is_meant(own.class)).count() as f64;
        let dealt = |k: usize| -> u64 {
            let counts = self.dreams.iter().map(|(_, own)| own.chance_classes[k]);
            counts.sum()
        };
        let classes = 0..self.classes();
        let all: u64 = classes.clone().map(dealt).sum();
        let meant: u64 = classes.filter(|&k| is_meant(k)).map(dealt).sum();
        [
            own / self.decoded().count() as f64,
            meant as f64 / all as f64,
        ]
    }

    /// Its numbers, where dreams whose p is up to `level` are told from chance.
    pub fn statistics(&self, level: f64, mixture: f64) -> Statistics {
        let shares: Vec<f64> = self.decoded().map(|own| own.share).collect();
        let dealt = self.dreams.iter().map(|(_, own)| own);
        let (chance, n) = dealt.fold((0.0, 0), |(sum, n), own| {
            let told: u64 = own.chance_classes.iter().sum();
            (sum + own.chance_shares, n + told)
        });
        let mixed = self
            .decoded()
            .filter(|own| own.second >= mixture * own.share);
        let told = self.dreams.iter().filter(|(_, own)| own.p <= level);
        let newest = &self.sleep.newest;
        let [of_newest, dealt] = match newest.is_empty() {
            true => [f64::NAN; 2],
            false => self.share(|class| newest.contains(&class)),
        };
        let alike = newest.len() as f64 / self.sleep.classes.len() as f64;
        Statistics {
            confidence: mean(&shares),
            shuffled: chance / n as f64,
            told: told.count(),
            by_chance: level * self.dreams.len() as f64,
            mixtures: mixed.count() as f64 / shares.len() as f64,
            newest: of_newest,
            newest_shuffled: dealt,
            newest_if_alike: if newest.is_empty() { f64::NAN } else { alike },
        }
    }
}

/// What the dreams of a sleep are like; NaN where that is undefined.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Statistics {
    /// Mean confidence of those of which a class is told.
    pub confidence: f64,
    /// The same of shuffles: mean over those of which a class is told.
    pub shuffled: f64,
    /// Dreams told from chance.
    pub told: usize,
    /// How many of them chance gives.
    pub by_chance: f64,
    /// Share of those with a strong second class.
    pub mixtures: f64,
    /// Share of those of a class of the task learnt last.
    pub newest: f64,
    /// The same of shuffles.
    pub newest_shuffled: f64,
    /// Share of these classes among all seen so far.
    pub newest_if_alike: f64,
}

/// The sleeps as they are read, `values` being complete.
///
/// # Errors
/// If the recording does not have what is needed.
pub fn readings<'a>(
    data: &'a Data,
    values: &Values,
    chance: Chance,
) -> Result<Vec<Read<'a>>, MeasureError> {
    let (layered, sleeps) = sleeps(&SPEC, data, values)?;
    let population = last_hidden(&SPEC, data, layered)?;
    let shuffles = enough(&SPEC, values)? as u32;
    let mut all = Vec::new();
    for sleep in sleeps {
        let (dreams, found) = dreamt(population, sleep, values);
        let readout = weights(sleep, values).last();
        let read = |dream: Dream| {
            let mut stream = chance.event(&population.name, dream.start);
            let reading = read(readout?, &dream.counts, shuffles, &mut stream);
            Some((dream, reading))
        };
        all.push(Read {
            sleep,
            dreams: dreams.into_iter().filter_map(read).collect(),
            all: found,
        });
    }
    Ok(all)
}

fn tables(data: &Data, values: &Values, chance: Chance) -> Result<Vec<Table>, MeasureError> {
    let found = readings(data, values, chance)?;
    let (level, mixture) = (values[LEVEL.name], values["mixture"]);
    let sleeps = found
        .iter()
        .map(|read| (read, read.statistics(level, mixture)));
    let sleeps: Vec<(&Read<'_>, Statistics)> = sleeps.collect();
    let classes = found.iter().flat_map(|read| {
        let share = move |class| (read, class as u64, read.share(|own| own == class));
        (0..read.classes()).map(share)
    });
    let classes: Vec<(&Read<'_>, u64, [f64; 2])> = classes.collect();
    let dreams = found
        .iter()
        .flat_map(|read| read.dreams.iter().map(move |dream| (read, dream)));
    let dreams: Vec<(&Read<'_>, &(Dream, Reading))> = dreams.collect();
    let decoded =
        |reading: &Reading, value: fn(Decoded) -> f64| reading.decoded.map_or(f64::NAN, value);
    Ok(vec![
        Rows::new(SPEC.name, &sleeps)
            .with("sleep", "", "which", |(read, _)| read.sleep.name.clone())
            .with("dreams", "", "how many there are", |(read, _)| {
                read.all as u64
            })
            .with("read", "", "how many of them are read", |(read, _)| {
                read.dreams.len() as u64
            })
            .with(
                "decoded",
                "",
                "of how many of these a class is told: some output is above 0",
                |(read, _)| read.decoded().count() as u64,
            )
            .with(
                "confidence",
                "",
                "mean over those of which a class is told",
                |(_, own)| own.confidence,
            )
            .with("shuffled", "", "the same of shuffles", |(_, own)| {
                own.shuffled
            })
            .with(
                "told",
                "",
                "dreams whose p is not above the level",
                |(_, own)| own.told as u64,
            )
            .with(
                "by_chance",
                "",
                "how many of them chance gives",
                |(_, own)| own.by_chance,
            )
            .with(
                "mixtures",
                "",
                "share of those with a strong second class",
                |(_, own)| own.mixtures,
            )
            .with(
                "newest",
                "",
                "share of those of a class of the task learnt last",
                |(_, own)| own.newest,
            )
            .with("newest_shuffled", "", "the same of shuffles", |(_, own)| {
                own.newest_shuffled
            })
            .with(
                "newest_if_alike",
                "",
                "share of these classes among all seen so far",
                |(_, own)| own.newest_if_alike,
            )
            .table(),
        Rows::new("class_reactivation_class", &classes)
            .with("sleep", "", "which", |(read, ..)| read.sleep.name.clone())
            .with("class", "", "which", |&(_, class, _)| class)
            .with(
                "share",
                "",
                "of the dreams of which a class is told",
                |(.., share)| share[0],
            )
            .with("shuffled", "", "the same of shuffles", |(.., share)| {
                share[1]
            })
            .table(),
        Rows::new("class_reactivation_dream", &dreams)
            .with("sleep", "", "which", |(read, _)| read.sleep.name.clone())
            .with("start", "ms", "when it begins", |(_, own)| {
                own.0.start.as_ms()
            })
            .with("neurons", "", "those that fire", |(_, own)| {
                own.0.counts.len() as u64
            })
            .with(
                "class",
                "",
                "of the largest output; undefined where none is above 0",
                |(_, own)| decoded(&own.1, |own| own.class as f64),
            )
            .with(
                "confidence",
                "",
                "its share of all outputs above 0",
                |(_, own)| decoded(&own.1, |own| own.share),
            )
            .with(
                "second",
                "",
                "the largest share of another class",
                |(_, own)| decoded(&own.1, |own| own.second),
            )
            .with("p", "", "of the confidence", |(_, own)| own.1.p)
            .table(),
    ])
}
