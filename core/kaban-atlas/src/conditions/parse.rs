//! Reads conditions into [`Schedule`]s: words and numbers first, then the selectors of each rule.

use super::schedule::{DAY, Dates, HOLIDAYS, Part, Rule, Schedule};

/// A weight above which no passenger car is meant (tonnes).
const LORRY_TONNES: f64 = 3.5;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    Month(u8),
    /// 0 Monday.
    Weekday(u8),
    Holiday,
    Winter,
    Summer,
    Open,
    Off,
    Number(u32),
    Colon,
    Dash,
    Comma,
    Semicolon,
}

/// The condition without the `@` before it.
pub(super) fn condition(text: &str) -> Option<Schedule> {
    let mut text = text.trim();
    if let Some(inner) = text.strip_prefix('(') {
        text = inner.strip_suffix(')')?.trim();
    }
    let parts: Option<Vec<Part>> = text
        .split(" AND ")
        .flat_map(|part| part.split(" and "))
        .map(|part| part_of(part.trim()))
        .collect();
    Some(Schedule { parts: parts? })
}

fn part_of(text: &str) -> Option<Part> {
    if text == "24/7" {
        return Some(Part::Hours(vec![Rule::always()]));
    }
    if let Some(tonnes) = text.strip_prefix("weight") {
        let tonnes = tonnes.trim_start().strip_prefix('>')?;
        let tonnes: f64 = tonnes.trim_start_matches('=').trim().parse().ok()?;
        return (tonnes >= LORRY_TONNES).then_some(Part::Never);
    }
    let tokens = tokens(text)?;
    let mut reader = Reader(&tokens);
    let mut rules = Vec::new();
    let mut adds = false;
    while !reader.0.is_empty() {
        let (rule, more) = reader.rule(adds)?;
        rules.push(rule);
        adds = more;
    }
    (!rules.is_empty()).then_some(Part::Hours(rules))
}

fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let run = |kind: fn(&char) -> bool| rest.chars().take_while(kind).count();
        let (token, length) = match first {
            ' ' => (None, 1),
            ':' => (Some(Token::Colon), 1),
            '-' => (Some(Token::Dash), 1),
            '–' => (Some(Token::Dash), first.len_utf8()),
            ',' => (Some(Token::Comma), 1),
            ';' => (Some(Token::Semicolon), 1),
            '0'..='9' => {
                let length = run(char::is_ascii_digit);
                (Some(Token::Number(rest[..length].parse().ok()?)), length)
            }
            'a'..='z' | 'A'..='Z' => {
                let length = run(char::is_ascii_alphabetic);
                (Some(word(&rest[..length])?), length)
            }
            _ => return None,
        };
        tokens.extend(token);
        rest = &rest[length..];
    }
    Some(tokens)
}

fn word(word: &str) -> Option<Token> {
    const MONTHS: [&str; 12] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    const WEEKDAYS: [&str; 7] = ["mo", "tu", "we", "th", "fr", "sa", "su"];
    let word = word.to_ascii_lowercase();
    if let Some(month) = MONTHS.iter().position(|name| *name == word) {
        return Some(Token::Month(month as u8 + 1));
    }
    if let Some(weekday) = WEEKDAYS.iter().position(|name| *name == word) {
        return Some(Token::Weekday(weekday as u8));
    }
    match word.as_str() {
        "ph" => Some(Token::Holiday),
        "winter" => Some(Token::Winter),
        "summer" => Some(Token::Summer),
        "open" => Some(Token::Open),
        "off" | "closed" => Some(Token::Off),
        _ => None,
    }
}

impl Rule {
    fn always() -> Self {
        Self {
            adds: false,
            dates: Vec::new(),
            days: 0,
            times: Vec::new(),
            open: true,
        }
    }
}

struct Reader<'t>(&'t [Token]);

impl Reader<'_> {
    fn next(&mut self) -> Option<Token> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn next_if(&mut self, wanted: Token) -> bool {
        let found = self.0.first() == Some(&wanted);
        if found {
            self.0 = &self.0[1..];
        }
        found
    }

    /// One rule with what ends it, and whether the next one adds to it.
    fn rule(&mut self, adds: bool) -> Option<(Rule, bool)> {
        let mut rule = Rule {
            adds,
            ..Rule::always()
        };
        let mut said = false;
        loop {
            match (self.0, rule.times.is_empty()) {
                ([], _) if said => return Some((rule, false)),
                ([Token::Semicolon, rest @ ..], _) if said => {
                    self.0 = rest;
                    return Some((rule, false));
                }
                // A comma behind hours begins another rule beside this one.
                (
                    [
                        Token::Comma,
                        Token::Month(_) | Token::Weekday(_) | Token::Holiday,
                        ..,
                    ],
                    false,
                ) => {
                    self.next();
                    return Some((rule, true));
                }
                ([Token::Number(_), Token::Colon, ..], true) => rule.times = self.times()?,
                (
                    [
                        Token::Month(_) | Token::Number(_) | Token::Winter | Token::Summer,
                        ..,
                    ],
                    true,
                ) if rule.dates.is_empty() && rule.days == 0 => {
                    rule.dates = self.dates()?;
                }
                ([Token::Weekday(_) | Token::Holiday, ..], true) if rule.days == 0 => {
                    rule.days = self.days()?;
                }
                ([Token::Off, ..], _) => {
                    self.next();
                    rule.open = false;
                }
                ([Token::Open, ..], _) => {
                    self.next();
                }
                _ => return None,
            }
            said = true;
        }
    }

    fn times(&mut self) -> Option<Vec<[u16; 2]>> {
        let mut times = Vec::new();
        loop {
            let from = self.time()?;
            if !self.next_if(Token::Dash) || from >= DAY {
                return None;
            }
            let to = self.time()?;
            times.push([from, if to <= from { to + DAY } else { to }]);
            if !matches!(self.0, [Token::Comma, Token::Number(_), Token::Colon, ..]) {
                return Some(times);
            }
            self.next();
        }
    }

    fn time(&mut self) -> Option<u16> {
        match (self.next()?, self.next()?, self.next()?) {
            (Token::Number(hour @ 0..=47), Token::Colon, Token::Number(minute @ 0..=59)) => {
                Some((hour * 60 + minute) as u16)
            }
            (Token::Number(48), Token::Colon, Token::Number(0)) => Some(2 * DAY),
            _ => None,
        }
    }

    fn days(&mut self) -> Option<u8> {
        let mut days = 0;
        loop {
            match self.next()? {
                Token::Holiday => days |= HOLIDAYS,
                Token::Weekday(from) => {
                    let to = if self.next_if(Token::Dash) {
                        let Token::Weekday(to) = self.next()? else {
                            return None;
                        };
                        to
                    } else {
                        from
                    };
                    let mut day = from;
                    days |= 1 << day;
                    while day != to {
                        day = (day + 1) % 7;
                        days |= 1 << day;
                    }
                }
                _ => return None,
            }
            if !matches!(
                self.0,
                [Token::Comma, Token::Weekday(_) | Token::Holiday, ..]
            ) {
                return Some(days);
            }
            self.next();
        }
    }

    fn dates(&mut self) -> Option<Vec<Dates>> {
        let mut dates = Vec::new();
        loop {
            dates.push(if self.next_if(Token::Winter) {
                Dates::Winter
            } else if self.next_if(Token::Summer) {
                Dates::Summer
            } else {
                self.span()?
            });
            if !matches!(self.0, [Token::Comma, Token::Month(_), ..]) {
                return Some(dates);
            }
            self.next();
        }
    }

    /// `Jan`, `Jan 15`, `Jan-Mar`, `Jan 15-20`, `2026 Jan 15-2027 Mar 3`.
    fn span(&mut self) -> Option<Dates> {
        let from_year = self.year();
        let Token::Month(from_month) = self.next()? else {
            return None;
        };
        let from_day = self.day();
        let (mut to_year, mut to_month, mut to_day) = (from_year, from_month, from_day);
        if self.next_if(Token::Dash) {
            let year = self.year();
            match (self.0.first()?, year) {
                (Token::Month(month), _) => {
                    to_month = *month;
                    self.next();
                    to_day = self.day();
                }
                (Token::Number(_), None) if from_day.is_some() => to_day = Some(self.day()?),
                _ => return None,
            }
            to_year = year.or(from_year);
        }
        let (from_day, to_day) = (from_day.unwrap_or(1), to_day.unwrap_or(31));
        let sound = |day: u32| (1..=31).contains(&day).then_some(day as u8);
        let (from, to) = ((from_month, sound(from_day)?), (to_month, sound(to_day)?));
        match (from_year, to_year) {
            (None, None) => Some(Dates::EveryYear { from, to }),
            (Some(first), Some(last)) => Some(Dates::Once {
                from: (first, from.0, from.1),
                to: (last, to.0, to.1),
            }),
            _ => None,
        }
    }

    fn year(&mut self) -> Option<i32> {
        match self.0 {
            [Token::Number(year @ 1900..=9999), Token::Month(_), ..] => {
                self.next();
                Some(*year as i32)
            }
            _ => None,
        }
    }

    /// A day of the month, if the number here is one and no hour.
    fn day(&mut self) -> Option<u32> {
        match self.0 {
            [Token::Number(_), Token::Colon, ..] => None,
            [Token::Number(_), Token::Month(_), ..] => None,
            [Token::Number(day), ..] => {
                self.next();
                Some(*day)
            }
            _ => None,
        }
    }
}
