//! What is drawn of weights, and of who is connected.

use crate::config::form::{Around, Keys, Table, each, weights_name};
use crate::config::reader::Section;

/// Weights over time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WeightFigure {
    /// Names of the projections shown, from the top; at least one, of all of which statistics are recorded, none twice.
    pub projections: Vec<String>,
}

impl Table for WeightFigure {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let what = "the projections shown, from the top, of all of which statistics are recorded";
        let names = each(weights_name(), "projection", false);
        k.need("projections", &mut self.projections, names, what);
    }

    fn check(&self, section: &Section<'_>, around: &Around<'_>) -> bool {
        let observed = around.observed;
        let missing = |name: &&String| observed.is_some_and(|all| !all.contains(*name));
        let missing = self.projections.iter().find(missing);
        missing.is_none_or(|missing| {
            let key = "record.weight_statistics";
            let what =
                format!("projection `{missing}`, of whose weights no statistics are recorded");
            unrecorded(section, "projections", &what, key, missing)
        })
    }
}

/// Mean weights by source and target.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MatrixFigure {
    /// Name of the projection, whose weights are recorded.
    pub projection: String,
}

impl Table for MatrixFigure {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let what = "whose weights are shown, which are recorded: those of the last moment";
        k.need("projection", &mut self.projection, weights_name(), what);
    }

    fn check(&self, section: &Section<'_>, around: &Around<'_>) -> bool {
        is_snapped(section, around, &self.projection)
    }
}

/// How many synapses neurons have over time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DegreeFigure {
    /// Name of the projection, whose weights are recorded.
    pub projection: String,
}

impl Table for DegreeFigure {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let what = "whose synapses are counted, at every instant at which its weights are recorded";
        k.need("projection", &mut self.projection, weights_name(), what);
    }

    fn check(&self, section: &Section<'_>, around: &Around<'_>) -> bool {
        is_snapped(section, around, &self.projection)
    }
}

/// Whether the synapses of a projection are recorded, one by one; if not that is reported.
fn is_snapped(section: &Section<'_>, around: &Around<'_>, name: &String) -> bool {
    let Some(all) = around.snapped.filter(|_| !name.is_empty()) else {
        return true;
    };
    match all.iter().find(|(known, _)| known == name) {
        Some((_, ends)) if ends.is_empty() => matrix(section, name),
        Some(_) => true,
        None => {
            let what = format!("projection `{name}`, whose synapses are not recorded");
            unrecorded(section, "projection", &what, "record.weights", name)
        }
    }
}

/// Says that a figure of synapses shows no matrix; `false`.
pub(super) fn matrix(section: &Section<'_>, name: &str) -> bool {
    if let Some(item) = section.get("projection") {
        let message = format!(
            "`{}` is `{name}`, whose weights are a matrix, expected a projection of synapses that are drawn or listed",
            item.path
        );
        let help = "`[figure.weights]` shows what becomes of its weights";
        item.reader
            .problem(item.origin(), message, Some(help.into()));
    }
    false
}

/// Reports that `key` shows what is not recorded under `section`.
pub(super) fn unrecorded(
    section: &Section<'_>,
    key: &str,
    what: &str,
    place: &str,
    name: &str,
) -> bool {
    let Some(item) = section.get(key) else {
        return true;
    };
    let message = format!("`{}` shows {what}", item.path);
    let help = format!("add it to `{place}`: `projection = [\"{name}\"]`");
    item.reader.problem(item.origin(), message, Some(help));
    false
}
