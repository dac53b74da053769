//! What the story says: each step as it happens, in Japanese or English, its figure first so
//! that figures stand below each other.

/// How the story is told.
#[derive(Clone, Copy, Debug)]
pub struct Tell {
    /// Japanese, else English.
    pub ja: bool,
    /// Say nothing: only `demo.json` goes to standard output.
    pub quiet: bool,
}

impl Tell {
    /// The text in the language of the story.
    pub fn pick(self, ja: impl Into<String>, en: impl Into<String>) -> String {
        if self.ja { ja.into() } else { en.into() }
    }

    /// The title of an act.
    pub fn act(self, ja: &str, en: &str) {
        if !self.quiet {
            println!("\n■ {}", self.pick(ja, en));
        }
    }

    /// One step.
    pub fn step(
        self,
        figure: impl std::fmt::Display,
        ja: impl Into<String>,
        en: impl Into<String>,
    ) {
        if !self.quiet {
            println!("  {:>12}  {}", figure.to_string(), self.pick(ja, en));
        }
    }

    /// A line that belongs to the step above.
    pub fn more(self, text: &str) {
        if !self.quiet {
            println!("  {:>12}  · {text}", "");
        }
    }

    /// Any line.
    pub fn line(self, text: &str) {
        if !self.quiet {
            println!("{text}");
        }
    }
}

/// Milliseconds in words.
pub fn seconds(ms: u64) -> String {
    format!("{}.{} s", ms / 1000, ms % 1000 / 100)
}

/// Bytes in words.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{}.{} kB", bytes / 1_000, bytes % 1_000 / 100),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}
