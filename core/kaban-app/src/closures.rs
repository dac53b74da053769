//! Closed roads, shared by every member: declared, listed, lifted. They say nothing of a patient, so no
//! lease closes them: whoever drives may always know where the road ends.

use chrono::{DateTime, FixedOffset};
use kaban_model::closure::{Closure, ClosureLift, Closures, KnownClosure};
use kaban_model::ids::ItemId;
use kaban_model::visit::Item;
use kaban_sync::group::DocKey;
use kaban_sync::workspace::{Deed, ItemSeen, SendState};
use kaban_vault::audit::AuditEvent;
use serde::Serialize;
use serde_json::{Value, json};

use crate::bag::Bag;
use crate::error::{AppError, Kind, Result};
use crate::input;
use crate::map::check_shape;
use crate::roll::Stale;
use crate::views::time;
use crate::visits::sent_sign;

/// A closure as typed.
#[derive(Clone, Debug)]
pub struct ClosureInput {
    /// `{"circle":{"centre":[lon,lat],"radius_m":n}}`, `{"line":[[lon,lat],…]}` or
    /// `{"roads":[[[lon,lat],[lon,lat]],…]}`, see [`kaban_model::closure::ClosureShape`].
    pub shape: Value,
    /// Code of the reason: snow, flood, landslide, road_works, other.
    pub reason: String,
    /// What else there is to say; may be empty.
    pub words: String,
    /// From when; from now on, if not given.
    pub from: Option<DateTime<FixedOffset>>,
    /// Until when, at most [`kaban_model::closure::CLOSURE_DAYS_MAX`] days later.
    pub until: DateTime<FixedOffset>,
}

/// A lift of a closure.
#[derive(Clone, Debug, Serialize)]
pub struct LiftView {
    /// Id of the item that says so.
    pub item_id: String,
    /// Who lifted it.
    pub by: String,
    /// When.
    pub at: String,
    /// What else was said.
    pub words: String,
}

/// A closure with everything said about it.
#[derive(Clone, Debug, Serialize)]
pub struct ClosureView {
    /// Id.
    pub id: String,
    /// Which roads, see [`ClosureInput::shape`].
    pub shape: Value,
    /// Code of the reason.
    pub reason: String,
    /// The reason in Japanese and English.
    pub reason_words: (String, String),
    /// What else was said.
    pub words: String,
    /// From when.
    pub from: String,
    /// Until when.
    pub until: String,
    /// Who declared it.
    pub by: String,
    /// When it was declared.
    pub at: String,
    /// planned, in_force, expired or lifted.
    pub state: &'static str,
    /// The state in Japanese and English.
    pub state_words: (&'static str, &'static str),
    /// Who lifted it; more than one when two devices did so apart.
    pub lifted: Vec<LiftView>,
    /// `●` on this device only, `✓` a relay has given a receipt.
    pub sent: &'static str,
}

/// The closures, by beginning.
#[derive(Clone, Debug, Serialize)]
pub struct ClosuresView {
    /// The instant the states are of.
    pub at: String,
    /// The closures.
    pub closures: Vec<ClosureView>,
    /// Ids of items of a newer version of Kaban, which this one cannot show: a road may be closed there.
    pub unreadable: Vec<String>,
}

impl Bag {
    /// Declares roads closed; gives the id by which the closure is lifted.
    ///
    /// # Errors
    /// [`Kind::BadInput`] names what will not do, a shape that no map can take included;
    /// [`Kind::NotAllowed`] for anybody but a doctor or the office.
    pub fn close_road(&mut self, input: ClosureInput) -> Result<ItemId> {
        let closure = self.read_closure(input)?;
        self.declare(&closure)
    }

    /// The closure as typed, checked.
    pub(crate) fn read_closure(&self, input: ClosureInput) -> Result<Closure> {
        let ClosureInput {
            shape,
            reason,
            words,
            from,
            until,
        } = input;
        let now = self.now();
        let from = from.unwrap_or(now);
        for (name, at) in [("closure.from", from), ("closure.until", until)] {
            if !input::is_of_this_world(&at) {
                return Err(AppError::input(format!("{name}: out of range")).about(name));
            }
        }
        if until <= now {
            let over = "closure.until: that time is over, nothing would be closed";
            return Err(AppError::input(over).about("closure.until"));
        }
        let typed = json!({
            "shape": shape, "reason": reason, "words": words,
            "from": time(from), "until": time(until),
        });
        let closure = Closure::from_value(typed)?;
        check_shape(&closure.shape)?;
        Ok(closure)
    }

    /// Tells everybody of a closure.
    pub(crate) fn declare(&mut self, closure: &Closure) -> Result<ItemId> {
        let id = ItemId::make(self.rng.as_mut());
        self.put_closure_item(&closure.to_item(id, self.now()))?;
        Ok(id)
    }

    /// Says that a closure is over before its time, for good; an error is undone in the same way. So is
    /// one of a newer version, which this one can only name.
    ///
    /// # Errors
    /// [`Kind::NotFound`], [`Kind::Ambiguous`]; [`Kind::Rule`] when it was lifted already;
    /// [`Kind::NotAllowed`] for anybody but a doctor or the office.
    pub fn lift_closure(&mut self, closure: &str, words: &str) -> Result<ItemId> {
        let (closures, _) = self.read_closures()?;
        let known = closures.known.iter().map(|known| known.id);
        let known = known.chain(closures.unreadable.iter().copied()).collect();
        let named = Self::item_id(closure, known)?;
        let lifted = |known: &KnownClosure| known.id == named && !known.lifted.is_empty();
        if closures.known.iter().any(lifted) {
            return Err(AppError::new(Kind::Rule, "this closure was lifted already"));
        }
        let typed = json!({ "closure": named.to_string(), "words": words });
        let lift = ClosureLift::from_value(typed)?;
        let id = ItemId::make(self.rng.as_mut());
        self.put_closure_item(&lift.to_item(id, self.now()))?;
        Ok(id)
    }

    /// Every closure, and how it stands at an instant.
    pub fn closures(&mut self, at: DateTime<FixedOffset>) -> Result<ClosuresView> {
        let (Closures { known, unreadable }, seen) = self.read_closures()?;
        let views = known.iter().map(|known| {
            let sent = seen.iter().find(|(seen, _)| seen.item.id == known.id);
            self.closure_view(
                known,
                at,
                sent.map_or(SendState::HereOnly, |(_, sent)| *sent),
            )
        });
        Ok(ClosuresView {
            at: time(at),
            closures: views.collect(),
            unreadable: unreadable.iter().map(ItemId::to_string).collect(),
        })
    }

    /// Everything that was said about closed roads, for the map.
    pub(crate) fn known_closures(&mut self) -> Result<Closures> {
        let items = self.read(|session, cx| {
            let items = session.items(DocKey::closures())?;
            session.audit(cx, Deed::counted(AuditEvent::List, items.len()))?;
            Ok(items)
        })?;
        Ok(Closures::fold(
            items.iter().map(|seen| (&seen.item, seen.by)),
        ))
    }

    fn closure_view(
        &self,
        known: &KnownClosure,
        at: DateTime<FixedOffset>,
        sent: SendState,
    ) -> ClosureView {
        let KnownClosure {
            id,
            by,
            at: declared,
            closure,
            lifted,
        } = known;
        let standing = known.standing(at);
        let label = |japanese| closure.reason.label(japanese).to_owned();
        let lifted = lifted.iter().map(|lift| LiftView {
            item_id: lift.item.to_string(),
            by: self.name_of(lift.by),
            at: time(lift.at),
            words: lift.words.clone(),
        });
        ClosureView {
            id: id.to_string(),
            shape: closure.shape.to_value(),
            reason: closure.reason.code().to_owned(),
            reason_words: (label(true), label(false)),
            words: closure.words.clone(),
            from: time(closure.from),
            until: time(closure.until),
            by: self.name_of(*by),
            at: time(*declared),
            state: standing.code(),
            state_words: (standing.label(true), standing.label(false)),
            lifted: lifted.collect(),
            sent: sent_sign(sent),
        }
    }

    pub(crate) fn put_closure_item(&mut self, item: &Item) -> Result<()> {
        self.write_of(Stale::Nothing, |session, cx| {
            session.audit(cx, Deed::counted(AuditEvent::Write, 1))?;
            session.put_item(cx, DocKey::closures(), item).map(drop)
        })
    }

    fn read_closures(&mut self) -> Result<(Closures, Vec<(ItemSeen, SendState)>)> {
        let seen = self.read(|session, cx| {
            let items = session.items(DocKey::closures())?;
            session.audit(cx, Deed::counted(AuditEvent::List, items.len()))?;
            let with_state = items.into_iter().map(|seen| {
                let sent = session.send_state(&seen.envelope)?;
                Ok((seen, sent))
            });
            with_state.collect::<std::result::Result<Vec<_>, kaban_sync::Error>>()
        })?;
        let closures = Closures::fold(seen.iter().map(|(seen, _)| (&seen.item, seen.by)));
        Ok((closures, seen))
    }
}
