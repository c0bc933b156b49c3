//! A walk through an HDF5 file, by a process that can be ended (see [`ahead`](super::ahead)).

use std::path::Path;

use hdf5::types::{FixedAscii, TypeDescriptor, VarLenAscii, VarLenUnicode};
use hdf5::{Container, Dataset, Group, Location};

use super::open::open;
use super::{heap, text_length};

/// Objects that are looked at; a file with more has been looked at enough.
const MOST_OBJECTS: u32 = 100_000;

/// Groups within groups.
const DEEPEST: u32 = 16;

/// Opens every object of the file at `path` and reads what leads to values, as far as it can be read; the reader of the file
/// finds out what is wrong with it. Calls `beat` again and again, between any two calls of the library.
pub fn walk(path: &Path, beat: &mut dyn FnMut()) {
    let Ok(file) = open(path) else {
        return;
    };
    let mut walk = Walk {
        // The loop that is known is found without the library.
        texts: heap::check(path, &[]).is_ok(),
        left: MOST_OBJECTS,
        beat,
    };
    walk.group(&file, 0);
}

struct Walk<'a> {
    /// Whether texts of any length may be read.
    texts: bool,
    left: u32,
    beat: &'a mut dyn FnMut(),
}

impl Walk<'_> {
    fn group(&mut self, group: &Group, depth: u32) {
        (self.beat)();
        self.attributes(group);
        let names = group.member_names().unwrap_or_default();
        for name in names {
            if self.left == 0 || depth == DEEPEST {
                return;
            }
            self.left -= 1;
            (self.beat)();
            if let Ok(dataset) = group.dataset(&name) {
                self.dataset(&dataset);
            } else if let Ok(group) = group.group(&name) {
                self.group(&group, depth + 1);
            }
        }
    }

    fn dataset(&mut self, dataset: &Dataset) {
        self.attributes(dataset);
        let _ = (
            dataset.shape(),
            dataset.filters(),
            dataset.storage_size(),
            dataset.offset(),
        );
        (self.beat)();
        #[cfg(feature = "static-hdf5")]
        let _ = dataset.chunks_visit(|_| {
            (self.beat)();
            0
        });
        self.read_texts(dataset);
    }

    fn attributes(&mut self, of: &Location) {
        for name in of.attr_names().unwrap_or_default() {
            (self.beat)();
            if let Ok(attribute) = of.attr(&name) {
                self.read_texts(&attribute);
            }
        }
    }

    /// Reads values that lie on a heap, or are few.
    fn read_texts(&self, of: &Container) {
        const FEW: usize = 10_000;
        let kind = of.dtype().and_then(|kind| kind.to_descriptor());
        if of.size() > FEW {
            return;
        }
        let texts = || self.texts && text_length::check(of).is_ok();
        match kind {
            Ok(TypeDescriptor::VarLenUnicode) if texts() => {
                let _ = of.read_raw::<VarLenUnicode>();
            }
            Ok(TypeDescriptor::VarLenAscii) if texts() => {
                let _ = of.read_raw::<VarLenAscii>();
            }
            Ok(TypeDescriptor::FixedAscii(_)) => {
                let _ = of.read_raw::<FixedAscii<256>>();
            }
            Ok(
                TypeDescriptor::Float(_) | TypeDescriptor::Integer(_) | TypeDescriptor::Unsigned(_),
            ) => {
                let _ = of.read_raw::<f64>();
            }
            _ => {}
        }
    }
}
