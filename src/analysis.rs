//! Functions of spike trains, weights and scores; never sees the engine.
