//! Reading a weight file takes memory in proportion to the file, whatever its headers claim.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::path::Path;

use proptest::prelude::*;
use sharpwave::mlp::perceptron::Output;
use sharpwave::mlp::weight_file::{Bias, Stated, describe, to_mlp};
use sharpwave::record::weight_file::read;

/// Remembers the largest allocation that each thread asks for.
struct Watched;

thread_local! {
    static LARGEST: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: passes everything on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Watched {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LARGEST.set(LARGEST.get().max(layout.size()));
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        LARGEST.set(LARGEST.get().max(layout.size()));
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        LARGEST.set(LARGEST.get().max(size));
        unsafe { System.realloc(place, layout, size) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        unsafe { System.dealloc(place, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Watched = Watched;

/// Whether `content` can be read as a file called `name`, and the largest allocation while it is read, mapped and
/// described.
fn largest_allocation(name: &str, content: &[u8]) -> (bool, usize) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    LARGEST.set(0);
    let file = read(&path);
    if let Ok(file) = &file {
        let _ = to_mlp(file, &Stated::nothing_but(Bias::Keep), Output::Relu);
        let _ = describe(file, &Stated::nothing_but(Bias::Keep)).to_string();
    }
    (file.is_ok(), LARGEST.get())
}

/// The fixtures are smaller than 4 kB; the zip and deflate readers have buffers of tens of kilobytes.
const SMALL: usize = 1 << 20;

#[test]
fn forged_sizes_allocate_nothing() {
    let npy = |header: &str| {
        let length = (header.len() as u16).to_le_bytes();
        [b"\x93NUMPY\x01\0", &length[..], header.as_bytes()].concat()
    };
    let shape = "{'descr': '<f4', 'fortran_order': False, 'shape': (100000, 100000)}\n";
    let overflow = "{'descr': '<f8', 'fortran_order': True, 'shape': (4294967296, 4294967296)}\n";
    let json =
        br#"{"0.weight":{"dtype":"F32","shape":[100000,100000],"data_offsets":[0,40000000000]}}"#;
    let safetensors = [&(json.len() as u64).to_le_bytes()[..], json].concat();
    for (name, content) in [
        ("a.npy", npy(shape)),
        ("a.npy", npy(overflow)),
        ("a.npy", b"\x93NUMPY\x02\0\xff\xff\xff\xff{".to_vec()),
        ("a.safetensors", safetensors),
        (
            "a.safetensors",
            b"\xff\xff\xff\xff\xff\xff\xff\x7f{".to_vec(),
        ),
    ] {
        let (readable, largest) = largest_allocation(name, &content);
        assert!(!readable && largest < SMALL, "{name}: {largest} bytes");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn changed_files_allocate_little(
        name in prop::sample::select(vec![
            "linear.pt", "views.pt", "recent.pt", "orders.npz", "linear.npz", "linear.safetensors", "mean.npy",
        ]),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<prop::sample::Index>(),
        whole in any::<bool>(),
    ) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/weights");
        let mut content = std::fs::read(folder.join(name)).unwrap();
        for (place, byte) in changes {
            let place = place.index(content.len());
            content[place] = byte;
        }
        if !whole {
            content.truncate(cut.index(content.len()));
        }
        let (_, largest) = largest_allocation(name, &content);
        prop_assert!((content.len()..SMALL).contains(&largest), "{} bytes", largest);
    }
}
