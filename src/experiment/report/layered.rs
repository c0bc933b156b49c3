//! What a layered network does again in sleep: which of its units are active together, and in which order, against their
//! activity when images are presented. Which classes it dreams of stands with the dreams.

use super::choice::SEED;
use super::choice::dream::LEVEL;
use super::meaning;
use crate::analysis::data::Data;
use crate::analysis::measure::Chance;
use crate::analysis::measure::coactivation::{self, Coactive, coactive};
use crate::analysis::measure::layer_order::{self, Ordered, orders};
use crate::base::parameter::{Values, complete};
use crate::report::html::{Cell, Column, Part, Table};

/// The tables of both, where there is anything to tell.
pub(super) fn parts(data: &Data) -> Vec<Part> {
    let mut parts = Vec::new();
    let spec = &coactivation::SPEC;
    let values = complete(spec, &Values::new()).ok();
    let found = values.and_then(|values| coactive(data, &values, Chance::of(spec, SEED)).ok());
    parts.extend(found.map(|found| Part::Table(coactive_table(&found))));
    let spec = &layer_order::SPEC;
    let values = complete(spec, &Values::new()).ok();
    let found = values.and_then(|values| orders(data, &values, Chance::of(spec, SEED)).ok());
    // Without images nobody knows the order that they make.
    let found = found.filter(|found| found.iter().any(|own| !own.sleep.means.is_empty()));
    parts.extend(found.map(|found| Part::Table(order_table(&found))));
    parts
}

fn coactive_table(found: &[Coactive<'_>]) -> Table {
    let row = |own: &Coactive<'_>| {
        vec![
            Cell::text(&own.sleep.name),
            Cell::text(own.layer),
            Cell::count(own.units as u64),
            Cell::number(own.likeness, 3),
            Cell::number(own.shuffled, 3),
            Cell::number(own.p, 3),
            Cell::number(100.0 * own.explained[0], 1),
            Cell::number(100.0 * own.explained[1], 1),
        ]
    };
    let columns = [
        ("units", &meaning::COACTIVE),
        ("r with presentation", &meaning::PRESENTED),
        ("shuffled", &meaning::COACTIVE),
        ("p", &meaning::COACTIVE),
        ("EV, %", &meaning::EXPLAINED),
        ("REV, %", &meaning::EXPLAINED),
    ];
    let first = ["sleep", "layer"].map(Column::new);
    Table {
        caption: "Units that are active together: sleep against presentation".into(),
        columns: (first.into_iter())
            .chain(columns.map(|(head, meaning)| Column::of(head, meaning)))
            .collect(),
        rows: found.iter().map(row).collect(),
    }
}

fn order_table(found: &[Ordered<'_>]) -> Table {
    let row = |own: &Ordered<'_>| {
        let (n, [rho, shuffled]) = (own.orders.len(), own.means());
        vec![
            Cell::text(&own.sleep.name),
            Cell::count(n as u64),
            Cell::number(rho, 3),
            Cell::number(shuffled, 3),
            Cell::count(own.told(LEVEL) as u64),
            Cell::number(LEVEL * n as f64, 1),
            Cell::count(own.complete as u64),
            Cell::number(100.0 * own.upwards as f64 / own.complete as f64, 0),
        ]
    };
    let p_column = format!("p ≤ {LEVEL}");
    let columns: [(&str, _); 7] = [
        ("dreams", &meaning::ORDERED),
        ("strongest first, ρ", &meaning::ORDERED),
        ("shuffled", &meaning::ORDERED),
        (&p_column, &meaning::ORDERED),
        ("by chance", &meaning::ORDERED),
        ("all layers fire", &meaning::UPWARDS),
        ("in order, %", &meaning::UPWARDS),
    ];
    let columns = columns.map(|(head, meaning)| Column::of(head, meaning));
    Table {
        caption: "Order in dreams: first spikes against presentation".into(),
        columns: std::iter::once(Column::new("sleep"))
            .chain(columns)
            .collect(),
        rows: found.iter().map(row).collect(),
    }
}
