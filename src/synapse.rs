//! The numerics of a projection: how a spike's row of weights reaches its targets.
