//! Exact draws of counts: how many of n synapses fall into one part of a whole.

use std::f64::consts::PI;

use crate::base::function;
use crate::base::stream::Stream;
