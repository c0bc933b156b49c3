//! What the program would write to its log becomes a Python warning.

use std::fmt::{self, Write};
use std::sync::{Mutex, PoisonError};

use pyo3::exceptions::PyUserWarning;
use pyo3::prelude::*;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

/// Messages that Python has not seen.
static UNSEEN: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Begins to listen.
pub fn listen() {
    // Whoever listens already in this process goes on.
    let _ = tracing::subscriber::set_global_default(Listener);
}

/// Passes everything on that was said since the last time.
///
/// # Errors
/// If Python turns warnings into exceptions.
pub fn pass_on(py: Python<'_>) -> PyResult<()> {
    let unseen = std::mem::take(&mut *UNSEEN.lock().unwrap_or_else(PoisonError::into_inner));
    if unseen.is_empty() {
        return Ok(());
    }
    let warn = py.import("warnings")?.getattr("warn")?;
    for text in unseen {
        // Two frames up: whoever called the package.
        warn.call1((text, py.get_type::<PyUserWarning>(), 2))?;
    }
    Ok(())
}

/// Keeps warnings and errors.
struct Listener;

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= Level::WARN && metadata.target().starts_with("sharpwave")
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut message = Message::default();
        event.record(&mut message);
        UNSEEN
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(message.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[derive(Default)]
struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            // Writing to a string does not fail.
            let _ = write!(self.0, "{value:?}");
        }
    }
}
