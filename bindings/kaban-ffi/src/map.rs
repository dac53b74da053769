//! The map: the district pack of this device, the houses on it, the roads between them, and what closes them.

use std::path::Path;
use std::sync::Arc;

use kaban_app::{
    ClosureInput, Journey, Nearness, RoundInput, RoundVisit as AppVisit, SharedBag, StylePlaces,
    Travel, input,
};

use crate::aside::aside;
use crate::error::{KabanError, Result};
use crate::ids::{EntryId, PatientId, Timestamp};
use crate::views::{
    AreasView, CallChoice, ClosureRequest, ClosuresView, DistrictView, GeoPoint, MapFiles,
    MatrixView, NearPlaceView, NeighboursView, RoundRequest, RoundView, RoundVisit, RouteOutcome,
    RouteRequest, ServiceView, SnapView, Spot, Theme, TravelRequest,
};

/// The dynamic map of an open bag. Its pack is public data in a file of its own: it may be opened,
/// replaced and closed while others search it, and whoever has begun with one ends with it.
#[derive(uniffi::Object)]
pub struct DynamicMap {
    pub(crate) map: Arc<kaban_app::DynamicMap>,
    pub(crate) bag: SharedBag,
}

/// What takes a while: nobody else waits for it, and the bag is not held meanwhile.
#[uniffi::export(async_runtime = "tokio")]
impl DynamicMap {
    /// Opens the pack at `path` in the place of the one before, which stays if this one is not sound.
    ///
    /// # Errors
    /// [`KabanError::Invalid`] naming `path` for what is no sound pack, [`KabanError::TooNew`].
    pub async fn open_pack(&self, path: String) -> Result<DistrictView> {
        input::text("path", &path)?;
        let map = Arc::clone(&self.map);
        let opened = aside(move || map.open_pack(Path::new(&path))).await;
        match opened {
            Ok(view) => Ok(view.into()),
            Err(KabanError::Invalid { reason, .. }) => Err(KabanError::invalid("path", reason)),
            Err(error) => Err(error),
        }
    }

    /// The way between two places. That no road leads there is an outcome, which names the closures
    /// in the way.
    ///
    /// # Errors
    /// [`KabanError::NotFound`] without a pack or for no such patient, [`KabanError::Rule`] for a
    /// house of which no place is known, [`KabanError::LeaseExpired`], [`KabanError::Locked`].
    pub async fn route(&self, request: RouteRequest) -> Result<RouteOutcome> {
        let journey: Journey = request.read()?;
        let found = self.aside(move |map, bag| map.route(bag, &journey));
        Ok(found.await?.into())
    }

    /// Times and distances between all of these places by car, at most 200.
    ///
    /// # Errors
    /// As [`DynamicMap::route`].
    pub async fn matrix(&self, spots: Vec<Spot>, travel: TravelRequest) -> Result<MatrixView> {
        let spots = spots.iter().map(Spot::read).collect::<Result<Vec<_>>>()?;
        let travel: Travel = travel.read()?;
        let table = self.aside(move |map, bag| map.matrix(bag, &spots, &travel));
        Ok(table.await?.into())
    }

    /// The `count` places of these kinds that are reached first, such as the nearest hospitals.
    ///
    /// # Errors
    /// As [`DynamicMap::route`]; [`KabanError::Invalid`] for a kind that is none.
    pub async fn nearest(
        &self,
        from: Spot,
        kinds: Vec<String>,
        count: u32,
        travel: TravelRequest,
    ) -> Result<Vec<NearPlaceView>> {
        let (from, travel) = (from.read()?, travel.read()?);
        let kinds = kinds.iter().map(|kind| {
            let known = kaban_atlas::PlaceClass::from_name(kind);
            known.ok_or_else(|| KabanError::invalid("kinds", "not a kind of place"))
        });
        let kinds = kinds.collect::<Result<Vec<_>>>()?;
        let near =
            self.aside(move |map, bag| map.nearest(bag, from, &kinds, count as usize, &travel));
        let places = near.await?.places.into_iter();
        Ok(places.map(NearPlaceView::from).collect())
    }

    /// The best order of the day's visits, or the given one with its times.
    ///
    /// # Errors
    /// As [`DynamicMap::route`]; [`KabanError::Invalid`] for what is no round.
    pub async fn round(&self, request: RoundRequest) -> Result<RoundView> {
        let input: RoundInput = request.read()?;
        let round = self.aside(move |map, bag| map.round(bag, &input));
        Ok(round.await?.into())
    }

    /// Where a sudden call fits, and whom it delays by how much: at most one place for each vehicle,
    /// the best first. `orders` is the plan, vehicle by vehicle; `now_s` is the second of the day up
    /// to which visits are done or under way.
    ///
    /// # Errors
    /// As [`DynamicMap::round`]; [`KabanError::NotFound`] for a patient of `orders` who is in no visit.
    pub async fn insert_call(
        &self,
        request: RoundRequest,
        orders: Vec<Vec<PatientId>>,
        call: RoundVisit,
        now_s: Option<u32>,
    ) -> Result<Vec<CallChoice>> {
        let (input, call): (RoundInput, AppVisit) = (request.read()?, call.read()?);
        let orders = orders.iter().map(|order| order.iter().map(PatientId::read));
        let orders = orders
            .map(Iterator::collect)
            .collect::<Result<Vec<Vec<_>>>>()?;
        let inserted =
            self.aside(move |map, bag| map.insert_call(bag, &input, &orders, &call, now_s));
        let choices = inserted.await?.choices.into_iter();
        Ok(choices.map(CallChoice::from).collect())
    }

    /// The `count` patients who live nearest to one, by road or in a straight line.
    ///
    /// # Errors
    /// As [`DynamicMap::route`].
    pub async fn neighbours(
        &self,
        patient: PatientId,
        count: u32,
        by_road: bool,
        travel: TravelRequest,
    ) -> Result<NeighboursView> {
        let (patient, travel) = (patient.read()?, travel.read()?);
        let nearness = if by_road {
            Nearness::Driving
        } else {
            Nearness::Straight
        };
        let found = self
            .aside(move |map, bag| map.neighbours(bag, patient, count as usize, nearness, &travel));
        Ok(found.await?.into())
    }
}

/// What is answered at once.
#[uniffi::export]
impl DynamicMap {
    /// Puts the pack away.
    pub fn close_pack(&self) {
        self.map.close_pack();
    }

    /// The pack that is open.
    pub fn pack(&self) -> Option<DistrictView> {
        self.map.pack_view().map(DistrictView::from)
    }

    /// The style of the open pack for MapLibre. No address in it leads to a network; its sources
    /// `houses`, `route`, `closures`, `areas`, `me` and `isochrone` are empty, for the shell to fill.
    ///
    /// # Errors
    /// [`KabanError::NotFound`] without a pack or for one without a base map, [`KabanError::Invalid`]
    /// naming the place that lies outside `storage` or is no path.
    pub fn style_json(
        &self,
        theme: Theme,
        storage: String,
        glyphs: MapFiles,
        sprites: MapFiles,
    ) -> Result<String> {
        let places = StylePlaces {
            storage: &storage,
            glyphs: glyphs.place(),
            sprites: sprites.place(),
        };
        Ok(self.map.style_json(theme.into(), &places)?)
    }

    /// The houses as GeoJSON for the source `houses`, with names only if asked for. It is to stay in
    /// memory. One audit row.
    ///
    /// # Errors
    /// [`KabanError::Locked`].
    pub fn pins_geojson(&self, names: bool) -> Result<String> {
        Ok(self.map.pins_geojson(&self.bag, names)?.to_string())
    }

    /// The road beside a position, for placing a pin; nothing when none is near.
    ///
    /// # Errors
    /// [`KabanError::NotFound`] without a pack.
    pub fn snap(&self, at: GeoPoint, on_foot: bool) -> Result<Option<SnapView>> {
        let profile = crate::views::profile(on_foot);
        let found = self.map.snap(at.degrees(), profile)?;
        Ok(found.map(SnapView::from))
    }

    /// Everybody by former municipality. One audit row.
    ///
    /// # Errors
    /// [`KabanError::NotFound`] without a pack, [`KabanError::Locked`].
    pub fn areas(&self) -> Result<AreasView> {
        Ok(self.map.areas(&self.bag)?.into())
    }

    /// How long a visit at a patient takes, learnt from those that were made. One audit row.
    ///
    /// # Errors
    /// [`KabanError::NotFound`], [`KabanError::LeaseExpired`].
    pub fn service(&self, patient: PatientId) -> Result<ServiceView> {
        let patient = patient.read()?;
        Ok(self.bag.with(|bag| bag.service_minutes(patient))?.into())
    }

    /// Every closure, and how it stands at an instant, or now.
    ///
    /// # Errors
    /// [`KabanError::Locked`].
    pub fn closures(&self, at: Option<Timestamp>) -> Result<ClosuresView> {
        let at = at.map(|at| at.read("at")).transpose()?;
        let listed = self.bag.with(|bag| {
            let at = at.unwrap_or(bag.now());
            bag.closures(at)
        });
        Ok(listed?.into())
    }

    /// Tells every member that a road is closed; gives the id by which the closure is lifted.
    ///
    /// # Errors
    /// [`KabanError::Invalid`] names what will not do; [`KabanError::Rule`] for anybody but a doctor
    /// or the office.
    pub fn close_road(&self, request: ClosureRequest) -> Result<EntryId> {
        let input: ClosureInput = request.read()?;
        Ok(self.bag.with(|bag| bag.close_road(input))?.into())
    }

    /// Says that a road is open again before its time, for good.
    ///
    /// # Errors
    /// [`KabanError::NotFound`]; [`KabanError::Rule`] when it was lifted already, and for anybody but
    /// a doctor or the office.
    pub fn lift_closure(&self, closure: EntryId, words: String) -> Result<EntryId> {
        closure.read()?;
        input::text("words", &words)?;
        Ok(self
            .bag
            .with(|bag| bag.lift_closure(&closure.0, &words))?
            .into())
    }
}

impl DynamicMap {
    async fn aside<T: Send + 'static>(
        &self,
        work: impl FnOnce(&kaban_app::DynamicMap, &SharedBag) -> kaban_app::Result<T> + Send + 'static,
    ) -> Result<T> {
        let (map, bag) = (Arc::clone(&self.map), self.bag.clone());
        aside(move || work(&map, &bag)).await
    }
}
