use super::*;

fn draws(distribution: Distribution, n: u32) -> Vec<f64> {
    let mut stream = Stream::new(11, "test", 0);
    (0..n).map(|_| distribution.draw(&mut stream)).collect()
}

fn moments(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
    (mean, variance.sqrt())
}

#[test]
fn a_normal_variable_has_the_shape_of_a_normal_variable() {
    let n = 400_000;
    let values = draws(
        Distribution::new(Shape::Normal { mean: 0.0, sd: 1.0 }).unwrap(),
        n,
    );
    // 40 intervals of equal probability, by bisection of the distribution function.
    let below = |z: f64| 0.5 * libm::erfc(-z / SQRT_2);
    let edges: Vec<f64> = (1..40)
        .map(|i| {
            let (mut low, mut high) = (-10.0, 10.0);
            for _ in 0..100 {
                let middle = 0.5 * (low + high);
                if below(middle) < f64::from(i) / 40.0 {
                    low = middle;
                } else {
                    high = middle;
                }
            }
            low
        })
        .collect();
    let mut counts = [0_u32; 40];
    for &value in &values {
        counts[edges.partition_point(|&edge| edge < value)] += 1;
    }
    let expected = f64::from(n) / 40.0;
    let chi: f64 = counts
        .iter()
        .map(|&count| (f64::from(count) - expected).powi(2) / expected)
        .sum();
    // 39 degrees of freedom: 99.99 % lie below 81.
    assert!(chi < 81.0, "{chi}");
    // Beyond 3.66, where the tail has its own generator: 1.26e-4 on each side.
    let far = values.iter().filter(|x| x.abs() > 3.66).count() as f64;
    let expected = f64::from(n) * libm::erfc(3.66 / SQRT_2);
    assert!(
        (far - expected).abs() < 5.0 * expected.sqrt(),
        "{far} {expected}"
    );
}

#[test]
fn draws_have_the_mean_and_deviation_asked_for() {
    let n = 200_000_u32;
    for (shape, mean, sd) in [
        (
            Shape::Normal {
                mean: -3.0,
                sd: 0.5,
            },
            -3.0,
            0.5,
        ),
        (Shape::LogNormal { mean: 2.0, sd: 1.0 }, 2.0, 1.0),
        (
            Shape::LogNormal {
                mean: -2.0,
                sd: 1.0,
            },
            -2.0,
            1.0,
        ),
        (
            Shape::Uniform {
                low: 1.0,
                high: 4.0,
            },
            2.5,
            0.75_f64.sqrt(),
        ),
    ] {
        let (found_mean, found_sd) = moments(&draws(Distribution::new(shape).unwrap(), n));
        assert!(
            (found_mean - mean).abs() < 5.0 * sd / f64::from(n).sqrt(),
            "{shape:?}"
        );
        // The log-normal's fourth moment makes its deviation the least certain of the three.
        assert!((found_sd / sd - 1.0).abs() < 0.03, "{shape:?} {found_sd}");
    }
}

#[test]
fn bounds_hold_and_keep_the_shape() {
    let shape = Shape::Normal {
        mean: 1.5,
        sd: 0.75,
    };
    let distribution = Distribution::within(shape, 0.1, f64::INFINITY).unwrap();
    let values = draws(distribution, 200_000);
    assert!(values.iter().all(|&x| x >= 0.1));
    // Truncated at z = −1.8667: mean 1.5 + 0.75 φ(z) / (1 − Φ(z)) = 1.5 + 0.75 · 0.069867 / 0.969026.
    let (mean, _) = moments(&values);
    assert!(
        (mean - 1.554075).abs() < 5.0 * 0.7 / 200_000_f64.sqrt(),
        "{mean}"
    );
    assert_eq!(distribution.reach().0, 0.1);
}

#[test]
fn a_negative_log_normal_mirrors_the_positive_one() {
    let draws = |mean: f64, low, high| {
        let shape = Shape::LogNormal { mean, sd: 1.0 };
        let distribution = Distribution::within(shape, low, high).unwrap();
        let mut stream = Stream::new(1, "mirror", 0);
        let drawn: Vec<f64> = (0..1000).map(|_| distribution.draw(&mut stream)).collect();
        (drawn, distribution.reach())
    };
    let (positive, (low, high)) = draws(2.0, 0.5, 3.0);
    let (negative, reach) = draws(-2.0, -3.0, -0.5);
    assert_eq!(reach, (-high, -low));
    assert!(positive.iter().zip(&negative).all(|(x, y)| *x == -y));
    // No draw of a negative one is above 0.
    let shape = Shape::LogNormal {
        mean: -2.0,
        sd: 1.0,
    };
    assert!(Distribution::within(shape, 0.0, 9.0).is_err());
}

#[test]
fn exact_values_are_pinned() {
    let mut stream = Stream::new(1, "weight.e_all", 7);
    let normal = Distribution::new(Shape::Normal { mean: 0.0, sd: 1.0 }).unwrap();
    let found = [(); 4].map(|()| normal.draw(&mut stream));
    assert_eq!(
        found,
        [
            -0.46798682443221085,
            -0.664676551415897,
            -0.04100007425165642,
            0.819335588611229
        ]
    );
}

#[test]
fn a_distribution_of_one_value_is_constant() {
    let constant = |shape| Distribution::new(shape).unwrap().constant();
    assert_eq!(constant(Shape::Constant(2.0)), Some(2.0));
    assert_eq!(constant(Shape::Normal { mean: 2.0, sd: 0.0 }), Some(2.0));
    assert_eq!(constant(Shape::LogNormal { mean: 2.0, sd: 0.0 }), Some(2.0));
    assert_eq!(
        constant(Shape::Uniform {
            low: 2.0,
            high: 2.0
        }),
        Some(2.0)
    );
    assert_eq!(constant(Shape::Normal { mean: 2.0, sd: 1.0 }), None);
}

#[test]
fn numbers_that_make_no_distribution_are_refused() {
    let message = |shape, low, high| {
        Distribution::within(shape, low, high)
            .unwrap_err()
            .to_string()
    };
    let (no, none) = (f64::NEG_INFINITY, f64::INFINITY);
    assert_eq!(
        message(
            Shape::Normal {
                mean: 1.0,
                sd: -2.0
            },
            no,
            none
        ),
        "the standard deviation is -2, expected 0 or more"
    );
    assert_eq!(
        message(
            Shape::Normal {
                mean: f64::NAN,
                sd: 1.0
            },
            no,
            none
        ),
        "the mean is NaN, expected a finite number"
    );
    assert_eq!(
        message(Shape::LogNormal { mean: 0.0, sd: 1.0 }, no, none),
        "the mean of a log-normal distribution is 0, expected one above or below 0"
    );
    assert_eq!(
        message(
            Shape::Uniform {
                low: 2.0,
                high: 1.0
            },
            no,
            none
        ),
        "found bounds 2 to 1, expected the lower one first"
    );
    assert_eq!(
        message(Shape::Constant(0.0), 1.0, none),
        "0e0 of all draws lie between the bounds 1 and inf, expected at least 0.001"
    );
    assert!(message(Shape::Normal { mean: 0.0, sd: 1.0 }, 4.0, none).starts_with("3.167124183311"));
    assert!(Distribution::within(Shape::Normal { mean: 0.0, sd: 1.0 }, 3.0, none).is_ok());
}

#[test]
fn an_exponential_variable_has_its_mean_and_keeps_its_shape_inside_bounds() {
    let n = 200_000_u32;
    let error = |sd: f64| 5.0 * sd / f64::from(n).sqrt();
    let free = Shape::Exponential {
        offset: -2.0,
        mean: 3.0,
    };
    let (mean, sd) = moments(&draws(Distribution::new(free).unwrap(), n));
    assert!((mean - 1.0).abs() < error(3.0), "{mean}");
    // Fourth moment 9: the variance's relative error is √(8/n).
    assert!((sd / 3.0 - 1.0).abs() < 0.016, "{sd}");
    // Delays within 1 ms of which 5 % would be longer: mean 0.9 ms / 2.99573, redrawn outside 0.05 to 1 ms.
    let mean = 0.9 / 2.995_73;
    let shape = Shape::Exponential { offset: 0.0, mean };
    let delays = Distribution::within(shape, 0.05, 1.0).unwrap();
    assert_eq!(delays.reach(), (0.05, 1.0));
    let values = draws(delays, n);
    assert!(values.iter().all(|x| (0.05..=1.0).contains(x)));
    // Truncated to [a, b]: a + mean − (b − a) / (e^((b − a) / mean) − 1) = 0.05 + 0.30043 − 0.95 / 22.62.
    let (found, _) = moments(&values);
    let width: f64 = 0.95;
    let expected = 0.05 + mean - width / ((width / mean).exp() - 1.0);
    assert!((expected - 0.3085).abs() < 1e-3, "{expected}");
    assert!((found - expected).abs() < error(0.3), "{found} {expected}");
    // P(0.05 < x < 1) = e^(−0.16643) − e^(−3.32859).
    assert!((delays.inside() - (0.846_68 - 0.035_844)).abs() < 1e-4);
}

#[test]
fn an_exponential_variable_reaches_no_farther_than_its_generator() {
    let shape = Shape::Exponential {
        offset: 1.0,
        mean: 2.0,
    };
    let (low, high) = Distribution::new(shape).unwrap().reach();
    let farthest = 1.0 - 2.0 * function::ln(1.0 / (1_u64 << 53) as f64);
    assert!(low == 1.0 && farthest <= high && high < farthest + 0.01);
    let constant = Shape::Exponential {
        offset: 1.5,
        mean: 0.0,
    };
    assert_eq!(Distribution::new(constant).unwrap().constant(), Some(1.5));
    let message = |mean, low, high| {
        let shape = Shape::Exponential { offset: 0.0, mean };
        Distribution::within(shape, low, high)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        message(-1.0, 0.0, 1.0),
        "the mean of an exponential distribution is -1, expected 0 or more"
    );
    assert_eq!(
        message(1.0, -2.0, -1.0),
        "0e0 of all draws lie between the bounds -2 and -1, expected at least 0.001"
    );
    // e⁻¹⁰.
    assert!(message(1.0, 10.0, f64::INFINITY).starts_with("4.5399929762"));
}

#[test]
fn the_bulk_holds_ninety_nine_of_a_hundred_draws() {
    for shape in [
        Shape::Normal { mean: 1.5, sd: 0.5 },
        Shape::LogNormal { mean: 2.0, sd: 1.0 },
        Shape::LogNormal {
            mean: -2.0,
            sd: 1.0,
        },
        Shape::Exponential {
            offset: 0.5,
            mean: 3.0,
        },
    ] {
        let distribution = Distribution::new(shape).unwrap();
        let (low, high) = distribution.bulk();
        let inside = |x: &&f64| (low..=high).contains(x);
        let n = draws(distribution, 100_000).iter().filter(inside).count();
        assert!((98_800..=99_200).contains(&n), "{shape:?}: {n}");
    }
    let bounded = Distribution::within(Shape::Normal { mean: 0.0, sd: 1.0 }, 0.5, 1.0).unwrap();
    assert_eq!(bounded.bulk(), (0.5, 1.0));
}

#[test]
fn values_drawn_together_are_those_drawn_one_by_one() {
    let shapes = [
        Shape::Constant(2.0),
        Shape::Uniform {
            low: -1.0,
            high: 3.0,
        },
        Shape::Normal { mean: 1.5, sd: 0.0 },
        Shape::Normal {
            mean: 1.5,
            sd: 0.75,
        },
        Shape::LogNormal { mean: 1.5, sd: 0.5 },
        Shape::Exponential {
            offset: 0.1,
            mean: 2.0,
        },
    ];
    for shape in shapes {
        let distribution = Distribution::within(shape, 0.1, 2.5).unwrap();
        let [mut one, mut other] = [0; 2].map(|_| Stream::new(3, "test", 0));
        let mut together = [0.0; 1_000];
        distribution.draw_each(&mut one, &mut together);
        let each = together.map(|_| distribution.draw(&mut other));
        assert_eq!(together.map(f64::to_bits), each.map(f64::to_bits));
        assert_eq!(one.bits(), other.bits());
    }
}
