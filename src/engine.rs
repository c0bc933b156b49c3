//! The event loop: instants, levels, observers.
