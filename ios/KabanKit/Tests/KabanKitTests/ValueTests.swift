import Foundation
import Testing

@testable import KabanKit

@Suite struct ValueTests {
    @Test("an instant keeps its text, its moment and its offset")
    func instant() throws {
        let instant = Instant(rfc3339: "2026-11-24T01:40:00+09:00")
        #expect(instant.date == Date(timeIntervalSince1970: 1_795_452_000))
        #expect(instant.offsetMinutes == 540)
        #expect(Instant(try #require(instant.date), offsetMinutes: 540) == instant)
        #expect(Instant(rfc3339: "2026-11-23T16:40:00Z").date == instant.date)
        #expect(Instant(rfc3339: "2026-11-23T16:40:00Z").offsetMinutes == 0)
        #expect(Instant(rfc3339: "2026-11-23T10:10:00-06:30").date == instant.date)
        #expect(Instant(rfc3339: "2026-11-23T10:10:00-06:30").offsetMinutes == -390)
        let fraction = try #require(Instant(rfc3339: "2026-11-24T01:40:00.250+09:00").date)
        #expect(abs(fraction.timeIntervalSince1970 - 1_795_452_000.25) < 0.001)
    }

    @Test(
        "what is no RFC 3339 time has no moment and no offset",
        arguments: ["", "あした", "2026-11-24", "2026-11-24T01:40:00", "2026-11-24 01:40:00Z", "10000-01-01T00:00:00Z"])
    func noInstant(_ text: String) {
        #expect(Instant(rfc3339: text).date == nil)
        #expect(Instant(rfc3339: text).offsetMinutes == nil)
        #expect(Instant(rfc3339: text).text == text)
    }

    @Test("what holds a patient's data prints the name of its type only")
    func confidential() {
        let planted = "PLANTED"
        let words = someWords(planted)
        let code = aCode(planted, ja: planted, en: planted)
        var form = aVisitForm(subjective: planted)
        form.vitals.pulse = planted
        form.drugsGiven = [DrugGiven()]
        form.drugsGiven[0].drug = planted
        form.death = Death()
        form.death?.cause = planted
        let values: [any Confidential] = [
            words, code, form, form.vitals, form.drugsGiven[0], form.death!, Secret(planted),
            aPatientRow(name: planted, severity: code), aHit(name: planted), aSearchResult(hits: [aHit(name: planted)]),
            aPage(name: planted), aPageLine(label: words), aFieldEntry(values: [aFieldValue(raw: planted)]),
            aFieldValue(raw: planted), anOpenConflict(label: words), aRegistration(name: planted),
            TypedValue(FieldID("name"), planted), aVisit(by: planted, form: form), anAmendment(text: planted),
            aDraft(form: form), aSignedVisit(warnings: [planted]), aNote(text: planted), aLid(me: planted),
            aWhoAmI(name: planted), aMember(name: planted), aDevice(members: [planted]),
            aJoinRequest(fingerprint: planted), Proof.answer(digits: planted), aChallenge(name: planted),
            aGrant(association: planted),
            aJoined(fingerprint: planted), anAdmission(name: planted), aSuspension(name: planted),
            anAnswers(holder: planted), anAnswerer(name: planted), anAbsence(name: planted),
            aHandoverStatus(from: planted), aDoctor(),
            aPoint(140.55), Spot.point(at: aPoint(140.55)), aWay(line: [aPoint(140.55)]),
            anObstacle(words: words), aDistrict(areas: [planted]),
            Position(longitude: 140.55, latitude: 35.7, accuracyMetres: 8),
        ]
        for value in values {
            let name = String(describing: type(of: value))
            var dumped = ""
            dump(value, to: &dumped)
            let told = Told.value([value as any Sendable])
            for printed in ["\(value)", String(reflecting: value), dumped, "\(told)", "\([value])"] {
                #expect(!printed.contains(planted), "\(name)")
                #expect(!printed.contains("140.55"), "\(name)")
            }
            #expect("\(value)" == name)
            #expect(Mirror(reflecting: value).children.isEmpty, "\(name)")
        }
    }

    @Test("ids of several kinds with one text are printed alike and are not of one type")
    func ids() {
        #expect("\(aPatientID())" == "\(aMemberID())")
        #expect((aPatientID() as any Hashable) as? MemberID == nil)
    }
}
