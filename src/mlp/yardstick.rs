//! What classifies images without learning in sleep: nearest patterns, discriminants, calibrated outputs.

use ndarray::{Array1, Array2, ArrayView2, Axis};

use super::exam::{Accuracy, Tests};
use super::images::Images;
use super::perceptron::Mlp;
use crate::base::function::ln;
use crate::memory::sketch::Sketch;

/// Accuracy of `classify`, which gives a class for each row of pixels, on `tests`.
fn accuracy(tests: &Tests, classify: impl Fn(ArrayView2<'_, f32>) -> Vec<usize>) -> Accuracy {
    let right = |images: &Images| {
        let (mut right, mut start) = (0, 0);
        while start < images.len() {
            let (pixels, labels) = images.batch(start);
            let pairs = classify(pixels.view()).into_iter().zip(&labels);
            right += pairs
                .filter(|&(class, &label)| class == usize::from(label))
                .count();
            start += labels.len();
        }
        right
    };
    let each: Vec<usize> = tests.images().iter().map(right).collect();
    tests.accuracy(&each)
}

/// The class of the largest of each row of `scores`, the first of equals; columns are those of `classes`.
fn largest(scores: &Array2<f32>, classes: &[u8]) -> Vec<usize> {
    let best = |row: ndarray::ArrayView1<'_, f32>| {
        let mut best = 0;
        for (k, &x) in row.iter().enumerate() {
            if x > row[best] {
                best = k;
            }
        }
        classes.get(best).map_or(0, |&class| class.into())
    };
    scores.rows().into_iter().map(best).collect()
}

/// Scores that are linear in the image: a row of weights and a number for each class.
struct Linear {
    classes: Vec<u8>,
    weights: Array2<f32>,
    bias: Array1<f32>,
}

impl Linear {
    fn accuracy(&self, tests: &Tests) -> Accuracy {
        accuracy(tests, |images| {
            largest(&(images.dot(&self.weights.t()) + &self.bias), &self.classes)
        })
    }
}

/// The nearest of `patterns`, each of a class.
///
/// # Panics
/// If a pattern has another size than the images.
pub fn nearest(patterns: &[(u8, Vec<f32>)], tests: &Tests) -> Accuracy {
    let pixels = patterns.first().map_or(0, |(_, pattern)| pattern.len());
    let weights = Array2::from_shape_fn((patterns.len(), pixels), |(c, i)| patterns[c].1[i]);
    // |x - p|² without |x|², which is the same for all.
    let half = |row: ndarray::ArrayView1<'_, f32>| -0.5 * row.dot(&row);
    let linear = Linear {
        classes: patterns.iter().map(|(class, _)| *class).collect(),
        bias: weights.rows().into_iter().map(half).collect(),
        weights,
    };
    linear.accuracy(tests)
}

/// Variance added to every pixel, as a share of the mean variance, where a store says that there is none at all.
const LEAST: f64 = 1e-3;

/// Directions, each with the variance along it.
type Ways = Vec<(f64, Vec<f64>)>;

/// Directions of a sketch made orthogonal, each with the variance along it, and the variance of what is left: 0 where nothing is known
/// of any.
fn directions(sketch: &Sketch) -> (Ways, f64) {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let mut found: Ways = Vec::new();
    for unit in sketch.components() {
        let variance = dot(unit, unit).sqrt();
        let mut way = unit.clone();
        for (_, other) in &found {
            let share = dot(&way, other);
            way.iter_mut().zip(other).for_each(|(x, y)| *x -= share * y);
        }
        let length = dot(&way, &way).sqrt();
        if length > 1e-9 * variance.max(1e-12) {
            way.iter_mut().for_each(|x| *x /= length);
            found.push((variance, way));
        }
    }
    let pixels = sketch.mean().len().max(1) as f64;
    let all: f64 = found.iter().map(|(variance, _)| variance).sum();
    (found, sketch.residual().max(LEAST * all / pixels))
}

/// Of every class its directions and the variance of what is left. One image tells nothing of a variance: such a class has that of the
/// others, on average. Where none is known, any that is the same for all makes the nearest mean win.
fn all_directions(sketches: &[(u8, &Sketch)]) -> Vec<(Ways, f64)> {
    let mut all: Vec<(Ways, f64)> = sketches.iter().map(|(_, own)| directions(own)).collect();
    let known = all.iter().map(|(_, noise)| *noise);
    let known: Vec<f64> = known.filter(|&noise| noise > 0.0).collect();
    let mean = match known.len() {
        0 => 1.0,
        n => known.iter().sum::<f64>() / n as f64,
    };
    for (_, noise) in &mut all {
        if *noise <= 0.0 {
            *noise = mean;
        }
    }
    all
}

/// Gaussian classes with one covariance, the mean of those of `sketches`.
///
/// # Panics
/// If a sketch has another size than the images.
pub fn linear(sketches: &[(u8, &Sketch)], tests: &Tests) -> Accuracy {
    let pixels = sketches
        .first()
        .map_or(0, |(_, sketch)| sketch.mean().len());
    let mut covariance = Array2::<f64>::zeros((pixels, pixels));
    let share = 1.0 / sketches.len().max(1) as f64;
    for (ways, noise) in all_directions(sketches) {
        for (variance, way) in ways {
            let way = Array1::from(way);
            let scaled = &way * (variance * share);
            let columns = way.insert_axis(Axis(1));
            covariance += &columns.dot(&scaled.insert_axis(Axis(0)));
        }
        covariance.diag_mut().mapv_inplace(|x| x + noise * share);
    }
    let factor = cholesky(covariance);
    let solved = |mean: &[f64]| solve(&factor, mean);
    let weights: Vec<Vec<f64>> = sketches.iter().map(|(_, own)| solved(own.mean())).collect();
    let bias = sketches.iter().zip(&weights).map(|((_, own), weights)| {
        let product: f64 = own.mean().iter().zip(weights).map(|(m, w)| m * w).sum();
        (-0.5 * product) as f32
    });
    let linear = Linear {
        classes: sketches.iter().map(|(class, _)| *class).collect(),
        bias: bias.collect(),
        weights: Array2::from_shape_fn((weights.len(), pixels), |(c, i)| weights[c][i] as f32),
    };
    linear.accuracy(tests)
}

/// The lower triangle L of a positive definite matrix L Lᵀ.
fn cholesky(mut matrix: Array2<f64>) -> Array2<f64> {
    let n = matrix.nrows();
    for j in 0..n {
        let mut rest = matrix.slice_mut(ndarray::s![j.., ..]);
        let mut row = rest.row_mut(0);
        let own = row.slice(ndarray::s![..j]).to_owned();
        let pivot = (row[j] - own.dot(&own)).max(f64::MIN_POSITIVE).sqrt();
        row[j] = pivot;
        for mut below in rest.rows_mut().into_iter().skip(1) {
            let product = below.slice(ndarray::s![..j]).dot(&own);
            below[j] = (below[j] - product) / pivot;
        }
    }
    matrix
}

/// x of L Lᵀ x = b.
fn solve(factor: &Array2<f64>, b: &[f64]) -> Vec<f64> {
    let n = b.len();
    let mut x = Array1::from(b.to_vec());
    for i in 0..n {
        let product = factor
            .row(i)
            .slice(ndarray::s![..i])
            .dot(&x.slice(ndarray::s![..i]));
        x[i] = (x[i] - product) / factor[(i, i)];
    }
    for i in (0..n).rev() {
        let product = factor
            .column(i)
            .slice(ndarray::s![i + 1..])
            .dot(&x.slice(ndarray::s![i + 1..]));
        x[i] = (x[i] - product) / factor[(i, i)];
    }
    x.to_vec()
}

/// Gaussian classes, each with the covariance of its sketch.
///
/// # Panics
/// If a sketch has another size than the images.
pub fn quadratic(sketches: &[(u8, &Sketch)], tests: &Tests) -> Accuracy {
    struct Class {
        mean: Array1<f32>,
        ways: Array2<f32>,
        /// What a square along each way takes off the distance.
        off: Array1<f32>,
        noise: f32,
        bias: f32,
    }
    let class = |((_, sketch), (ways, noise)): (&(u8, &Sketch), (Ways, f64))| {
        let pixels = sketch.mean().len();
        let all = |variance: f64| variance + noise;
        let logs: f64 = ways
            .iter()
            .map(|(variance, _)| ln(all(*variance) / noise))
            .sum();
        Class {
            mean: sketch.mean().iter().map(|&x| x as f32).collect(),
            ways: Array2::from_shape_fn((ways.len(), pixels), |(q, i)| ways[q].1[i] as f32),
            off: ways
                .iter()
                .map(|(variance, _)| (variance / (noise * all(*variance))) as f32)
                .collect(),
            noise: noise as f32,
            bias: (logs + pixels as f64 * ln(noise)) as f32,
        }
    };
    let pairs = sketches.iter().zip(all_directions(sketches));
    let known: Vec<Class> = pairs.map(class).collect();
    let classes: Vec<u8> = sketches.iter().map(|(class, _)| *class).collect();
    accuracy(tests, |images| {
        let mut scores = Array2::zeros((images.nrows(), known.len()));
        for (own, mut column) in known.iter().zip(scores.columns_mut()) {
            let from_mean = &images - &own.mean;
            let squares = from_mean.map_axis(Axis(1), |row| row.dot(&row));
            let along = from_mean.dot(&own.ways.t()).mapv(|x| x * x).dot(&own.off);
            let distance = squares / own.noise - along;
            column.assign(&distance.mapv(|distance| -0.5 * (distance + own.bias)));
        }
        largest(&scores, &classes)
    })
}

/// What the output layer of `mlp` adds up for each row of `images`, before its nonlinearity.
fn sums(mlp: &Mlp, images: ArrayView2<'_, f32>) -> Array2<f32> {
    let mut activations = mlp.activations(images);
    activations.pop();
    let Some(last) = mlp.layers.last() else {
        return Array2::zeros((images.nrows(), 0));
    };
    let mut sums = match activations.last() {
        Some(hidden) => hidden.dot(&last.weights.t()),
        None => images.dot(&last.weights.t()),
    };
    if let Some(bias) = &last.bias {
        sums += bias;
    }
    sums
}

/// Accuracy of `mlp` with outputs brought to mean 0 and standard deviation 1 over `seen`, one pattern in each row; only the outputs of
/// `classes` take part.
///
/// # Panics
/// If `seen` is empty or does not fit the network.
pub fn calibrated(mlp: &Mlp, classes: &[u8], seen: ArrayView2<'_, f32>, tests: &Tests) -> Accuracy {
    let of = |sums: Array2<f32>| {
        Array2::from_shape_fn((sums.nrows(), classes.len()), |(k, c)| {
            sums[(k, usize::from(classes[c]))]
        })
    };
    let answers = of(sums(mlp, seen));
    let n = answers.nrows().max(1) as f32;
    let mean = answers.sum_axis(Axis(0)) / n;
    let squares = (&answers - &mean).mapv(|x| x * x).sum_axis(Axis(0)) / n;
    // What never answers differently says nothing.
    let sd = squares.mapv(|x| if x > 0.0 { x.sqrt() } else { f32::INFINITY });
    accuracy(tests, |images| {
        let scores = (of(sums(mlp, images)) - &mean) / &sd;
        largest(&scores, classes)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::distribution::standard_normal;
    use crate::base::stream::Stream;
    use crate::mlp::idx::ImageFile;

    /// Two classes of one mean each; the second varies ten times as much along (1, 1) as along (1, -1).
    fn images(n: usize, means: [[f64; 2]; 2], seed: u64) -> Images {
        let mut stream = Stream::new(seed, "yardstick", 0);
        let mut pixels = Vec::new();
        for k in 0..n {
            let (a, b) = (standard_normal(&mut stream), standard_normal(&mut stream));
            let mean = means[k % 2];
            let (a, b) = match k % 2 {
                0 => (6.0 * a, 6.0 * b),
                _ => (25.0 * a, 2.5 * b),
            };
            for (mean, x) in mean.into_iter().zip([a + b, a - b]) {
                pixels.push((mean + x).round().clamp(0.0, 255.0) as u8);
            }
        }
        let file = ImageFile {
            width: 2,
            height: 1,
            pixels,
        };
        Images::new(file, (0..n).map(|k| (k % 2) as u8).collect())
    }

    fn sketches(images: &Images) -> Vec<(u8, Sketch)> {
        let sketch = |class: u8| {
            let (own, mut sketch) = (images.of_class(class), Sketch::new(2, 1));
            for i in 0..own.len() {
                sketch.learn(own.image(i).iter().map(|&x| f64::from(x) / 255.0));
            }
            (class, sketch)
        };
        vec![sketch(0), sketch(1)]
    }

    #[test]
    fn discriminants_know_what_nearest_means_do_not() {
        // Mostly along the way in which the second class varies.
        let means = [[110.0, 110.0], [130.0, 118.0]];
        let train = images(2000, means, 1);
        let test = Tests::new(vec![images(2000, means, 2)], Vec::new());
        let known = sketches(&train);
        let known: Vec<(u8, &Sketch)> = known.iter().map(|(class, own)| (*class, own)).collect();
        let mean = |own: &Sketch| own.mean().iter().map(|&x| x as f32).collect();
        let patterns: Vec<(u8, Vec<f32>)> = known
            .iter()
            .map(|(class, own)| (*class, mean(own)))
            .collect();
        let near = nearest(&patterns, &test).overall;
        let flat = linear(&known, &test).overall;
        let bent = quadratic(&known, &test).overall;
        // 0.77, 0.78 and 0.85 expected, each with a standard error of 0.01.
        let apart = bent > near + 0.04 && bent > flat + 0.03;
        assert!(apart && flat > 0.74, "{near} {flat} {bent}");
    }

    #[test]
    fn where_no_variance_is_known_the_nearest_mean_wins() {
        let one = |class: u8, pixels: [f64; 2]| {
            let mut sketch = Sketch::new(2, 1);
            sketch.learn(pixels.into_iter());
            (class, sketch)
        };
        let alone = [one(0, [0.4, 0.4]), one(1, [0.61, 0.61])];
        let known: Vec<(u8, &Sketch)> = alone.iter().map(|(class, own)| (*class, own)).collect();
        let means = [[110.0, 110.0], [130.0, 130.0]];
        let test = Tests::new(vec![images(400, means, 2)], Vec::new());
        let patterns: Vec<(u8, Vec<f32>)> = vec![(0, vec![0.4, 0.4]), (1, vec![0.61, 0.61])];
        let near = nearest(&patterns, &test).overall;
        assert_eq!(linear(&known, &test).overall, near);
        assert_eq!(quadratic(&known, &test).overall, near);
        // Beside a class of which it is known, one without is chosen too.
        let seen = sketches(&images(400, means, 1)).swap_remove(1);
        let mixed = [(0, &alone[0].1), (1, &seen.1)];
        let found = [linear(&mixed, &test), quadratic(&mixed, &test)];
        assert!(found.iter().all(|one| one.overall > 0.5), "{found:?}");
    }

    #[test]
    fn a_triangle_solves_its_equations() {
        let matrix = ndarray::array![[4.0, 2.0, 0.4], [2.0, 3.0, 0.5], [0.4, 0.5, 1.0]];
        let x = solve(&cholesky(matrix.clone()), &[1.0, 2.0, 3.0]);
        let back = matrix.dot(&Array1::from(x));
        assert!(
            back.iter()
                .zip([1.0, 2.0, 3.0])
                .all(|(a, b)| (a - b).abs() < 1e-12)
        );
    }

    #[test]
    fn calibration_finds_the_output_that_is_drowned() {
        let mut mlp = Mlp::zeros(&[2, 2], crate::mlp::perceptron::Output::Relu);
        // Output 0 answers to the first pixel ten times as loudly as 1 to the second.
        mlp.layers[0].weights = ndarray::array![[10.0, 0.0], [0.0, 1.0]];
        let file = |pixels: &[u8]| ImageFile {
            width: 2,
            height: 1,
            pixels: pixels.to_vec(),
        };
        let images = Images::new(file(&[200, 20, 30, 90]), vec![0, 1]);
        let test = Tests::new(vec![images], Vec::new());
        assert_eq!(super::super::exam::accuracy(&mlp, &test).overall, 0.5);
        let seen = ndarray::array![[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]];
        assert_eq!(calibrated(&mlp, &[0, 1], seen.view(), &test).overall, 1.0);
    }
}
