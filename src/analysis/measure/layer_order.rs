//! In which order neurons and layers fire in the dreams of a layered network, against their presentation.

use super::places::enough;
use super::sleeps::{
    CELLS, LEAST_UNITS, LEVEL, MOST, SHUFFLES, WEIGHTS_KEY, WINDOW, count, dreamt, last_hidden,
    number, sleeps, weights, window,
};
use super::{Chance, Measure, MeasureError, mean};
use crate::analysis::data::Data;
use crate::analysis::dream::decode;
use crate::analysis::first_spike::{Order, order};
use crate::analysis::layered::{Sleep, first_spikes, present};
use crate::analysis::table::{Rows, Table};
use crate::analysis::trains::Trains;
use crate::base::parameter::{Spec, Values};
use crate::base::time::{Duration, Time};

/// The measure as users see it.
pub static SPEC: Spec = Spec {
    name: "layer_order",
    summary: "whether neurons and layers fire in the dreams of a layered network in the order in which images drive them",
    equations: "dreams and their classes: as `class_reactivation`;  rho: Spearman's correlation, over the neurons of the last hidden layer that \
                fire, of how early they fire first and what the mean image of the class (of 200 of them at most, evenly chosen) makes of them;  shuffled: drives exchanged \
                among them;  p = (r + 1) / (shuffles + 1);  in order: no layer fires before the one below it",
    parameters: &[
        WEIGHTS_KEY,
        WINDOW,
        CELLS,
        MOST,
        count(
            "least",
            3,
            "neurons that must fire for an order, or more",
            LEAST_UNITS,
        ),
        SHUFFLES,
        LEVEL,
    ],
    source: "rank order of first spikes as in events of replay (Foster and Wilson 2006, Nature 440:680), with drives as the template",
};

/// Of each sleep.
pub(super) static MEASURE: Measure = Measure {
    spec: &SPEC,
    run: tables,
};

/// A sleep and the order in its dreams.
pub struct Ordered<'a> {
    /// The sleep.
    pub sleep: &'a Sleep,
    /// When each dream with an order begins, its class, and the order.
    pub orders: Vec<(Time, usize, Order)>,
    /// Dreams in which every layer that was recorded fires.
    pub complete: usize,
    /// How many of these are in order.
    pub upwards: usize,
}

impl Ordered<'_> {
    /// Means over the orders: rho, and what shuffles give; undefined without any.
    pub fn means(&self) -> [f64; 2] {
        let of = |value: fn(&Order) -> f64| {
            let values = self.orders.iter().map(|(.., order)| value(order));
            mean(&values.collect::<Vec<f64>>())
        };
        [of(|order| order.rho), of(|order| order.chance)]
    }

    /// How many are told from chance at this level.
    pub fn told(&self, level: f64) -> usize {
        let told = self.orders.iter().filter(|(.., order)| order.p <= level);
        told.count()
    }
}

/// The order in the dreams of each sleep, `values` being complete.
///
/// # Errors
/// If the recording does not have what is needed.
pub fn orders<'a>(
    data: &'a Data,
    values: &Values,
    chance: Chance,
) -> Result<Vec<Ordered<'a>>, MeasureError> {
    let (layered, sleeps) = sleeps(&SPEC, data, values)?;
    let population = last_hidden(&SPEC, data, layered)?;
    let recorded = layered.layers.iter().filter_map(|name| {
        let mut populations = data.populations.iter();
        populations.find(|own| own.name == *name)
    });
    let recorded: Vec<&Trains> = recorded.map(|own| &own.trains).collect();
    let (least, shuffles) = (number(values, "least"), enough(&SPEC, values)? as u32);
    let mut all = Vec::new();
    for sleep in sleeps {
        let weights = weights(sleep, values);
        let layers = present(weights, &sleep.units, &sleep.means);
        // Below the output.
        let drives = layers.len().checked_sub(2).map(|last| &layers[last]);
        let (dreams, _) = dreamt(population, sleep, values);
        let starts: Vec<Time> = dreams.iter().map(|dream| dream.start).collect();
        let firsts = first_spikes(&population.trains, &starts, window(values));
        let mut found = Vec::new();
        for (dream, first) in dreams.iter().zip(firsts) {
            let counts = dream.counts.iter().copied();
            let class = weights.last().and_then(|readout| decode(readout, counts));
            let class = class.map(|decoded| decoded.class);
            let row = class.and_then(|class| sleep.classes.iter().position(|own| *own == class));
            let (Some(drives), Some(class), Some(row)) = (drives, class, row) else {
                continue;
            };
            if first.len() < least {
                continue;
            }
            let times = first.iter().map(|&(t, _)| t.since(dream.start).as_ms());
            let times: Vec<f64> = times.collect();
            let drive = |&(_, neuron): &(Time, u32)| f64::from(drives[(row, neuron as usize)]);
            let driven: Vec<f64> = first.iter().map(drive).collect();
            let mut stream = chance.event(&population.name, dream.start);
            let told = order(&times, &driven, shuffles, &mut stream);
            found.extend(told.map(|order| (dream.start, class, order)));
        }
        let (complete, upwards) = upwards(&recorded, &starts, window(values));
        all.push(Ordered {
            sleep,
            orders: found,
            complete,
            upwards,
        });
    }
    Ok(all)
}

/// In how many dreams all `layers` fire, and in how many of these none before the one below it.
fn upwards(layers: &[&Trains], starts: &[Time], length: Duration) -> (usize, usize) {
    let first: Vec<Vec<Option<Time>>> = layers
        .iter()
        .map(|trains| {
            let spikes = first_spikes(trains, starts, length);
            spikes
                .iter()
                .map(|own| own.first().map(|own| own.0))
                .collect()
        })
        .collect();
    let (mut complete, mut up) = (0, 0);
    for k in 0..starts.len() {
        let times: Option<Vec<Time>> = first.iter().map(|layer| layer[k]).collect();
        if let Some(times) = times.filter(|times| times.len() > 1) {
            complete += 1;
            up += usize::from(times.is_sorted());
        }
    }
    (complete, up)
}

fn tables(data: &Data, values: &Values, chance: Chance) -> Result<Vec<Table>, MeasureError> {
    let found = orders(data, values, chance)?;
    let level = values[LEVEL.name];
    let dreams = found
        .iter()
        .flat_map(|own| own.orders.iter().map(move |dream| (own, dream)));
    let dreams: Vec<(&Ordered<'_>, &(Time, usize, Order))> = dreams.collect();
    Ok(vec![
        Rows::new(SPEC.name, &found)
            .with("sleep", "", "which", |own| own.sleep.name.clone())
            .with("dreams", "", "those with an order", |own| {
                own.orders.len() as u64
            })
            .with(
                "rho",
                "",
                "mean over them: 1 where the strongest come first",
                |own| own.means()[0],
            )
            .with("shuffled", "", "the same of shuffles", |own| own.means()[1])
            .with("told", "", "dreams whose p is not above the level", |own| {
                own.told(level) as u64
            })
            .with("by_chance", "", "how many of them chance gives", |own| {
                level * own.orders.len() as f64
            })
            .with(
                "complete",
                "",
                "dreams in which every recorded layer fires",
                |own| own.complete as u64,
            )
            .with(
                "in_order",
                "",
                "share of these in which no layer fires before the one below it",
                |own| own.upwards as f64 / own.complete as f64,
            )
            .table(),
        Rows::new("layer_order_dream", &dreams)
            .with("sleep", "", "which", |(own, _)| own.sleep.name.clone())
            .with("start", "ms", "when it begins", |(_, dream)| {
                dream.0.as_ms()
            })
            .with("class", "", "that it is read as", |(_, dream)| {
                dream.1 as u64
            })
            .with("rho", "", "of its neurons", |(_, dream)| dream.2.rho)
            .with("p", "", "of rho", |(_, dream)| dream.2.p)
            .table(),
    ])
}
