//! `[homeostasis.NAME]`: slow forces on weights, wiring and neurons.

use crate::base::parameter::{Spec, Values};
use crate::base::time::Duration;
use crate::config::fault;
use crate::config::form::{
    Around, Keys, Row, Table, chosen, describe, each, few, learning_name, population_name, read,
    refuse_foreign, registered, span, spec_keys,
};
use crate::config::reader::Section;
use crate::network::{Choice, Homeostasis, Network};
use crate::plasticity::homeostasis::{ActsOn, acts_on, specs};

/// Most instants at which a force acts: each stops all lanes, and a million take 1.7 s for twenty synapses.
const MOST_INSTANTS: i64 = 10_000_000;

impl Table for Homeostasis {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let spec = self.kind.spec;
        k.need(
            "kind",
            &mut { spec.name },
            registered(specs()),
            "what it does",
        );
        if acts_on(spec.name) == Some(ActsOn::Neurons) {
            let what = "the populations whose neurons it changes, each by itself";
            let form = each(population_name(), "population", false);
            k.need("population", &mut self.populations, form, what);
        } else {
            let what = "the projections whose weights it changes, which learn, each by itself; of those that rewire one, sparse, \
                        whose delays are not listed in a file, and that has not `short_term` and several delays both";
            let form = each(learning_name(), "projection", false);
            k.need("projection", &mut self.projections, form, what);
        }
        let what = "it acts at every multiple of this, such as \"1 s\", before anything else at that instant but for changes of \
                    a rule that show there (`covariance`, `anti_hebbian_epoch`), forces of one instant in the order of their names; not at 0, nor at the end of the run";
        k.need("every", &mut self.every, span(), what);
        // Weights are measured as those of its projections are.
        if let Some((_, around)) = k.reading() {
            around.weight = weight(&self.projections, around);
            let is_read = around.learning.is_some() && !self.projections.is_empty();
            if is_read && around.weight.is_none() {
                k.refuse("projection", "projections whose weights have one unit");
            }
        }
        spec_keys(spec, &mut self.kind.values, k);
    }

    fn check(&self, section: &Section<'_>, around: &Around<'_>) -> bool {
        // Where a projection or a population is at fault that is the problem to mend.
        let mut populations = self.populations.iter();
        let sound = populations.all(|name| around.known.population(name).is_some());
        if around.learning.is_none() || !sound {
            return true;
        }
        let network = &around.known.network;
        fault::reported(section, network.check_homeostasis(self)).is_some()
    }
}

/// What the weights of these projections are measured in, if it is one unit.
fn weight(
    projections: &[String],
    around: &Around<'_>,
) -> Option<crate::base::parameter::Dimension> {
    let network = &around.known.network;
    let mut units = projections.iter().filter_map(|name| {
        let projection = network
            .projections
            .iter()
            .find(|known| known.name == *name)?;
        network.weights_of(projection).ok()
    });
    let first = units.next()?;
    units.all(|unit| unit == first).then_some(first)
}

/// A force of the kind of `spec`, before anything is known of it.
pub(in crate::config) fn start(name: &str, spec: &'static Spec) -> Homeostasis {
    Homeostasis {
        name: name.into(),
        kind: Choice {
            spec,
            values: Values::new(),
        },
        projections: Vec::new(),
        populations: Vec::new(),
        every: Duration::ZERO,
    }
}

/// Every kind with the keys that a force of it has.
pub(in crate::config) fn by_kind() -> Vec<(&'static str, Vec<Row>)> {
    let specs = specs().into_iter();
    specs
        .map(|spec| (spec.name, describe(&start("", spec))))
        .collect()
}

/// Whether forces on neurons get along with each other; reports what does not.
pub(super) fn agree(root: &Section<'_>, network: &Network) -> bool {
    let forces = network.homeostasis.iter();
    let forces = forces.map(|force| (&force.name[..], network.check_homeostasis(force)));
    fault::all_reported(root, "homeostasis", forces)
}

/// Whether each of `forces` acts at a number of instants of the `run` that can be waited for; reports which does not.
pub(super) fn end(root: &Section<'_>, forces: &[Homeostasis], run: Duration) -> bool {
    let mut good = true;
    let forces = forces.iter().map(|force| (&force.name[..], force.every));
    fault::each_read(root, "homeostasis", forces, |own, every| {
        // What is copied is refused where it was written.
        if let Some(item) = own.get("every") {
            good &= few(&item, every, run, MOST_INSTANTS);
        }
    });
    good
}

/// Reads the table.
pub(super) fn homeostasis(
    section: &Section<'_>,
    name: &str,
    around: &Around<'_>,
) -> Option<Homeostasis> {
    let spec = chosen(section, "kind", "what it does", &specs())?;
    let good = refuse_foreign(section, &by_kind(), spec.name, "force");
    read(section, start(name, spec), around).filter(|_| good)
}
