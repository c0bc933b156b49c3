use super::*;
use crate::base::parameter::{Values, complete};
use crate::base::time::PS_PER_MS;
use crate::memory::sketch::Palette;
use crate::stimulus::{Brings, Entry};

const PROGRAMME: Programme = Programme {
    event: Duration::from_ps(50 * PS_PER_MS),
    pause: Duration::from_ps(150 * PS_PER_MS),
    rate_hz: 200.0,
    order: Order::Shuffled,
    firing: Firing::Poisson,
};

fn player(scenes: Scenes, order: Order, name: &str) -> Player {
    let programme = Programme { order, ..PROGRAMME };
    Player::new(Arc::new(scenes), programme, 1, name, "")
}

/// Spikes of so many events, each a list.
fn events(player: &mut Player, n: usize) -> Vec<Vec<Spike>> {
    let mut now = Time::ZERO;
    let event = |_| {
        let mut spikes = Vec::new();
        let next = player.tick(now, &mut spikes).expect("it goes on");
        assert!(spikes.is_sorted());
        let inside = |t: Time| (now..now + PROGRAMME.event).contains(&t);
        assert!(spikes.iter().all(|&(t, _)| inside(t)));
        assert_eq!(next, now + PROGRAMME.event + PROGRAMME.pause);
        now = next;
        spikes
    };
    (0..n).map(event).collect()
}

/// One-hot patterns.
fn one_hot(n: usize) -> Scenes {
    let row = |k: usize| (0..n).map(|j| f32::from(u8::from(j == k))).collect();
    Scenes::Patterns((0..n).map(row).collect())
}

#[test]
fn a_teacher_plays_what_belongs_to_the_dream() {
    let both = ["input.input", "teacher.teacher"].map(|name| {
        let mut player = player(one_hot(4), Order::Shuffled, name);
        events(&mut player, 400)
    });
    let of = |spikes: &Vec<Spike>| spikes.first().map(|&(_, neuron)| neuron);
    let mut seen = [0; 4];
    for (dream, lesson) in both[0].iter().zip(&both[1]) {
        assert_ne!(dream, lesson, "streams of their own");
        if let (Some(dream), Some(lesson)) = (of(dream), of(lesson)) {
            assert_eq!(dream, lesson);
            seen[dream as usize] += 1;
        }
    }
    assert!(seen.iter().all(|&n| (90..=100).contains(&n)), "{seen:?}");
    // 10 spikes expected in each event.
    let n: usize = both[0].iter().map(Vec::len).sum();
    assert!((3800..4200).contains(&n), "{n}");
}

#[test]
fn patterns_in_sequence_go_on_after_a_checkpoint() {
    let mut whole = player(one_hot(3), Order::Sequence, "a");
    let first = events(&mut whole, 7);
    assert!(first[4].iter().all(|&(_, neuron)| neuron == 1));
    let bytes = whole.save().unwrap();
    let mut again = player(one_hot(3), Order::Sequence, "a");
    again.load(&bytes).unwrap();
    assert_eq!(events(&mut again, 5), events(&mut whole, 5));
}

#[test]
fn a_field_has_its_marginals_and_its_smoothness() {
    let marginals: Vec<f32> = (0..100)
        .map(|k| if k % 10 < 5 { 0.3 } else { 0.8 })
        .collect();
    let field = Scenes::Field(Field::new(&marginals, 10, 1.0));
    let draws: Vec<Vec<f32>> = (0..6000)
        .map(|k| field.draw(0, &mut Stream::new(1, "field", k)))
        .collect();
    let mean = |k: usize| draws.iter().map(|x| f64::from(x[k])).sum::<f64>() / 6000.0;
    for k in [0, 4, 44, 49, 99] {
        assert!(
            (mean(k) - f64::from(marginals[k])).abs() < 0.03,
            "{k}: {}",
            mean(k)
        );
    }
    let both = |a: usize, b: usize| {
        let pairs = draws.iter().map(|x| f64::from(x[a] * x[b]));
        (pairs.sum::<f64>() / 6000.0 - mean(a) * mean(b)) / (mean(a) * (1.0 - mean(a)))
    };
    // A Gaussian kernel of width 1 leaves e^(-1/4) of the covariance a pixel on, thresholds some less.
    assert!((0.4..0.8).contains(&both(42, 43)), "{}", both(42, 43));
    assert!((0.4..0.8).contains(&both(42, 52)), "{}", both(42, 52));
    assert!(both(2, 92).abs() < 0.06);
    // Smoother than the image is long, however much: one value, and no more to hold than pixels.
    let [smooth, smoother] = [1e9, 1e300].map(|sigma| Field::new(&[0.5; 100], 10, sigma));
    let draws =
        [smooth, smoother].map(|it| Scenes::Field(it).draw(0, &mut Stream::new(1, "field", 3)));
    assert!(draws[0] == draws[1] && draws[0].iter().all(|x| *x == draws[0][0]));
}

#[test]
fn dreams_of_classes_have_one_length() {
    let palette = |x: f32| Palette {
        mean: vec![x; 16],
        components: vec![(0..16).map(|k| if k < 8 { 0.1 } else { -0.1 }).collect()],
        noise: 0.05,
    };
    let numbers: Arc<[f32]> = entry::rows(&[palette(0.3), palette(0.6)]).into();
    assert_eq!(numbers.len(), 2 * 3 * 16);
    let scenes = Scenes::Palettes(vec![palette(0.3), palette(0.6)], Some(2.0));
    for k in 0..20 {
        let dream = scenes.draw((k % 2) as usize, &mut Stream::new(1, "dream", k));
        let square: f64 = dream.iter().map(|&x| f64::from(x).powi(2)).sum();
        assert!((square.sqrt() - 2.0).abs() < 1e-6);
    }
}

#[test]
fn regular_spikes_come_at_even_intervals_from_a_random_phase_on() {
    // At 200 Hz in 50 ms: 10, 2.5, 0.3 spikes, none.
    let pattern = vec![1.0, 0.25, 0.03, 0.0];
    let mut player = Player::new(
        Arc::new(Scenes::Patterns(vec![pattern.clone()])),
        Programme {
            firing: Firing::Regular,
            ..PROGRAMME
        },
        1,
        "dream",
        "",
    );
    const EVENTS: usize = 4000;
    let events = events(&mut player, EVENTS);
    let mut first = Vec::new();
    let mut mean = [0.0; 4];
    for (k, event) in events.iter().enumerate() {
        let start = Time::ZERO + Duration::from_ps(200 * PS_PER_MS * k as i64);
        let of = |neuron: u32| {
            let own = event.iter().filter(move |spike| spike.1 == neuron);
            own.map(|&(t, _)| t.since(start).as_ms())
        };
        first.push(of(0).next().expect("one at least") / 5.0);
        for (neuron, (mean, x)) in (0..).zip(mean.iter_mut().zip(&pattern)) {
            let times: Vec<f64> = of(neuron).collect();
            let expected = f64::from(*x) * 10.0;
            assert!((times.len() as f64 - expected).abs() < 1.0, "{neuron}");
            *mean += times.len() as f64 / EVENTS as f64;
            for two in times.windows(2) {
                assert!((two[1] - two[0] - 5.0 / f64::from(*x)).abs() < 1e-8);
            }
        }
    }
    // A count is one of two whole numbers: five standard errors of the mean at most.
    for (mean, x) in mean.iter().zip(&pattern) {
        let error = (0.25 / EVENTS as f64).sqrt();
        assert!((mean - f64::from(*x) * 10.0).abs() < 5.0 * error, "{mean}");
    }
    // Phases are uniform (Kolmogorov and Smirnov, 1.95 / sqrt(n) at p = 0.001).
    first.sort_by(f64::total_cmp);
    let apart = |(k, &phase): (usize, &f64)| (phase - (k as f64 + 0.5) / EVENTS as f64).abs();
    let most = first.iter().enumerate().map(apart).fold(0.0, f64::max);
    assert!(most < 1.95 / (EVENTS as f64).sqrt(), "{most}");
}

#[test]
fn an_event_that_fills_memory_is_refused() {
    let onto = |kind: &'static Entry, event_ms: f64, numbers: Vec<f32>| {
        let mut values = Values::from([("rate", 1000.0), ("event", event_ms)]);
        values.insert("file", std::path::PathBuf::from("a.npy"));
        let values = complete(kind.spec, &values).unwrap();
        let Brings::Episodes(episodes) = (kind.build)(&values).unwrap() else {
            panic!("no episodes");
        };
        let begun = episodes.onto(&numbers.into(), 4);
        begun.map(|_| ()).map_err(|error| error.to_string())
    };
    // Three spikes in each millisecond of the second pattern.
    let patterns = || vec![0.5, 0.0, 0.0, 0.0, 1.0, 1.0, 0.5, 0.5];
    assert_eq!(onto(&PATTERNS, 1e7, patterns()), Ok(()));
    assert_eq!(
        onto(&PATTERNS, 2e7, patterns()).unwrap_err(),
        "`patterns`: `event` brings 6.0e7 spikes at once, of 1000 Hz in pixels of up to 3 together for 20000000 ms, expected at most \
         3e7: all are held in memory"
    );
    let error = onto(&FIELD, 1e7, vec![0.5; 4]).unwrap_err();
    assert!(error.contains("`event` brings 4.0e7 spikes"), "{error}");
}
