//! A thousand days of rats and of newborns against what is published, and their keys in model files.

use sharpwave::base::time::Duration;
use sharpwave::protocol::polyphasic::{newborn, rat};
use sharpwave::protocol::stage::{Night, Stage};

const DAYS: u64 = 1_000;

fn hours(h: f64) -> Duration {
    Duration::from_ms(h * 3.6e6).unwrap()
}

fn minutes(length: Duration) -> f64 {
    length.as_ms() / 60e3
}

/// Percent of all `days` in a stage.
fn share(days: &[Night], stage: Stage) -> f64 {
    let of = |day: &Night| {
        let own = day.stretches.iter().filter(|own| own.0 == stage);
        own.map(|own| minutes(own.1)).sum::<f64>()
    };
    let all: f64 = days.iter().map(|day| minutes(day.length())).sum();
    100.0 * days.iter().map(of).sum::<f64>() / all
}

fn within(table: &[(&str, f64, f64, f64)]) {
    for (what, found, low, high) in table {
        println!("{what}: {found:.2}, published {low} to {high}");
        assert!((low..=high).contains(&found), "{what}: {found}");
    }
}

/// (a) Clancy and others, "Daytime sleep-wake cycle in the rat", 12 h of light; (b) J Neurosci 26:9426 (2006), table 1, means and
/// standard errors of six rats in the light; (c) Trachsel and others 1988, Am J Physiol 255:R27.
#[test]
fn rats_in_the_light_sleep_as_published() {
    let days: Vec<Night> = (1..=DAYS).map(|seed| rat(hours(12.0), seed)).collect();
    let nrem = share(&days, Stage::N2) + share(&days, Stage::N3);
    let awakenings = days.iter().map(|day| {
        let own = day.stretches.iter().skip(1);
        own.filter(|own| own.0 == Stage::Wake).count() as f64
    });
    let awakenings = awakenings.sum::<f64>() / DAYS as f64;
    within(&[
        ("awake, % (a, b)", share(&days, Stage::Wake), 24.0, 27.1),
        ("NREM, % (a, b)", nrem, 57.7, 67.0),
        ("REM, % (a, b)", share(&days, Stage::Rem), 9.0, 16.0),
        (
            "light of slow-wave sleep, % (a)",
            100.0 * share(&days, Stage::N2) / nrem,
            17.4,
            21.4,
        ),
        (
            "awakenings in 12 h (a), 5 % of 396",
            awakenings,
            376.0,
            416.0,
        ),
    ]);
    // (c): every NREM episode that was not cut lasts half a minute to five; REM sleep comes after NREM sleep alone.
    for day in &days {
        let all = &day.stretches;
        for at in 1..all.len().saturating_sub(2) {
            if all[at].0 == Stage::N2 {
                let episode = minutes(all[at].1) + minutes(all[at + 1].1);
                assert!((0.45..=5.1).contains(&episode), "{episode}");
                assert_eq!(all[at + 1].0, Stage::N3);
            }
            assert!(all[at].0 != Stage::Rem || all[at - 1].0 == Stage::N3);
        }
        assert_eq!(day.length(), hours(12.0));
    }
}

/// (a) Stern and others 1969, Pediatrics 43:65: at term cycles of 47 min, quiet and active sleep equal; (b) Dev Psychobiol 1988,
/// 21:431: all fall asleep in active sleep, and that part is shorter than the next; (c) National Sleep Foundation: 14 to 17 h a day.
#[test]
fn newborns_sleep_as_published() {
    let days: Vec<Night> = (1..=DAYS).map(|seed| newborn(hours(24.0), seed)).collect();
    let [active, quiet] = [Stage::Rem, Stage::N3].map(|stage| share(&days, stage));
    let (mut cycles, mut firsts, mut nexts) = (Vec::new(), Vec::new(), Vec::new());
    for day in &days {
        let all = &day.stretches;
        for at in 1..all.len().saturating_sub(2) {
            match (all[at - 1].0, all[at].0) {
                (Stage::Wake, Stage::Rem) => firsts.push(minutes(all[at].1)),
                (Stage::N3, Stage::Rem) => {
                    nexts.push(minutes(all[at].1));
                    cycles.push(minutes(all[at].1) + minutes(all[at + 1].1));
                }
                (Stage::Rem, next) => assert_eq!(next, Stage::N3),
                (before, next) => assert!(before == Stage::N3 && next == Stage::Wake),
            }
        }
    }
    let mean = |all: &[f64]| all.iter().sum::<f64>() / all.len() as f64;
    within(&[
        ("cycle, min (a), 5 % of 47", mean(&cycles), 44.6, 49.4),
        (
            "active of sleep, % (a)",
            100.0 * active / (active + quiet),
            45.0,
            55.0,
        ),
        ("asleep, h a day (c)", 0.24 * (active + quiet), 14.0, 17.0),
    ]);
    assert!(mean(&firsts) < 0.7 * mean(&nexts));
    assert_eq!(newborn(hours(5.0), 3), newborn(hours(5.0), 3));
    assert_ne!(newborn(hours(5.0), 3), newborn(hours(5.0), 4));
}
