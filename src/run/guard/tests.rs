use super::*;
use crate::protocol::hypnogram::Kind;

const MS: i64 = crate::base::time::PS_PER_MS;

fn ms(t: i64) -> Time {
    Time::from_ps(t * MS)
}

/// Ten neurons, windows of 100 ms: 1000 Hz are 1,000 spikes, 2 Hz are 2.
fn guard() -> Guard {
    let limits = Limits {
        max_rate_hz: Some(1000.0),
        min_rate_hz: Some(2.0),
        window: Duration::from_ps(100 * MS),
    };
    Guard::new(limits, [("e".to_owned(), 10)].into_iter())
}

/// A window without a network ends.
fn end_window(guard: &mut Guard, now: Time) -> Result<(), Tripped> {
    guard.check_rates(now)?;
    guard.counts.0.fill(0);
    Ok(())
}

#[test]
fn a_window_is_full_at_its_limit_and_too_full_one_spike_later() {
    let mut guard = guard();
    assert!(guard.spikes(0, ms(120), 999));
    assert!(guard.spikes(0, ms(150), 1));
    assert!(!guard.spikes(0, ms(150), 1));
    // Whatever else happens at that instant.
    assert!(!guard.spikes(0, ms(150), 1));
    assert_eq!(
        guard.tripped.map(|tripped| tripped.to_string()).as_deref(),
        Some(
            "population `e` runs away: 1001 spikes within 50 ms from 100 ms on (2002 Hz per neuron), more than 1000 \
             Hz allow in a whole window of 100 ms\n  help: raise `guard.max_rate` or set it to \"off\" if that is \
             meant"
        )
    );
}

#[test]
fn a_window_forgets_the_last_and_silence_is_told() {
    let mut guard = guard();
    assert_eq!(guard.next_end(ms(0)), ms(100));
    assert_eq!(guard.next_end(ms(100)), ms(200));
    assert!(guard.spikes(0, ms(0), 1000));
    assert_eq!(end_window(&mut guard, ms(100)), Ok(()));
    assert!(guard.spikes(0, ms(100), 1));
    assert_eq!(
        end_window(&mut guard, ms(200)).map_err(|tripped| tripped.to_string()),
        Err(
            "population `e` falls silent: 1.000 Hz per neuron from 100 ms to 200 ms, expected at least 2 Hz\n  help: \
             lower `guard.min_rate` or set it to \"off\" if that is meant"
                .to_owned()
        )
    );
}

#[test]
fn a_bout_that_begins_within_a_window_is_not_silent_before_it_began() {
    let mut guard = guard();
    assert!(guard.spikes(0, ms(10), 900));
    guard.begin(ms(150));
    assert!(guard.spikes(0, ms(160), 1));
    assert_eq!(end_window(&mut guard, ms(200)), Ok(()));
    assert!(end_window(&mut guard, ms(300)).is_err());
}

#[test]
fn bouts_without_a_whole_window_are_named() {
    let limits = guard().limits;
    let named = |ends: &[(i64, Keep)]| {
        let mut start = Time::ZERO;
        let bouts = ends.iter().enumerate().map(|(k, &(stop, keep))| {
            let begun = std::mem::replace(&mut start, ms(stop));
            Bout {
                name: format!("{k}"),
                kind: Kind::Run,
                called: None,
                task: 0,
                start: begun,
                stop: ms(stop),
                on: Vec::new(),
                regime: crate::engine::simulation::Regime::default(),
                keep,
            }
        });
        limits.without_window(&bouts.collect::<Vec<_>>()).concat()
    };
    let (all, anew) = (Keep::All, Keep::Weights);
    assert_eq!(named(&[(99, all)]), "0");
    assert_eq!(named(&[(100, all)]), "");
    // Together they hold one; from rest at 60 ms the first whole window is from 100 to 200 ms.
    assert_eq!(named(&[(60, all), (120, all)]), "");
    assert_eq!(named(&[(60, all), (199, anew)]), "01");
    assert_eq!(named(&[(60, all), (199, anew), (200, all)]), "0");
}

#[test]
fn counts_go_on_after_a_restart() {
    let mut first = guard();
    assert!(first.spikes(0, ms(10), 600));
    let mut second = guard();
    assert!(second.restore(first.counts().clone()));
    assert!(second.spikes(0, ms(20), 400));
    assert!(!second.spikes(0, ms(30), 1));
    assert!(!second.restore(Counts(vec![0; 2])));
}
