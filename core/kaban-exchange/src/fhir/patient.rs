//! Patient → the head of page 1: name, kana, birth date, sex, address, telephone, contacts; identifiers for the office.

use serde_json::Value;

use super::draft::{Draft, Entry};
use super::element::{concept_text, date, is_true, items, text, texts};
use super::identity::{INSURANCE_MEMBER, Identity, fold_number, human_name, read_identifier};

/// Contacts taken from one Patient at most.
const CONTACTS_MAX: usize = 20;
/// Telephone numbers looked at in one record.
const TELECOMS_MAX: usize = 50;
/// Identifiers taken from one Patient at most.
const IDENTIFIERS_MAX: usize = 40;

/// Fills the draft from one Patient.
pub(crate) fn fill(patient: &Value, identity: &Identity, draft: &mut Draft<'_>) {
    let Identity {
        identifiers: _,
        name,
        kana,
        birth_date,
        sex,
        urls: _,
    } = identity;
    for (field, value) in [
        ("name", name),
        ("kana", kana),
        ("birth_date", birth_date),
        ("sex", sex),
    ] {
        if let Some(value) = value {
            draft.set(field, value.as_str());
        }
    }
    if birth_date.is_none() && patient.get("_birthDate").is_some() {
        draft.warn("birthDate is withheld or unknown to the sender");
    }
    fill_address(patient, draft);
    fill_phones(patient, draft);
    fill_death(patient, draft);
    for (index, contact) in items(patient, "contact").take(CONTACTS_MAX).enumerate() {
        fill_contact(index, contact, draft);
    }
    for identifier in items(patient, "identifier").take(IDENTIFIERS_MAX) {
        fill_identifier(identifier, draft);
    }
    if patient.get("active").and_then(Value::as_bool) == Some(false) {
        draft.warn("the sender no longer uses this record (active = false)");
    }
    if items(patient, "link")
        .any(|link| matches!(text(link, "type"), Some("replaced-by" | "refer")))
    {
        draft.warn("the sender points to another record of this person (link)");
    }
}

fn fill_address(patient: &Value, draft: &mut Draft<'_>) {
    let rank = |address: &&Value| match text(address, "use") {
        Some("home") => 0,
        None => 1,
        Some("temp") => 2,
        Some("old" | "billing") => 4,
        Some(_) => 3,
    };
    let Some(address) = items(patient, "address").min_by_key(rank) else {
        return;
    };
    if let Some(words) = address_text(address) {
        draft.set("address", words);
    }
    if let Some(code) = text(address, "postalCode") {
        draft.set("postal_code", postal_code(code));
    }
}

/// The address in one text: the sender's own, else its parts, in Japanese order without spaces.
fn address_text(address: &Value) -> Option<String> {
    if let Some(said) = text(address, "text") {
        return Some(said.to_owned());
    }
    let lines: Vec<&str> = texts(address, "line").collect();
    let (state, city) = (text(address, "state"), text(address, "city"));
    let japanese = [state, city]
        .into_iter()
        .flatten()
        .chain(lines.iter().copied())
        .any(|part| !part.is_ascii());
    let joined = if japanese
        && !matches!(text(address, "country"), Some(country) if !country.starts_with("JP"))
    {
        state
            .into_iter()
            .chain(city)
            .chain(lines)
            .collect::<Vec<_>>()
            .concat()
    } else {
        lines
            .into_iter()
            .chain(city)
            .chain(state)
            .collect::<Vec<_>>()
            .join(", ")
    };
    (!joined.is_empty()).then_some(joined)
}

/// A Japanese postal code with its hyphen; others as they are.
fn postal_code(code: &str) -> String {
    let folded = fold_number(code);
    if folded.len() == 7 && folded.bytes().all(|byte| byte.is_ascii_digit()) {
        return format!("{}-{}", &folded[..3], &folded[3..]);
    }
    folded
}

fn fill_phones(patient: &Value, draft: &mut Draft<'_>) {
    let mut phones = phones(patient).into_iter();
    for (field, phone) in ["phone", "phone_other"].into_iter().zip(phones.by_ref()) {
        draft.set(field, phone);
    }
    let more = phones.count();
    if more > 0 {
        draft.warn(format!(
            "{more} more telephone numbers are only in the original"
        ));
    }
}

/// Telephone numbers, the most useful first, each once.
fn phones(holder: &Value) -> Vec<String> {
    let mut ranked: Vec<(u64, u8, String)> = items(holder, "telecom")
        .take(TELECOMS_MAX)
        .filter(|telecom| matches!(text(telecom, "system"), Some("phone" | "sms") | None))
        .filter(|telecom| text(telecom, "use") != Some("old"))
        .filter_map(|telecom| {
            let number = text(telecom, "value")
                .filter(|value| !value.contains('@') && !value.contains("://"))?;
            let rank = telecom
                .get("rank")
                .and_then(Value::as_u64)
                .unwrap_or(u64::MAX);
            let place = match text(telecom, "use") {
                Some("home") => 0,
                Some("mobile") => 1,
                None => 2,
                Some(_) => 3,
            };
            Some((rank, place, with_extension(number)))
        })
        .collect();
    // The sort is stable: the sender's order decides between equals.
    ranked.sort_by_key(|(rank, place, _)| (*rank, *place));
    let mut phones: Vec<String> = Vec::new();
    for (_, _, number) in ranked {
        if !phones.contains(&number) {
            phones.push(number);
        }
    }
    phones
}

/// "03-0123-4545   99991" means an extension: several spaces and then digits only.
fn with_extension(number: &str) -> String {
    let number = number.trim();
    if let Some((main, extension)) = number.split_once("  ") {
        let extension = extension.trim();
        if !extension.is_empty() && extension.bytes().all(|byte| byte.is_ascii_digit()) {
            return format!("{}x{extension}", main.trim());
        }
    }
    number.to_owned()
}

fn fill_death(patient: &Value, draft: &mut Draft<'_>) {
    let on = date(patient, "deceasedDateTime");
    if let Some(on) = on {
        draft.set("deceased_on", on);
    }
    if on.is_some() || is_true(patient, "deceasedBoolean") {
        draft.set("stay", serde_json::json!({"place": "deceased"}));
    }
}

fn fill_contact(index: usize, contact: &Value, draft: &mut Draft<'_>) {
    let relation: Vec<String> = items(contact, "relationship")
        .filter_map(relation_text)
        .collect();
    let name = contact.get("name").and_then(human_name).or_else(|| {
        contact
            .get("organization")
            .and_then(|o| text(o, "display"))
            .map(str::to_owned)
    });
    let mut phones = phones(contact).into_iter();
    let (phone, other) = (phones.next(), phones.next());
    if name.is_none() && phone.is_none() {
        draft.warn("a contact without name and number: nothing to show, kept in the original");
        return;
    }
    let part = format!(
        "contact|{}|{}",
        name.as_deref().unwrap_or_default(),
        phone.as_deref().unwrap_or_default()
    );
    let mut entry = Entry::default();
    entry
        .set(
            "name",
            Some(name.unwrap_or_else(|| "(氏名の記載なし)".to_owned())),
        )
        .set(
            "relation",
            (!relation.is_empty()).then(|| relation.join("、")),
        )
        .set("phone", phone)
        .set("phone_other", other)
        .set("order", Some(index as u64 + 1));
    draft.add_keyed("contact", part, entry);
}

/// The relation in words; the bare codes of HL7 table 0131 and v3 RoleCode are put into Japanese.
fn relation_text(relation: &Value) -> Option<String> {
    let said = concept_text(relation)?;
    let words = match said.as_str() {
        "C" => "緊急連絡先",
        "N" => "近親者",
        "E" => "勤務先",
        "F" | "S" => "行政",
        "I" => "保険者",
        "MTH" => "母",
        "FTH" => "父",
        "SPS" => "配偶者",
        "WIFE" => "妻",
        "HUSB" => "夫",
        "CHILD" => "子",
        "SON" | "SONC" => "息子",
        "DAU" | "DAUC" => "娘",
        "BRO" => "兄弟",
        "SIS" => "姉妹",
        "O" | "U" => return None,
        _ => return Some(said),
    };
    Some(words.to_owned())
}

fn fill_identifier(identifier: &Value, draft: &mut Draft<'_>) {
    let Some(read) = read_identifier(identifier) else {
        return;
    };
    let key = format!("identifier|{}|{}", read.system, fold_number(&read.value));
    if read.system == INSURANCE_MEMBER
        && let Some(entry) = insurance(&read.value)
    {
        draft.add_keyed("insurance", key, entry);
        return;
    }
    let mut entry = Entry::default();
    entry
        .set("value", Some(read.value))
        .set(
            "system",
            Some(read.system).filter(|system| !system.is_empty()),
        )
        .set("label", Some(read.label).filter(|label| !label.is_empty()));
    if text(identifier, "use") == Some("old") {
        entry.set("status", Some("ended"));
    }
    draft.add_keyed("identifier", key, entry);
}

/// `insurer:symbol:number:branch` of JP-CLINS; insurers whose eight digits begin with 39 insure the elderly.
fn insurance(member: &str) -> Option<Entry> {
    let parts: Vec<&str> = member.split(':').collect();
    let [insurer, symbol, number, branch] = parts.as_slice() else {
        return None;
    };
    let insurer = fold_number(insurer);
    let kind = if insurer.len() == 8 && insurer.starts_with("39") {
        "elderly"
    } else {
        "health"
    };
    let filled = |part: &str| Some(part.to_owned()).filter(|part| !part.is_empty());
    let mut entry = Entry::default();
    entry
        .set("kind", Some(kind))
        .set("insurer", filled(&insurer))
        .set("symbol", filled(symbol))
        .set("number", filled(number))
        .set("branch", filled(branch));
    Some(entry)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use kaban_model::ids::PatientId;
    use serde_json::json;

    use super::*;

    fn filled(patient: &Value) -> Vec<(String, Value)> {
        let mut draft = Draft::new(
            PatientId::from_bytes([1; 16]),
            "Patient||p",
            "a.json".to_owned(),
            0,
        );
        fill(patient, &Identity::read(patient, None), &mut draft);
        assert!(draft.warnings.is_empty(), "{:?}", draft.warnings);
        draft
            .fields
            .into_iter()
            .map(|field| (field.path.spec().path.to_owned(), field.value))
            .collect()
    }

    fn value(fields: &[(String, Value)], path: &str) -> Value {
        fields
            .iter()
            .find(|(name, _)| name == path)
            .map(|(_, value)| value.clone())
            .unwrap()
    }

    #[test]
    fn an_extension_typed_behind_spaces_is_kept_as_one() {
        let fields =
            filled(&json!({"telecom": [{"system": "phone", "value": "03-0123-4545   99991"}]}));
        assert_eq!(value(&fields, "phone"), "03-0123-4545x99991");
    }

    #[test]
    fn an_address_in_parts_is_joined_the_japanese_way() {
        let fields = filled(&json!({"address": [
            {"use": "old", "text": "前の住所"},
            {"postalCode": "２８９２１４４", "state": "千葉県", "city": "匝瑳市", "line": ["八日市場イ", "１番地"]}]}));
        assert_eq!(value(&fields, "address"), "千葉県匝瑳市八日市場イ１番地");
        assert_eq!(value(&fields, "postal_code"), "289-2144");
    }

    #[test]
    fn the_insurance_of_jp_clins_is_taken_apart() {
        let fields = filled(&json!({"identifier": [
            {"system": INSURANCE_MEMBER, "value": "39123456::１８７:05"},
            {"system": "urn:oid:1.2.392.100495.20.3.51.11210000000", "value": "000999"}]}));
        let insurance = value(&fields, "insurance");
        assert_eq!(insurance["kind"], "elderly");
        assert_eq!(insurance["branch"], "05");
        assert_eq!(value(&fields, "identifier")["value"], "000999");
    }

    #[test]
    fn a_contact_with_only_a_number_is_still_a_contact() {
        let fields = filled(
            &json!({"contact": [{"telecom": [{"system": "phone", "value": "0479-73-0000"}]}]}),
        );
        assert_eq!(value(&fields, "contact")["phone"], "0479-73-0000");
    }
}
