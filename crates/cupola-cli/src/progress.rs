//! Progress on standard error: a bar per stage on a terminal, a line per stage elsewhere.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{IsTerminal as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::failure::Failure;

/// A flag that Ctrl-C raises.
///
/// # Errors
/// [`Failure`] when the system takes no handler.
pub(crate) fn stop_flag() -> Result<Arc<AtomicBool>, Failure> {
    let flag = Arc::new(AtomicBool::new(false));
    let raised = Arc::clone(&flag);
    ctrlc::set_handler(move || raised.store(true, Ordering::SeqCst))
        .map_err(|error| Failure::Running(format!("Ctrl-C cannot be handled: {error}"), None))?;
    Ok(flag)
}

/// Fails when the flag was raised.
///
/// # Errors
/// [`Failure::Interrupted`] when it was.
pub(crate) fn go_on(flag: &AtomicBool) -> Result<(), Failure> {
    if flag.load(Ordering::SeqCst) {
        Err(Failure::Interrupted)
    } else {
        Ok(())
    }
}

/// A stage of `total` steps.
pub(crate) fn stage(name: &str, total: u64) -> ProgressBar {
    if std::io::stderr().is_terminal() {
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("{msg:26} [{bar:30}] {pos}/{len} {eta}");
        bar.set_style(
            style
                .unwrap_or_else(|_| ProgressStyle::default_bar())
                .progress_chars("=> "),
        );
        bar.set_message(name.to_owned());
        return bar;
    }
    note(&format!("{name} …"));
    ProgressBar::hidden()
}

/// A line on standard error.
pub(crate) fn note(text: &str) {
    // A closed standard error leaves nobody to tell.
    let _closed = writeln!(std::io::stderr(), "{text}");
}
