//! What Kaban promises, each with how the story checked it and the figure that came out.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::report::Tell;

/// A promise and what became of it.
#[derive(Clone, Debug)]
pub struct Promise {
    /// Short name, the same for ever.
    pub id: &'static str,
    /// The promise.
    pub text: String,
    /// Whether it held, every time it was checked.
    pub held: bool,
    /// How it was checked.
    pub how: String,
    /// What was counted.
    pub figure: String,
}

/// Every promise that was checked, and every figure that was measured.
#[derive(Default)]
pub struct Promises {
    list: Vec<Promise>,
    figures: BTreeMap<String, u64>,
}

impl Promises {
    /// Notes one check. A promise that is checked every week holds when it held each time; the
    /// figure is that of the last check, or of the one that failed.
    pub fn check(&mut self, tell: Tell, promise: Promise) {
        if !tell.quiet {
            let mark = if promise.held { "✓" } else { "✗" };
            println!("{mark} {:>12}  {}", promise.figure, promise.text);
        }
        match self.list.iter_mut().find(|known| known.id == promise.id) {
            Some(known) if known.held => *known = promise,
            Some(_) => {}
            None => self.list.push(promise),
        }
    }

    /// Notes a figure. Times and sizes have names that end in `_ms`, `_us`, `_s` or `_bytes`.
    pub fn figure(&mut self, name: &str, value: u64) {
        self.figures.insert(name.to_owned(), value);
    }

    /// Whether every promise held.
    pub fn all_held(&self) -> bool {
        !self.list.is_empty() && self.list.iter().all(|promise| promise.held)
    }

    /// What `demo.json` holds.
    pub fn to_json(&self, seed: u64) -> Value {
        let promise = |p: &Promise| json!({ "id": p.id, "text": p.text, "held": p.held, "how": p.how, "figure": p.figure });
        let figures: Map<String, Value> = self
            .figures
            .iter()
            .map(|(name, value)| (name.clone(), json!(value)))
            .collect();
        json!({ "promises": self.list.iter().map(promise).collect::<Vec<_>>(), "figures": figures, "seed": seed })
    }

    /// The table at the end.
    pub fn table(&self, tell: Tell) {
        tell.act("約束のまとめ", "the promises");
        for promise in &self.list {
            let mark = if promise.held { "✓" } else { "✗" };
            tell.line(&format!("{mark} {:>12}  {}", promise.figure, promise.text));
            if !promise.held {
                tell.line(&format!("  {:>12}  {}", "", promise.how));
            }
        }
        let held = self.list.iter().filter(|promise| promise.held).count();
        let of = self.list.len();
        let text = tell.pick(
            format!("約束 {of} 件のうち {held} 件が守られました"),
            format!("{held} of {of} promises held"),
        );
        tell.line(&format!("\n{text}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn promise(held: bool, figure: &str) -> Promise {
        Promise {
            id: "a",
            text: "t".into(),
            held,
            how: "h".into(),
            figure: figure.into(),
        }
    }

    #[test]
    fn a_promise_broken_once_stays_broken() {
        let tell = Tell {
            ja: false,
            quiet: true,
        };
        let mut promises = Promises::default();
        assert!(!promises.all_held(), "nothing checked is nothing held");
        promises.check(tell, promise(true, "1"));
        assert!(promises.all_held());
        promises.check(tell, promise(false, "2"));
        promises.check(tell, promise(true, "3"));
        assert!(!promises.all_held());
        assert_eq!(promises.to_json(1)["promises"][0]["figure"], "2");
    }
}
