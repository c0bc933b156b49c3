//! Which images make up the tasks.

use std::collections::BTreeMap;

use super::dataset::DataSet;
use super::images::Images;
use crate::base::stream::Stream;

/// Why tasks could not be made of a data set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SelectionError {
    /// No task, or a task without a class.
    #[error("tasks: {found}, expected at least one task, each with at least one class")]
    NoTask {
        /// What is empty.
        found: String,
    },
    /// A class in two places.
    #[error("tasks: class {class} is listed twice, expected each class once")]
    ClassTwice {
        /// The class.
        class: u8,
    },
    /// A class of which the data set has no image.
    #[error(
        "tasks: class {class} has no {part} image in {set}, which has the classes {}",
        list(present)
    )]
    ClassAbsent {
        /// The class.
        class: u8,
        /// `training` or `test`.
        part: &'static str,
        /// The name of the data set.
        set: String,
        /// The classes that it has.
        present: Vec<u8>,
    },
    /// Fewer images than asked for.
    #[error(
        "{set}: found {found} training images of {what}, expected the {asked} asked for\n  help: `{key}` takes at most {most} \
         here"
    )]
    TooFew {
        /// The name of the data set.
        set: String,
        /// `task 1 (classes 0, 1)` or `class 3`.
        what: String,
        /// Images that there are.
        found: usize,
        /// Images asked for.
        asked: usize,
        /// The most that can be asked for, of all that the key is for.
        most: usize,
        /// The key that asks for them, of `[data]` or of a control.
        key: &'static str,
    },
    /// More images held out than leave one to learn.
    #[error(
        "{set}: found {found} training images of {what}, expected more than the {held} that `data.validation` holds out"
    )]
    NoneLeft {
        /// The name of the data set.
        set: String,
        /// `task 1 (classes 0, 1)`.
        what: String,
        /// Images that there are.
        found: usize,
        /// Images to hold out.
        held: usize,
    },
    /// A quota of zero.
    #[error("{what}: found 0 training images asked for, expected at least 1")]
    Zero {
        /// `each task` or `class 3`.
        what: String,
    },
    /// The quotas per class do not name the classes of the tasks.
    #[error("class {class}: {problem}")]
    Quota {
        /// The class.
        class: u8,
        /// A quota is missing, or belongs to no task.
        problem: &'static str,
    },
}

fn list(classes: &[u8]) -> String {
    classes
        .iter()
        .map(u8::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}

/// How many training images are taken: always the first in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Quota {
    /// All that there are.
    All,
    /// So many of each task.
    PerTask(usize),
    /// So many of each class, `None` being all that there are; names every class of every task.
    PerClass(BTreeMap<u8, Option<usize>>),
}

/// Which images make up the tasks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// The classes of each task, each class once, in any order and number.
    pub tasks: Vec<Vec<u8>>,
    /// How many training images are taken.
    pub quota: Quota,
}

impl Selection {
    /// The training images of each task, in the order of the file.
    ///
    /// # Errors
    /// If a class is absent or listed twice, or there are fewer images than asked for.
    pub fn train(&self, set: &DataSet) -> Result<Vec<Images>, SelectionError> {
        self.check(set, &set.train, "training")?;
        let counts = set.train.counts();
        if let Quota::PerClass(quota) = &self.quota {
            self.check_classes(quota, &counts, set)?;
        }
        let of = |classes: &Vec<u8>| classes.iter().filter_map(|class| counts.get(class)).sum();
        let least = self.tasks.iter().map(of).min().unwrap_or(0);
        let mut tasks = Vec::with_capacity(self.tasks.len());
        for (number, classes) in self.tasks.iter().enumerate() {
            let images = match &self.quota {
                Quota::All => set.train.filter(|label| classes.contains(&label)),
                Quota::PerTask(asked) => {
                    let found = of(classes);
                    if *asked == 0 {
                        return Err(SelectionError::Zero {
                            what: "each task".into(),
                        });
                    }
                    if found < *asked {
                        return Err(SelectionError::TooFew {
                            set: set.name.clone(),
                            what: format!("task {} (classes {})", number + 1, list(classes)),
                            found,
                            asked: *asked,
                            most: least,
                            key: "train_per_task",
                        });
                    }
                    let mut left = *asked;
                    set.train.filter(|label| {
                        let keep = left > 0 && classes.contains(&label);
                        left -= usize::from(keep);
                        keep
                    })
                }
                Quota::PerClass(quota) => {
                    let mut left = quota.clone();
                    set.train.filter(|label| match left.get_mut(&label) {
                        Some(None) => classes.contains(&label),
                        Some(Some(left)) if *left > 0 && classes.contains(&label) => {
                            *left -= 1;
                            true
                        }
                        _ => false,
                    })
                }
            };
            tasks.push(images);
        }
        Ok(tasks)
    }

    /// The test images of each task: all that there are, in the order of the file.
    ///
    /// # Errors
    /// If a class is absent or listed twice.
    pub fn test(&self, set: &DataSet) -> Result<Vec<Images>, SelectionError> {
        self.check(set, &set.test, "test")?;
        let of = |classes: &Vec<u8>| set.test.filter(|label| classes.contains(&label));
        Ok(self.tasks.iter().map(of).collect())
    }

    /// `set` without `n` training images of each task, and these: a random subset which depends on the data, the task's number
    /// and `n` alone, so that every seed of every model is scored on the same images.
    ///
    /// # Errors
    /// If a class is absent or listed twice, or nothing would be left of a task.
    pub fn hold_out(
        &self,
        set: &DataSet,
        n: usize,
    ) -> Result<(DataSet, Vec<Images>), SelectionError> {
        self.check(set, &set.train, "training")?;
        let mut held = Vec::with_capacity(self.tasks.len());
        for (number, classes) in self.tasks.iter().enumerate() {
            let all = set.train.filter(|label| classes.contains(&label));
            if all.len() <= n {
                return Err(SelectionError::NoneLeft {
                    set: set.name.clone(),
                    what: format!("task {} (classes {})", number + 1, list(classes)),
                    found: all.len(),
                    held: n,
                });
            }
            let mut stream = Stream::new(0, "data.validation", number as u64);
            held.push(all.random(n, &mut stream));
        }
        let rest = DataSet {
            name: format!("{} less {n} images of each task for validation", set.name),
            test_name: set.test_name.clone(),
            train: set.train.without(&held),
            test: set.test.clone(),
        };
        Ok((rest, held))
    }

    fn check(
        &self,
        set: &DataSet,
        images: &Images,
        part: &'static str,
    ) -> Result<(), SelectionError> {
        if self.tasks.is_empty() {
            return Err(SelectionError::NoTask {
                found: "found none".into(),
            });
        }
        let present = images.counts();
        let mut listed = [false; 256];
        for (number, classes) in self.tasks.iter().enumerate() {
            if classes.is_empty() {
                return Err(SelectionError::NoTask {
                    found: format!("task {} is empty", number + 1),
                });
            }
            for &class in classes {
                if std::mem::replace(&mut listed[usize::from(class)], true) {
                    return Err(SelectionError::ClassTwice { class });
                }
                if !present.contains_key(&class) {
                    return Err(SelectionError::ClassAbsent {
                        class,
                        part,
                        set: match part {
                            "test" => set.test_name.clone(),
                            _ => set.name.clone(),
                        },
                        present: present.into_keys().collect(),
                    });
                }
            }
        }
        Ok(())
    }

    fn check_classes(
        &self,
        quota: &BTreeMap<u8, Option<usize>>,
        counts: &BTreeMap<u8, usize>,
        set: &DataSet,
    ) -> Result<(), SelectionError> {
        let listed = |class: &u8| self.tasks.iter().flatten().any(|other| other == class);
        if let Some(&class) = quota.keys().find(|&class| !listed(class)) {
            let problem =
                "a number of training images is given, expected one for classes of the tasks only";
            return Err(SelectionError::Quota { class, problem });
        }
        let of = |class: &u8| counts.get(class).copied().unwrap_or(0);
        // One number may stand for several classes.
        let least_of = |asked: usize| {
            let alike = quota.iter().filter(|(_, other)| **other == Some(asked));
            alike.map(|(class, _)| of(class)).min().unwrap_or(0)
        };
        for &class in self.tasks.iter().flatten() {
            let found = of(&class);
            match quota.get(&class) {
                None => {
                    let problem = "no number of training images is given, expected one for each class of the tasks";
                    return Err(SelectionError::Quota { class, problem });
                }
                Some(Some(0)) => {
                    return Err(SelectionError::Zero {
                        what: format!("class {class}"),
                    });
                }
                Some(&Some(asked)) if asked > found => {
                    return Err(SelectionError::TooFew {
                        set: set.name.clone(),
                        what: format!("class {class}"),
                        found,
                        asked,
                        most: least_of(asked),
                        key: "train_per_class",
                    });
                }
                Some(_) => {}
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mlp::idx::ImageFile;

    /// Twelve images of one pixel whose byte is their number; labels 0 1 2 0 1 2 ...
    fn twelve() -> DataSet {
        let file = ImageFile {
            width: 1,
            height: 1,
            pixels: (0..12).collect(),
        };
        let images = Images::new(file, (0..12).map(|i| i % 3).collect());
        DataSet {
            name: "`twelve`".into(),
            test_name: "`twelve`".into(),
            train: images.clone(),
            test: images,
        }
    }

    fn numbers(images: &Images) -> Vec<u8> {
        (0..images.len()).map(|i| images.image(i)[0]).collect()
    }

    fn selection(tasks: &[&[u8]], quota: Quota) -> Selection {
        Selection {
            tasks: tasks.iter().map(|classes| classes.to_vec()).collect(),
            quota,
        }
    }

    fn refused(tasks: &[&[u8]], quota: Quota) -> String {
        selection(tasks, quota)
            .train(&twelve())
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn tasks_take_the_first_images_in_file_order() {
        let set = twelve();
        let all = selection(&[&[2, 0], &[1]], Quota::All);
        let train = all.train(&set).unwrap();
        assert_eq!(numbers(&train[0]), [0, 2, 3, 5, 6, 8, 9, 11]);
        assert_eq!(numbers(&train[1]), [1, 4, 7, 10]);
        let five = selection(&[&[2, 0]], Quota::PerTask(5));
        assert_eq!(numbers(&five.train(&set).unwrap()[0]), [0, 2, 3, 5, 6]);
        assert_eq!(five.test(&set).unwrap()[0].len(), 8);
        let quota = Quota::PerClass(BTreeMap::from([(0, Some(1)), (1, None), (2, Some(3))]));
        let unbalanced = selection(&[&[0, 2], &[1]], quota).train(&set).unwrap();
        assert_eq!(numbers(&unbalanced[0]), [0, 2, 5, 8]);
        assert_eq!(numbers(&unbalanced[1]), [1, 4, 7, 10]);
    }

    #[test]
    fn images_held_out_are_drawn_once_for_all_and_never_learnt() {
        let all = selection(&[&[2, 0], &[1]], Quota::All);
        let (rest, held) = all.hold_out(&twelve(), 2).unwrap();
        assert_eq!(
            (numbers(&held[0]), numbers(&held[1])),
            (vec![5, 8], vec![1, 10])
        );
        let train = all.train(&rest).unwrap();
        assert_eq!(
            (numbers(&train[0]), numbers(&train[1])),
            (vec![0, 2, 3, 6, 9, 11], vec![4, 7])
        );
        assert_eq!(all.test(&rest).unwrap(), all.test(&twelve()).unwrap());
        let three = selection(&[&[1]], Quota::PerTask(3));
        let (rest, _) = three.hold_out(&twelve(), 2).unwrap();
        assert_eq!(
            three.train(&rest).unwrap_err().to_string(),
            "`twelve` less 2 images of each task for validation: found 2 training images of task 1 (classes 1), expected the \
             3 asked for\n  help: `train_per_task` takes at most 2 here"
        );
        assert_eq!(
            three.hold_out(&twelve(), 4).unwrap_err().to_string(),
            "`twelve`: found 4 training images of task 1 (classes 1), expected more than the 4 that `data.validation` holds out"
        );
    }

    #[test]
    fn impossible_selections_are_refused() {
        assert_eq!(
            refused(&[], Quota::All),
            "tasks: found none, expected at least one task, each with at least one class"
        );
        assert_eq!(
            refused(&[&[0], &[]], Quota::All),
            "tasks: task 2 is empty, expected at least one task, each with at least one class"
        );
        assert_eq!(
            refused(&[&[0, 1], &[1]], Quota::All),
            "tasks: class 1 is listed twice, expected each class once"
        );
        assert_eq!(
            refused(&[&[0, 7]], Quota::All),
            "tasks: class 7 has no training image in `twelve`, which has the classes 0, 1, 2"
        );
        assert_eq!(
            refused(&[&[2], &[0, 1]], Quota::PerTask(5)),
            "`twelve`: found 4 training images of task 1 (classes 2), expected the 5 asked for\n  help: `train_per_task` takes at most 4 here"
        );
        // Of the task with fewest.
        assert_eq!(
            refused(&[&[0, 1], &[2]], Quota::PerTask(9)),
            "`twelve`: found 8 training images of task 1 (classes 0, 1), expected the 9 asked for\n  help: `train_per_task` takes at most 4 here"
        );
        assert_eq!(
            refused(&[&[0]], Quota::PerTask(0)),
            "each task: found 0 training images asked for, expected at least 1"
        );
        let quota = |counts: &[(u8, usize)]| {
            Quota::PerClass(counts.iter().map(|&(class, n)| (class, Some(n))).collect())
        };
        assert_eq!(
            refused(&[&[0]], quota(&[(0, 5)])),
            "`twelve`: found 4 training images of class 0, expected the 5 asked for\n  help: `train_per_class` takes at most 4 here"
        );
        assert_eq!(
            refused(&[&[0]], quota(&[(0, 0)])),
            "class 0: found 0 training images asked for, expected at least 1"
        );
        assert!(refused(&[&[0]], quota(&[(0, 1), (1, 1)])).starts_with("class 1: a number"));
        assert!(refused(&[&[0, 1]], quota(&[(0, 1)])).starts_with("class 1: no number"));
    }
}
