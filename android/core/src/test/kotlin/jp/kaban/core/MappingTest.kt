package jp.kaban.core

import jp.kaban.core.rust.toOwn
import jp.kaban.core.rust.toRust
import jp.kaban.core.support.Filling
import jp.kaban.core.support.compiledClasses
import jp.kaban.core.support.plain
import jp.kaban.ffi.AbsenceView
import jp.kaban.ffi.AdmissionView
import jp.kaban.ffi.AmendmentView
import jp.kaban.ffi.AnswersView
import jp.kaban.ffi.AreaView
import jp.kaban.ffi.AreasView
import jp.kaban.ffi.Bag
import jp.kaban.ffi.ChallengeView
import jp.kaban.ffi.ClosureRequest
import jp.kaban.ffi.ClosureView
import jp.kaban.ffi.ClosuresView
import jp.kaban.ffi.ConflictView
import jp.kaban.ffi.DeviceView
import jp.kaban.ffi.DistrictView
import jp.kaban.ffi.DraftView
import jp.kaban.ffi.FieldEntryView
import jp.kaban.ffi.GrantView
import jp.kaban.ffi.HandoverFile
import jp.kaban.ffi.HandoverView
import jp.kaban.ffi.HealthView
import jp.kaban.ffi.HitView
import jp.kaban.ffi.JoinRequestView
import jp.kaban.ffi.LeaseView
import jp.kaban.ffi.LidView
import jp.kaban.ffi.LiftView
import jp.kaban.ffi.MatrixView
import jp.kaban.ffi.MeasureView
import jp.kaban.ffi.MemberView
import jp.kaban.ffi.NearPlaceView
import jp.kaban.ffi.NeighbourView
import jp.kaban.ffi.NeighboursView
import jp.kaban.ffi.NoWayView
import jp.kaban.ffi.NoteView
import jp.kaban.ffi.PageView
import jp.kaban.ffi.PhoneServices
import jp.kaban.ffi.RoundRequest
import jp.kaban.ffi.RoundView
import jp.kaban.ffi.RouteRequest
import jp.kaban.ffi.SearchView
import jp.kaban.ffi.ServiceView
import jp.kaban.ffi.SnapView
import jp.kaban.ffi.StepView
import jp.kaban.ffi.StopView
import jp.kaban.ffi.SuspensionView
import jp.kaban.ffi.SyncView
import jp.kaban.ffi.TrafficView
import jp.kaban.ffi.TravelRequest
import jp.kaban.ffi.TripView
import jp.kaban.ffi.UnservedView
import jp.kaban.ffi.ValueView
import jp.kaban.ffi.VisitSaved
import jp.kaban.ffi.VisitView
import jp.kaban.ffi.WallTime
import jp.kaban.ffi.WayView
import jp.kaban.ffi.WhoAmI
import kotlin.reflect.KClass
import kotlin.reflect.full.memberProperties
import org.junit.Assert.assertEquals
import org.junit.Test

class MappingTest {
    @Test
    fun `every record of the core has one of ours, with the same members`() {
        val records = compiledClasses("jp.kaban.ffi", Bag::class).filter { it.isData }.toSet()
        assertEquals(records, PAIRS.map { it.rust }.toSet() + WallTime::class)
        for (pair in PAIRS) assertEquals("${pair.rust}", names(pair.rust), names(pair.own))
    }

    @Test
    fun `what the core gives arrives member by member`() {
        for (pair in PAIRS) {
            val map = pair.toOwn ?: continue
            val given = filling.record(pair.rust)
            assertEquals("${pair.rust}", plain(given), plain(map(given)))
        }
    }

    @Test
    fun `what a screen gives reaches the core member by member`() {
        for (pair in PAIRS) {
            val map = pair.toRust ?: continue
            val given = Filling().record(pair.own)
            assertEquals("${pair.own}", plain(given), plain(map(given)))
        }
    }

    @Test
    fun `counts beyond what we show are the largest, not negative`() {
        assertEquals(Int.MAX_VALUE, jp.kaban.ffi.Age(UInt.MAX_VALUE, true).toOwn().years)
        assertEquals(Long.MAX_VALUE, jp.kaban.ffi.SyncProgress(ULong.MAX_VALUE, 0u).toOwn().received)
    }

    private fun names(of: KClass<*>): Set<String> = of.memberProperties.map { it.name }.toSet()

    /** A text of the core is a time where ours has a time. */
    private val filling = Filling { record, member ->
        // What is no record of its own is a case of a choice, and holds no time.
        val own = PAIRS.firstOrNull { it.rust == record }?.own ?: return@Filling false
        own.memberProperties.first { it.name == member }.returnType.classifier == java.time.OffsetDateTime::class
    }

    private class Pair(
        val rust: KClass<out Any>,
        val own: KClass<out Any>,
        val toOwn: ((Any) -> Any)?,
        val toRust: ((Any) -> Any)?,
    )

    private companion object {
        inline fun <reified R : Any, reified O : Any> shown(crossinline map: (R) -> O) =
            Pair(R::class, O::class, { map(it as R) }, null)

        inline fun <reified O : Any, reified R : Any> typed(crossinline map: (O) -> R) =
            Pair(R::class, O::class, null, { map(it as O) })

        inline fun <reified R : Any, reified O : Any> both(
            crossinline toOwn: (R) -> O,
            crossinline toRust: (O) -> R,
        ) = Pair(R::class, O::class, { toOwn(it as R) }, { toRust(it as O) })

        val PAIRS = listOf(
            shown { it: jp.kaban.ffi.Words -> it.toOwn() },
            shown { it: jp.kaban.ffi.Coded -> it.toOwn() },
            shown { it: jp.kaban.ffi.PatientRow -> it.toOwn() },
            shown { it: SearchView -> it.toOwn() },
            shown { it: HitView -> it.toOwn() },
            shown { it: PageView -> it.toOwn() },
            shown { it: jp.kaban.ffi.Age -> it.toOwn() },
            shown { it: jp.kaban.ffi.PageLine -> it.toOwn() },
            shown { it: FieldEntryView -> it.toOwn() },
            shown { it: ValueView -> it.toOwn() },
            shown { it: ConflictView -> it.toOwn() },
            typed { it: Registration -> it.toRust() },
            typed { it: TypedValue -> it.toRust() },
            both({ it: jp.kaban.ffi.VisitForm -> it.toOwn() }, { it: VisitForm -> it.toRust() }),
            both({ it: jp.kaban.ffi.Vitals -> it.toOwn() }, { it: Vitals -> it.toRust() }),
            both({ it: jp.kaban.ffi.DrugGiven -> it.toOwn() }, { it: DrugGiven -> it.toRust() }),
            both({ it: jp.kaban.ffi.Death -> it.toOwn() }, { it: Death -> it.toRust() }),
            shown { it: VisitSaved -> it.toOwn() },
            shown { it: DraftView -> it.toOwn() },
            shown { it: VisitView -> it.toOwn() },
            shown { it: AmendmentView -> it.toOwn() },
            shown { it: NoteView -> it.toOwn() },
            shown { it: AnswersView -> it.toOwn() },
            shown { it: jp.kaban.ffi.Answerer -> it.toOwn() },
            shown { it: jp.kaban.ffi.PassedOver -> it.toOwn() },
            shown { it: AbsenceView -> it.toOwn() },
            shown { it: LeaseView -> it.toOwn() },
            shown { it: HandoverFile -> it.toOwn() },
            shown { it: HandoverView -> it.toOwn() },
            shown { it: LidView -> it.toOwn() },
            shown { it: jp.kaban.ffi.SetAside -> it.toOwn() },
            shown { it: HealthView -> it.toOwn() },
            shown { it: jp.kaban.ffi.Finding -> it.toOwn() },
            shown { it: jp.kaban.ffi.SyncProgress -> it.toOwn() },
            shown { it: SyncView -> it.toOwn() },
            shown { it: TrafficView -> it.toOwn() },
            typed { it: Founding -> it.toRust() },
            typed { it: Person -> it.toRust() },
            shown { it: JoinRequestView -> it.toOwn() },
            shown { it: ChallengeView -> it.toOwn() },
            shown { it: GrantView -> it.toOwn() },
            shown { it: AdmissionView -> it.toOwn() },
            shown { it: SuspensionView -> it.toOwn() },
            shown { it: jp.kaban.ffi.Joined -> it.toOwn() },
            shown { it: WhoAmI -> it.toOwn() },
            shown { it: MemberView -> it.toOwn() },
            shown { it: DeviceView -> it.toOwn() },
            typed { it: Position -> it.toRust() },
            both({ it: jp.kaban.ffi.GeoPoint -> it.toOwn() }, { it: GeoPoint -> it.toRust() }),
            shown { it: DistrictView -> it.toOwn() },
            shown { it: SnapView -> it.toOwn() },
            shown { it: NearPlaceView -> it.toOwn() },
            typed { it: Travel -> it.toRust() },
            typed { it: Journey -> it.toRust() },
            shown { it: WayView -> it.toOwn() },
            shown { it: StepView -> it.toOwn() },
            shown { it: NoWayView -> it.toOwn() },
            shown { it: MeasureView -> it.toOwn() },
            shown { it: MatrixView -> it.toOwn() },
            typed { it: TimeWindow -> it.toRust() },
            typed { it: RoundVehicle -> it.toRust() },
            typed { it: RoundVisit -> it.toRust() },
            typed { it: RoundPlan -> it.toRust() },
            shown { it: RoundView -> it.toOwn() },
            shown { it: TripView -> it.toOwn() },
            shown { it: StopView -> it.toOwn() },
            shown { it: UnservedView -> it.toOwn() },
            shown { it: jp.kaban.ffi.CallChoice -> it.toOwn() },
            shown { it: jp.kaban.ffi.CallDelay -> it.toOwn() },
            shown { it: ServiceView -> it.toOwn() },
            both({ it: jp.kaban.ffi.RoadStretch -> it.toOwn() }, { it: RoadStretch -> it.toRust() }),
            typed { it: ClosureReport -> it.toRust() },
            shown { it: ClosureView -> it.toOwn() },
            shown { it: LiftView -> it.toOwn() },
            shown { it: ClosuresView -> it.toOwn() },
            shown { it: jp.kaban.ffi.AreaPatient -> it.toOwn() },
            shown { it: AreaView -> it.toOwn() },
            shown { it: AreasView -> it.toOwn() },
            shown { it: NeighbourView -> it.toOwn() },
            shown { it: NeighboursView -> it.toOwn() },
            // Services, not values: PhoneTest calls them.
            Pair(PhoneServices::class, Phone::class, null, null),
        )
    }
}
