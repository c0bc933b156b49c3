use super::*;

/// A layer of `n_neurons` that fire in turn, `n` spikes evenly over 100 ms.
fn layer(name: &str, n_neurons: usize, n: usize) -> Layer {
    let spike = |k: usize| {
        let t = Time::from_ps(k as i64 * 100_000_000_000 / n.max(1) as i64);
        (t, (k % n_neurons) as u64)
    };
    Layer {
        name: name.into(),
        n_neurons,
        size: n_neurons,
        numbers: None,
        sign: None,
        spikes: (0..n).map(spike).collect(),
    }
}

fn ms(ms: i64) -> Time {
    Time::from_ps(ms * 1_000_000_000)
}

fn raster(layers: Vec<Layer>) -> Raster {
    Raster {
        of: String::new(),
        layers,
        bouts: Vec::new(),
        stimuli: Vec::new(),
        origin: Time::ZERO,
        window: Window {
            start: Time::ZERO,
            stop: ms(100),
            bin: Duration::from_ps(1_000_000_000),
        },
        closer: None,
    }
}

/// All texts of a figure, and the figure.
fn svg(raster: &Raster) -> String {
    let folder = tempfile::tempdir().unwrap();
    raster.draw(&folder.path().join("raster")).unwrap();
    std::fs::read_to_string(folder.path().join("raster.svg")).unwrap()
}

#[test]
fn marks_are_explained_only_where_there_are_any() {
    let said = |n| svg(&raster(vec![layer("e", 2, n)])).contains("one mark per spike");
    assert!(said(1) && said(90));
    assert!(!said(0) && !said(20_000));
}

#[test]
fn a_sample_of_neurons_is_said_to_be_one() {
    let all = svg(&raster(vec![layer("e", 1000, 1000)]));
    assert!(!all.contains("e, every"));
    let some = svg(&raster(vec![layer("e", 1000, 60_000)]));
    assert!(some.contains("e, every 3rd neuron") && some.contains("60,000 spikes"),);
}

#[test]
fn equal_rates_are_drawn_alike() {
    // 60 neurons of 1,000 spikes each need shades; 30 of 700 could just be marks.
    let (many, few) = (layer("many", 60, 60_000), layer("few", 30, 21_000));
    let alone = svg(&raster(vec![few.clone()]));
    assert!(alone.contains("one mark per spike") && !alone.contains("few, shade is"));
    let both = svg(&raster(vec![many.clone(), few]));
    assert!(both.contains("few, shade is") && both.contains("many, shade is"));
    // What is much less active keeps its marks.
    let quiet = svg(&raster(vec![many, layer("quiet", 2000, 2000)]));
    assert!(quiet.contains("one mark per spike") && !quiet.contains("quiet, shade is"));
}

#[test]
fn samples_of_equal_rates_have_equal_numbers_of_neurons() {
    // 2,000 and 1,000 neurons of 60 spikes each.
    let both = svg(&raster(vec![
        layer("large", 2000, 120_000),
        layer("small", 1000, 60_000),
    ]));
    let every = |name: &str| {
        let said = both.split(&format!("{name}, every ")).nth(1)?;
        said.split(|c: char| !c.is_ascii_digit())
            .next()?
            .parse::<u32>()
            .ok()
    };
    let (large, small) = (every("large").unwrap(), every("small").unwrap());
    assert_eq!(large, 2 * small);
}

#[test]
fn rows_and_rates_are_of_the_neurons_whose_spikes_are_known() {
    // One spike in each bin of 1 ms: 10 Hz of 100 neurons, 100 Hz of 10.
    let drawn = |layer: Layer| svg(&raster(vec![layer]));
    let all = drawn(layer("e", 100, 100));
    assert!(!all.contains(">100<") && all.contains(">100 neurons<"));
    let mut some = layer("e", 10, 100);
    (some.size, some.numbers) = (100, Some((0..10).map(|k| 9 * k + 5).collect()));
    let some = drawn(some);
    assert!(some.contains(">100<") && some.contains(">10 of 100 neurons<"));
    for k in 0..10 {
        assert!(some.contains(&format!(">{}<", 9 * k + 5)), "{some}");
    }
}

#[test]
fn stimuli_and_bouts_are_shown_where_they_tell_something() {
    let stimulus = |name: &str, on: &[(i64, i64)]| Stimulus {
        name: name.into(),
        on: on.iter().map(|&(from, to)| (ms(from), ms(to))).collect(),
    };
    let mut figure = raster(vec![layer("e", 100, 100)]);
    figure.stimuli = vec![
        stimulus("always", &[(0, 50), (50, 200)]),
        stimulus("pulse", &[(10, 20)]),
        stimulus("twin", &[(10, 20)]),
        stimulus("never", &[]),
    ];
    figure.bouts = vec![Bout {
        name: "wake".into(),
        start: ms(0),
        stop: ms(60),
        stage: None,
    }];
    let one = svg(&figure);
    assert!(!one.contains("always") && !one.contains(">wake<"));
    assert!(one.contains(">pulse, twin<") && !one.contains(">never<"));
    figure.bouts.push(Bout {
        name: "sleep".into(),
        start: ms(60),
        stop: ms(200),
        stage: None,
    });
    let two = svg(&figure);
    assert!(two.contains(">wake<") && two.contains(">sleep<"));
}

#[test]
fn a_night_is_drawn_in_steps_of_stages() {
    let mut figure = raster(vec![layer("e", 100, 100)]);
    let stages = [Stage::Wake, Stage::N2, Stage::Rem];
    let bout = |(k, &stage): (usize, &Stage)| Bout {
        name: format!("bout of {stage}"),
        start: ms(30 * k as i64),
        stop: ms(30 * (k as i64 + 1)),
        stage: Some(stage),
    };
    figure.bouts = stages.iter().enumerate().map(bout).collect();
    let night = svg(&figure);
    // Every stage has its row, bouts have no names.
    for stage in Stage::ALL {
        assert!(night.contains(&format!(">{stage}<")), "{stage}");
    }
    assert!(!night.contains("bout of"));
    // One bout without a stage: no night.
    figure.bouts[1].stage = None;
    assert!(svg(&figure).contains(">bout of R<"));
}

#[test]
fn a_closer_look_lies_beside_the_whole() {
    let mut figure = raster(vec![layer("e", 100, 100)]);
    assert!(!svg(&figure).contains("closer look"));
    figure.closer = Some(Window {
        start: ms(20),
        stop: ms(30),
        bin: Duration::from_ps(100_000_000),
    });
    let svg = svg(&figure);
    assert!(svg.contains("closer look") && svg.contains("bins of 1 ms and 0.1 ms"),);
    assert_eq!(svg.matches(">Time (s)<").count(), 2);
}

#[test]
fn a_page_has_room_for_eight_populations() {
    let layers = (0..8).map(|k| layer(&format!("p{k}"), 500, 500));
    let canvas = raster(layers.collect()).canvas();
    assert!(canvas.height <= 680.0, "{}", canvas.height);
}
