package jp.kaban.core.scenario

import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonPrimitive
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNotNull
import org.junit.Assert.assertNull
import org.junit.Test

class MatchingTest {
    private val given = Json.parseToJsonElement("""{"a": [1, {"b": "x"}], "c": null, "d": 0, "e": ""}""")

    @Test
    fun `what is named is compared, and what is not named may be anything`() {
        for (expected in listOf("{}", """{"a": [1, {}]}""", """{"a": "${'$'}some", "c": null}""")) {
            assertNull(expected, difference(Json.parseToJsonElement(expected), given, "it"))
        }
    }

    @Test
    fun `a difference is found wherever it is`() {
        val wrong = listOf(
            """{"a": [1]}""",
            """{"a": [1, {"b": "y"}]}""",
            """{"a": [1, {"b": 1}]}""",
            """{"c": "${'$'}some"}""",
            """{"d": "${'$'}some"}""",
            """{"e": "${'$'}some"}""",
            """{"f": null}""",
        )
        for (expected in wrong) {
            assertNotNull(expected, difference(Json.parseToJsonElement(expected), given, "it"))
        }
    }

    @Test
    fun `captured names and long texts are put in`() {
        val step = Json.parseToJsonElement("""{"a": "${'$'}{x}", "b": {"${'$'}repeat": ["あ", 3]}}""")
        val filled = fill(step, mapOf("x" to JsonPrimitive("y")))
        assertEquals(Json.parseToJsonElement("""{"a": "y", "b": "あああ"}"""), filled)
    }

    @Test
    fun `a dotted path goes through lists and objects`() {
        assertEquals(JsonPrimitive("x"), given.at("a.1.b"))
        assertNull(given.at("a.2.b"))
    }
}
