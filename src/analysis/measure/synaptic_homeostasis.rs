//! What became of weights: whether they fell as a whole, and the strong ones kept their place.

use super::{Chance, Measure, MeasureError, lacks, sd};
use crate::analysis::data::{Data, Reweighted};
use crate::analysis::table::{Rows, Table};
use crate::base::parameter::{Dimension, ParameterSpec, Range, Spec, Values};
use crate::base::time::{MS_PER_S, Time};

static SPEC: Spec = Spec {
    name: "synaptic_homeostasis",
    summary: "what became of recorded weights from the first to the last look at them: total, spread, and which are strong",
    equations: "w: weights without sign;  total_ratio = sum(w after) / sum(w before);  log_sd: standard deviation of ln w, of those above 0;  \
                strong: the `share` of synapses with the largest w before, of those there both times;  overlap: the share of these that are \
                among as many strongest after, `share` by chance;  strong_ratio, rest_ratio: sum(w after) / sum(w before) of strong ones, of \
                others;  contrast = mean(w of strong ones) / mean(w of others), signal to noise of weights",
    parameters: &[ParameterSpec::quantity(
        "share",
        Dimension::One,
        Range::Between(0.0, 1.0),
        "how many of the synapses are strong",
    )
    .or_number(0.1)],
    source: "Tononi, Cirelli 2014, Neuron 81:12 (net downscaling that spares the strong); the measures are ours",
};

/// Of each projection and stretch of time.
pub(super) static MEASURE: Measure = Measure {
    spec: &SPEC,
    run: tables,
};

/// What is told of a projection.
struct Told<'a> {
    of: &'a Reweighted,
    total_ratio: f64,
    log_sd: [f64; 2],
    strong: Strong,
}

/// What became of the strongest.
struct Strong {
    n: usize,
    overlap: f64,
    ratio: f64,
    rest_ratio: f64,
    contrast: [f64; 2],
}

fn tables(data: &Data, values: &Values, _: Chance) -> Result<Vec<Table>, MeasureError> {
    if data.weights.is_empty() {
        return Err(lacks(
            &SPEC,
            "found no projection of which weights were recorded twice or more within what is looked at, expected one: \
             `weights = { projection = \"…\", every = \"…\" }` under [record]",
        ));
    }
    let share = values["share"];
    let told: Vec<Told<'_>> = data.weights.iter().map(|of| told(of, share)).collect();
    let seconds = |time: Time| time.as_ms() / MS_PER_S;
    let table = Rows::new("synaptic_homeostasis", &told)
        .with("projection", "", "which", |own| own.of.projection.clone())
        .with(
            "from",
            "s",
            "when its weights were looked at first",
            |own| seconds(own.of.from),
        )
        .with("to", "s", "and last", |own| seconds(own.of.to))
        .with("synapses", "", "that were there both times", |own| {
            own.of.kept.len() as u64
        })
        .with("lost", "", "that were there at first alone", |own| {
            own.of.lost.len() as u64
        })
        .with("gained", "", "that were there at last alone", |own| {
            own.of.gained.len() as u64
        })
        .with("total_ratio", "", "total weight, last over first", |own| {
            own.total_ratio
        })
        .with(
            "log_sd_before",
            "",
            "spread of logarithms of weights at first",
            |own| own.log_sd[0],
        )
        .with("log_sd_after", "", "and at last", |own| own.log_sd[1])
        .with(
            "strong",
            "",
            "synapses that were the strongest at first",
            |own| own.strong.n as u64,
        )
        .with(
            "overlap",
            "",
            "share of these that are among as many strongest at last",
            |own| own.strong.overlap,
        )
        .with("strong_ratio", "", "their weight, last over first", |own| {
            own.strong.ratio
        })
        .with("rest_ratio", "", "that of the others", |own| {
            own.strong.rest_ratio
        })
        .with(
            "contrast_before",
            "",
            "mean weight of strong ones over that of others at first",
            |own| own.strong.contrast[0],
        )
        .with("contrast_after", "", "and at last", |own| {
            own.strong.contrast[1]
        });
    Ok(vec![table.table()])
}

fn told(of: &Reweighted, share: f64) -> Told<'_> {
    let kept = || of.kept.iter();
    let before: Vec<f64> = kept()
        .map(|pair| pair.0)
        .chain(of.lost.iter().copied())
        .collect();
    let after: Vec<f64> = kept()
        .map(|pair| pair.1)
        .chain(of.gained.iter().copied())
        .collect();
    Told {
        of,
        total_ratio: total(&after) / total(&before),
        log_sd: [log_sd(&before), log_sd(&after)],
        strong: strong(&of.kept, share),
    }
}

fn total(weights: &[f64]) -> f64 {
    weights.iter().map(|weight| weight.abs()).sum()
}

/// The standard deviation of logarithms.
fn log_sd(weights: &[f64]) -> f64 {
    let logs: Vec<f64> = weights
        .iter()
        .filter(|weight| **weight != 0.0)
        .map(|weight| libm::log(weight.abs()))
        .collect();
    sd(&logs)
}

/// Which of the weights are the `n` strongest, of equals the first ones.
fn strongest(weights: impl Iterator<Item = f64>, n: usize) -> Vec<bool> {
    let mut all: Vec<(usize, f64)> = weights.map(f64::abs).enumerate().collect();
    let mut is_strong = vec![false; all.len()];
    if n < all.len() {
        all.select_nth_unstable_by(n, |a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    }
    all.truncate(n);
    all.iter().for_each(|&(place, _)| is_strong[place] = true);
    is_strong
}

fn strong(kept: &[(f64, f64)], share: f64) -> Strong {
    let n = (kept.len() as f64 * share).ceil() as usize;
    let was = strongest(kept.iter().map(|pair| pair.0), n);
    let is = strongest(kept.iter().map(|pair| pair.1), n);
    let stayed = was.iter().zip(&is).filter(|(was, is)| **was && **is);
    let stayed = stayed.count();
    let sum = |strong: bool, of: fn(&(f64, f64)) -> f64| {
        let own = kept.iter().zip(&was).filter(|(_, was)| **was == strong);
        own.map(|(pair, _)| of(pair).abs()).sum::<f64>()
    };
    let [strong, rest] =
        [true, false].map(|own| [sum(own, |pair| pair.0), sum(own, |pair| pair.1)]);
    let others = (kept.len() - n) as f64;
    Strong {
        n,
        overlap: stayed as f64 / n as f64,
        ratio: strong[1] / strong[0],
        rest_ratio: rest[1] / rest[0],
        contrast: [0, 1].map(|k| strong[k] / n as f64 / (rest[k] / others)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let pairs = (1..=10).map(|k| (f64::from(k), 0.5 * f64::from(k)));
        let mut kept: Vec<(f64, f64)> = pairs.collect();
        // The strongest stays as it is, the second falls below the third.
        (kept[9], kept[8]) = ((10.0, 10.0), (-9.0, -1.0));
        let of = Reweighted {
            projection: "p".into(),
            from: Time::ZERO,
            to: Time::ZERO,
            kept,
            lost: vec![5.0],
            gained: vec![0.0, 1.0],
        };
        let Told {
            total_ratio,
            log_sd,
            strong,
            ..
        } = told(&of, 0.2);
        // 18 of the first eight, 1 and 10, and what came; 55 and what went.
        assert_eq!(total_ratio, (18.0 + 1.0 + 10.0 + 1.0) / 60.0);
        let logs = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 5.0_f64].map(f64::ln);
        let mean = logs.iter().sum::<f64>() / 11.0;
        let variance = logs.iter().map(|log| (log - mean).powi(2)).sum::<f64>() / 10.0;
        assert!((log_sd[0] - variance.sqrt()).abs() < 1e-12);
        assert_eq!((strong.n, strong.overlap), (2, 0.5));
        assert_eq!((strong.ratio, strong.rest_ratio), (11.0 / 19.0, 0.5));
        assert_eq!(
            strong.contrast,
            [(19.0 / 2.0) / (36.0 / 8.0), (11.0 / 2.0) / (18.0 / 8.0)]
        );
    }

    #[test]
    fn what_is_not_there_is_undefined() {
        let strong = strong(&[], 0.1);
        assert!(strong.overlap.is_nan() && strong.contrast[0].is_nan());
        assert!(log_sd(&[0.0]).is_nan());
    }
}
