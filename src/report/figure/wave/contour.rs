//! Lines along which a quantity has one value, between the middles of cells (marching squares).

use crate::analysis::wave::Sheet;

/// Pieces of the line along which `values`, one for each cell of `sheet`, are `level`, in millimetres. Where a value is
/// missing, not a number, there is no line.
pub(super) fn lines(sheet: &Sheet, values: &[f64], level: f64) -> Vec<[[f64; 2]; 2]> {
    let [columns, rows] = sheet.cells;
    let mut lines = Vec::new();
    for row in 0..rows.saturating_sub(1) {
        for column in 0..columns.saturating_sub(1) {
            let corner = row * columns + column;
            // Counterclockwise.
            let corners = [corner, corner + 1, corner + columns + 1, corner + columns];
            if corners.iter().any(|&cell| values[cell].is_nan()) {
                continue;
            }
            let crossing = |k: usize| {
                let (a, b) = (corners[k], corners[(k + 1) % 4]);
                let (va, vb) = (values[a], values[b]);
                let crosses = (va < level) != (vb < level);
                let part = (level - va) / (vb - va);
                let (pa, pb) = (sheet.middle_mm(a), sheet.middle_mm(b));
                crosses.then(|| [0, 1].map(|axis| pa[axis] + part * (pb[axis] - pa[axis])))
            };
            let crossings: Vec<[f64; 2]> = (0..4).filter_map(crossing).collect();
            lines.extend(crossings.chunks_exact(2).map(|pair| [pair[0], pair[1]]));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_lies_where_the_value_is() {
        let sheet = Sheet::new(&[], [4.0, 4.0], false, 1.0, |_| true);
        let mut values: Vec<f64> = (0..16).map(|cell| sheet.middle_mm(cell)[0]).collect();
        let found = lines(&sheet, &values, 1.75);
        assert_eq!(found.len(), 3);
        assert!(
            found
                .iter()
                .flatten()
                .all(|point| (point[0] - 1.75).abs() < 1e-12)
        );
        values[5] = f64::NAN;
        assert_eq!(lines(&sheet, &values, 1.75).len(), 1);
    }
}
