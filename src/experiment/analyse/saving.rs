//! Results as files: HDF5 beside the recording, or what the ending of a name says.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{AnalyseError, Analysis};
use crate::analysis::table::{Cells, Table};
use crate::record::output::write_new;
use crate::record::result_file::{self, Column, Part, Values};
use crate::record::table::field;

/// The files that hold results.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// In the order in which they were written.
    pub files: Vec<PathBuf>,
}

/// Writes the results: to `out`, whose ending says how (`.h5`, `.json`, `.csv`), or as the next `analysis-001.h5` beside the
/// recording. A CSV file holds one table; where there are more, each has a file of its own, with its name in the file's.
///
/// # Errors
/// If the ending is unknown, a file exists or cannot be written.
pub fn save(analysis: &Analysis, out: Option<&Path>) -> Result<Saved, AnalyseError> {
    let attributes = [
        ("sharpwave_version", env!("CARGO_PKG_VERSION").to_owned()),
        ("recording", analysis.file.display().to_string()),
        (
            "fingerprint",
            analysis.fingerprint.clone().unwrap_or_default(),
        ),
        ("seed", analysis.seed.to_string()),
        ("spans_ms", spans(analysis)),
    ];
    let Some(out) = out else {
        let folder = analysis.file.parent().unwrap_or(Path::new(""));
        let file = result_file::write_numbered(folder, "analysis", &attributes, &parts(analysis))?;
        return Ok(Saved { files: vec![file] });
    };
    let ending = out.extension().and_then(|ending| ending.to_str());
    let mut files = vec![out.to_owned()];
    match ending {
        Some("h5") => result_file::write(out, &attributes, &parts(analysis))?,
        Some("json") => {
            let text = serde_json::to_string_pretty(&document(analysis)).map_err(io::Error::other);
            write_new(out, |file| writeln!(file, "{}", text?))?;
        }
        Some("csv") => {
            let tables: Vec<&Table> = analysis
                .results
                .iter()
                .flat_map(|result| &result.tables)
                .collect();
            if let [table] = tables.as_slice() {
                write_new(out, |file| csv(file, table))?;
                return Ok(Saved { files });
            }
            let stem = out.file_stem().unwrap_or_default().to_string_lossy();
            files = tables
                .iter()
                .map(|table| out.with_file_name(format!("{stem}-{}.csv", table.name)))
                .collect();
            for (table, file) in tables.iter().zip(&files) {
                write_new(file, |file| csv(file, table))?;
            }
        }
        _ => {
            let found = ending.map_or("no ending".to_owned(), |ending| {
                format!("the ending `.{ending}`")
            });
            return Err(AnalyseError::request(
                format!("`{}`", out.display()),
                found,
                "one of `.h5`, `.json`, `.csv`",
            ));
        }
    }
    Ok(Saved { files })
}

/// What was looked at, in ms.
fn spans(analysis: &Analysis) -> String {
    let spans = analysis.data.spans.iter();
    let spans: Vec<String> = spans
        .map(|span| format!("{}-{}", span.start.as_ms(), span.stop.as_ms()))
        .collect();
    spans.join(",")
}

fn parts(analysis: &Analysis) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    for result in &analysis.results {
        let spec = result.measure.spec;
        let mut attributes = vec![
            ("summary", spec.summary.to_owned()),
            ("definition", spec.equations.to_owned()),
            ("source", spec.source.to_owned()),
        ];
        attributes.extend(result.settings());
        parts.push(Part {
            path: spec.name.to_owned(),
            attributes,
            columns: Vec::new(),
        });
        parts.extend(result.tables.iter().map(|table| Part {
            path: format!("{}/{}", spec.name, table.name),
            attributes: Vec::new(),
            columns: table.columns.iter().map(column).collect(),
        }));
    }
    parts
}

fn column(column: &crate::analysis::table::Column) -> Column<'_> {
    Column {
        name: column.name,
        unit: column.unit,
        doc: column.doc,
        values: match &column.cells {
            Cells::Number(values) => Values::Number(values),
            Cells::Count(values) => Values::Count(values),
            Cells::Text(values) => Values::Text(values),
        },
    }
}

/// Writes a table as CSV: a header with units, numbers with all of their digits, nothing where there is no value.
///
/// # Errors
/// If `out` cannot be written.
pub fn csv(out: &mut dyn Write, table: &Table) -> io::Result<()> {
    let name = |column: &crate::analysis::table::Column| match column.unit {
        "" => column.name.to_owned(),
        unit => format!("{}_{}", column.name, unit.replace([' ', '/', '^'], "_")),
    };
    let names: Vec<String> = table.columns.iter().map(name).collect();
    writeln!(out, "{}", names.join(","))?;
    for row in 0..table.rows() {
        let cells = table.columns.iter().map(|column| match &column.cells {
            Cells::Number(values) if values[row].is_nan() => String::new(),
            Cells::Number(values) => values[row].to_string(),
            Cells::Count(values) => values[row].to_string(),
            Cells::Text(values) => field(&values[row]),
        });
        writeln!(out, "{}", cells.collect::<Vec<_>>().join(","))?;
    }
    Ok(())
}

/// Everything as JSON; what is undefined is null.
pub(super) fn document(analysis: &Analysis) -> serde_json::Value {
    use serde_json::json;
    let table = |table: &Table| {
        let columns = table.columns.iter().map(|column| {
            let values = match &column.cells {
                Cells::Number(values) => json!(values),
                Cells::Count(values) => json!(values),
                Cells::Text(values) => json!(values),
            };
            json!({ "name": column.name, "unit": column.unit, "meaning": column.doc, "values": values })
        });
        json!({ "name": table.name, "columns": columns.collect::<Vec<_>>() })
    };
    let results = analysis.results.iter().map(|result| {
        let spec = result.measure.spec;
        let parameters: serde_json::Map<_, _> = result
            .settings()
            .map(|(key, value)| (key.to_owned(), json!(value)))
            .collect();
        json!({
            "name": spec.name,
            "definition": spec.equations,
            "source": spec.source,
            "parameters": parameters,
            "tables": result.tables.iter().map(table).collect::<Vec<_>>(),
        })
    });
    let spans = analysis
        .data
        .spans
        .iter()
        .map(|span| [span.start.as_ms(), span.stop.as_ms()]);
    json!({
        "recording": analysis.file,
        "fingerprint": analysis.fingerprint,
        "seed": analysis.seed,
        "spans_ms": spans.collect::<Vec<_>>(),
        "measures": results.collect::<Vec<_>>(),
    })
}

impl Analysis {
    /// Everything as one JSON document.
    pub fn document(&self) -> serde_json::Value {
        document(self)
    }
}
