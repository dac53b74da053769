//! Bars on stderr, where a terminal is attached; elsewhere nothing is drawn.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A sign of life with words.
pub fn spinner(words: &str) -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    bar.set_message(words.to_owned());
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

/// A bar over bytes.
pub fn bytes() -> ProgressBar {
    let bar = ProgressBar::new(0);
    let style = ProgressStyle::with_template("{msg:24} {bar:30} {bytes}/{total_bytes}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}
