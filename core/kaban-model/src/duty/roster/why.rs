//! Why a turn is held by whom it is held, and what the plan cannot give: in words for the doctors.

use chrono::{DateTime, FixedOffset};

use crate::duty::{holiday::TurnKind, time::in_jst};

/// Why a member holds a turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TurnWhy<M> {
    /// An ordinary turn.
    Ordinary(OrdinaryWhy<M>),
    /// A holiday turn.
    Holiday(HolidayWhy<M>),
}

/// Why a member holds an ordinary turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrdinaryWhy<M> {
    /// Who was passed over for a holiday turn.
    pub excused: Vec<Excusal<M>>,
    /// Who was passed over for an absence.
    pub away: Vec<M>,
    /// The holder makes up for a turn missed earlier.
    pub makes_up: bool,
    /// Everybody is absent.
    pub nobody: bool,
    /// Which holiday turn cuts it short.
    pub shortened_by: Option<TurnKind>,
}

/// A turn that a member does not serve because of a holiday turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excusal<M> {
    /// Who.
    pub member: M,
    /// The kind and the first instant of the holiday turn; none if it lies before the roster.
    pub holiday: Option<(TurnKind, DateTime<FixedOffset>)>,
}

/// Why a member holds a holiday turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HolidayWhy<M> {
    /// Which one.
    pub kind: TurnKind,
    /// When the member held it last; none if never, as far as is known.
    pub last: Option<DateTime<FixedOffset>>,
    /// Which ordinary turn the member is excused.
    pub excused: ExcusedTurn,
    /// Who would have come first and is absent.
    pub away: Vec<M>,
    /// Everybody is absent.
    pub nobody: bool,
}

/// The ordinary turn that the holder of a holiday turn does not serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExcusedTurn {
    /// Their own last one before it, which begins then.
    Before(DateTime<FixedOffset>),
    /// The next one: the one before is served already, or passing over it would only bring the doctor's
    /// next turn before the holiday.
    After(DateTime<FixedOffset>),
    /// The next one, which lies after the end of the roster.
    Later,
    /// One before the roster begins.
    Earlier,
    /// None: there is nobody else.
    Nothing,
}

/// What the plan could not give, said aloud.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RosterNote<M> {
    /// A member holds both holidays within twelve months: the group is too small, or others are absent.
    BothWithinAYear {
        /// Who.
        member: M,
        /// The second of the two.
        kind: TurnKind,
        /// Its first instant.
        from: DateTime<FixedOffset>,
    },
    /// A turn at which everybody is absent; its holder has to find somebody.
    NobodyThere {
        /// Who is named all the same.
        member: M,
        /// First instant of the turn.
        from: DateTime<FixedOffset>,
    },
    /// A member is excused one turn more, after the end of the roster.
    ExcusalOwed {
        /// Who.
        member: M,
    },
    /// The only member can be excused nothing.
    Alone {
        /// Who.
        member: M,
    },
}

impl<M> TurnWhy<M> {
    /// The reason in Japanese (`true`) or English; `name` gives the name of a member.
    #[must_use]
    pub fn text(&self, japanese: bool, name: impl Fn(&M) -> String) -> String {
        match (self, japanese) {
            (Self::Ordinary(why), true) => why.japanese(name),
            (Self::Ordinary(why), false) => why.english(name),
            (Self::Holiday(why), true) => why.japanese(name),
            (Self::Holiday(why), false) => why.english(name),
        }
    }
}

impl<M> OrdinaryWhy<M> {
    fn japanese(&self, name: impl Fn(&M) -> String) -> String {
        let mut text = String::new();
        for Excusal { member, holiday } in &self.excused {
            let what = match holiday {
                Some((kind, from)) => format!("{}からの{}", day_ja(from), kind.words().1),
                None => "前の祝日の当番".to_owned(),
            };
            text += &format!("{}は{what}のため免除、", name(member));
        }
        for member in &self.away {
            text += &format!("{}は不在、", name(member));
        }
        text += match (self.nobody, self.makes_up) {
            (true, _) => "全員が不在のため、順番の方の名を入れています",
            (_, true) => "不在で飛ばした番を務めます",
            _ => "名簿の順です",
        };
        if let Some(kind) = self.shortened_by {
            text += &format!("({}にかかるため短い当番)", kind.words().1);
        }
        text
    }

    fn english(&self, name: impl Fn(&M) -> String) -> String {
        let mut text = String::new();
        for Excusal { member, holiday } in &self.excused {
            let what = match holiday {
                Some((kind, from)) => format!("the {} from {}", kind.words().2, day_en(from)),
                None => "an earlier holiday turn".to_owned(),
            };
            text += &format!("{} is excused for {what}; ", name(member));
        }
        for member in &self.away {
            text += &format!("{} is absent; ", name(member));
        }
        text += match (self.nobody, self.makes_up) {
            (true, _) => "everybody is absent: whose turn it was is named",
            (_, true) => "makes up for a turn missed by absence",
            _ => "next in the order of the list",
        };
        if let Some(kind) = self.shortened_by {
            text += &format!(" (shortened by the {})", kind.words().2);
        }
        text
    }
}

impl<M> HolidayWhy<M> {
    fn japanese(&self, name: impl Fn(&M) -> String) -> String {
        let mut text = format!("{}: ", self.kind.words().1);
        for member in &self.away {
            text += &format!("{}は不在、", name(member));
        }
        text += &match (self.nobody, self.last) {
            (true, _) => "全員が不在のため、順番の方の名を入れています".to_owned(),
            (_, None) => "まだ務めていない方の番です".to_owned(),
            (_, Some(last)) => format!("前回は{}で、また番が来ました", last.format("%Y年%-m月")),
        };
        text + &match self.excused {
            ExcusedTurn::Before(from) => format!("。直前の番({}から)を免除", day_ja(&from)),
            ExcusedTurn::After(from) => {
                format!(
                    "。前の番は飛ばせないため、次の番({}から)を免除",
                    day_ja(&from)
                )
            }
            ExcusedTurn::Later => "。前の番は飛ばせないため、この表のあとの番を免除".to_owned(),
            ExcusedTurn::Earlier => "。この表より前の番を免除済み".to_owned(),
            ExcusedTurn::Nothing => "。代わりがいないため免除なし".to_owned(),
        }
    }

    fn english(&self, name: impl Fn(&M) -> String) -> String {
        let mut text = format!("{}: ", self.kind.words().2);
        for member in &self.away {
            text += &format!("{} is absent; ", name(member));
        }
        text += &match (self.nobody, self.last) {
            (true, _) => "everybody is absent: whose turn it was is named".to_owned(),
            (_, None) => "for somebody who has not held it yet".to_owned(),
            (_, Some(last)) => format!("held last in {}, and due again", last.format("%Y-%m")),
        };
        text + &match self.excused {
            ExcusedTurn::Before(from) => {
                format!("; excused their last turn before, from {}", day_en(&from))
            }
            ExcusedTurn::After(from) => format!(
                "; the turn before cannot be passed over, so the next one, from {}, is excused",
                day_en(&from)
            ),
            ExcusedTurn::Later => {
                "; the turn before cannot be passed over, so one after this roster is excused"
                    .to_owned()
            }
            ExcusedTurn::Earlier => "; a turn before this roster was excused for it".to_owned(),
            ExcusedTurn::Nothing => "; nobody else is there to excuse them a turn".to_owned(),
        }
    }
}

impl<M> RosterNote<M> {
    /// The note in Japanese (`true`) or English; `name` gives the name of a member.
    #[must_use]
    pub fn text(&self, japanese: bool, name: impl Fn(&M) -> String) -> String {
        match (self, japanese) {
            (Self::BothWithinAYear { member, kind, from }, true) => format!(
                "{}は12か月以内に年末年始と連休の両方を務めます({}からの{})。人数が足りないか、ほかの方が不在です",
                name(member),
                date(from),
                kind.words().1
            ),
            (Self::BothWithinAYear { member, kind, from }, false) => format!(
                "{} holds both holidays within twelve months (the {} from {}): the group is too small, or others are absent",
                name(member),
                kind.words().2,
                date(from)
            ),
            (Self::NobodyThere { member, from }, true) => format!(
                "{}からの当番は全員が不在です。{}の名を入れています。代わりを決めてください",
                date(from),
                name(member)
            ),
            (Self::NobodyThere { member, from }, false) => format!(
                "everybody is absent at the turn from {}: {} is named, find somebody",
                date(from),
                name(member)
            ),
            (Self::ExcusalOwed { member }, true) => {
                format!("{}は、この表のあとの最初の番を免除されます", name(member))
            }
            (Self::ExcusalOwed { member }, false) => format!(
                "{} is excused their first turn after this roster",
                name(member)
            ),
            (Self::Alone { member }, true) => {
                format!("{}だけの表です。祝日の当番の免除はできません", name(member))
            }
            (Self::Alone { member }, false) => format!(
                "{} is the only one: no turn can be excused for the holidays",
                name(member)
            ),
        }
    }
}

fn day_ja(at: &DateTime<FixedOffset>) -> String {
    in_jst(at).format("%-m/%-d").to_string()
}

fn day_en(at: &DateTime<FixedOffset>) -> String {
    date(at)
}

fn date(at: &DateTime<FixedOffset>) -> String {
    in_jst(at).format("%Y-%m-%d").to_string()
}
