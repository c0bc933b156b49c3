//! Run files (HDF5, SONATA layout), spike files and tables.
