//! Training images as a network sees them that sees each once: with noise, where it is asked for.

use ndarray::Array2;

use super::images::Images;
use crate::base::distribution::standard_normal;
use crate::base::stream::Stream;

/// What training images are shown with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shown {
    /// Standard deviation of Gaussian noise on each pixel, in units of full scale; pixels stay within 0 and 1.
    pub noise: f64,
    /// Names the streams that it comes from, one for each image of the data set: whoever sees an image sees the same.
    pub seed: u64,
}

impl Shown {
    /// The pixels of image `i` of `images`, 0 to 1.
    ///
    /// # Panics
    /// If there is no such image.
    pub fn pixels(&self, images: &Images, i: usize) -> Vec<f64> {
        let pixels = images.image(i).iter();
        let mut pixels: Vec<f64> = pixels
            .map(|&byte| f64::from(byte) / f64::from(u8::MAX))
            .collect();
        if self.noise > 0.0 {
            let number = images.number(i).into();
            let mut stream = Stream::new(self.seed, "mlp.images.shown", number);
            for x in &mut pixels {
                *x = (*x + self.noise * standard_normal(&mut stream)).clamp(0.0, 1.0);
            }
        }
        pixels
    }

    /// The mean image of several tasks; every image counts the same.
    ///
    /// # Panics
    /// As [`Images::mean`].
    pub fn mean(&self, tasks: &[Images]) -> Vec<f32> {
        if self.noise <= 0.0 {
            return Images::mean(tasks);
        }
        let mut sums = vec![0.0; tasks[0].pixels()];
        let mut count = 0.0;
        for task in tasks {
            for i in 0..task.len() {
                let pixels = self.pixels(task, i);
                sums.iter_mut().zip(pixels).for_each(|(sum, x)| *sum += x);
                count += 1.0;
            }
        }
        assert!(count > 0.0, "the mean of no image");
        sums.iter().map(|sum| (sum / count) as f32).collect()
    }

    /// All images of several tasks as rows.
    ///
    /// # Panics
    /// As [`Images::concatenate`].
    pub fn rows(&self, tasks: &[Images]) -> Array2<f32> {
        let all = Images::concatenate(tasks);
        let mut rows = Array2::zeros((all.len(), all.pixels()));
        match self.noise > 0.0 {
            true => {
                for (i, mut row) in rows.rows_mut().into_iter().enumerate() {
                    let pixels = self.pixels(&all, i);
                    row.iter_mut()
                        .zip(pixels)
                        .for_each(|(to, x)| *to = x as f32);
                }
            }
            false => all.fill(0..all.len(), rows.view_mut()),
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mlp::idx::ImageFile;

    #[test]
    fn noise_belongs_to_the_image_and_reaches_whatever_sees_it() {
        let file = ImageFile {
            width: 50,
            height: 40,
            pixels: vec![128; 4000],
        };
        let images = Images::new(file, vec![0, 1]);
        let shown = Shown {
            noise: 0.1,
            seed: 3,
        };
        let first = shown.pixels(&images, 0);
        assert_eq!(shown.pixels(&images.of_class(0), 0), first);
        // Of another selection it is the same image.
        let second = shown.pixels(&images, 1);
        assert_eq!(shown.pixels(&images.of_class(1), 0), second);
        assert_ne!(first, second);
        let squares = first.iter().map(|x| (x - 128.0 / 255.0).powi(2));
        let sd = (squares.sum::<f64>() / 2000.0).sqrt();
        assert!((sd - 0.1).abs() < 0.006, "{sd}");
        let middle = (first[7] + second[7]) / 2.0;
        assert_eq!(shown.mean(std::slice::from_ref(&images))[7], middle as f32);
        assert_eq!(
            shown.rows(std::slice::from_ref(&images))[(1, 7)],
            second[7] as f32
        );
        let clear = Shown {
            noise: 0.0,
            ..shown
        };
        assert_eq!(clear.pixels(&images, 0)[0], 128.0 / 255.0);
        let tasks = std::slice::from_ref(&images);
        assert_eq!(clear.mean(tasks), Images::mean(tasks));
    }
}
