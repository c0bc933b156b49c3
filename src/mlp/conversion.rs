//! Conversion to a spiking network.
