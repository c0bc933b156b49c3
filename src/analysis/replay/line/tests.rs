use super::*;

/// A band is cut at the ends of the track, wherever the column was before it was turned.
#[test]
fn a_column_that_is_turned_is_worth_what_it_then_holds() {
    let mut stream = Stream::new(3, "columns", 0);
    for (positions, band) in [(12, 2), (12, 0), (5, 2), (4, 3)] {
        let column: Vec<f64> = (0..positions).map(|_| stream.exponential()).collect();
        let worth = Worth::of(&column, band);
        for by in 0..positions {
            let mut turned = column.clone();
            turned.rotate_right(by);
            let mut tables = [0, 1].map(|_| Table::new(1, positions));
            tables[0].put_worth(0, &[(Some(&worth), by)]);
            tables[1].put(0, &vec![Some(turned.clone())], band);
            for (at, (found, expected)) in tables[0].cells.iter().zip(&tables[1].cells).enumerate()
            {
                assert!(
                    (found[0] - expected[0]).abs() < 1e-12,
                    "{positions} {band}, turned by {by}, at {at}: {} {}",
                    found[0],
                    expected[0]
                );
            }
            let around =
                |at: usize| turned[at.saturating_sub(band)..(at + band + 1).min(positions)].iter();
            assert_eq!(tables[1].cells[0][0], around(0).sum::<f64>());
            assert_eq!(
                tables[1].cells[positions - 1][0],
                around(positions - 1).sum::<f64>()
            );
        }
    }
}

/// A posterior of random columns, each peaked, of which those in `gaps` are empty.
fn posterior(times: usize, positions: usize, gaps: &[usize], stream: &mut Stream) -> Posterior {
    let mut column = |t: usize| {
        let column: Vec<f64> = (0..positions)
            .map(|_| stream.exponential().powi(3))
            .collect();
        let sum: f64 = column.iter().sum();
        (!gaps.contains(&t)).then(|| column.into_iter().map(|p| p / sum).collect())
    };
    (0..times).map(&mut column).collect()
}

/// What one line comes to, by the definition alone, and its bins of position.
fn sum_along(
    posterior: &Posterior,
    drawn: Drawn,
    positions: usize,
    band: usize,
) -> Option<(f64, Vec<usize>)> {
    let times = posterior.len();
    let median = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        let n = values.len();
        0.5 * (values[(n - 1) / 2] + values[n / 2])
    };
    let (mut outside, mut within, mut bins) = (0.0, Vec::new(), Vec::new());
    for (t, column) in posterior.iter().enumerate() {
        let row = at(drawn, t as f64, times, positions).round_ties_even();
        let is_on = (0.0..positions as f64).contains(&row);
        bins.push(if is_on { row as usize } else { positions });
        let Some(column) = column else { continue };
        match is_on {
            true => {
                let row = row as usize;
                let around = row.saturating_sub(band)..(row + band + 1).min(positions);
                within.push(column[around].iter().sum::<f64>());
            }
            false => outside += median(column.clone()),
        }
    }
    let gaps = posterior.iter().filter(|column| column.is_none()).count();
    if gaps > 0 && within.is_empty() {
        return None;
    }
    let sum = outside + within.iter().sum::<f64>();
    let in_gaps = if gaps > 0 {
        gaps as f64 * median(within)
    } else {
        0.0
    };
    Some((sum + in_gaps, bins))
}

/// Whatever is looked at together and left out, the best line is the best of all.
#[test]
fn the_best_line_is_the_best_of_all() {
    let mut stream = Stream::new(8, "lines", 0);
    for (times, positions, gaps) in [
        (6, 33, &[][..]),
        (25, 100, &[]),
        (9, 8, &[]),
        (4, 3, &[]),
        (12, 50, &[3]),
        (7, 20, &[0, 6]),
        (5, 17, &[1, 2, 3]),
    ] {
        let drawn = draw(800, times, positions, &mut stream);
        let lines = Lines::new(drawn.clone(), times, positions);
        let posteriors: Vec<Posterior> = (0..LANES)
            .map(|_| posterior(times, positions, gaps, &mut stream))
            .collect();
        let mut table = Table::new(times, positions);
        let mut all = Vec::new();
        for (lane, posterior) in posteriors.iter().enumerate() {
            let sums = drawn
                .iter()
                .filter_map(|&one| sum_along(posterior, one, positions, 2));
            let (most, bins) = sums
                .reduce(|a, b| if b.0 > a.0 + 1e-12 { b } else { a })
                .expect("a line");
            let best = lines.best(posterior, 2).expect("a line");
            let score = most / times as f64;
            assert!(
                (best.score - score).abs() < 1e-12,
                "{times} {positions} {gaps:?}"
            );
            let found = sum_along(posterior, best.drawn, positions, 2).expect("on the track");
            assert!((found.0 - most).abs() < 1e-9, "{:?} {bins:?}", found.1);
            for (goal, reached) in [(score - 1e-9, true), (score + 1e-9, false)] {
                assert_eq!(lines.reaches(posterior, 2, goal), reached);
            }
            table.put(lane, posterior, 2);
            all.push(score);
        }
        if gaps.is_empty() {
            for goal in [0.5, 0.9, 1.0, 1.1].map(|share| share * all[0]) {
                let expected: Vec<bool> = all.iter().map(|&score| score >= goal - 1e-12).collect();
                let goal = goal - 1e-12;
                assert_eq!(
                    lines.reach(&table, goal).to_vec(),
                    expected,
                    "{times} {positions}"
                );
            }
        }
    }
}
