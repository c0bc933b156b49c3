//! Spikes of hippocampal place cells while an animal runs along a track again and again.
//!
//! Exact by thinning, with a refractory period. Which cells have a place on the track is drawn from
//! a stream of the stimulus's name, so that the animal knows the track again whenever the stimulus is switched on; another
//! stimulus is another track.

use std::f64::consts::{LN_10, TAU};
use std::sync::Arc;

use crate::base::function;
use crate::base::legible::legible;
use crate::base::parameter::{
    Default, Dimension, Kind, ParameterError, ParameterSpec, Range, Spec, Values,
};
use crate::base::stream::Stream;
use crate::base::time::{Duration, MS_PER_S, Time};
use crate::stimulus::poisson::TICKS_HZ;
use crate::stimulus::thinning::Candidates;
use crate::stimulus::{Brings, Entry, Onset, Spike, StateError, Stimulus, from_bytes, to_bytes};

/// The registry's entry.
pub static ENTRY: Entry = Entry {
    spec: &SPEC,
    arrives: true,
    names_neurons: false,
    pulsed: false,
    changes: &[],
    swings: false,
    build: |values| {
        let track = Track::new(values)?;
        Ok(Brings::Spikes(Arc::new(move |onset| {
            Box::new(PlaceCells::new(track, onset))
        })))
    },
};

/// The stimulus as users see it.
pub static SPEC: Spec = Spec {
    name: "place_cells",
    summary: "Spikes of place cells of an animal that runs along a track again and again, with precession of their theta phase; \
              the fields of the population's neurons lie in order along the track.",
    equations: "x(t) = speed t mod length;  field centre of neuron i of n: c = length (i + 1/2) / n;  \
                rate(t) = rate exp(-(x - c)^2 / (2 sd^2)) max(0, cos(2 pi (theta t + (x - c + field/2) / (2 field))));  \
                cells without a place: rate_outside;  none within t_ref of the last",
    parameters: &[
        ParameterSpec::quantity(
            "length",
            Dimension::Length,
            Range::Positive,
            "length of the track, such as \"3 m\"; from its end the animal is back at its begin at once",
        ),
        ParameterSpec::quantity(
            "speed",
            Dimension::Speed,
            Range::Positive,
            "speed of the animal, such as \"0.3 m/s\"",
        ),
        ParameterSpec::quantity(
            "field",
            Dimension::Length,
            Range::Positive,
            "width of a place field, over which a cell's theta phase goes back by half a cycle",
        ),
        ParameterSpec::quantity(
            "sd",
            Dimension::Length,
            Range::Positive,
            "standard deviation of the rate over place",
        )
        .or(Default::Absent(
            "field / (2 sqrt(2 ln 10)): a tenth of the rate at the field's edges",
        )),
        ParameterSpec::quantity(
            "share",
            Dimension::One,
            Range::Between(0.0, 1.0),
            "share of the cells that have a place on the track",
        )
        .or_number(0.5),
        ParameterSpec::new(
            "end_cells",
            Kind::Count {
                least: 0,
                most: u32::MAX as u64,
            },
            "so many cells at each end of the track are twice as likely to be drawn for a place as the others; half of the population \
             at most",
        )
        .or(Default::Count(0)),
        ParameterSpec::quantity(
            "rate",
            Dimension::Rate,
            Range::NonNegative,
            "the highest rate of a place cell",
        )
        .or_number(20.0),
        ParameterSpec::quantity(
            "rate_outside",
            Dimension::Rate,
            Range::NonNegative,
            "the rate of cells without a place",
        )
        .or_number(0.1),
        ParameterSpec::quantity(
            "theta",
            Dimension::Rate,
            Range::Positive,
            "frequency of the theta rhythm",
        )
        .or_number(7.0),
        ParameterSpec::quantity(
            "t_ref",
            Dimension::Time,
            Range::NonNegative,
            "refractory period: a spike sooner after the last one does not come",
        )
        .or_number(5.0),
    ],
    source: "Ecker et al. 2022, eLife 11:e71850, and its published code (poisson_proc.py), whose values are the defaults",
};

/// Length of the track in millimetres, and how long a lap takes in milliseconds: where the animal is since it was switched on.
pub fn lap(values: &Values) -> (f64, f64) {
    (values["length"], values["length"] / values["speed"])
}

/// What the user sets.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Track {
    length_mm: f64,
    speed_mm_per_ms: f64,
    field_mm: f64,
    sd_mm: f64,
    share: f64,
    end_cells: u32,
    rate_hz: f64,
    rate_outside_hz: f64,
    theta_hz: f64,
    refractory: Duration,
}

impl Track {
    fn new(values: &Values) -> Result<Self, ParameterError> {
        let wrong = |parameter, reason| ParameterError::Inconsistent {
            model: SPEC.name,
            parameter,
            neuron: None,
            reason,
        };
        for parameter in ["rate", "rate_outside", "theta"] {
            let hz = values[parameter];
            if hz >= TICKS_HZ {
                let reason = format!(
                    " is {} Hz, expected less than one per picosecond, the clock's tick",
                    legible(hz)
                );
                return Err(wrong(parameter, reason));
            }
        }
        let field_mm = values["field"];
        let at_a_tenth = field_mm / (2.0 * (2.0 * LN_10).sqrt());
        let refractory = Duration::from_ms(values["t_ref"]);
        Ok(Self {
            length_mm: values["length"],
            speed_mm_per_ms: values["speed"],
            field_mm,
            sd_mm: values.number("sd").unwrap_or(at_a_tenth),
            share: values["share"],
            end_cells: values.count("end_cells").unwrap_or(0) as u32,
            rate_hz: values["rate"],
            rate_outside_hz: values["rate_outside"],
            theta_hz: values["theta"],
            refractory: refractory.map_err(|error| wrong("t_ref", format!(": {error}")))?,
        })
    }

    /// Where the field of a neuron lies, in millimetres from the begin of the track.
    fn centre_mm(&self, neuron: u32, size: u32) -> f64 {
        self.length_mm * (f64::from(neuron) + 0.5) / f64::from(size)
    }

    /// Share of the highest rate that holds so many milliseconds after the begin for a field around `centre_mm`, if it is
    /// above `least`.
    fn share_above(&self, least: f64, ms: f64, centre_mm: f64) -> bool {
        let laps = self.speed_mm_per_ms * ms / self.length_mm;
        let off_mm = (laps - laps.floor()) * self.length_mm - centre_mm;
        let place = function::exp(-0.5 * (off_mm / self.sd_mm).powi(2));
        // Most events lie far from the field.
        if place <= least {
            return false;
        }
        let turns = self.theta_hz * ms / MS_PER_S;
        let phase = turns - turns.floor() + (off_mm + 0.5 * self.field_mm) / (2.0 * self.field_mm);
        // A quarter of a turn makes a cosine of a sine.
        place * function::sin(TAU * (phase + 0.25)) > least
    }
}

/// The spikes of a population's place cells.
struct PlaceCells {
    track: Track,
    start: Time,
    size: u32,
    /// Neurons that have a place, ascending, and those that have none.
    placed: Vec<u32>,
    others: Vec<u32>,
    candidates: Candidates,
    /// The last spike of each neuron.
    last: Vec<Time>,
}

impl PlaceCells {
    fn new(track: Track, onset: Onset) -> Self {
        let Onset {
            start,
            from: _,
            modulation: _,
            size,
            seed,
            name,
            bout: _,
            suffix: _,
            stream,
        } = onset;
        let places = Stream::new(seed, &format!("{name}.place"), 0);
        let (placed, others) = match track.end_cells {
            0 => choose(size, track.share, places),
            ends => choose_more_at_ends(size, track.share, ends, places),
        };
        let all_hz =
            track.rate_hz * placed.len() as f64 + track.rate_outside_hz * others.len() as f64;
        Self {
            track,
            start,
            size,
            placed,
            others,
            candidates: Candidates::new(all_hz, start, stream),
            last: vec![Time::NEVER; size as usize],
        }
    }
}

/// The nearest whole number to `share` of `size` neurons, all sets of so many being as likely, and the others.
fn choose(size: u32, share: f64, mut stream: Stream) -> (Vec<u32>, Vec<u32>) {
    let mut wanted = (share * f64::from(size)).round() as u64;
    let is_chosen = |neuron: &u32| {
        let chosen = stream.below(u64::from(size - neuron)) < wanted;
        wanted -= u64::from(chosen);
        chosen
    };
    (0..size).partition(is_chosen)
}

/// As many, of which cells that are among `ends` at either end are twice as likely to be the next one wherever one is taken.
///
/// Each cell waits for an exponential time, half as long where it is twice as likely, and the first ones are taken, which is the
/// same (Efraimidis, Spirakis 2006, Inf Process Lett 97:181).
fn choose_more_at_ends(
    size: u32,
    share: f64,
    ends: u32,
    mut stream: Stream,
) -> (Vec<u32>, Vec<u32>) {
    let wanted = (share * f64::from(size)).round() as usize;
    let waits = |neuron: u32| {
        let is_end = neuron < ends || size - 1 - neuron < ends;
        let odds = if is_end { 2.0 } else { 1.0 };
        (stream.exponential() / odds, neuron)
    };
    let mut all: Vec<(f64, u32)> = (0..size).map(waits).collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    let of = |some: &[(f64, u32)]| {
        let mut neurons: Vec<u32> = some.iter().map(|one| one.1).collect();
        neurons.sort_unstable();
        neurons
    };
    (of(&all[..wanted]), of(&all[wanted..]))
}

impl Stimulus for PlaceCells {
    fn tick(&mut self, _now: Time, spikes: &mut Vec<Spike>) -> Option<Time> {
        let Self {
            track,
            start,
            size,
            placed,
            others,
            candidates,
            last,
        } = self;
        let placed_hz = track.rate_hz * placed.len() as f64;
        let all_hz = placed_hz + track.rate_outside_hz * others.len() as f64;
        candidates.tick(spikes, |t, stream| {
            let neuron = if stream.uniform() * all_hz < placed_hz {
                let neuron = placed[stream.below(placed.len() as u64) as usize];
                let centre_mm = track.centre_mm(neuron, *size);
                let ms = (t - *start).as_ms();
                track
                    .share_above(stream.uniform(), ms, centre_mm)
                    .then_some(neuron)?
            } else {
                others[stream.below(others.len() as u64) as usize]
            };
            let last = &mut last[neuron as usize];
            if t.since(*last) < track.refractory {
                return None;
            }
            *last = t;
            Some(neuron)
        })
    }

    fn save(&self) -> Result<Vec<u8>, StateError> {
        let Self {
            track: _,
            start: _,
            size: _,
            placed: _,
            others: _,
            candidates,
            last,
        } = self;
        to_bytes(&(candidates, last))
    }

    fn load(&mut self, bytes: &[u8]) -> Result<(), StateError> {
        let (candidates, last): (Candidates, Vec<Time>) = from_bytes(bytes)?;
        if last.len() != self.last.len() {
            return Err(StateError(format!(
                "found the last spikes of {} neurons, expected {}",
                last.len(),
                self.last.len()
            )));
        }
        self.candidates.go_on_from(candidates);
        self.last = last;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: u32 = 60;
    const LAPS: f64 = 60.0;

    /// 3 m in 10 s.
    fn given() -> Values {
        let given = [("length", 3000.0), ("speed", 0.3), ("field", 300.0)];
        crate::base::parameter::complete(&SPEC, &given.into_iter().collect()).unwrap()
    }

    fn onset(start: Time, entity: u64) -> Onset {
        Onset {
            start,
            from: start,
            modulation: crate::stimulus::wave::Modulation::default(),
            size: SIZE,
            seed: 1,
            name: "track".into(),
            bout: "run".into(),
            suffix: String::new(),
            stream: Stream::new(1, "stimulus.track", entity),
        }
    }

    fn spikes(stimulus: &mut PlaceCells, stop: Time) -> Vec<Spike> {
        let (mut all, mut tick) = (Vec::new(), Some(stimulus.start));
        while let Some(now) = tick.filter(|&now| now < stop) {
            tick = stimulus.tick(now, &mut all);
        }
        all.retain(|&(t, _)| t < stop);
        all
    }

    fn after(seconds: f64) -> Time {
        Time::ZERO + Duration::from_ms(1e3 * seconds).unwrap()
    }

    /// The published rate, written as in poisson_proc.py: angles along the track, the phase at the field's start.
    fn published_hz(seconds: f64, centre_mm: f64) -> f64 {
        let x = (TAU * seconds / 10.0) % TAU;
        let (width, sd) = (TAU / 10.0, 0.146_392);
        let start = centre_mm / 3000.0 * TAU - width / 2.0;
        let tuning = (-(x - start - width / 2.0).powi(2) / (2.0 * sd * sd)).exp();
        let shift = -std::f64::consts::PI / width * (x - start);
        20.0 * tuning * (TAU * 7.0 * seconds - shift).cos().max(0.0)
    }

    /// Without a refractory period: counts in each twelfth of a theta cycle and each fifth of a field, over all cells.
    /// In sequential draws of half of all cells, the share of others that are taken is 1/2 where the ends are few, and then
    /// 1 - (1/2)^2 of those that are twice as likely.
    #[test]
    fn cells_at_the_ends_have_places_more_often() {
        let (size, ends) = (8000, 100);
        let (mut of_ends, mut of_others) = (0, 0);
        for seed in 0..40 {
            let stream = Stream::new(seed, "track.place", 0);
            let (placed, others) = choose_more_at_ends(size, 0.5, ends, stream);
            assert_eq!((placed.len(), others.len()), (4000, 4000));
            let is_end = |neuron: &&u32| **neuron < ends || **neuron >= size - ends;
            let n = placed.iter().filter(is_end).count();
            of_ends += n;
            of_others += placed.len() - n;
        }
        let share = |n: usize, of: u32| n as f64 / f64::from(40 * of);
        // Of 8,000 draws with p = 3/4, and of 312,000 with p = 1/2: four standard deviations.
        let (at_ends, elsewhere) = (share(of_ends, 2 * ends), share(of_others, size - 2 * ends));
        assert!((at_ends - 0.75).abs() < 0.02, "{at_ends}");
        assert!(
            (elsewhere - (4000.0 - 150.0) / 7800.0).abs() < 0.004,
            "{elsewhere}"
        );
    }

    #[test]
    fn spikes_follow_the_published_rate() {
        let mut values = given();
        values.insert("t_ref", 0.0);
        let mut stimulus = PlaceCells::new(Track::new(&values).unwrap(), onset(Time::ZERO, 0));
        let all = spikes(&mut stimulus, after(10.0 * LAPS));
        let track = stimulus.track;
        let bin = |seconds: f64, centre_mm: f64| {
            let off = ((seconds / 10.0).fract() * 3000.0 - centre_mm) / 60.0;
            let phase = (12.0 * (7.0 * seconds).fract()) as usize;
            (-2.5..2.5)
                .contains(&off)
                .then(|| 12 * (off + 2.5) as usize + phase)
        };
        let (mut found, mut expected) = ([0.0; 60], [0.0; 60]);
        for &(t, neuron) in &all {
            if stimulus.placed.binary_search(&neuron).is_ok() {
                let at = bin(t.as_ms() / 1e3, track.centre_mm(neuron, SIZE));
                at.into_iter().for_each(|at| found[at] += 1.0);
            }
        }
        // A lap is 70 cycles: all laps are alike.
        const STEPS: usize = 100_000;
        for &neuron in &stimulus.placed {
            let centre_mm = track.centre_mm(neuron, SIZE);
            for step in 0..STEPS {
                let seconds = 10.0 * (step as f64 + 0.5) / STEPS as f64;
                let share = LAPS * 10.0 / STEPS as f64 * published_hz(seconds, centre_mm);
                let at = bin(seconds, centre_mm);
                at.into_iter().for_each(|at| expected[at] += share);
            }
        }
        assert!(expected.iter().sum::<f64>() > 5000.0);
        for (at, (found, expected)) in found.into_iter().zip(expected).enumerate() {
            let z = (found - expected) / f64::max(expected, 1.0).sqrt();
            assert!(z.abs() < 4.5, "bin {at}: {found}, expected {expected}");
        }
    }

    #[test]
    fn half_of_the_cells_have_a_place_and_the_others_fire_anywhere() {
        let track = Track::new(&given()).unwrap();
        let mut stimulus = PlaceCells::new(track, onset(Time::ZERO, 0));
        assert_eq!(stimulus.placed.len(), SIZE as usize / 2);
        // The same cells in another bout.
        let later = PlaceCells::new(track, onset(after(5.0), 1));
        assert_eq!(later.placed, stimulus.placed);
        let all = spikes(&mut stimulus, after(10.0 * LAPS));
        let mut last = [Time::NEVER; SIZE as usize];
        for &(t, neuron) in &all {
            let gap = t.since(last[neuron as usize]);
            assert!(gap >= track.refractory, "{neuron} after {gap}");
            last[neuron as usize] = t;
        }
        let outside = all.iter().filter(|(_, n)| stimulus.others.contains(n));
        let (found, expected) = (outside.count() as f64, 0.1 * 30.0 * 10.0 * LAPS);
        assert!((found - expected).abs() < 4.5 * expected.sqrt(), "{found}");
    }

    #[test]
    fn a_state_is_gone_on_from() {
        let track = Track::new(&given()).unwrap();
        let mut one = PlaceCells::new(track, onset(Time::ZERO, 0));
        let next = one.tick(Time::ZERO, &mut Vec::new()).unwrap();
        let mut other = PlaceCells::new(track, onset(Time::ZERO, 0));
        other.load(&one.save().unwrap()).unwrap();
        let (mut rest, mut again) = (Vec::new(), Vec::new());
        assert_eq!(one.tick(next, &mut rest), other.tick(next, &mut again));
        assert_eq!(rest, again);
        assert!(other.load(&[1, 2]).is_err());
        let mut fewer = PlaceCells::new(
            track,
            Onset {
                size: 3,
                ..onset(Time::ZERO, 0)
            },
        );
        assert!(fewer.load(&one.save().unwrap()).is_err());
    }
}
