use super::*;
use crate::base::time::PS_PER_MS;
use crate::stimulus::image::ImageNoise;

const MS: Duration = Duration::from_ps(PS_PER_MS);

fn programme(share: f64, timing: Timing) -> Programme {
    Programme {
        share,
        event: Duration::from_ps(20 * PS_PER_MS),
        tick: MS,
        timing,
        seed: 1,
        name: "sleep 1".into(),
    }
}

/// Neurons 0 to 9 in the first, 10 to 19 in the second, three times as salient.
fn pieces() -> Vec<Piece> {
    let piece = |first: u32, salience| Piece {
        rates_hz: (0..10)
            .map(|k| (first + k, 20.0 * f64::from(k + 1)))
            .collect(),
        salience,
    };
    vec![piece(0, 0.5), piece(10, 1.5)]
}

/// Neurons 20 to 29.
fn noise() -> Box<dyn Stimulus> {
    let rates: Vec<f64> = (0..30).map(|k| if k < 20 { 0.0 } else { 100.0 }).collect();
    Box::new(ImageNoise::new(
        &rates,
        None,
        MS,
        Timing::Continuous,
        1,
        "sleep 1",
    ))
}

fn run(stimulus: &mut Replay, from: u64, ticks: u64) -> Vec<Spike> {
    let mut spikes = Vec::new();
    let mut now = Time::from_ps((from * PS_PER_MS as u64).cast_signed());
    for _ in 0..ticks {
        now = stimulus.tick(now, &mut spikes).expect("it never ends");
    }
    spikes
}

#[test]
fn each_event_is_of_one_pattern_in_proportion_to_salience_and_rates() {
    for timing in [Timing::Grid, Timing::Continuous] {
        let mut replay = Replay::new(pieces(), programme(0.6, timing), "input", Some(noise()));
        let events = 20_000_u64;
        let spikes = run(&mut replay, 0, 20 * events);
        assert!(spikes.is_sorted());
        let mut played = [0_u64; 3];
        for event in
            spikes.chunk_by(|a, b| a.0.ps() / (20 * PS_PER_MS) == b.0.ps() / (20 * PS_PER_MS))
        {
            let of = event[0].1 / 10;
            assert!(
                event.iter().all(|spike| spike.1 / 10 == of),
                "one at a time"
            );
            played[of as usize] += 1;
        }
        // Hardly any event is without a spike: 22 are expected in each. Five standard deviations of the shares 0.15, 0.45, 0.4.
        for (found, share) in played.iter().zip([0.15, 0.45, 0.4]) {
            let n = events as f64;
            let apart = (*found as f64 - share * n).abs();
            assert!(
                apart < 5.0 * (n * share * (1.0 - share)).sqrt(),
                "{timing:?}: {played:?}"
            );
        }
        for neuron in 10..20 {
            let found = spikes.iter().filter(|spike| spike.1 == neuron).count() as f64;
            let rate_hz = 20.0 * f64::from(neuron - 9);
            let expected = rate_hz * 0.02 * played[1] as f64;
            assert!(
                (found - expected).abs() < 5.0 * expected.sqrt(),
                "{timing:?}: {neuron}"
            );
        }
    }
}

#[test]
fn times_within_an_event_are_those_of_poisson_processes() {
    let piece = Piece {
        rates_hz: vec![(3, 50.0), (7, 150.0)],
        salience: 1.0,
    };
    let mut replay = Replay::new(
        vec![piece],
        programme(1.0, Timing::Continuous),
        "input",
        None,
    );
    let spikes = run(&mut replay, 0, 1_000_000);
    for (neuron, rate_hz) in [(3, 50.0), (7, 150.0)] {
        let own: Vec<f64> = spikes
            .iter()
            .filter(|spike| spike.1 == neuron)
            .map(|spike| spike.0.as_ms() * rate_hz * 1e-3)
            .collect();
        let gaps: Vec<f64> = own.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let n = gaps.len() as f64;
        let mean = gaps.iter().sum::<f64>() / n;
        let cv2 = gaps.iter().map(|gap| (gap - mean).powi(2)).sum::<f64>() / n / (mean * mean);
        // Standard errors of both: n^-1/2 and (8/n)^1/2; five of each.
        assert!((mean - 1.0).abs() < 5.0 / n.sqrt(), "{mean}");
        assert!((cv2 - 1.0).abs() < 5.0 * (8.0 / n).sqrt(), "{cv2}");
    }
}

#[test]
fn parts_of_one_pattern_are_played_together() {
    let teacher = |first: u32| Piece {
        rates_hz: vec![(first, 500.0)],
        salience: if first == 0 { 0.5 } else { 1.5 },
    };
    let teachers = vec![teacher(0), teacher(1)];
    let programme = programme(0.6, Timing::Continuous);
    let mut input = Replay::new(pieces(), programme.clone(), "input", None);
    let mut output = Replay::new(teachers, programme, "output", None);
    let mut together = 0;
    for event in 0..500 {
        let [one, other] = [&mut input, &mut output].map(|replay| run(replay, 20 * event, 20));
        let (Some(one), Some(other)) = (one.first(), other.first()) else {
            continue;
        };
        assert_eq!(one.1 / 10, other.1);
        together += 1;
    }
    assert!(together > 200, "{together}");
}

#[test]
fn without_patterns_all_is_as_it_would_be_without_a_memory() {
    let mut plain = noise();
    let mut expected = Vec::new();
    let mut now = Time::ZERO;
    for _ in 0..1000 {
        now = plain.tick(now, &mut expected).expect("it never ends");
    }
    for (pieces, share) in [(Vec::new(), 0.6), (pieces(), 0.0)] {
        let programme = programme(share, Timing::Continuous);
        let mut replay = Replay::new(pieces, programme, "input", Some(noise()));
        assert_eq!(run(&mut replay, 0, 1000), expected);
    }
    assert!(expected.len() > 500);
}

#[test]
fn a_saved_replay_goes_on_with_the_same_spikes() {
    let made = || {
        let programme = programme(0.5, Timing::Continuous);
        Replay::new(pieces(), programme, "input", Some(noise()))
    };
    for cut in [0, 7, 20, 133] {
        let mut whole = made();
        run(&mut whole, 0, cut);
        let bytes = whole.save().expect("plain data");
        let mut fresh = made();
        fresh.load(&bytes).expect("its own");
        assert_eq!(fresh.save().expect("plain data"), bytes);
        let expected = run(&mut whole, cut, 500);
        assert!(expected.len() > 300, "{}", expected.len());
        assert_eq!(run(&mut fresh, cut, 500), expected, "cut at {cut}");
    }
    let mut whole = made();
    run(&mut whole, 0, 400);
    let bytes = whole.save().expect("plain data");
    let silent = programme(0.5, Timing::Continuous);
    let mut other = Replay::new(pieces(), silent.clone(), "input", None);
    assert!(other.load(&bytes).is_err());
    let playing = State {
        ticks: 3,
        playing: Some(2),
        stream: Stream::new(1, "test", 0),
    };
    let bytes = to_bytes(&(playing, None::<Vec<u8>>)).expect("plain data");
    let mut other = Replay::new(pieces(), silent, "input", None);
    assert!(other.load(&bytes).is_err(), "of no such pattern");
}
