//! Parts of a run file in the types that a run writes; anything else is an error with its place.

use std::path::Path;

use hdf5::types::VarLenUnicode;
use hdf5::{Dataset, File, Group, H5Type};

use super::RecordingError;
use crate::base::time::Time;
use crate::record::cause::cause;
use crate::record::column::{Label, rest_of};

/// What a time in the file must be.
pub(super) const TIME: &str = "a time from 0 to 106 days";

/// A file that is read.
#[derive(Debug, Clone)]
pub(super) struct Reader<'a> {
    pub(super) path: &'a Path,
    pub(super) file: File,
    /// Whether columns of one table must be equally long: a run that is written or was killed may have them cut.
    pub(super) complete: bool,
}

/// Other content in the file `path` than there should be.
pub(super) fn content(
    path: &Path,
    place: &str,
    found: impl ToString,
    expected: impl ToString,
) -> RecordingError {
    RecordingError::Content {
        path: path.to_owned(),
        place: place.to_owned(),
        found: found.to_string(),
        expected: expected.to_string(),
    }
}

/// What the library says of a part of the file `path`.
pub(super) fn unreadable(path: &Path, place: &str, error: &hdf5::Error) -> RecordingError {
    RecordingError::Unreadable {
        path: path.to_owned(),
        place: place.to_owned(),
        cause: cause(error),
    }
}

impl Reader<'_> {
    pub(super) fn content(
        &self,
        place: &str,
        found: impl ToString,
        expected: impl ToString,
    ) -> RecordingError {
        content(self.path, place, found, expected)
    }

    pub(super) fn unreadable(&self, place: &str, error: &hdf5::Error) -> RecordingError {
        unreadable(self.path, place, error)
    }

    /// Whether there is a dataset of values of type `T` at `place`.
    pub(super) fn holds<T: H5Type>(&self, place: &str) -> bool {
        let dtype = |dataset: Dataset| dataset.dtype()?.to_descriptor();
        self.file.link_exists(place)
            && self
                .file
                .dataset(place)
                .and_then(dtype)
                .is_ok_and(|found| found == T::type_descriptor())
    }

    /// Whether there is a group at `place`.
    pub(super) fn holds_group(&self, place: &str) -> bool {
        self.file.link_exists(place)
    }

    fn there(&self, place: &str, what: &str) -> Result<(), RecordingError> {
        match self.file.link_exists(place) {
            true => Ok(()),
            false => Err(self.content(place, "nothing", what)),
        }
    }

    /// Whether there is anything at `place`.
    pub(super) fn has(&self, place: &str) -> bool {
        self.file.link_exists(place)
    }

    /// Names of the groups in the group at `place`.
    pub(super) fn groups(&self, place: &str) -> Result<Vec<String>, RecordingError> {
        self.there(place, "a group")?;
        let names = |group: Group| group.member_names();
        let names = self.file.group(place).and_then(names);
        names.map_err(|error| self.unreadable(place, &error))
    }

    /// The dataset at `place` of `axes` axes and values of type `T`.
    pub(super) fn dataset<T: H5Type>(
        &self,
        place: &str,
        axes: usize,
    ) -> Result<Dataset, RecordingError> {
        self.there(place, "a dataset")?;
        let unreadable = |error: hdf5::Error| self.unreadable(place, &error);
        let dataset = self.file.dataset(place).map_err(unreadable)?;
        if dataset.ndim() != axes {
            let found = format!("{} axes", dataset.ndim());
            return Err(self.content(place, found, axes));
        }
        let found = dataset.dtype().and_then(|dtype| dtype.to_descriptor());
        let (found, expected) = (found.map_err(unreadable)?, T::type_descriptor());
        if found != expected {
            let found = format!("values of type {found}");
            return Err(self.content(place, found, expected));
        }
        Ok(dataset)
    }

    /// The values of one axis within `rows` of `dataset`, which stands at `place`.
    pub(super) fn slice<T: H5Type>(
        &self,
        dataset: &Dataset,
        place: &str,
        rows: std::ops::Range<usize>,
    ) -> Result<Vec<T>, RecordingError> {
        let values = dataset.read_slice_1d::<T, _>(rows);
        let values = values.map_err(|error| self.unreadable(place, &error))?;
        Ok(values.into_raw_vec_and_offset().0)
    }

    /// All values of the column at `place`.
    pub(super) fn column<T: H5Type>(&self, place: &str) -> Result<Vec<T>, RecordingError> {
        let values = self.dataset::<T>(place, 1)?.read_raw();
        values.map_err(|error| self.unreadable(place, &error))
    }

    /// The one text at `place`.
    pub(super) fn text(&self, place: &str) -> Result<String, RecordingError> {
        let text = self.dataset::<VarLenUnicode>(place, 0)?.read_scalar();
        let text: VarLenUnicode = text.map_err(|error| self.unreadable(place, &error))?;
        Ok(lossy(text.as_bytes()))
    }

    /// The texts at `place` that stood before the run began.
    pub(super) fn texts(&self, place: &str) -> Result<Vec<String>, RecordingError> {
        let texts = self.column::<VarLenUnicode>(place)?;
        Ok(texts.iter().map(|text| lossy(text.as_bytes())).collect())
    }

    /// The labels at `place` that were written during the run.
    pub(super) fn labels(&self, place: &str) -> Result<Vec<String>, RecordingError> {
        let labels = self.column::<Label>(place)?;
        Ok(labels.iter().map(|label| lossy(label.as_bytes())).collect())
    }

    /// The times at `place`, exact where their rest is there too.
    pub(super) fn times(&self, place: &str) -> Result<Vec<Time>, RecordingError> {
        let ms = self.column::<f64>(place)?;
        let rest = rest_of(place);
        let rests = match self.file.link_exists(&rest) {
            true => self.column::<i16>(&rest)?,
            false => return self.rounded(place, &ms),
        };
        let rows = self.rows(place, &[ms.len(), rests.len()])?;
        let times = ms.into_iter().zip(rests).take(rows).enumerate();
        let time = |(index, (ms, rest))| self.time(place, index, ms, Some(rest));
        times.map(time).collect()
    }

    fn rounded(&self, place: &str, ms: &[f64]) -> Result<Vec<Time>, RecordingError> {
        let times = ms.iter().enumerate();
        let time = |(index, &ms)| self.time(place, index, ms, None);
        times.map(time).collect()
    }

    /// The time at `index` of the column at `place`.
    pub(super) fn time(
        &self,
        place: &str,
        index: usize,
        ms: f64,
        rest: Option<i16>,
    ) -> Result<Time, RecordingError> {
        let time = match rest {
            Some(rest) => Time::from_ms_and_rest(ms, rest),
            None => Time::from_ms(ms),
        };
        let time = time.ok().filter(|&time| time >= Time::ZERO);
        time.ok_or_else(|| self.content(&format!("{place}[{index}]"), ms, TIME))
    }

    /// Rows of the table at `place` whose columns have these `lengths`.
    pub(super) fn rows(&self, place: &str, lengths: &[usize]) -> Result<usize, RecordingError> {
        let shortest = lengths.iter().min().copied().unwrap_or(0);
        if self.complete && lengths.iter().any(|&length| length != shortest) {
            let lengths: Vec<String> = lengths.iter().map(usize::to_string).collect();
            let found = format!("columns of {} values", lengths.join(", "));
            return Err(self.content(place, found, "columns of equal length"));
        }
        Ok(shortest)
    }
}

pub(super) fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
