//! `analyse`: measures of a recording.

use std::io::{self, Write};

use serde_json::json;

use super::argument::AnalyseArguments;
use super::failure::Failure;
use super::shell::Shell;
use super::thread;
use crate::analysis::table::{Cells, Column, Table};
use crate::base::parameter::Dimension;
use crate::base::time::Time;
use crate::config::typed;
use crate::experiment::analyse::{AnalyseError, Analysis, Request, analyse, save};

/// Rows of a table that are printed; files hold all.
const SHOWN: usize = 12;

/// Takes the measures, writes and prints them.
pub(super) fn run(arguments: &AnalyseArguments, shell: &Shell) -> Result<(), Failure> {
    let instant = |name: &str, text: &Option<String>| {
        let ms = text
            .as_ref()
            .map(|text| typed(name, text, Dimension::Time))
            .transpose();
        let time = ms.map_err(Failure::input)?.map(Time::from_ms).transpose();
        time.map_err(|error| Failure::input(format!("`{name}`: {error}")))
    };
    let request = Request {
        file: arguments.file.clone(),
        measures: arguments.measures.clone(),
        from: instant("--from", &arguments.from)?,
        to: instant("--to", &arguments.to)?,
        bouts: arguments.bout.clone(),
        populations: arguments.population.clone(),
        sets: arguments.set.clone(),
        seed: arguments.seed,
        size: arguments.size,
    };
    let work = || {
        let analysis = analyse(&request)?;
        let saved = save(&analysis, arguments.out.as_deref())?;
        Ok::<_, AnalyseError>((analysis, saved))
    };
    let (analysis, saved) =
        thread::with(arguments.threads.threads, work)?.map_err(Failure::input)?;
    if shell.json() {
        let mut document = analysis.document();
        document["files"] = json!(saved.files);
        return shell.print_json(&document);
    }
    shell.print(|out| {
        print(out, &analysis, !arguments.bout.is_empty())?;
        saved
            .files
            .iter()
            .try_for_each(|file| writeln!(out, "Written to {}", file.display()))
    })
}

fn print(out: &mut dyn Write, analysis: &Analysis, of_bouts: bool) -> io::Result<()> {
    if of_bouts {
        let (n, seconds) = (analysis.data.spans.len(), analysis.data.seconds());
        let stretches = if n == 1 { "stretch" } else { "stretches" };
        writeln!(out, "{n} {stretches} of {} s together\n", number(seconds))?;
    }
    for result in &analysis.results {
        let spec = result.measure.spec;
        let settings: Vec<String> = result
            .settings()
            .map(|(key, value)| format!("{key} = {value}"))
            .collect();
        match settings.as_slice() {
            [] => writeln!(out, "{}: {}", spec.name, spec.summary)?,
            settings => writeln!(
                out,
                "{}: {} ({})",
                spec.name,
                spec.summary,
                settings.join(", ")
            )?,
        }
        for (k, table) in result.tables.iter().enumerate() {
            if k > 0 {
                writeln!(out, "  {}", table.name)?;
            }
            rows(out, table)?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// The first rows of a table, in columns.
fn rows(out: &mut dyn Write, table: &Table) -> io::Result<()> {
    let n = table.rows().min(SHOWN);
    let columns: Vec<Vec<String>> = table
        .columns
        .iter()
        .map(|column| texts(column, n))
        .collect();
    let width = |column: &Vec<String>| column.iter().map(|text| text.chars().count()).max();
    let widths: Vec<usize> = columns
        .iter()
        .map(|column| width(column).unwrap_or(0))
        .collect();
    for row in 0..=n {
        let mut line = String::new();
        for ((column, texts), &width) in table.columns.iter().zip(&columns).zip(&widths) {
            let text = &texts[row];
            match column.cells {
                Cells::Text(_) => line += &format!("  {text:<width$}"),
                _ => line += &format!("  {text:>width$}"),
            }
        }
        writeln!(out, "  {}", line.trim_end())?;
    }
    match table.rows() - n {
        0 => Ok(()),
        more => writeln!(out, "    and {more} more rows"),
    }
}

/// Header and first cells of a column.
fn texts(column: &Column, n: usize) -> Vec<String> {
    let header = match column.unit {
        "" => column.name.to_owned(),
        unit => format!("{} ({unit})", column.name),
    };
    let cells: Vec<String> = match &column.cells {
        Cells::Number(values) => values[..n].iter().map(|&value| number(value)).collect(),
        Cells::Count(values) => values[..n].iter().map(u64::to_string).collect(),
        Cells::Text(values) => values[..n].to_vec(),
    };
    std::iter::once(header).chain(cells).collect()
}

/// Five digits; files hold all.
fn number(value: f64) -> String {
    if value.is_nan() {
        return "undefined".into();
    }
    match value.abs() {
        0.0 => "0".into(),
        size if (1e-3..1e7).contains(&size) => {
            let digits = (4 - size.log10().floor() as i32).max(0) as usize;
            let text = format!("{value:.digits$}");
            match text.contains('.') {
                true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
                false => text,
            }
        }
        _ => format!("{value:.4e}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_undefined_ones_are_said_to_be() {
        for (value, text) in [
            (f64::NAN, "undefined"),
            (0.0, "0"),
            (1.5, "1.5"),
            (123.456789, "123.46"),
            (-0.001234567, "-0.0012346"),
            (1234567.0, "1234567"),
            (1.0e-9, "1.0000e-9"),
            (100.0, "100"),
        ] {
            assert_eq!(number(value), text);
        }
    }
}
