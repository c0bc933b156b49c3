//! Exact values; rates and gaps are tested where the process is used.

use super::*;

/// The next `n` events: time in picoseconds, entity, class.
fn events(process: &mut Process, n: usize) -> Vec<(i64, u16, u8)> {
    let mut all = Vec::new();
    for _ in 0..n {
        let k = process.next_index();
        let (entity, class) = (process.batch().entities[k], process.batch().class[k]);
        let t = process.next_time();
        assert_eq!(process.pass(1), t);
        all.push((t.ps(), entity, class));
    }
    all
}

fn process(rates_hz: &[&[f64]], start: Time) -> Process {
    Process::new(rates_hz, start, &mut Stream::new(1, "test", 0)).expect("some rate")
}

#[test]
fn exact_values_are_pinned() {
    let uniform = events(&mut process(&[&[1_000.0; 100]], Time::ZERO), 600);
    let runs = events(&mut process(&[&[5.0, 0.0], &[1.0, 3.0]], Time::ZERO), 600);
    let many: Vec<f64> = (1..=100).map(f64::from).collect();
    let alias = events(&mut process(&[&many], Time::ZERO), 600);
    assert_eq!(
        [uniform, runs, alias].map(|all| [all[0], all[1], all[599]]),
        [
            [
                (14_040_424, 43, 0),
                (19_806_433, 84, 0),
                (5_734_205_679, 43, 0)
            ],
            [
                (156_004_721_954, 1, 1),
                (220_071_482_542, 1, 1),
                (63_713_396_438_253, 0, 0),
            ],
            [
                (278_028_217, 43, 0),
                (392_206_602, 84, 0),
                (113_548_627_315, 43, 0)
            ],
        ]
    );
}

#[test]
fn a_shift_in_time_shifts_every_event() {
    let night = Time::from_ps(8 * 3_600_000_000_000_000);
    let early = events(&mut process(&[&[20.0; 7]], Time::ZERO), 1_500);
    let late = events(&mut process(&[&[20.0; 7]], night), 1_500);
    assert!(
        early
            .iter()
            .zip(&late)
            .all(|(a, b)| (a.0 + night.ps(), a.1, a.2) == *b)
    );
}

#[test]
fn what_lies_beyond_the_clock_never_comes() {
    let mut process = process(&[&[1e-3]], Time::from_ps(i64::MAX - 5));
    assert_eq!(process.next_time(), Time::MAX);
    assert_eq!(process.pass(BATCH), Time::MAX);
    assert_eq!(process.next_time(), Time::MAX);
}

#[test]
fn without_entities_or_rates_nothing_ever_comes() {
    let mut stream = Stream::new(1, "nothing", 0);
    let silent: [&[&[f64]]; 4] = [&[], &[&[]], &[&[0.0; 3]], &[&[0.0; 3], &[0.0; 3]]];
    for rates in silent {
        assert_eq!(mean_gap_ps(rates), f64::INFINITY);
        assert!(Process::new(rates, Time::ZERO, &mut stream).is_none());
    }
}

#[test]
fn slow_processes_keep_their_rate_as_long_as_the_clock_goes() {
    // Gaps of a minute, of a quarter of an hour, of an hour and of three days, on either side of where they are drawn otherwise.
    for mean_s in [50.0, 65.0, 900.0, 4e3, 2.5e5] {
        let (mut count, mut sum, mut squares) = (0.0, 0.0, 0.0);
        for number in 0..40 {
            let mut stream = Stream::new(number, "slow", 0);
            let made = Process::new(&[&[1.0 / mean_s]], Time::ZERO, &mut stream);
            let mut process = made.expect("some rate");
            let mut last = 0;
            // As many as surely come before the clock ends: 9.2e6 s.
            for (t, ..) in events(&mut process, 20) {
                let gap = (t - last) as f64 / (mean_s * 1e12);
                (count, sum, squares) = (count + 1.0, sum + gap, squares + gap * gap);
                last = t;
            }
        }
        let mean: f64 = sum / count;
        let variance = squares / count - mean * mean;
        // Standard errors of mean and variance of exponential gaps: 1/√n and √8/√n.
        let error = 1.0 / f64::sqrt(count);
        assert!((mean - 1.0).abs() < 4.0 * error, "{mean_s}: mean {mean}");
        let off = (variance - 1.0).abs();
        assert!(
            off < 4.0 * 8.0_f64.sqrt() * error,
            "{mean_s}: variance {variance}"
        );
    }
}

#[test]
fn gaps_are_rounded_alike_however_they_are_drawn() {
    let mut bits = [0; BATCH];
    Bits::new(&mut Stream::new(3, "gaps", 0)).fill(&mut bits);
    let mean = 0.99 * ADDED / LONGEST_MEANS;
    let long = bits.map(|bits| long_gap(bits, mean));
    gaps(&mut bits, mean);
    assert_eq!(bits, long);
}

#[test]
fn what_comes_once_in_an_age_does_not_come() {
    for rate_hz in [1e-9, 1e-30, 1e-290] {
        let mut process = process(&[&[rate_hz]], Time::ZERO);
        assert!(process.next_time() > Time::from_ps(1_000_000_000_000_000));
        assert_eq!(process.pass(BATCH), Time::MAX);
    }
}
