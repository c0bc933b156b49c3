//! Which rhythms the rate of a population holds.

use super::{Chance, Measure, MeasureError, lacks, mean, time};
use crate::analysis::data::{Data, Population};
use crate::analysis::signal::{periodogram, welch};
use crate::analysis::table::Table;
use crate::analysis::trains::Span;
use crate::base::parameter::{Default, Dimension, Kind, ParameterSpec, Range, Spec, Values};
use crate::base::time::Duration;

static SPEC: Spec = Spec {
    name: "spectrum",
    summary: "which rhythms the rate of a population holds: its power spectral density",
    equations: "Welch: mean over segments, half overlapping, of 2 |FFT(w (x - mean(x)))|^2 / (f_s sum(w^2)), w a Hann window",
    parameters: &[BIN, SEGMENT],
    source: "Welch 1967, IEEE Trans. Audio Electroacoust. 15:70; as `scipy.signal.welch`",
};

static SPECTROGRAM_SPEC: Spec = Spec {
    name: "spectrogram",
    summary: "how the rhythms of a population's rate change over time",
    equations: "2 |FFT(w (x - mean(x)))|^2 / (f_s sum(w^2)) of segments that follow one another, w a Hann window",
    parameters: &[
        BIN,
        ParameterSpec::new(
            "segment",
            Kind::Count {
                least: 4,
                most: 1 << 24,
            },
            "bins of a segment",
        )
        .or(Default::Count(1_000)),
        ParameterSpec::quantity(
            "highest",
            Dimension::Rate,
            Range::Positive,
            "the highest frequency",
        )
        .or_number(100.0),
    ],
    source: "as `scipy.signal.spectrogram` with a Hann window and no overlap",
};

/// The parameter that says how a rate is binned.
pub(super) const fn bin_of_rate(default_ms: f64) -> ParameterSpec {
    let doc = "width of the bins of the rate";
    ParameterSpec::quantity("bin", Dimension::Time, Range::Positive, doc).or_number(default_ms)
}

const BIN: ParameterSpec = bin_of_rate(1.0);
const SEGMENT: ParameterSpec = ParameterSpec::new(
    "segment",
    Kind::Count {
        least: 4,
        most: 1 << 24,
    },
    "bins of a segment",
)
.or(Default::Count(2_000));

/// Power by frequency.
pub(super) static MEASURE: Measure = Measure {
    spec: &SPEC,
    run: spectra,
};

/// Power by time and frequency.
pub(super) static SPECTROGRAM: Measure = Measure {
    spec: &SPECTROGRAM_SPEC,
    run: spectrograms,
};

/// The rate of `population` in each whole bin of `span`: spikes by neuron and second.
pub(super) fn rate(population: &Population, span: Span, bin: Duration) -> Vec<f64> {
    let per = population.trains.len().max(1) as f64 * bin.as_ms() / 1e3;
    let counts = population.trains.population_counts(span, bin);
    counts.iter().map(|&count| f64::from(count) / per).collect()
}

fn segment(
    spec: &'static Spec,
    data: &Data,
    values: &Values,
) -> Result<(Duration, usize), MeasureError> {
    let bin = time(values, "bin");
    let segment = values.count("segment").unwrap_or(4) as usize;
    let longest = data
        .spans
        .iter()
        .map(|span| span.bins(bin))
        .max()
        .unwrap_or(0);
    if longest < segment {
        let problem = format!(
            "found {longest} bins of {bin} in a row, expected a segment of {segment}\n  help: a shorter `segment`"
        );
        return Err(lacks(spec, problem));
    }
    Ok((bin, segment))
}

/// Share of the square of a rate that rounding leaves at a frequency: far above the square of the last bit of double precision, and
/// far below what a single spike in a recording of hours leaves.
const ROUNDING: f64 = 1e-24;

fn spectra(data: &Data, values: &Values, _: Chance) -> Result<Vec<Table>, MeasureError> {
    let (bin, segment) = segment(&SPEC, data, values)?;
    let hz = 1e3 / bin.as_ms();
    let (mut names, mut frequencies, mut densities) = (Vec::new(), Vec::new(), Vec::new());
    let (mut rows, mut peaks, mut counts) = (Vec::new(), Vec::new(), Vec::new());
    for population in &data.populations {
        let rates = data.spans.iter().map(|&span| rate(population, span, bin));
        let rates: Vec<Vec<f64>> = rates.collect();
        // One of the spans holds a segment.
        let whole = welch(rates.iter().map(Vec::as_slice), segment, hz);
        let (density, n) = whole.unwrap_or_default();
        let frequency = |k: usize| k as f64 * hz / segment as f64;
        // A rate that does not change has no rhythm.
        let of_all = rates.concat();
        let rounding = ROUNDING * mean(&of_all).powi(2) * segment as f64 / hz;
        let any = (1..density.len()).filter(|&k| density[k] > rounding);
        let highest = any.max_by(|&a, &b| density[a].total_cmp(&density[b]));
        rows.push(population.name.clone());
        counts.push(n);
        peaks.push(highest.map_or(f64::NAN, frequency));
        names.extend(std::iter::repeat_n(population.name.clone(), density.len()));
        frequencies.extend((0..density.len()).map(frequency));
        densities.extend(density);
    }
    Ok(vec![
        Table::new("spectrum")
            .with("population", "", "which", rows)
            .with(
                "segments",
                "",
                "how many the spectrum is the mean of",
                counts,
            )
            .with("peak", "Hz", "frequency of most power, 0 left out", peaks),
        Table::new("spectrum_density")
            .with("population", "", "which", names)
            .with("frequency", "Hz", "of the rhythm", frequencies)
            .with(
                "density",
                "Hz^2/Hz",
                "power spectral density of the rate of a neuron",
                densities,
            ),
    ])
}

fn spectrograms(data: &Data, values: &Values, _: Chance) -> Result<Vec<Table>, MeasureError> {
    let (bin, segment) = segment(&SPECTROGRAM_SPEC, data, values)?;
    let hz = 1e3 / bin.as_ms();
    let highest = values["highest"];
    let (mut names, mut at, mut frequencies, mut densities) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for population in &data.populations {
        for &span in &data.spans {
            let rate = rate(population, span, bin);
            for (k, part) in rate.chunks_exact(segment).enumerate() {
                let middle = span.start.as_ms() + (k as f64 + 0.5) * segment as f64 * bin.as_ms();
                for (f, density) in periodogram(part, hz).into_iter().enumerate() {
                    let frequency = f as f64 * hz / segment as f64;
                    if frequency <= highest {
                        names.push(population.name.clone());
                        at.push(middle);
                        frequencies.push(frequency);
                        densities.push(density);
                    }
                }
            }
        }
    }
    Ok(vec![
        Table::new("spectrogram")
            .with("population", "", "which", names)
            .with("time", "ms", "middle of the segment", at)
            .with("frequency", "Hz", "of the rhythm", frequencies)
            .with(
                "density",
                "Hz^2/Hz",
                "power spectral density of the rate of a neuron",
                densities,
            ),
    ])
}
