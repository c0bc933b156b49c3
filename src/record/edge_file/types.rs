//! What edges have by their type: a row of `edge_types.csv`, and the file of its synapse model.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{EdgeFileError, attribute::Attribute};
use crate::base::file;
use crate::base::suggest;
use crate::record::csv::quote;
use crate::record::dataset::Fault;
use crate::record::type_table::TypeTable;

/// Functions that give the weight as it is written (those of bmtk that do).
const PLAIN_FUNCTIONS: [&str; 2] = ["wmax", "default"];

/// The types of a file of edges.
pub(super) struct EdgeTypes {
    path: PathBuf,
    pub(super) table: TypeTable,
    values: BTreeMap<u64, [Option<f64>; Attribute::ALL.len()]>,
    /// Of the synapse model of a type; 1 for those without.
    signs: BTreeMap<u64, f64>,
    /// Whether the signs of synapse models are in the weights.
    signed: bool,
}

impl EdgeTypes {
    /// Reads the table at `path`. Weights, also those that edges have themselves, are multiplied by the `sign` of the synapse model that
    /// `dynamics_params` names in the folder `models`, if one is given.
    ///
    /// # Errors
    /// If a file is missing or wrong, or a weight is left to a function that is unknown here.
    pub(super) fn read(
        path: &Path,
        models: Option<&Path>,
        weighted: bool,
    ) -> Result<Self, EdgeFileError> {
        let wrong = |fault| EdgeFileError::new(path, fault);
        let table = TypeTable::read(path, "edge_type_id").map_err(wrong)?;
        let (mut values, mut signs) = (BTreeMap::new(), BTreeMap::new());
        for number in table.numbers() {
            let place = format!("edge type {number}");
            let mut own = [None; Attribute::ALL.len()];
            for attribute in Attribute::ALL {
                let value = table.value(number, attribute.name()).map_err(wrong)?;
                own[attribute as usize] = value;
            }
            if let Some(function) = table.word(number, "weight_function")
                && weighted
                && !PLAIN_FUNCTIONS.contains(&function)
            {
                let found = format!("weight_function {}", quote(function.as_bytes()));
                let expected = format!(
                    "one that takes `syn_weight` as it is ({}), or the key `weight` in the model file",
                    suggest::list(&PLAIN_FUNCTIONS)
                );
                return Err(wrong(Fault::content(&place, found, &expected)));
            }
            if let (Some(folder), Some(file)) = (models, table.word(number, "dynamics_params"))
                && let Some(sign) = sign(&folder.join(file))?
            {
                signs.insert(number, sign);
            }
            values.insert(number, own);
        }
        Ok(Self {
            path: path.to_owned(),
            table,
            values,
            signs,
            signed: models.is_some(),
        })
    }

    /// Whether `column` says nothing beyond what is read.
    pub(super) fn leaves(&self, column: &str) -> bool {
        match column {
            "weight_function" => true,
            "dynamics_params" => self.signed,
            "model_template" => {
                let mut numbers = self.table.numbers();
                numbers.all(|number| {
                    let template = self.table.word(number, column);
                    template.is_none_or(|template| template == "static_synapse")
                })
            }
            _ => self
                .table
                .numbers()
                .all(|number| self.table.word(number, column).is_none()),
        }
    }

    /// What the type `number` gives for `attribute`, if anything; `Err` if there is no such type.
    pub(super) fn value(&self, number: u64, attribute: Attribute) -> Result<Option<f64>, String> {
        match self.values.get(&number) {
            Some(own) => Ok(own[attribute as usize]),
            None => Err(format!("a type of `{}`", self.path.display())),
        }
    }

    /// By what weights of edges of the type `number` are multiplied.
    pub(super) fn sign(&self, number: u64) -> f64 {
        self.signs.get(&number).copied().unwrap_or(1.0)
    }

    /// Where `attribute` of the type `number` is written, for a message.
    pub(super) fn place(&self, number: u64, attribute: Attribute) -> String {
        let name = attribute.name();
        format!("{name} of edge type {number} in `{}`", self.path.display())
    }
}

/// The key `sign` of a synapse model (JSON), 1 or -1.
fn sign(path: &Path) -> Result<Option<f64>, EdgeFileError> {
    let wrong = |fault| EdgeFileError::new(path, fault);
    let unreadable = |cause: String| wrong(Fault::Unreadable(cause));
    let text = file::read(path).map_err(|error| unreadable(error.to_string()))?;
    let model: serde_json::Value =
        serde_json::from_slice(&text).map_err(|error| unreadable(error.to_string()))?;
    match model.get("sign").map(serde_json::Value::as_f64) {
        None => Ok(None),
        Some(Some(sign)) if sign.abs() == 1.0 => Ok(Some(sign)),
        Some(_) => {
            let found = model["sign"].to_string();
            Err(wrong(Fault::content("sign", found, "1 or -1")))
        }
    }
}
