//! Event keys and queues.
