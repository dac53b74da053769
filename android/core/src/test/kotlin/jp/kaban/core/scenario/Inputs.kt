package jp.kaban.core.scenario

import jp.kaban.core.DeviceId
import jp.kaban.core.EntryId
import jp.kaban.core.FieldId
import jp.kaban.core.MemberId
import jp.kaban.core.PatientId
import jp.kaban.core.Person
import jp.kaban.core.ValueId
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.boolean
import kotlinx.serialization.json.int
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive

/** Members of a step, or of an object in it. What was not read at the end is unknown to the runner. */
class Inputs(private val members: JsonObject) {
    private val read = mutableSetOf<String>()

    /** Members that nobody has asked for. */
    val unread: Set<String> get() = members.keys - read

    /** A member; one that is null counts as there. */
    fun maybe(name: String): JsonElement? {
        read += name
        return members[name]
    }

    /** A text that has to be there. */
    fun text(name: String): String = maybeText(name) ?: error("no text $name")

    /** A text, or null where there is none. */
    fun maybeText(name: String): String? {
        val text = maybe(name)?.takeUnless { it is JsonNull }?.jsonPrimitive ?: return null
        check(text.isString) { "$name is no text" }
        return text.content
    }

    fun int(name: String): Int = maybe(name)?.jsonPrimitive?.int ?: error("no number $name")

    fun maybeBoolean(name: String): Boolean? = maybe(name)?.jsonPrimitive?.boolean

    fun texts(name: String): List<String>? = maybe(name)?.jsonArray?.map { it.jsonPrimitive.content }

    fun patient() = PatientId(text("patient"))

    fun maybePatient() = maybeText("patient")?.let(::PatientId)

    fun member(name: String = "member") = MemberId(text(name))

    fun device() = DeviceId(text("device"))

    fun field() = FieldId(text("field"))

    fun note() = EntryId(text("note"))

    fun values(name: String): List<ValueId> = texts(name).orEmpty().map(::ValueId)

    /** Reads an object whole. */
    fun <T> whole(name: String, take: Inputs.() -> T): T? {
        val inner = Inputs((maybe(name) ?: return null).jsonObject)
        return inner.take().also { check(inner.unread.isEmpty()) { "unknown in $name: ${inner.unread}" } }
    }

    /** Reads a list of objects, each whole. */
    fun <T> eachWhole(name: String, take: Inputs.() -> T): List<T> = maybe(name)?.jsonArray.orEmpty().map {
        val inner = Inputs(it.jsonObject)
        inner.take().also { check(inner.unread.isEmpty()) { "unknown in $name: ${inner.unread}" } }
    }

    /** Reads an object whose names are fields. */
    fun named(name: String): Map<String, String> =
        maybe(name)?.jsonObject.orEmpty().mapValues { (_, value) -> value.jsonPrimitive.content }

    fun person(): Person = whole("person") { Person(text("name"), text("kana"), text("role"), text("phone")) }
        ?: error("no person")
}

/** What a step gives. */
fun given(vararg members: Pair<String, Any?>): JsonObject =
    JsonObject(members.associate { (name, of) -> name to json(of) })

/** A value as JSON. */
fun json(value: Any?): JsonElement = when (value) {
    null -> JsonNull
    is JsonElement -> value
    is String -> JsonPrimitive(value)
    is Boolean -> JsonPrimitive(value)
    is Number -> JsonPrimitive(value)
    is List<*> -> JsonArray(value.map(::json))
    else -> error("no JSON of ${value.javaClass}")
}
