//! Model files: typed TOML with units, spans and diagnostics.
