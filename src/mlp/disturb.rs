//! Images as a lens out of focus and a noisy sensor would have them.

use super::idx::ImageFile;
use super::images::Images;
use crate::base::distribution::standard_normal;
use crate::base::function::exp;
use crate::base::stream::Stream;

/// Standard deviations of a blur beyond which it is cut: 6e-5 of its weight.
const REACH: f64 = 4.0;

/// What is done to images, blur first.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Disturbance {
    /// Standard deviation of a Gaussian blur, in pixels; beyond an image's edge there is background.
    pub blur: f64,
    /// Standard deviation of Gaussian noise on each pixel, in units of full scale; what leaves black to white is cut there.
    pub noise: f64,
}

impl Disturbance {
    /// `images` disturbed, rounded to bytes again. Noise comes from a stream for each image, named by `purpose` and the image's number in
    /// its data set: the same for every seed and every selection.
    pub fn of(&self, images: &Images, purpose: &str) -> Images {
        if *self == Self::default() {
            return images.clone();
        }
        let kernel = kernel(self.blur);
        let (width, height) = (images.width(), images.height());
        let mut pixels = Vec::with_capacity(images.len() * images.pixels());
        for i in 0..images.len() {
            let image = images.image(i).iter().map(|&byte| f64::from(byte));
            let image: Vec<f64> = image.collect();
            let blurred = blur(&kernel, &image, width, height);
            let mut stream = Stream::new(0, purpose, images.number(i).into());
            pixels.extend(blurred.into_iter().map(|x| {
                let noise = match self.noise > 0.0 {
                    true => self.noise * f64::from(u8::MAX) * standard_normal(&mut stream),
                    false => 0.0,
                };
                // Within bytes: nothing is cut but fractions.
                (x + noise).round().clamp(0.0, u8::MAX.into()) as u8
            }));
        }
        let labels = (0..images.len()).map(|i| images.label(i)).collect();
        let file = ImageFile {
            width,
            height,
            pixels,
        };
        Images::new(file, labels)
    }
}

/// Weights at the distances 0, 1, …, which sum to 1 over both sides.
fn kernel(sd: f64) -> Vec<f64> {
    let reach = (REACH * sd).ceil() as usize;
    let weight = |distance: usize| match distance {
        0 => 1.0,
        d => exp(-0.5 * (d as f64 / sd) * (d as f64 / sd)),
    };
    let weights: Vec<f64> = (0..=reach).map(weight).collect();
    let sum = 2.0 * weights.iter().sum::<f64>() - 1.0;
    weights.into_iter().map(|weight| weight / sum).collect()
}

/// `image` blurred along its rows, then along its columns.
fn blur(kernel: &[f64], image: &[f64], width: usize, height: usize) -> Vec<f64> {
    let along = |image: &[f64], n: usize, step: usize, at: usize, place: usize| -> f64 {
        let start = at - place * step;
        let weighed = kernel.iter().enumerate().map(|(distance, weight)| {
            let back = place.checked_sub(distance);
            let ahead = Some(place + distance).filter(|&place| place < n && distance > 0);
            let value = |place: usize| image[start + place * step];
            weight * (back.map_or(0.0, value) + ahead.map_or(0.0, value))
        });
        weighed.sum()
    };
    let rows: Vec<f64> = (0..image.len())
        .map(|at| along(image, width, 1, at, at % width))
        .collect();
    (0..image.len())
        .map(|at| along(&rows, height, width, at, at / width))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn images(pixels: &[u8], width: usize, height: usize) -> Images {
        let n = pixels.len() / (width * height);
        let file = ImageFile {
            width,
            height,
            pixels: pixels.to_vec(),
        };
        Images::new(file, vec![1; n])
    }

    #[test]
    fn a_blurred_point_is_a_gaussian_that_keeps_its_light() {
        let (side, sd) = (21, 1.5);
        let mut pixels = vec![0; side * side];
        pixels[10 * side + 10] = 255;
        let pixels: Vec<f64> = pixels.iter().map(|&x: &i32| f64::from(x)).collect();
        let found = blur(&kernel(sd), &pixels, side, side);
        let sum: f64 = found.iter().sum();
        assert!((sum - 255.0).abs() < 1e-9, "{sum}");
        let spread: f64 = (0..found.len())
            .map(|at| found[at] * ((at % side) as f64 - 10.0).powi(2))
            .sum();
        assert!((spread / 255.0 - sd * sd).abs() < 0.01, "{spread}");
        assert_eq!(found[10 * side + 7], found[7 * side + 10]);
        // At an edge light leaves.
        let mut corner = vec![0.0; side * side];
        corner[0] = 255.0;
        let sum: f64 = blur(&kernel(sd), &corner, side, side).iter().sum();
        assert!(sum > 60.0 && sum < 120.0, "{sum}");
    }

    #[test]
    fn noise_has_its_deviation_and_belongs_to_the_image() {
        let grey = images(&[128; 10_000], 100, 50);
        let noisy = Disturbance {
            blur: 0.0,
            noise: 0.1,
        };
        let found = noisy.of(&grey, "test");
        let squares = (0..2).flat_map(|i| found.image(i).to_vec());
        let squares: f64 = squares.map(|x| (f64::from(x) - 128.0).powi(2)).sum();
        let sd = (squares / 10_000.0).sqrt() / 255.0;
        assert!((sd - 0.1).abs() < 0.003, "{sd}");
        assert_ne!(found.image(0), found.image(1));
        assert_eq!(noisy.of(&grey, "test"), found);
        assert_ne!(noisy.of(&grey, "other"), found);
        let black = noisy.of(&images(&[0; 5000], 100, 50), "test");
        let dark = black.image(0).iter().filter(|&&x| x == 0).count();
        assert!((2300..2700).contains(&dark), "{dark}");
        assert_eq!(Disturbance::default().of(&grey, "test"), grey);
    }
}
