//! Figures: rasters, accuracy, weights, receptive fields, as SVG and PNG.
