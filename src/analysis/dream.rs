//! What a trained readout makes of the spikes of a sleeping network, beside the same spikes dealt to neurons at random.

use crate::base::matrix::Matrix;
use crate::base::stream::Stream;

/// The spikes of some neurons as a class.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decoded {
    /// The class of the largest output.
    pub class: usize,
    /// Its share of all outputs above zero: 1 if no other is, 1/n if n are equal.
    pub share: f64,
    /// Largest share of another class, 0 if there is none.
    pub second: f64,
}

/// A reading and what chance gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The class; `None` if no output is above zero.
    pub decoded: Option<Decoded>,
    /// Of random neurons with the same numbers of spikes: shares of the first class, added up over those of which one is told.
    pub chance_shares: f64,
    /// How many of these were decoded to each class.
    pub chance_classes: Vec<u64>,
    /// (r + 1)/(n + 1), where of n such shuffles r have a share at least as large; 1 where there is no class.
    pub p: f64,
}

/// Outputs of the linear `readout` (a row for each class, a column for each neuron) of numbers of spikes of neurons, as shares.
/// `None` if no output is above zero.
///
/// ```
/// use sharpwave::analysis::dream::decode;
/// use sharpwave::base::matrix::Matrix;
///
/// // Outputs 3·1 + 1·0 = 3 and 3·0 + 1·1 = 1.
/// let readout = Matrix::new(2, 2, vec![1.0, 0.0, 0.0, 1.0]).unwrap();
/// let decoded = decode(&readout, [(0, 3), (1, 1)]).unwrap();
/// assert_eq!((decoded.class, decoded.share, decoded.second), (0, 0.75, 0.25));
/// ```
pub fn decode(
    readout: &Matrix,
    counts: impl IntoIterator<Item = (usize, u32)> + Clone,
) -> Option<Decoded> {
    let output = |row: &[f32]| {
        let spikes = counts.clone().into_iter();
        let sum: f64 = spikes
            .map(|(neuron, n)| f64::from(row[neuron]) * f64::from(n))
            .sum();
        sum.max(0.0)
    };
    let outputs: Vec<f64> = readout.iter_rows().map(output).collect();
    let all: f64 = outputs.iter().sum();
    // The first of equal ones.
    let order = |a: &usize, b: &usize| outputs[*a].total_cmp(&outputs[*b]).then(b.cmp(a));
    let class = (0..outputs.len()).max_by(order).filter(|_| all > 0.0)?;
    let others = (0..outputs.len()).filter(|&k| k != class);
    let second = others.map(|k| outputs[k]).fold(0.0, f64::max);
    Some(Decoded {
        class,
        share: outputs[class] / all,
        second: second / all,
    })
}

/// Decodes `counts` (neuron, spikes; no neuron twice), and `shuffles` times the same numbers of spikes of neurons drawn without
/// replacement.
pub fn read(
    readout: &Matrix,
    counts: &[(usize, u32)],
    shuffles: u32,
    stream: &mut Stream,
) -> Reading {
    let decoded = decode(readout, counts.iter().copied());
    let own = decoded.map_or(0.0, |decoded| decoded.share);
    let mut deck: Vec<usize> = (0..readout.columns()).collect();
    let (mut as_large, mut sum, mut chance_classes) = (0, 0.0, vec![0; readout.rows()]);
    for _ in 0..shuffles {
        let dealt = deal(&mut deck, counts, stream);
        if let Some(decoded) = decode(readout, dealt.iter().copied()) {
            sum += decoded.share;
            chance_classes[decoded.class] += 1;
            as_large += u32::from(decoded.share >= own);
        }
    }
    let p = f64::from(as_large + 1) / f64::from(shuffles + 1);
    Reading {
        p: decoded.map_or(1.0, |_| p),
        decoded,
        chance_shares: sum,
        chance_classes,
    }
}

/// The numbers of spikes of `counts` with other neurons of the `deck`, which is every neuron once in any order.
pub fn deal(deck: &mut [usize], counts: &[(usize, u32)], stream: &mut Stream) -> Vec<(usize, u32)> {
    let dealt = counts.iter().enumerate().map(|(k, &(_, n))| {
        let rest = deck.len() - k;
        deck.swap(k, k + stream.below(rest as u64) as usize);
        (deck[k], n)
    });
    dealt.collect()
}

/// The weights onto neurons (a row each, a column for each input), summed over their spikes: what input they stand for.
pub fn project(weights: &Matrix, counts: &[(usize, u32)]) -> Vec<f64> {
    let mut image = vec![0.0; weights.columns()];
    for &(neuron, n) in counts {
        let row = weights.row(neuron).iter();
        for (pixel, &weight) in image.iter_mut().zip(row) {
            *pixel += f64::from(weight) * f64::from(n);
        }
    }
    image
}

/// Pearson's correlation of the part of `image` above zero with `other`; 0 where one of them is the same everywhere.
pub fn likeness(image: &[f64], other: &[u8]) -> f64 {
    let n = image.len().max(1) as f64;
    let (mut x, mut y, mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (&a, &b) in image.iter().zip(other) {
        let (a, b) = (a.max(0.0), f64::from(b));
        x += a;
        y += b;
        xx += a * a;
        yy += b * b;
        xy += a * b;
    }
    let spread = (xx - x * x / n) * (yy - y * y / n);
    match spread > 0.0 {
        true => (xy - x * y / n) / spread.sqrt(),
        false => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten classes, each with ten neurons of its own that vote for it.
    fn voters() -> Matrix {
        Matrix::from_fn(
            10,
            100,
            |class, neuron| if neuron / 10 == class { 1.0 } else { -0.01 },
        )
    }

    #[test]
    fn spikes_of_one_class_are_told_from_chance_and_random_ones_are_not() {
        let counts: Vec<(usize, u32)> = (30..40).map(|neuron| (neuron, 1)).collect();
        let mut stream = Stream::new(1, "test", 0);
        let planted = read(&voters(), &counts, 199, &mut stream);
        let decoded = planted.decoded.expect("a class");
        assert_eq!(
            (decoded.class, decoded.share, decoded.second),
            (3, 1.0, 0.0)
        );
        assert_eq!(planted.p, 1.0 / 200.0);
        assert!(
            planted.chance_shares < 0.5 * 199.0,
            "{}",
            planted.chance_shares
        );
        assert_eq!(planted.chance_classes.iter().sum::<u64>(), 199);

        // Random neurons: p below 0.05 in about one of twenty, as shares tie rather less often.
        let mut deck: Vec<usize> = (0..100).collect();
        let below = (0..400).filter(|_| {
            let random = deal(&mut deck, &counts, &mut stream);
            read(&voters(), &random, 99, &mut stream).p <= 0.05
        });
        let below = below.count();
        // 20 of 400 at the nominal level, SD 4.4: five of them above.
        assert!(below <= 42, "{below}");
    }

    #[test]
    fn nothing_above_zero_is_no_class() {
        let readout = Matrix::new(2, 1, vec![-1.0, 0.0]).expect("2 by 1");
        assert_eq!(decode(&readout, [(0, 5)]), None);
        let reading = read(&readout, &[(0, 5)], 9, &mut Stream::new(1, "test", 0));
        assert_eq!((reading.decoded, reading.p), (None, 1.0));
    }

    #[test]
    fn spikes_are_projected_and_compared_by_hand() {
        let weights = Matrix::new(2, 3, vec![1.0, 0.0, -1.0, 0.5, 0.5, 0.5]).expect("2 by 3");
        let image = project(&weights, &[(0, 2), (1, 1)]);
        assert_eq!(image, [2.5, 0.5, -1.5]);
        assert!((likeness(&[0.0, 1.0, 2.0, -3.0], &[0, 10, 20, 0]) - 1.0).abs() < 1e-12);
        assert_eq!(likeness(&[1.0, 1.0], &[3, 5]), 0.0);
        // (1, 0, 0) against (0, 1, 0): −1/2.
        assert!((likeness(&[1.0, 0.0, 0.0], &[0, 1, 0]) + 0.5).abs() < 1e-12);
    }
}
