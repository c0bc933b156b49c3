//! Time, random streams, elementary functions, parameters with units: what every other layer stands on.

pub mod alteration;
pub mod bytes;
pub mod digest;
pub mod distribution;
pub mod file;
pub mod filter;
pub mod function;
pub mod heap;
pub mod legible;
pub mod matrix;
pub mod parameter;
pub mod process;
pub mod shown;
pub mod stop;
pub mod stream;
pub mod suggest;
pub mod time;
pub mod unit;
pub mod vector;
