//! `[record]`: which weights go into the run file, and when.

use crate::base::time::Duration;
use crate::config::form::{
    Around, Ends, Form, Keys, Table, count, each, instant, period, weights_name,
};
use crate::config::reader::Item;
pub use crate::run::instant::Instants;

/// Most instants at which all weights are looked at: each cuts the run, as a force does.
const MOST_INSTANTS: i64 = 10_000_000;

/// Weights of dense projections as they stand at some instants, after everything that happens then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedWeights {
    /// Names of the projections, at least one, none twice.
    pub projections: Vec<String>,
    /// When.
    pub instants: Instants,
}

/// How the weights of projections spread at some instants, after everything that happens then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedStatistics {
    /// Names of the projections, at least one, none twice.
    pub projections: Vec<String>,
    /// When.
    pub instants: Instants,
    /// Bins of the histograms, at least 1.
    pub bins: u32,
    /// Synapses of each projection that are followed one by one.
    pub tracked: u32,
    /// Source and target of pairs that are followed too, none twice; targets are counted over the target populations.
    pub pairs: Vec<(u32, u32)>,
}

impl Default for RecordedWeights {
    fn default() -> Self {
        Self {
            projections: Vec::new(),
            instants: Instants::At(Vec::new()),
        }
    }
}

impl Table for RecordedWeights {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let projections = each(weights_name(), "projection", false);
        let what = "whose weights are recorded, such as [\"hidden1_output\"]";
        k.need("projection", &mut self.projections, projections, what);
        instants(&mut self.instants, k);
    }
}

/// The keys `at` and `every`, of which one is given.
fn instants(instants: &mut Instants, k: &mut Keys<'_>) {
    match k.either(&["at"], &["every"]) {
        Some(false) => *instants = Instants::At(Vec::new()),
        Some(true) => *instants = Instants::Every(Duration::ZERO),
        None => {}
    }
    match instants {
        Instants::At(listed) => {
            let what = "the instants, such as [\"0 s\", \"1 s\"], or `every`, the time between two of them";
            let each = each(instant(), "instant", false);
            k.need("at", listed, each, what);
            listed.sort_unstable();
        }
        Instants::Every(every) => {
            let what =
                "the time between two instants, in place of `at`; start and end are included";
            k.need("every", every, period(MOST_INSTANTS), what);
        }
    }
}

impl Default for RecordedStatistics {
    fn default() -> Self {
        /// As fine as a figure shows them.
        const BINS: u32 = 50;
        /// As many lines as can be told from each other, and then some.
        const TRACKED: u32 = 20;
        Self {
            projections: Vec::new(),
            instants: Instants::At(Vec::new()),
            bins: BINS,
            tracked: TRACKED,
            pairs: Vec::new(),
        }
    }
}

impl Table for RecordedStatistics {
    fn keys(&mut self, k: &mut Keys<'_>) {
        /// Finer than any weights are told apart, and little to hold.
        const MOST_BINS: u64 = 10_000;
        /// Whoever wants more of them records the weights themselves.
        const MOST_TRACKED: u64 = 10_000;
        let projections = each(weights_name(), "projection", false);
        let what = "whose weights are observed, such as [\"e_e\"]";
        k.need("projection", &mut self.projections, projections, what);
        instants(&mut self.instants, k);
        let what = "bins of the histograms, over the bounds of the rule, or from the least weight to the largest where it has none";
        k.or("bins", &mut self.bins, count(1, MOST_BINS), what);
        let what = "synapses of each projection, drawn by its name, whose own weights are recorded; none where synapses come and go";
        k.or("tracked", &mut self.tracked, count(0, MOST_TRACKED), what);
        let what = "of one projection alone: pairs of source and target, such as [[3, 7]], whose weight is recorded too: that of all their synapses, NaN while \
                    there is none; targets are counted over the target populations one after the other";
        let form = pairs(&self.projections);
        k.or("pairs", &mut self.pairs, form, what);
        if !self.pairs.is_empty() && self.projections.len() > 1 {
            k.refuse("pairs", "none, as `projection` names several projections");
        }
    }
}

/// Whether synapses of the neuron `found`, which `item` is, learn, as far as the list `key` of `plasticity` says; reports it if
/// they do not.
fn learns(ends: &Ends, key: &str, found: u32, item: &Item<'_>) -> bool {
    let list = ends.learning[usize::from(key == "targets")].as_ref();
    if list.is_none_or(|list| list.contains(&found)) {
        return true;
    }
    let path = format!("projection.{}.plasticity.{key}", ends.projection);
    let expected =
        format!("one of `{path}`: synapses of others do not learn, and are not observed");
    item.refuse::<()>(&expected, None).is_some()
}

/// Pairs of source and target of the one of `projections`.
fn pairs(projections: &[String]) -> Form<'static, Vec<(u32, u32)>> {
    let of = projections.first().cloned();
    let read = move |item: &Item<'_>, around: &Around<'_>| {
        const EXPECTED: &str = "an array of pairs of numbers of neurons, such as [[3, 7], [4, 7]]";
        let ends = around.ends.unwrap_or_default().iter();
        let ends = of.as_ref().zip(Some(ends));
        let ends = ends.and_then(|(of, mut ends)| ends.find(|ends| ends.projection == *of));
        let sizes = ends.map_or([u32::MAX; 2], |ends| ends.sizes);
        let mut pairs: Vec<(u32, u32)> = item.list(EXPECTED, |entry| {
            const EXPECTED: &str = "a source and a target, such as [3, 7]";
            let items = entry.items(EXPECTED)?;
            let [source, target] = items.as_slice() else {
                return entry.refuse(EXPECTED, None);
            };
            let node = |item: &Item<'_>, size: u32, which: &str| {
                let found: u32 = (count(0, u32::MAX.into()).read)(item, around)?;
                match found < size {
                    true => Some(found),
                    false => item.refuse(
                        &format!(
                            "0 to {}, the neurons of the {which}",
                            size.saturating_sub(1)
                        ),
                        None,
                    ),
                }
            };
            let pair = (
                node(source, sizes[0], "source")?,
                node(target, sizes[1], "targets")?,
            );
            let learns = ends.is_none_or(|ends| {
                learns(ends, "sources", pair.0, source) && learns(ends, "targets", pair.1, target)
            });
            learns.then_some(pair)
        })?;
        pairs.sort_unstable();
        pairs.dedup();
        Some(pairs)
    };
    let write = |all: &Vec<(u32, u32)>, _| {
        let all = all
            .iter()
            .map(|(source, target)| format!("[{source}, {target}]"));
        format!("[{}]", all.collect::<Vec<_>>().join(", "))
    };
    Form::new("[[number, number], …]", read, write)
}
