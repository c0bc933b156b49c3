//! The log: one line per message on stderr, above the progress bars.

use std::fmt;
use std::io::{self, Write};

use indicatif::MultiProgress;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use crate::base::shown::plain;

/// Sends messages to stderr: warnings and errors, and without `quiet` what is done too.
pub(super) fn install(quiet: bool, json: bool, bars: MultiProgress) {
    let log = tracing_subscriber::fmt()
        .with_max_level(if quiet { Level::WARN } else { Level::INFO })
        .event_format(Line { json })
        .with_writer(move || AboveBars(bars.clone()));
    // A second call in one process (tests) keeps the first log.
    let _ = log.try_init();
}

/// Stderr, with the bars out of the way while a line is written.
struct AboveBars(MultiProgress);

impl Write for AboveBars {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.suspend(|| io::stderr().write(line))
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// `warning: …` or `{"event":"log","level":"warning","message":"…"}`.
struct Line {
    json: bool,
}

impl<S, N> FormatEvent<S, N> for Line
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let level = match *event.metadata().level() {
            Level::ERROR => "error",
            Level::WARN => "warning",
            _ => "info",
        };
        let mut text = Text::default();
        event.record(&mut text);
        let message = text.0;
        if self.json {
            let line = serde_json::json!({ "event": "log", "level": level, "message": message });
            writeln!(writer, "{line}")
        } else {
            writeln!(writer, "{level}: {}", plain(&message))
        }
    }
}

/// The message, then `name=value` for every other field.
#[derive(Default)]
struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.0.insert_str(0, &format!("{value:?}"));
        } else {
            self.0.push_str(&format!(" {}={value:?}", field.name()));
        }
    }
}
