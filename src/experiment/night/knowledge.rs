//! How much information a night and each yardstick have.

use std::collections::BTreeMap;

use crate::config::night::{Control, Information, MeanImage, Night};
use crate::experiment::control::{JOINT, MEAN_WEIGHTS, REHEARSAL, SEQUENTIAL};

use super::control::{LINEAR, MEAN_CALIBRATED, NEAREST_DREAM, NEAREST_MEAN, ORACLE, QUADRATIC};

/// What a yardstick may use.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Known {
    /// Name of the yardstick in files.
    pub name: &'static str,
    /// The tier of what it uses: A, A+, B or C of the table in the model files, or "all".
    pub tier: &'static str,
    /// Bytes of what it keeps beside the weights of one network.
    pub bytes: u64,
    /// What that is.
    pub what: String,
}

impl Known {
    fn new(name: &'static str, tier: &'static str, bytes: u64, what: impl Into<String>) -> Self {
        Self {
            name,
            tier,
            bytes,
            what: what.into(),
        }
    }
}

/// Bytes of a number.
const NUMBER: u64 = size_of::<f32>() as u64;

/// Sizes of what is kept.
struct Sizes {
    /// Of an image in numbers.
    image: u64,
    classes: u64,
    /// Mean, components and the variance that is left of all classes.
    store: u64,
}

impl Sizes {
    fn new(model: &Night) -> Self {
        let image = model.mlp.layers[0] as u64 * NUMBER;
        let classes = model.data.classes().count() as u64;
        let components = model.nights.components as u64;
        Self {
            image,
            classes,
            store: classes * ((1 + components) * image + NUMBER),
        }
    }
}

/// The tier of what is read from weights beside mean images: today's tell two classes from those before, the mean of all does not.
fn read_tier(model: &Night) -> &'static str {
    match model.nights.mean {
        MeanImage::Today => "A+",
        MeanImage::All => "A",
    }
}

/// What each yardstick of `model` uses, on so many `images` of each class.
pub(super) fn known(model: &Night, images: &BTreeMap<u8, u64>) -> Vec<Known> {
    let Sizes {
        image,
        classes,
        store,
    } = Sizes::new(model);
    let pixels = model.mlp.layers[0] as u64;
    let layers = model.mlp.layers.windows(2);
    let weights: u64 = layers.map(|pair| (pair[0] * pair[1]) as u64).sum::<u64>() * NUMBER;
    let others = (model.data.tasks.len() as u64 - 1) * weights;
    let kept = images
        .values()
        .map(|&n| n.min(model.compare.images as u64))
        .sum::<u64>();
    let all = images.values().sum::<u64>() * pixels;
    let of = |control| match control {
        Control::Sequential => Known::new(SEQUENTIAL, "A", 0, "nothing"),
        Control::MeanWeights => Known::new(MEAN_WEIGHTS, "A", others, "the network of each task"),
        Control::MeanCalibrated => {
            let what = "the network of each task, the mean image";
            Known::new(MEAN_CALIBRATED, "A", others + image, what)
        }
        Control::NearestDream => {
            let what = "the patterns that nights read";
            Known::new(NEAREST_DREAM, read_tier(model), classes * image, what)
        }
        Control::NearestMean => Known::new(NEAREST_MEAN, "B", classes * image, "class means"),
        Control::Linear => Known::new(LINEAR, "B", store, "class means and components"),
        Control::Quadratic => Known::new(QUADRATIC, "B", store, "class means and components"),
        Control::Rehearsal => Known::new(REHEARSAL, "C", kept * pixels, "images of each class"),
        Control::Oracle => {
            let what = "all images, for its outputs alone";
            Known::new(ORACLE, "all", all, what)
        }
        Control::Joint => Known::new(JOINT, "all", all, "all images at once"),
    };
    let order = [
        Control::Sequential,
        Control::MeanWeights,
        Control::MeanCalibrated,
        Control::NearestDream,
        Control::NearestMean,
        Control::Linear,
        Control::Quadratic,
        Control::Rehearsal,
        Control::Oracle,
        Control::Joint,
    ];
    let asked = order.into_iter();
    let asked = asked.filter(|&control| model.compare.has(control));
    asked.map(of).collect()
}

/// What the night of `model` uses.
pub(super) fn used(model: &Night) -> Known {
    let name = super::SLEEP;
    let Sizes {
        image,
        classes,
        store,
    } = Sizes::new(model);
    let nights = &model.nights;
    if nights.information == Information::Store {
        let of = match nights.components {
            0 => "mean",
            _ => "mean and components",
        };
        return Known::new(name, "B", store, format!("{of} of each class, seen once"));
    }
    let mut parts = vec![match nights.mean {
        MeanImage::Today => "the mean image of the day",
        MeanImage::All => "the mean image of all days so far",
    }];
    let mut bytes = image;
    if model.reads() {
        parts.push("a pattern of each class, read from weights");
        bytes += classes * image;
    } else {
        // Classes of one night are one mean image, which later nights dream too.
        let tasks = 0..model.data.tasks.len();
        let slept = tasks.filter(|&task| model.sleeps_after(task)).count() as u64;
        if slept > 1 {
            parts.push("those of earlier nights");
        }
        bytes += (slept - 1) * image;
    }
    if nights.decay {
        // Drawn from a seed; kept, they take as much as the hidden layers.
        let hidden = model.mlp.layers.windows(2).rev().skip(1);
        parts.push("the innate hidden weights");
        bytes += hidden
            .map(|pair| (pair[0] * pair[1]) as u64 * NUMBER)
            .sum::<u64>();
    }
    parts.push("which outputs were taught");
    Known::new(name, read_tier(model), bytes, parts.join(", "))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::{Model, Options, parse};

    /// The shipped model with other values.
    fn model(sets: &[&str]) -> Night {
        let text = include_str!("../../../models/night_digits.toml");
        let options = Options {
            sets: sets.iter().map(|set| (*set).to_owned()).collect(),
            data: None,
        };
        match parse("night_digits.toml", text, Path::new("/"), &options) {
            Ok(Model::Night(model)) => *model,
            other => panic!("{other:?}"),
        }
    }

    fn named<'k>(known: &'k [Known], name: &str) -> Option<&'k Known> {
        known.iter().find(|own| own.name == name)
    }

    /// Nothing is read from weights, nor asked for that is.
    const BLIND: [&str; 4] = [
        "night.capture=false",
        "night.capture_events=500",
        "night.output_spikes=5",
        "compare.models=[]",
    ];

    #[test]
    fn tier_words_and_bytes_follow_the_keys() {
        let (image, hidden) = (784 * 4, (784 * 600 + 600 * 600) * 4);
        let whole = used(&model(&[]));
        assert_eq!((whole.tier, whole.bytes), ("A+", 11 * image + hidden));
        assert!(whole.what.contains("a pattern of each class"));
        let awake = used(&model(&["night.decay=false"]));
        assert_eq!(awake.bytes, 11 * image);
        assert!(!awake.what.contains("innate"), "{}", awake.what);
        let blind = used(&model(&BLIND));
        // A mean image of each of five days.
        assert_eq!((blind.tier, blind.bytes), ("A+", 5 * image + hidden));
        assert!(!blind.what.contains("pattern"), "{}", blind.what);
        let last = [&BLIND[..], &["night.after=last_task"]].concat();
        let last = used(&model(&last));
        assert_eq!(last.bytes, image + hidden);
        let all = used(&model(&["night.mean=all"]));
        assert_eq!((all.tier, all.bytes), ("A", whole.bytes));
        assert!(all.what.contains("all days"), "{}", all.what);
    }

    #[test]
    fn nearest_dreams_know_as_much_as_the_night() {
        let images = BTreeMap::new();
        let tier = |sets: &[&str]| {
            let known = known(&model(sets), &images);
            named(&known, NEAREST_DREAM).map(|own| own.tier)
        };
        assert_eq!(tier(&[]), Some("A+"));
        assert_eq!(tier(&["night.mean=all"]), Some("A"));
    }

    #[test]
    fn no_more_images_are_kept_than_there_are() {
        let images = BTreeMap::from([(0, 3), (1, 100)]);
        let bytes = |kept: &str| {
            let known = known(&model(&[kept]), &images);
            named(&known, REHEARSAL).map(|own| own.bytes)
        };
        assert_eq!(bytes("compare.images=10"), Some(13 * 784));
        assert_eq!(bytes("compare.images=100000"), Some(103 * 784));
    }
}
