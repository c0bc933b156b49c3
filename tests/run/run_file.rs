//! A run file as the tests read it: with the HDF5 library alone, not with the program's own reader.

use std::path::Path;

use hdf5::types::{FixedUnicode, VarLenUnicode};
use hdf5::{Dataset, File};
use ndarray::{Array2, Axis};

/// (population, milliseconds as bits, neuron), in the file's order per population.
pub type Spikes = Vec<(String, u64, u64)>;

pub struct RunFile(File);

/// The values of `dataset`, such that equal texts are equal bits.
fn values(dataset: &Dataset) -> String {
    use hdf5::types::{FloatSize, IntSize, TypeDescriptor as Type};
    fn raw<T: hdf5::H5Type>(dataset: &Dataset) -> Vec<T> {
        dataset.read_raw().unwrap()
    }
    match dataset.dtype().unwrap().to_descriptor().unwrap() {
        Type::Float(FloatSize::U8) => {
            let bits = raw::<f64>(dataset).into_iter().map(f64::to_bits);
            format!("{:?}", bits.collect::<Vec<u64>>())
        }
        Type::Float(FloatSize::U4) => {
            let bits = raw::<f32>(dataset).into_iter().map(f32::to_bits);
            format!("{:?}", bits.collect::<Vec<u32>>())
        }
        Type::Integer(IntSize::U2) => format!("{:?}", raw::<i16>(dataset)),
        Type::Integer(IntSize::U8) => format!("{:?}", raw::<i64>(dataset)),
        Type::Unsigned(IntSize::U4) => format!("{:?}", raw::<u32>(dataset)),
        Type::Unsigned(IntSize::U8) => format!("{:?}", raw::<u64>(dataset)),
        Type::FixedUnicode(_) | Type::FixedAscii(_) => {
            let texts = raw::<FixedUnicode<{ sharpwave::record::LABEL_BYTES }>>(dataset);
            format!("{texts:?}")
        }
        Type::VarLenUnicode => format!("{:?}", raw::<VarLenUnicode>(dataset)),
        other => panic!("{}: values of type {other}", dataset.name()),
    }
}

impl RunFile {
    pub fn open(path: &Path) -> Self {
        Self(File::open(path).unwrap_or_else(|e| panic!("{}: {e}", path.display())))
    }

    pub fn complete(&self) -> bool {
        let complete: u8 = self.0.attr("complete").unwrap().read_scalar().unwrap();
        complete == 1
    }

    pub fn fingerprint(&self) -> String {
        let hex: VarLenUnicode = self.0.attr("fingerprint").unwrap().read_scalar().unwrap();
        hex.to_string()
    }

    /// Every seed's, from the table of all.
    pub fn fingerprints(&self) -> Vec<(u64, String)> {
        let seeds: Vec<u64> = self.column("fingerprints/seed");
        let hexes: Vec<FixedUnicode<64>> = self.column("fingerprints/fingerprint");
        let hexes = hexes.iter().map(|hex| hex.to_string());
        seeds.into_iter().zip(hexes).collect()
    }

    pub fn resolved(&self) -> String {
        let text: VarLenUnicode = self
            .0
            .dataset("config/resolved")
            .unwrap()
            .read_scalar()
            .unwrap();
        text.to_string()
    }

    pub fn overrides(&self) -> Vec<String> {
        let texts: Vec<VarLenUnicode> = self.column("config/overrides");
        texts.iter().map(|text| text.to_string()).collect()
    }

    fn column<T: hdf5::H5Type>(&self, path: &str) -> Vec<T> {
        self.0
            .dataset(path)
            .unwrap()
            .read_raw()
            .unwrap_or_else(|e| panic!("{path}: {e}"))
    }

    fn labels(&self, path: &str) -> Vec<String> {
        let labels: Vec<FixedUnicode<{ sharpwave::record::LABEL_BYTES }>> = self.column(path);
        labels.iter().map(|label| label.to_string()).collect()
    }

    pub fn populations(&self) -> Vec<String> {
        let mut names = self.0.group("spikes").unwrap().member_names().unwrap();
        names.sort();
        names
    }

    /// Of one population: (milliseconds, neuron).
    pub fn spikes_of(&self, population: &str) -> Vec<(f64, u64)> {
        let times: Vec<f64> = self.column(&format!("spikes/{population}/timestamps"));
        let nodes: Vec<u64> = self.column(&format!("spikes/{population}/node_ids"));
        times.into_iter().zip(nodes).collect()
    }

    pub fn spikes(&self) -> Spikes {
        let of = |name: String| {
            let spikes = self.spikes_of(&name);
            spikes
                .into_iter()
                .map(move |(t, node)| (name.clone(), t.to_bits(), node))
        };
        self.populations().into_iter().flat_map(of).collect()
    }

    /// Sampled states of one report: neurons, and the bits of each frame's values one after the other.
    pub fn report(&self, name: &str) -> (Vec<u64>, Vec<f32>) {
        let nodes = self.column(&format!("report/{name}/mapping/node_ids"));
        (nodes, self.column(&format!("report/{name}/data")))
    }

    /// Every value of every dataset, by path: bits of numbers, and texts.
    pub fn everything(&self) -> Vec<(String, Vec<usize>, String)> {
        let (mut found, mut open) = (Vec::new(), vec![self.0.as_group().unwrap()]);
        while let Some(group) = open.pop() {
            open.extend(group.groups().unwrap());
            for dataset in group.datasets().unwrap() {
                let (path, shape) = (dataset.name(), dataset.shape());
                found.push((path, shape, values(&dataset)));
            }
        }
        found.sort();
        found
    }

    pub fn bouts(&self) -> Vec<String> {
        self.labels("bouts/name")
    }

    pub fn projections(&self) -> Vec<String> {
        if !self.0.link_exists("weights") {
            return Vec::new();
        }
        let mut names = self.0.group("weights").unwrap().member_names().unwrap();
        names.sort();
        names
    }

    /// Of one projection: label and matrix of each snapshot.
    pub fn weights_of(&self, projection: &str) -> Vec<(String, Array2<f32>)> {
        let dataset = self
            .0
            .dataset(&format!("weights/{projection}/values"))
            .unwrap();
        let values = dataset.read::<f32, ndarray::Ix3>().unwrap();
        let labels = self.labels(&format!("weights/{projection}/label"));
        let matrices = values.axis_iter(Axis(0)).map(|matrix| matrix.to_owned());
        labels.into_iter().zip(matrices).collect()
    }

    /// Every snapshot: projection, label, bits.
    pub fn weights(&self) -> Vec<(String, String, Vec<u32>)> {
        let of = |name: String| {
            let snapshots = self.weights_of(&name);
            snapshots
                .into_iter()
                .map(move |(label, matrix)| (name.clone(), label, bits(&matrix)))
        };
        self.projections().into_iter().flat_map(of).collect()
    }

    /// The rows of the table of accuracies, as the CSV has them.
    pub fn accuracy(&self) -> Vec<String> {
        let seed: Vec<u64> = self.column("accuracy/seed");
        let network = self.labels("accuracy/network");
        let stage = self.labels("accuracy/stage");
        let after_task: Vec<i64> = self.column("accuracy/after_task");
        let task: Vec<i64> = self.column("accuracy/task");
        let accuracy: Vec<f64> = self.column("accuracy/accuracy");
        let row = |i: usize| {
            let (seed, network, stage) = (seed[i], &network[i], &stage[i]);
            let (after, task, accuracy) = (after_task[i], task[i], accuracy[i]);
            format!("{seed},{network},{stage},{after},{task},{accuracy}")
        };
        (0..seed.len()).map(row).collect()
    }
}

pub fn bits(matrix: &Array2<f32>) -> Vec<u32> {
    matrix.iter().map(|w| w.to_bits()).collect()
}
