package jp.kaban.core.scenario

import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.int
import kotlinx.serialization.json.jsonPrimitive

// What a story expects, against what a step gave. The rules are those of tests/scenarios/README.md.

/** Puts in what was captured, and long texts. */
fun fill(value: JsonElement, captured: Map<String, JsonElement>): JsonElement = when (value) {
    is JsonArray -> JsonArray(value.map { fill(it, captured) })
    is JsonObject -> when (val repeat = value["\$repeat"]) {
        is JsonArray -> JsonPrimitive(repeat[0].jsonPrimitive.content.repeat(repeat[1].jsonPrimitive.int))
        else -> JsonObject(value.mapValues { (_, one) -> fill(one, captured) })
    }
    is JsonPrimitive -> {
        val name = value.content.takeIf { value.isString && it.startsWith("\${") && it.endsWith("}") }
        name?.drop(2)?.dropLast(1)?.let { captured[it] ?: error("$it was not captured") } ?: value
    }
}

/** Where and how the two differ, or null. */
fun difference(expected: JsonElement, given: JsonElement, place: String): String? = when {
    expected == SOME -> "$place: something was expected, there is $given".takeIf { isNothing(given) }
    expected is JsonObject && given is JsonObject -> expected.firstNotNullOfOrNull { (name, one) ->
        val member = given[name] ?: return "$place.$name: not there"
        difference(one, member, "$place.$name")
    }
    expected is JsonArray && given is JsonArray && expected.size == given.size ->
        expected.indices.firstNotNullOfOrNull { difference(expected[it], given[it], "$place.$it") }
    expected == given -> null
    else -> "$place: $expected was expected, there is $given"
}

/** The value at a dotted path, or null. */
fun JsonElement.at(path: String): JsonElement? = path.split('.').fold(this as JsonElement?) { value, part ->
    when (value) {
        is JsonArray -> part.toIntOrNull()?.let(value::getOrNull)
        is JsonObject -> value[part]
        else -> null
    }
}

private fun isNothing(given: JsonElement): Boolean = when (given) {
    is JsonNull -> true
    is JsonArray -> given.isEmpty()
    is JsonObject -> false
    is JsonPrimitive -> given.content.isEmpty() || (!given.isString && given.content == "0")
}

private val SOME = JsonPrimitive("\$some")
