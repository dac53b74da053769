package jp.kaban.core

/** A patient: 32 digits. */
@JvmInline
value class PatientId(val value: String)

/** A member of the association: 32 digits. */
@JvmInline
value class MemberId(val value: String)

/** A device: 32 digits. */
@JvmInline
value class DeviceId(val value: String)

/** A note, an amendment or an entry of the notebook: 32 digits. */
@JvmInline
value class EntryId(val value: String)

/** One of several open values of a field. */
@JvmInline
value class ValueId(val value: String)

/** A field of a patient's pages: `severity`, `medication/+` for a new entry, `medication/<id>`. */
@JvmInline
value class FieldId(val value: String)
