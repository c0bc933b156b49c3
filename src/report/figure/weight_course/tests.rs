use super::*;

/// A course of `n` synapses at each moment, some of which are followed.
fn course(n: &[u64], tracked: usize, named: usize) -> Course {
    let moment = |(k, &n): (usize, &u64)| Moment {
        time_ms: 1e3 * k as f64,
        n,
        mean: 0.5,
        quantiles: [0.1, 0.3, 0.5, 0.7, 0.9],
    };
    let histogram = (vec![0.0, 0.5, 1.0], vec![3, 4]);
    Course {
        name: "e_e".into(),
        unit: "mV".into(),
        moments: n.iter().enumerate().map(moment).collect(),
        tracked: vec![vec![0.5; n.len()]; tracked],
        named,
        histograms: [histogram.clone(), histogram],
    }
}

#[test]
fn single_synapses_are_what_they_are_said_to_be() {
    let said = |courses: &[Course]| {
        let courses = courses.to_vec();
        let caption = WeightCourse {
            courses,
            bouts: Vec::new(),
        }
        .caption();
        let at = caption.find(" Single synapses: ");
        at.map(|at| caption[at + 18..].to_owned())
    };
    let same = [7, 7];
    let drawn = "drawn at random before the run.";
    let named = "the named pairs of source and target.";
    assert_eq!(said(&[course(&same, 3, 0)]).as_deref(), Some(drawn));
    assert_eq!(said(&[course(&same, 2, 2)]).as_deref(), Some(named));
    let both = "drawn at random before the run, and the named pairs of source and target.";
    assert_eq!(said(&[course(&same, 5, 2)]).as_deref(), Some(both));
    assert_eq!(said(&[course(&same, 0, 0)]), None);
    // Where synapses come and go no single ones are shown.
    assert_eq!(said(&[course(&[7, 9], 2, 2)]), None);
    let two = [course(&[7, 9], 2, 2), course(&same, 3, 0)];
    assert_eq!(said(&two).as_deref(), Some(drawn));
}

#[test]
fn where_no_synapse_is_left_nothing_is_drawn() {
    let mut course = course(&[7, 7, 0], 0, 0);
    let last = &mut course.moments[2];
    (last.mean, last.quantiles) = (f64::NAN, [f64::NAN; 5]);
    course.histograms[0] = (vec![0.0, 0.5, 1.0], vec![0, 7]);
    course.histograms[1] = (vec![f64::NAN; 3], vec![0, 0]);
    let courses = vec![course];
    let figure = WeightCourse {
        courses,
        bouts: Vec::new(),
    };
    let caption = figure.caption();
    let said = "7 synapses at the start, 0 at the end, bins of 0.5 mV.";
    assert!(
        caption.contains(said) && !caption.contains("cut off"),
        "{caption}"
    );
    let svg = crate::report::canvas::svg::render(&figure.canvas()).expect("a figure");
    assert!(!svg.contains("NaN"), "{svg}");
}

/// The numbers lie left of the panel, and right of the one before it.
#[test]
fn numbers_of_synapses_stand_outside_of_their_panel() {
    for n in [[4_000, 12_500], [7, 9]] {
        let course = course(&n, 0, 0);
        let left = LEFT + WIDTHS[0] + GAP;
        let panel = left + course.count_inset();
        let ticks = course.counts(0.0, HEIGHT).1;
        assert!(ticks.len() > 1, "{n:?}");
        for tick in ticks {
            let label = font::width(&tick.label, TICK, Weight::Regular);
            let free = panel - label - 5.0;
            assert!(free > LEFT + WIDTHS[0] + 5.0, "{}", tick.label);
        }
        assert!(panel < left + WIDTHS[1] / 2.0);
    }
    assert_eq!(course(&[7, 7], 0, 0).count_inset(), 0.0);
}

/// Over the panels of the first row.
#[test]
fn bouts_lie_over_the_first_row() {
    let bout = |name: &str, start: f64, stop: f64| Bout {
        name: name.into(),
        start: Time::from_ms(start).expect("a time"),
        stop: Time::from_ms(stop).expect("a time"),
        stage: None,
    };
    let bouts = [bout("wake", 0.0, 1_000.0), bout("doze", 1_000.0, 2_000.0)];
    let svg = |bouts: &[Bout]| {
        let figure = WeightCourse {
            courses: vec![course(&[7, 7, 7], 1, 0); 2],
            bouts: bouts.into(),
        };
        crate::report::canvas::svg::render(&figure.canvas()).expect("a figure")
    };
    let (with, without) = (svg(&bouts), svg(&bouts[..1]));
    assert_eq!(with.matches(">doze<").count(), 2, "{with}");
    assert_eq!(with.matches(">bout<").count(), 1);
    // One is no more than the run.
    assert!(!without.contains(">bout<") && !without.contains(">wake<"));
}
