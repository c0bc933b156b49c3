//! A thousand nights against what is published.

use super::*;

/// What a night comes to.
struct Measures {
    /// Percent of the time asleep in N1, N2, N3, R.
    shares: [f64; 4],
    /// Minutes asleep, and awake after sleep began.
    asleep_min: f64,
    awake_min: f64,
    /// Percent of the time from the onset of sleep on that is spent awake.
    awake_share: f64,
    /// From the onset of sleep to that of REM sleep.
    rem_latency_min: Option<f64>,
    /// Stretches of REM sleep with at least 15 min without any between them.
    cycles: f64,
    /// N3 and R in each third of sleep.
    thirds: [[f64; 3]; 2],
}

fn measures(night: &Night) -> Measures {
    const APART: usize = 30;
    let epochs: Vec<Stage> = night
        .stretches
        .iter()
        .flat_map(|(stage, length)| {
            let n = (length.as_ms() / EPOCH_MS).round() as usize;
            std::iter::repeat_n(*stage, n)
        })
        .collect();
    let onset = epochs.iter().position(|&stage| stage != Stage::Wake);
    let night = &epochs[onset.expect("somebody who sleeps")..];
    let count = |part: &[Stage], stage| part.iter().filter(|&&s| s == stage).count() as f64;
    let awake = count(night, Stage::Wake);
    let asleep = night.len() as f64 - awake;
    let share = |stage| 100.0 * count(night, stage) / asleep;
    let (mut cycles, mut last) = (0.0, None);
    for (at, _) in night
        .iter()
        .enumerate()
        .filter(|(_, stage)| **stage == Stage::Rem)
    {
        if last.is_none_or(|last| at - last > APART) {
            cycles += 1.0;
        }
        last = Some(at);
    }
    let third = night.len() / 3;
    let thirds = |stage| [0, 1, 2].map(|k| count(&night[k * third..(k + 1) * third], stage));
    let rem = night.iter().position(|&stage| stage == Stage::Rem);
    Measures {
        shares: [Stage::N1, Stage::N2, Stage::N3, Stage::Rem].map(share),
        asleep_min: asleep / PER_MINUTE,
        awake_min: awake / PER_MINUTE,
        awake_share: 100.0 * awake / night.len() as f64,
        rem_latency_min: rem.map(|at| at as f64 / PER_MINUTE),
        cycles,
        thirds: [thirds(Stage::N3), thirds(Stage::Rem)],
    }
}

const NIGHTS: u64 = 1000;

fn nights(age: f64) -> Vec<Measures> {
    let hours = Duration::from_ms(8.0 * 3.6e6).expect("short");
    (1..=NIGHTS)
        .map(|seed| measures(&human(age, hours, seed)))
        .collect()
}

fn mean(nights: &[Measures], of: impl Fn(&Measures) -> f64) -> f64 {
    nights.iter().map(of).sum::<f64>() / nights.len() as f64
}

#[test]
fn nights_of_the_young_are_as_published() {
    let nights = nights(25.0);
    let latencies: Vec<f64> = nights.iter().filter_map(|n| n.rem_latency_min).collect();
    assert!(latencies.len() as u64 > NIGHTS * 99 / 100);
    let latency = latencies.iter().sum::<f64>() / latencies.len() as f64;
    // Means over nights, and published ranges of healthy adults: (a) scipublications.com, Open J Med Sci 21, table 3; (b)
    // Medscape 1188226: N1 2 to 5, N2 45 to 55, N3 10 to 20, R 20 to 25 percent of sleep; (c) Culebras, Clinical Handbook of
    // Sleep Disorders: four to six cycles in 6.5 to 8.5 h.
    let share = |k: usize| mean(&nights, |n| n.shares[k]);
    let cycles = mean(&nights, |n| n.cycles);
    let awake = mean(&nights, |n| n.awake_share);
    let table = [
        ("N1, % (b)", share(0), 2.0, 5.0),
        ("N2, % (a, b)", share(1), 45.0, 55.0),
        ("N3, % (a, b)", share(2), 10.0, 20.0),
        ("R, % (a, b)", share(3), 20.0, 25.0),
        ("REM latency, min (a)", latency, 60.0, 100.0),
        ("cycles (a, c)", cycles, 4.0, 6.0),
        ("wake after onset, % (a)", awake, 1.0, 5.0),
    ];
    for (what, found, low, high) in table {
        println!("{what}: {found:.2}, published {low} to {high}");
        assert!((low..=high).contains(&found), "{what}: {found}");
    }
    // Deep sleep early, REM sleep late: more than half of N3 in the first third, of R most in the last.
    let third = |kind: usize, k: usize| mean(&nights, |n| n.thirds[kind][k]);
    let n3 = [0, 1, 2].map(|k| third(0, k));
    let rem = [0, 1, 2].map(|k| third(1, k));
    assert!(n3[0] > n3[1] + n3[2], "{n3:?}");
    assert!(rem[0] < rem[1] && rem[1] < rem[2], "{rem:?}");
    // Most nights, and not their mean alone.
    let within = nights
        .iter()
        .filter(|n| (3.0..=6.0).contains(&n.cycles))
        .count();
    assert!(within as u64 >= NIGHTS * 95 / 100, "{within}");
}

#[test]
fn nights_change_with_age_as_published() {
    let (young, old) = (nights(25.0), nights(65.0));
    let a_decade =
        |of: fn(&Measures) -> f64| (mean(&old, of) - mean(&young, of)) / ((65.0 - 25.0) / 10.0);
    // Boulos and others 2019, 95 % confidence intervals, a decade of age.
    let table = [
        (
            "wake after onset, min",
            a_decade(|n| n.awake_min),
            6.9,
            12.4,
        ),
        ("asleep, min", a_decade(|n| n.asleep_min), -12.8, -7.5),
        ("N1, %", a_decade(|n| n.shares[0]), 0.1, 0.8),
    ];
    for (what, found, low, high) in table {
        println!("{what} a decade: {found:.2}, published {low} to {high}");
        assert!((low..=high).contains(&found), "{what}: {found}");
    }
    // Ohayon and others 2004: shares of slow-wave and REM sleep and REM latency fall, that of stage 2 grows.
    let falls = |of: fn(&Measures) -> f64| a_decade(of) < 0.0;
    assert!(falls(|n| n.shares[2]) && falls(|n| n.shares[3]));
    assert!(falls(|n| n.rem_latency_min.unwrap_or(0.0)));
    assert!(!falls(|n| n.shares[1]));
}

#[test]
fn a_night_lasts_as_long_as_it_should_and_is_the_same_again() {
    let length = Duration::from_ms(100.0 * EPOCH_MS + 5.0).expect("short");
    let night = human(40.0, length, 3);
    assert_eq!(night.length(), length);
    assert_eq!(night, human(40.0, length, 3));
    assert_ne!(night, human(40.0, length, 4));
    assert_eq!(night.stretches[0].0, Stage::Wake);
    let ends = Duration::from_ms(1.0).expect("short");
    assert_eq!(human(40.0, ends, 3).stretches, [(Stage::Wake, ends)]);
}
