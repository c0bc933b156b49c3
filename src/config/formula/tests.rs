//! Values by hand, units, and faults where they are.
