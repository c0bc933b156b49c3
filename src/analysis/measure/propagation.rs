//! How UP states travel.

use super::{Chance, Measure, MeasureError, lacks, one_span};
use crate::analysis::data::{Data, Population};
use crate::analysis::table::Table;
use crate::analysis::wave::{Rates, Sheet, waves};
use crate::base::legible::legible;
use crate::base::parameter::{Default, Dimension, Kind, ParameterSpec, Range, Spec, Values};

static SPEC: Spec = Spec {
    name: "propagation",
    summary: "how UP states travel over the places of a population's neurons: waves, their speed and direction",
    equations: "a cell of the sheet becomes UP where its rate rises above a quarter of what cells reach, or what chance hardly \
                reaches where that is more;  onsets of neighbouring cells \
                within a short time are a wave;  speed = 1 / |grad T|, T the plane through the onsets around a cell",
    parameters: &[
        ParameterSpec::quantity(
            "cell",
            Dimension::Length,
            Range::Positive,
            "side of the cells that the places are cut into",
        )
        .or(Default::Absent("a twentieth of the longer side")),
        ParameterSpec::new(
            "wraps",
            Kind::Flag,
            "whether opposite sides are one, as those of a torus (`wrap` of its places)",
        )
        .or(Default::Flag(false)),
    ],
    source: "as `[figure.wave]` draws them where all neurons are recorded, on the smallest sheet that holds their places",
};

/// Waves of each population whose neurons have places.
pub(super) static MEASURE: Measure = Measure {
    spec: &SPEC,
    run: tables,
};

/// Cells along the longer side where nothing is said.
const CELLS: f64 = 20.0;

/// One of so many cells that a large wave reaches; smaller ones are mostly chance.
const ONE_OF: usize = 10;

/// The cells of a population whose neurons have places.
fn sheet(population: &Population, values: &Values) -> Result<Option<Sheet>, MeasureError> {
    /// As for `[figure.wave]`.
    const MOST: f64 = 200.0;
    let Some(points) = population.positions.as_ref() else {
        return Ok(None);
    };
    let along = |axis: usize| points.iter().map(move |point| point[axis]);
    let mut low = [0, 1].map(|axis| along(axis).fold(f64::INFINITY, f64::min));
    let mut high = [0, 1].map(|axis| along(axis).fold(f64::NEG_INFINITY, f64::max));
    for axis in [0, 1] {
        // Neurons of a grid lie in the middle of its cells.
        let margin = 0.5 * pitch(along(axis).collect());
        low[axis] -= margin;
        high[axis] += margin;
    }
    let longer = (high[0] - low[0]).max(high[1] - low[1]);
    if !(longer.is_finite() && longer > 0.0) {
        return Ok(None);
    }
    let cell_mm = values.number("cell").unwrap_or(longer / CELLS);
    if longer / cell_mm > MOST {
        let problem = format!(
            "`cell`: found {} mm, expected at least {} mm, for {MOST} cells along a side",
            legible(cell_mm),
            legible(longer / MOST)
        );
        return Err(lacks(&SPEC, problem));
    }
    // Of a row of neurons as thick as a cell.
    let sides = [0, 1].map(|axis| (high[axis] - low[axis]).max(cell_mm));
    let at: Vec<[f64; 2]> = points
        .iter()
        .map(|point| [point[0] - low[0], point[1] - low[1]])
        .collect();
    let wraps = values.flag("wraps");
    Ok(Some(Sheet::new(&at, sides, wraps, cell_mm, |_| true)))
}

/// How far the rows of a grid are apart whose neurons lie at these coordinates along an axis; 0 where they are of none.
fn pitch(mut places: Vec<f64>) -> f64 {
    /// By how much a distance may differ: coordinates are rounded.
    const ROUNDING: f64 = 1e-6;
    places.sort_unstable_by(f64::total_cmp);
    let [Some(low), Some(high)] = [places.first().copied(), places.last().copied()] else {
        return 0.0;
    };
    let near = ROUNDING * (high - low);
    // Two neurons are a row of any distance.
    let are_several = places.len() > 2;
    places.dedup_by(|a, b| *a - *b <= near);
    let rows = places.len();
    let pitch = (high - low) / (rows.max(2) - 1) as f64;
    let is_even = places
        .windows(2)
        .all(|pair| (pair[1] - pair[0] - pitch).abs() <= 2.0 * near);
    match is_even && rows > 1 && are_several {
        true => pitch,
        false => 0.0,
    }
}

fn tables(data: &Data, values: &Values, _: Chance) -> Result<Vec<Table>, MeasureError> {
    let span = one_span(&SPEC, data)?;
    let (mut names, mut levels, mut n) = (Vec::new(), Vec::new(), Vec::new());
    let (mut speeds, mut large) = (Vec::new(), Vec::new());
    let (mut owners, mut cells) = (Vec::new(), Vec::new());
    let mut columns = [const { Vec::<f64>::new() }; 7];
    for population in &data.populations {
        let Some(sheet) = sheet(population, values)? else {
            continue;
        };
        let mut rates = Rates::new(&sheet, span.start, span.stop);
        for (time, neuron) in population.trains.in_order(span) {
            rates.add(&sheet, time, neuron);
        }
        let (up_hz, found) = waves(&sheet, &rates);
        // Speeds times cells, and cells, of waves that have one.
        let (mut sum, mut passed, mut n_large) = (0.0, 0.0, 0);
        for wave in &found {
            let (Some(first), Some(last)) = (wave.onsets.first(), wave.onsets.last()) else {
                continue;
            };
            let [low, middle, high] = wave.speeds_mm_per_s().unwrap_or([f64::NAN; 3]);
            let [x, y] = match wave.fronts.is_empty() {
                true => [f64::NAN; 2],
                false => wave.direction(),
            };
            let start = span.start.as_ms() + first.at_ms;
            owners.push(population.name.clone());
            cells.push(wave.onsets.len() as u64);
            let row = [
                start,
                last.at_ms - first.at_ms,
                low,
                middle,
                high,
                y.atan2(x).to_degrees(),
                x.hypot(y),
            ];
            columns
                .iter_mut()
                .zip(row)
                .for_each(|(column, value)| column.push(value));
            let reached = wave.onsets.len();
            n_large += u64::from(ONE_OF * reached >= sheet.n_cells());
            if middle.is_finite() {
                sum += middle * reached as f64;
                passed += reached as f64;
            }
        }
        names.push(population.name.clone());
        levels.push(up_hz);
        n.push(found.len() as u64);
        large.push(n_large);
        speeds.push(sum / passed);
    }
    if names.is_empty() {
        let problem =
            "found no population whose neurons have places, expected one with `positions`";
        return Err(lacks(&SPEC, problem));
    }
    let [starts, lengths, lows, mediums, highs, angles, evens] = columns;
    Ok(vec![
        Table::new("propagation")
            .with("population", "", "which", names)
            .with("level", "Hz", "above which a cell is UP", levels)
            .with("waves", "", "how many, those of single cells too", n)
            .with("large", "", "how many reach a tenth of the cells", large)
            .with(
                "speed",
                "mm/s",
                "mean of the waves' median speeds, each as often as it has cells",
                speeds,
            ),
        Table::new("propagation_wave")
            .with("population", "", "which", owners)
            .with("start", "ms", "its first onset", starts)
            .with("lasts", "ms", "to its last onset", lengths)
            .with("cells", "", "that it reaches", cells)
            .with(
                "speed_low",
                "mm/s",
                "a quarter of its cells are passed more slowly",
                lows,
            )
            .with("speed", "mm/s", "median over its cells", mediums)
            .with(
                "speed_high",
                "mm/s",
                "a quarter of its cells are passed faster",
                highs,
            )
            .with(
                "direction",
                "degrees",
                "of travel, from x towards y",
                angles,
            )
            .with(
                "straight",
                "",
                "1 where all of it goes one way, 0 where it spreads evenly",
                evens,
            ),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::trains::Trains;
    use crate::base::stream::Stream;

    fn of(positions: Vec<[f64; 3]>, cell_mm: f64) -> Sheet {
        let population = Population {
            name: "e".into(),
            labels: None,
            trains: Trains::new(positions.len(), &[]),
            positions: Some(positions),
        };
        let values = Values::from([("cell", cell_mm)]);
        let sheet = sheet(&population, &values).unwrap_or_else(|error| panic!("{error}"));
        sheet.expect("a sheet")
    }

    #[test]
    fn the_sheet_of_a_grid_is_the_grids() {
        // 20 × 10 neurons of 4 × 2 mm, as `layout = "grid"` lays them.
        let at = |k: usize| {
            [
                0.2 * (k % 20) as f64 + 0.1,
                0.2 * (k / 20) as f64 + 0.1,
                0.0,
            ]
        };
        let grid: Vec<[f64; 3]> = (0..200).map(at).collect();
        let sheet = of(grid.clone(), 0.2);
        assert_eq!(sheet.cells, [20, 10]);
        for (side, expected) in sheet.sides_mm.into_iter().zip([4.0, 2.0]) {
            assert!((side - expected).abs() < 1e-9, "{side}");
        }
        // A row of it, too.
        let row = of(grid[..20].to_vec(), 0.2);
        assert!((row.sides_mm[0] - 4.0).abs() < 1e-9, "{row:?}");
        // Neurons anywhere fill what lies between the outermost ones.
        let mut stream = Stream::new(1, "places", 0);
        let mut somewhere = || [4.0 * stream.uniform(), 2.0 * stream.uniform(), 0.0];
        let places: Vec<[f64; 3]> = (0..200).map(|_| somewhere()).collect();
        let x = places.iter().map(|point| point[0]);
        let width = x.clone().fold(0.0, f64::max) - x.fold(4.0, f64::min);
        assert!((of(places, 0.2).sides_mm[0] - width).abs() < 1e-9);
    }
}
