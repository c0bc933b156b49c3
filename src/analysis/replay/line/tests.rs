use super::*;

/// A band is cut at the ends of the track, wherever the column was before it was turned.
#[test]
fn a_column_that_is_turned_is_worth_what_it_then_holds() {
    let mut stream = Stream::new(3, "columns", 0);
    for (positions, band) in [(12, 2), (12, 0), (5, 2), (4, 3)] {
        let column: Vec<f64> = (0..positions).map(|_| stream.exponential()).collect();
        let worth = Worth::of(&column, band);
        for by in 0..positions {
            let mut turned = column.clone();
            turned.rotate_right(by);
            let mut tables = [0, 1].map(|_| Table::new(1, positions));
            tables[0].put_worth(0, &[(Some(&worth), by)]);
            tables[1].put(0, &vec![Some(turned.clone())], band);
            for (at, (found, expected)) in tables[0].cells.iter().zip(&tables[1].cells).enumerate()
            {
                assert!(
                    (found[0] - expected[0]).abs() < 1e-12,
                    "{positions} {band}, turned by {by}, at {at}: {} {}",
                    found[0],
                    expected[0]
                );
            }
            let around =
                |at: usize| turned[at.saturating_sub(band)..(at + band + 1).min(positions)].iter();
            assert_eq!(tables[1].cells[0][0], around(0).sum::<f64>());
            assert_eq!(
                tables[1].cells[positions - 1][0],
                around(positions - 1).sum::<f64>()
            );
        }
    }
}
