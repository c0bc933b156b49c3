//! The smallest set on which sleep repairs forgetting: four binary images of 10 × 10 that share most of their pixels.
//!
//! Every image has the same 12 pixels, a bar in the middle, and 4 of its own, a square in one corner. The shared pixels
//! speak for the task that weighs more in training, so a 100-4 network trained on images 0 and 1, then 2 and 3, knows
//! one of the two tasks alone, although each image's own pixels tell it apart. (Tadros et al. 2022, Nat Commun 13:7742.)

use super::idx::ImageFile;
use super::images::Images;

/// Width and height of an image.
const SIDE: usize = 10;

/// Rows and columns of the pixels that all four images contain: 2 × 6 = 12.
const SHARED: [std::ops::Range<usize>; 2] = [4..6, 2..8];

/// Upper left corners, row and column, of the 2 × 2 squares that belong to one image each.
const OWN: [[usize; 2]; 4] = [[1, 1], [1, 7], [7, 1], [7, 7]];

/// The four images, image i being of class i.
pub(super) fn images() -> Images {
    let mut pixels = vec![0; OWN.len() * SIDE * SIDE];
    for (image, [top, left]) in pixels.chunks_exact_mut(SIDE * SIDE).zip(OWN) {
        for row in SHARED[0].clone() {
            image[row * SIDE..][SHARED[1].clone()].fill(255);
        }
        for row in top..top + 2 {
            image[row * SIDE + left..][..2].fill(255);
        }
    }
    let file = ImageFile {
        width: SIDE,
        height: SIDE,
        pixels,
    };
    Images::new(file, vec![0, 1, 2, 3])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twelve_pixels_are_shared_and_four_are_own() {
        let images = images();
        assert_eq!((images.len(), images.pixels()), (4, 100));
        let on = |pixel: usize| (0..4).filter(|&i| images.image(i)[pixel] == 255).count();
        let counts: Vec<_> = (0..100).map(on).collect();
        assert_eq!(counts.iter().filter(|&&n| n == 4).count(), 12);
        assert_eq!(counts.iter().filter(|&&n| n == 1).count(), 16);
        assert_eq!(counts.iter().filter(|&&n| n == 0).count(), 72);
        for i in 0..4 {
            assert_eq!(usize::from(images.label(i)), i);
            let lit = images.image(i).iter().filter(|&&byte| byte == 255).count();
            assert_eq!(lit, 16);
        }
    }
}
