//! What a run of a network is measured by: rates of populations and how far sequences run, in all and in bouts.

use crate::config::network::NetworkModel;
use crate::experiment::recurrent::summary::Summary;

/// What the names of measures of rates end in.
const RATE: &str = "_hz";

/// What those of the irregularity of spikes end in.
const IRREGULARITY: &str = "_cv";

/// Names of what runs of `model` are measured by: `e_hz` and `e_cv` of a population, and in bouts `N3.e_hz` and, of a sequence,
/// `N3.track`. Bouts of one kind are taken together.
pub(super) fn names(model: &NetworkModel) -> Vec<String> {
    let populations = || model.network.populations.iter().map(|it| &it.name[..]);
    let mut names: Vec<String> = populations()
        .flat_map(|name| [RATE, IRREGULARITY].map(|what| format!("{name}{what}")))
        .collect();
    if model.bouts.len() == 1 {
        names.extend(model.recalls.iter().map(|it| it.name.clone()));
        return names;
    }
    let mut labels: Vec<&str> = Vec::new();
    for label in model.bouts.iter().map(|bout| bout.label()) {
        if !labels.contains(&label) {
            labels.push(label);
        }
    }
    for label in labels {
        names.extend(populations().map(|name| format!("{label}.{name}{RATE}")));
        let sequences = model.recalls.iter().map(|it| &it.name);
        names.extend(sequences.map(|name| format!("{label}.{name}")));
    }
    names
}

/// The value of one of [`names`] in `summary`, of a run of one seed, if it has one.
pub(super) fn value(summary: &Summary, name: &str) -> Option<f64> {
    of_populations(summary, name)
        .or_else(|| rate(summary, name))
        .or_else(|| recall(summary, name))
}

fn of_populations(summary: &Summary, name: &str) -> Option<f64> {
    summary
        .populations
        .iter()
        .find_map(|row| match name.strip_prefix(&row.population)? {
            RATE => Some(row.rate_hz),
            IRREGULARITY => row.interval_cv,
            _ => None,
        })
}

/// The mean rate of a population over all bouts of a label.
fn rate(summary: &Summary, name: &str) -> Option<f64> {
    let (mut spikes, mut seconds) = (0.0, 0.0);
    for bout in &summary.bouts {
        let Some(rest) = rest_of(name, &bout.label) else {
            continue;
        };
        let populations = summary.populations.iter().zip(&bout.rates_hz);
        for (population, rate_hz) in populations {
            if rest.strip_prefix(&population.population) == Some(RATE) {
                spikes += rate_hz * bout.simulated_s;
                seconds += bout.simulated_s;
            }
        }
    }
    (seconds > 0.0).then(|| spikes / seconds)
}

/// The mean over the cues of a sequence in all bouts of a label.
fn recall(summary: &Summary, name: &str) -> Option<f64> {
    let (mut sum, mut cues) = (0.0, 0.0);
    for one in &summary.recalls {
        let of_bout = rest_of(name, &one.label) == Some(&one.sequence);
        if of_bout || name == one.sequence {
            sum += one.recall * one.cues as f64;
            cues += one.cues as f64;
        }
    }
    (cues > 0.0).then(|| sum / cues)
}

/// What follows the label and its point.
fn rest_of<'a>(name: &'a str, label: &str) -> Option<&'a str> {
    name.strip_prefix(label)?.strip_prefix('.')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::recurrent::bouts::BoutRates;
    use crate::experiment::recurrent::recall::BoutRecall;
    use crate::experiment::recurrent::summary::Row;

    #[test]
    fn bouts_of_one_label_are_taken_together() {
        let bout = |label: &str, simulated_s, rate_hz| BoutRates {
            bout: format!("{label} 1"),
            label: label.into(),
            start_s: 0.0,
            simulated_s,
            rates_hz: vec![rate_hz, 2.0 * rate_hz],
            rates_sd_hz: None,
        };
        let recall = |label: &str, cues, recall| BoutRecall {
            sequence: "track".into(),
            bout: format!("{label} 1"),
            label: label.into(),
            cues,
            recall,
            recall_sd: None,
            seeds: vec![recall],
            shuffled: 0.0,
        };
        let row = |name: &str| Row {
            population: name.into(),
            neurons: 10,
            spikes: 5,
            rate_hz: 4.0,
            rate_sd_hz: None,
            interval_cv: None,
            interval_cv_sd: None,
        };
        let summary = Summary {
            populations: vec![row("e"), row("e.i")],
            bouts: vec![
                bout("N3", 1.0, 1.0),
                bout("R", 5.0, 7.0),
                bout("N3", 3.0, 5.0),
            ],
            recalls: vec![
                recall("N3", 1, 0.25),
                recall("N3", 3, 0.75),
                recall("R", 2, 1.0),
            ],
            ..Summary::default()
        };
        let of = |name| value(&summary, name);
        assert_eq!([of("e_hz"), of("e_cv")], [Some(4.0), None]);
        assert_eq!([of("N3.e_hz"), of("N3.e.i_hz")], [Some(4.0), Some(8.0)]);
        assert_eq!([of("R.e_hz"), of("W.e_hz")], [Some(7.0), None]);
        assert_eq!([of("N3.track"), of("R.track")], [Some(0.625), Some(1.0)]);
    }
}
