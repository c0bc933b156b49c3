//! Results as tables: columns of numbers, counts and names, each with its unit and its meaning.

/// The values of a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Cells {
    /// Numbers; what is undefined is NaN, and is shown as undefined.
    Number(Vec<f64>),
    /// Whole numbers.
    Count(Vec<u64>),
    /// Names.
    Text(Vec<String>),
}

impl Cells {
    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Number(values) => values.len(),
            Self::Count(values) => values.len(),
            Self::Text(values) => values.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl From<Vec<f64>> for Cells {
    fn from(values: Vec<f64>) -> Self {
        Self::Number(values)
    }
}

impl From<Vec<u64>> for Cells {
    fn from(values: Vec<u64>) -> Self {
        Self::Count(values)
    }
}

impl From<Vec<String>> for Cells {
    fn from(values: Vec<String>) -> Self {
        Self::Text(values)
    }
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// What it is called.
    pub name: &'static str,
    /// The unit of its values; empty for bare numbers.
    pub unit: &'static str,
    /// One line on what its values are.
    pub doc: &'static str,
    /// The values.
    pub cells: Cells,
}

/// A table of results; all columns are equally long.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// What it is called: the measure, or the measure and what of it.
    pub name: String,
    /// Its columns.
    pub columns: Vec<Column>,
}

impl Table {
    /// A table without columns.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            columns: Vec::new(),
        }
    }

    /// The table with another column behind the others.
    ///
    /// # Panics
    /// If it is longer or shorter than the others.
    pub fn with(
        mut self,
        name: &'static str,
        unit: &'static str,
        doc: &'static str,
        cells: impl Into<Cells>,
    ) -> Self {
        let cells = cells.into();
        if let Some(first) = self.columns.first() {
            assert_eq!(
                first.cells.len(),
                cells.len(),
                "`{name}` of `{}`",
                self.name
            );
        }
        self.columns.push(Column {
            name,
            unit,
            doc,
            cells,
        });
        self
    }

    /// How many rows it has.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |column| column.cells.len())
    }

    /// The column called `name`.
    pub fn column(&self, name: &str) -> Option<&Cells> {
        let mut columns = self.columns.iter();
        columns
            .find(|column| column.name == name)
            .map(|column| &column.cells)
    }

    /// The numbers of the column called `name`; none where it has none.
    pub fn numbers(&self, name: &str) -> &[f64] {
        match self.column(name) {
            Some(Cells::Number(values)) => values,
            _ => &[],
        }
    }

    /// The whole numbers of the column called `name`; none where it has none.
    pub fn counts(&self, name: &str) -> &[u64] {
        match self.column(name) {
            Some(Cells::Count(values)) => values,
            _ => &[],
        }
    }
}

/// A table under way, a row for each of some things.
pub struct Rows<'a, T> {
    table: Table,
    of: &'a [T],
}

impl<'a, T> Rows<'a, T> {
    /// A table called `name` without columns, a row for each `of` these.
    pub fn new(name: impl Into<String>, of: &'a [T]) -> Self {
        Self {
            table: Table::new(name),
            of,
        }
    }

    /// The table with another column behind the others: a value of each.
    pub fn with<V>(
        mut self,
        name: &'static str,
        unit: &'static str,
        doc: &'static str,
        value: impl Fn(&'a T) -> V,
    ) -> Self
    where
        Vec<V>: Into<Cells>,
    {
        let cells: Vec<V> = self.of.iter().map(value).collect();
        self.table = self.table.with(name, unit, doc, cells);
        self
    }

    /// The table with its columns.
    pub fn table(self) -> Table {
        self.table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_by_name() {
        let table = Table::new("rate")
            .with("neuron", "", "which", vec![0_u64, 1])
            .with("rate", "Hz", "how often", vec![1.5, f64::NAN]);
        assert_eq!(table.rows(), 2);
        assert_eq!(table.counts("neuron"), [0, 1]);
        assert_eq!(table.numbers("rate")[0], 1.5);
        assert!(table.numbers("neuron").is_empty() && table.column("x").is_none());
    }
}
