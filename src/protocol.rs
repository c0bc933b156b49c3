//! Bouts of sleep: what changes when; drives the engine through its public interface.

pub mod hypnogram;
pub mod night;
pub mod polyphasic;
pub mod pressure;
pub mod stage;
