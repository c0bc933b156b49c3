//! Whether a file can hold the texts that it claims.
//!
//! A text of any length lies on a heap; in its place are how long it is and where. The HDF5 library takes as much memory as
//! the length says before it finds that the heap has less: up to 4 GiB for one changed byte. So the lengths are read first,
//! alone. The library hands out a value as the file has it only to a conversion of one's own, here from what has a length
//! to bytes without a meaning.

use std::ffi::c_void;
use std::sync::LazyLock;

use hdf5::sync::sync;
use hdf5::types::{H5Type, TypeDescriptor, VarLenArray};
use hdf5::{Container, Dataset, Datatype, Error, Location, Result};
use hdf5_sys::h5::herr_t;
use hdf5_sys::h5a::H5Aread;
use hdf5_sys::h5d::H5Dread;
use hdf5_sys::h5i::{H5I_INVALID_HID, H5I_type_t, hid_t};
use hdf5_sys::h5p::H5P_DEFAULT;
use hdf5_sys::h5s::H5S_ALL;
use hdf5_sys::h5t::{
    H5T_bkg_t, H5T_cdata_t, H5T_class_t, H5T_cmd_t, H5T_pers_t, H5Tcreate, H5Tget_size, H5Tregister,
};

/// Bytes of a length, with which each value begins.
const LENGTH: usize = size_of::<u32>();

/// Checks that the texts, or lists, in `of` are no longer together than its file: no two share a place on a heap.
///
/// # Errors
/// If they are, or the library cannot read their lengths.
pub(super) fn check(of: &Container) -> Result<()> {
    // What has no counterpart in Rust is not read.
    let Ok(kind) = of.dtype()?.to_descriptor() else {
        return Ok(());
    };
    let item = match kind {
        TypeDescriptor::VarLenUnicode | TypeDescriptor::VarLenAscii => 1,
        TypeDescriptor::VarLenArray(item) => item.size() as u64,
        _ => return Ok(()),
    };
    let items: u64 = lengths(of)?.into_iter().map(u64::from).sum();
    let (claimed, held) = (items.saturating_mul(item), of.file()?.size());
    match claimed > held {
        true => Err(format!("texts of {claimed} bytes in a file of {held}").into()),
        false => Ok(()),
    }
}

/// Checks the values of `of`, and its attributes.
///
/// # Errors
/// As [`check`].
pub(super) fn check_all(of: &Dataset) -> Result<()> {
    check(of)?;
    check_attributes(of)
}

/// Checks every attribute of `of`.
///
/// # Errors
/// As [`check`].
pub(super) fn check_attributes(of: &Location) -> Result<()> {
    let mut names = of.attr_names()?.into_iter();
    names.try_for_each(|name| {
        let attribute = of.attr(&name)?;
        check(&attribute)
    })
}

/// The type of what a length is read as, known to the library together with the way there: negative if it refused either.
static BYTES: LazyLock<hid_t> = LazyLock::new(|| {
    let list = <VarLenArray<u8> as H5Type>::type_descriptor();
    let Ok(list) = Datatype::from_descriptor(&list) else {
        return H5I_INVALID_HID;
    };
    sync(|| {
        // SAFETY: both handles are open, and the function is one of this program.
        unsafe {
            let bytes = H5Tcreate(H5T_class_t::H5T_OPAQUE, LENGTH);
            let (soft, name) = (H5T_pers_t::H5T_PERS_SOFT, c"length".as_ptr());
            match H5Tregister(soft, name, list.id(), bytes, Some(take_lengths)) {
                0.. => bytes,
                _ => H5I_INVALID_HID,
            }
        }
    })
});

/// The length of each value of `of`, which are texts or lists.
fn lengths(of: &Container) -> Result<Vec<u32>> {
    let mut lengths = vec![0_u32; of.size()];
    if lengths.is_empty() {
        return Ok(lengths);
    }
    let (id, bytes) = (of.id(), *BYTES);
    let is_attribute = of.id_type() == H5I_type_t::H5I_ATTR;
    let place = lengths.as_mut_ptr().cast::<c_void>();
    sync(|| {
        // SAFETY: the handle is open, and each value has room for `LENGTH` bytes in `lengths`.
        let end = unsafe {
            match is_attribute {
                true => H5Aread(id, bytes, place),
                false => H5Dread(id, bytes, H5S_ALL, H5S_ALL, H5P_DEFAULT, place),
            }
        };
        match end {
            0.. => Ok(()),
            _ => Err(Error::query()?),
        }
    })?;
    Ok(lengths)
}

/// Moves the length that each value in `buffer` begins with to the place of the value's bytes.
extern "C" fn take_lengths(
    source: hid_t,
    _target: hid_t,
    how: *mut H5T_cdata_t,
    n: usize,
    stride: usize,
    _background_stride: usize,
    buffer: *mut c_void,
    _background: *mut c_void,
    _list: hid_t,
) -> herr_t {
    // SAFETY: the library gives what it asks about, and with the command to convert `n` values of the source's size in a
    // buffer that begins with them.
    unsafe {
        match (*how).command {
            H5T_cmd_t::H5T_CONV_INIT => (*how).need_bkg = H5T_bkg_t::H5T_BKG_NO,
            H5T_cmd_t::H5T_CONV_CONV => {
                let size = match stride {
                    0 => H5Tget_size(source),
                    stride => stride,
                };
                if size < LENGTH {
                    return -1;
                }
                let (from, to_stride) = (buffer.cast::<u8>(), stride.max(LENGTH));
                for i in 0..n {
                    std::ptr::copy(from.add(i * size), from.add(i * to_stride), LENGTH);
                }
            }
            H5T_cmd_t::H5T_CONV_FREE => {}
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use hdf5::File;
    use hdf5::types::{VarLenAscii, VarLenUnicode};

    use super::*;

    const TEXTS: [&str; 4] = ["", "a", "forty-two", "δ"];

    /// A file with texts as a dataset, packed and not, lists, and a text as an attribute.
    fn file(folder: &Path) -> PathBuf {
        let path = folder.join("a.h5");
        let file = File::create(&path).unwrap();
        let texts = TEXTS.map(|text| text.parse::<VarLenUnicode>().unwrap());
        let set = file.new_dataset::<VarLenUnicode>().shape(4);
        set.create("texts").unwrap().write_raw(&texts).unwrap();
        let set = file.new_dataset::<VarLenUnicode>().shape(4).chunk(3);
        let set = set.deflate(6).create("packed").unwrap();
        set.write_raw(&texts).unwrap();
        let lists = [3, 0, 1].map(|n| VarLenArray::from_slice(&vec![1.5_f64; n]));
        let set = file.new_dataset::<VarLenArray<f64>>().shape(3);
        set.create("lists").unwrap().write_raw(&lists).unwrap();
        let attribute = file.new_attr::<VarLenAscii>().create("text").unwrap();
        let text = VarLenAscii::from_ascii("twelve bytes").unwrap();
        attribute.write_scalar(&text).unwrap();
        path
    }

    #[test]
    fn lengths_are_those_of_texts_and_lists() {
        let folder = tempfile::tempdir().unwrap();
        let file = File::open(file(folder.path())).unwrap();
        for name in ["texts", "packed"] {
            assert_eq!(lengths(&file.dataset(name).unwrap()).unwrap(), [0, 1, 9, 2]);
            // The library's own way is as it was.
            let texts = file.dataset(name).unwrap().read_raw::<VarLenUnicode>();
            let texts = texts.unwrap();
            assert!(texts.iter().map(|text| text.as_str()).eq(TEXTS));
        }
        assert_eq!(lengths(&file.dataset("lists").unwrap()).unwrap(), [3, 0, 1]);
        assert_eq!(lengths(&file.attr("text").unwrap()).unwrap(), [12]);
        for name in ["texts", "packed", "lists"] {
            check(&file.dataset(name).unwrap()).unwrap();
        }
        check_attributes(&file).unwrap();
    }
}
