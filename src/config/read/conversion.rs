//! `[conversion]`: from the MLP to a spiking network.

use crate::base::parameter::Range;
use crate::config::reader::Section;
use crate::config::sleep_replay::{Conversion, Statistics};

use super::Network;

/// Reads the section. Without data only given gains are possible.
pub(super) fn read(
    section: &Section<'_>,
    network: Option<&Network>,
    has_data: bool,
) -> Option<Conversion> {
    let by_data = ["method", "statistics", "scale"];
    if let Some(item) = section.get("gain") {
        let mut good = true;
        for other in by_data.iter().filter_map(|key| section.get(key)) {
            let message = format!("`{}` and `conversion.gain` exclude each other", other.path);
            other.reader.problem(other.key_origin, message, None);
            good = false;
        }
        let gain = item.list("an array of gains", |gain| gain.number(Range::Positive))?;
        let layers = network?.driven().len();
        if gain.len() != layers {
            let expected = format!("{layers}: one per layer after the input");
            return item.refuse(&expected, None);
        }
        return good.then_some(Conversion::Gain(gain));
    }
    if !has_data {
        for key in by_data {
            section.know(key);
        }
        section.need(
            "gain",
            "one gain per layer, since there is no [data] to take it from",
        );
        return None;
    }
    let method = section.or("method", (), |item| item.choice(&[("data_max", ())]));
    let statistics = section.or("statistics", Statistics::SeenTasks, |item| {
        item.choice(&[
            ("seen_tasks", Statistics::SeenTasks),
            ("current_task", Statistics::CurrentTask),
        ])
    });
    let scale = section
        .need("scale", "the common factor of all gains (or give `gain`)")
        .and_then(|item| item.number(Range::Positive));
    method?;
    Some(Conversion::DataMax {
        statistics: statistics?,
        scale: scale?,
    })
}
