//! How long this device may be read without hearing from anybody.

use crate::desk::{DONE, Desk, Done};
use crate::lang::Lang;
use crate::times;

/// `kaban lease show`.
pub fn run(desk: &Desk) -> Done {
    desk.with_bag(|bag| {
        let view = bag.lease()?;
        desk.out.show(&view, |page| {
            let lang = page.lang;
            let until = view.until.as_deref().map(times::human).unwrap_or_default();
            page.entry(
                lang.pick("閲覧の期限", "lease"),
                &format!("{}  {until}", state(&view.state, lang))
                    .trim_end()
                    .to_owned(),
            );
            if let (Some(from), Some(to)) = (&view.turn_from, &view.turn_to) {
                let turn = format!("{} – {}", times::human(from), times::human(to));
                page.entry(lang.pick("当番の期間", "turn"), &turn);
            }
            for (label, locked) in [
                (lang.pick("カバン", "bag"), view.bag_locked),
                (lang.pick("自分の患者", "own patients"), view.own_locked),
            ] {
                let shown = if locked {
                    lang.pick("閉じています", "closed to reading")
                } else {
                    lang.pick("開いています", "open")
                };
                page.entry(label, shown);
            }
            for (ja, en) in view.banner.iter().chain(&view.why) {
                page.line(format!("⚠ {}", lang.pick(ja, en)));
            }
        });
        Ok(DONE)
    })
}

fn state(code: &str, lang: Lang) -> &str {
    match code {
        "none" => lang.pick("ありません", "none"),
        "running" => lang.pick("期間内", "running"),
        "grace" => lang.pick("期間が終わりました", "the turn has ended"),
        "overdue" => lang.pick("期限を過ぎています", "overdue"),
        "soft_locked" => lang.pick("閉じています", "closed"),
        other => other,
    }
}
