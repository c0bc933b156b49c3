//! The points of a sweep: every combination of values, or some drawn at random.

use std::collections::BTreeSet;

use crate::base::stream::Stream;
use crate::experiment::sweep::axis::Axis;
use crate::experiment::sweep::error::SweepError;

/// Draws for each point at most.
const TRIES: usize = 100;

/// Points, and runs, at most.
pub const MOST: usize = 1_000_000;

/// A value for each key, as `--set` takes it.
pub type Point = Vec<String>;

/// Every combination of the values of `axes`, the last key fastest; or so many as `random` says, each drawn from a stream of its
/// own of `seed`, so that more of them go on where fewer ended.
///
/// # Errors
/// If a range is open in a grid, a key comes twice or has its own option, or there are too many.
pub fn points(axes: &[Axis], random: Option<usize>, seed: u64) -> Result<Vec<Point>, SweepError> {
    for (at, axis) in axes.iter().enumerate() {
        let instead = match &axis.key[..] {
            "seed" | "seeds" => "`--seed` says the first seed, `--seeds` how many",
            key if axes[..at].iter().any(|other| other.key == key) => {
                "it is given twice; give all its values at once"
            }
            _ => continue,
        };
        return Err(SweepError::Key {
            key: axis.key.clone(),
            instead,
        });
    }
    let limited = |found: usize| match found <= MOST {
        true => Ok(()),
        false => Err(SweepError::TooMany { found, most: MOST }),
    };
    if let Some(n) = random {
        limited(n)?;
        let lots = axes.iter().map(Axis::lot);
        let lots = lots.collect::<Result<Vec<_>, _>>()?;
        let draw = |k: usize| {
            let mut stream = Stream::new(seed, "sweep.random", k as u64);
            let drawn = lots.iter().map(|lot| lot.draw(&mut stream));
            drawn.collect::<Point>()
        };
        // Of a few values a point may be drawn again: it is no other point.
        let (mut points, mut seen, mut k) = (Vec::new(), BTreeSet::new(), 0);
        while points.len() < n && k < n.saturating_mul(TRIES) {
            let point = draw(k);
            if seen.insert(point.clone()) {
                points.push(point);
            }
            k += 1;
        }
        if points.len() < n {
            tracing::warn!(
                "`--random`: found {} points that differ, not {n}",
                points.len()
            );
        }
        return Ok(points);
    }
    let mut points = vec![Point::new()];
    for axis in axes {
        let values = axis.values()?;
        limited(points.len().saturating_mul(values.len()))?;
        let longer = |point: &Point| {
            let point = point.clone();
            let of = move |value: &String| [&point[..], std::slice::from_ref(value)].concat();
            values.iter().map(of).collect::<Vec<_>>()
        };
        points = points.iter().flat_map(longer).collect();
    }
    Ok(points)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axes(texts: &[&str]) -> Vec<Axis> {
        texts
            .iter()
            .map(|text| Axis::parse(text).unwrap())
            .collect()
    }

    #[test]
    fn a_grid_has_the_last_key_fastest() {
        let grid = points(&axes(&["a=1,2", "b=x,y,z"]), None, 1).unwrap();
        let joined: Vec<String> = grid.iter().map(|point| point.join("")).collect();
        assert_eq!(joined, ["1x", "1y", "1z", "2x", "2y", "2z"]);
    }

    #[test]
    fn more_draws_go_on_where_fewer_ended() {
        let axes = axes(&["a=0:1", "b=x,y"]);
        let few = points(&axes, Some(3), 1).unwrap();
        let many = points(&axes, Some(9), 1).unwrap();
        assert_eq!(few[..], many[..3]);
        assert_ne!(few[0], few[1]);
        assert_ne!(few, points(&axes, Some(3), 2).unwrap());
    }

    #[test]
    fn no_point_is_drawn_twice() {
        let axes = axes(&["a=1:3:int", "b=x,y"]);
        let drawn = points(&axes, Some(6), 1).unwrap();
        let apart: BTreeSet<&Point> = drawn.iter().collect();
        assert_eq!((drawn.len(), apart.len()), (6, 6));
        assert_eq!(
            points(&axes, Some(7), 1).unwrap(),
            drawn,
            "there are no more"
        );
    }

    #[test]
    fn keys_that_make_no_sense_are_told() {
        let said = |texts: &[&str]| points(&axes(texts), None, 1).unwrap_err().to_string();
        assert!(said(&["seed=1,2"]).contains("`seed` cannot be swept: `--seed`"));
        assert!(said(&["a=1", "a=2"]).contains("given twice"));
        assert!(said(&["a=1:2000:2000", "b=1:2000:2000"]).contains("found 4000000 points"));
    }
}
