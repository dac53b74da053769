import KabanKit

// What steps give, made of KabanKit's own types, in the names of steps.json.

/// The name of an enumeration's case in snake case: `softLocked` is `soft_locked`.
func caseName(_ value: some Any) -> JSON {
    let letters = String(describing: value).flatMap { letter in
        letter.isUppercase ? "_" + letter.lowercased() : String(letter)
    }
    return .text(String(letters))
}

extension Scope {
    var json: JSON { caseName(self) }
}

extension WhoAmI {
    var json: JSON {
        [
            "member": JSON(member), "device": JSON(device), "name": .text(name), "role": .text(role.code),
            "holds_bag": JSON(holdsBag),
        ]
    }
}

extension Suspension {
    var json: JSON {
        [
            "name": .text(name), "by": .text(by), "confirmed_by": JSON(confirmedBy),
            "asked": JSON(isAsked),
        ]
    }
}

extension Member {
    var json: JSON {
        [
            "name": .text(name), "role": .text(role.code), "active": JSON(isActive), "admin": JSON(isAdmin),
            "on_duty": JSON(isOnDuty), "compared": compared.map(caseName) ?? .null,
        ]
    }
}

extension Lid {
    var json: JSON {
        [
            "association": .text(association), "me": .text(me), "on_duty": JSON(onDuty),
            "on_duty_until": JSON(onDutyUntil?.text), "holds_bag": JSON(holdsBag),
            "handover_unconfirmed": JSON(handoverUnconfirmed), "unsent": JSON(unsent), "patients": JSON(patients),
            "locked": JSON(locked), "duty_list": JSON(dutyList), "conflicts": JSON(conflicts),
            "new_admissions": JSON(newAdmissions), "set_aside": JSON(setAside.count),
            "synced": JSON(syncedAt != nil), "lease": caseName(lease.state),
        ]
    }
}

extension Lease {
    var json: JSON {
        [
            "state": caseName(state), "duty": JSON(duty), "bag_locked": JSON(isBagLocked),
            "own_locked": JSON(isOwnLocked), "banner": JSON(banner != nil), "why": JSON(why != nil),
        ]
    }
}

extension SyncReport {
    var json: JSON {
        [
            "received": JSON(received), "sent": JSON(sent), "set_aside": JSON(setAside),
            "refused": JSON(refused.count),
        ]
    }
}

extension PatientRow {
    var json: JSON {
        [
            "id": JSON(id), "no": JSON(number), "name": .text(name), "kana": .text(kana), "area": .text(area),
            "severity": .text(severity.code), "birth_date": .text(birthDate), "scope": scope.json,
            "conflicts": JSON(conflicts),
        ]
    }
}

extension Hit {
    var json: JSON {
        ["id": JSON(id), "name": .text(name), "kana": .text(kana), "why": .text(why), "alike": JSON(alike)]
    }
}

extension Page {
    var json: JSON {
        let written = lines.filter { !$0.entries.isEmpty }
        let fields = written.map { ($0.field.text, JSON($0.entries.map(\.json))) }
        return [
            "name": .text(name), "kana": .text(kana), "birth_date": .text(birthDate),
            "age": age.map { JSON($0.years) } ?? .null, "severity": .text(severity.code), "sex": .text(sex.code),
            "scope": scope.json, "deceased": JSON(isDeceased), "gaps": JSON(gaps), "conflicts": JSON(conflicts),
            "fields": .object(Dictionary(uniqueKeysWithValues: fields)),
            "missing": JSON(lines.filter(\.isGap).map { JSON($0.field) }),
        ]
    }
}

extension FieldEntry {
    var json: JSON {
        let values = values.sorted { $0.words.ja < $1.words.ja }.map { value -> JSON in
            [
                "ja": .text(value.words.ja), "en": .text(value.words.en), "known": JSON(value.isKnown),
                "by": .text(value.by),
            ]
        }
        return ["field": JSON(field), "conflict": JSON(isConflict), "values": JSON(values)]
    }
}

extension OpenConflict {
    var json: JSON {
        let values = values.sorted { $0.words.ja < $1.words.ja }.map { value -> JSON in
            ["id": JSON(value.id), "ja": .text(value.words.ja), "by": .text(value.by)]
        }
        return ["patient": JSON(patient), "field": JSON(field), "values": JSON(values)]
    }
}

extension Visit {
    var json: JSON {
        let amendments = amendments.map { amendment -> JSON in
            ["id": JSON(amendment.id), "by": .text(amendment.by), "text": .text(amendment.text)]
        }
        return [
            "id": JSON(id), "kind": .text(kind), "by": .text(by), "confirmed": JSON(isConfirmed),
            "retracted": JSON(!retractedBy.isEmpty), "duty": JSON(duty), "amendments": JSON(amendments),
            "form": form.json, "sent": caseName(sent),
        ]
    }
}

extension Note {
    var json: JSON {
        ["text": .text(text), "by": .text(by), "patient": JSON(patient), "urgent": JSON(isUrgent)]
    }
}

extension Answers {
    var json: JSON {
        let chain = chain.map { answer -> JSON in ["name": .text(answer.name), "as": .text(answer.answersAs)] }
        return [
            "chain": JSON(chain), "passed_over": JSON(passedOver.map { .text($0.name) }), "holder": JSON(holder),
        ]
    }
}

extension Absence {
    var json: JSON { ["name": .text(name), "from": .text(from.text), "to": .text(to.text)] }
}

extension HandoverStatus {
    var json: JSON {
        [
            "state": caseName(state), "patients": JSON(patients), "late": JSON(late), "kept_own": JSON(keptOwn),
        ]
    }
}
