//! Units as `describe` shows them.

use crate::base::parameter::Dimension;

/// What numbers of `dimension` are given in, a dash for bare ones.
pub(super) fn unit(dimension: Dimension) -> &'static str {
    match unit_of(dimension) {
        "" => "-",
        unit => unit,
    }
}

/// As [`Dimension::unit`]; of weights the target's model decides it.
pub(super) fn unit_of(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::Weight => "weight",
        known => known.unit(),
    }
}
