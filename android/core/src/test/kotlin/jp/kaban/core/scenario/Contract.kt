package jp.kaban.core.scenario

import java.io.File
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive

/** `tests/scenarios`: the stories, and `steps.json`, which says what a step takes and gives. */
class Contract private constructor(private val steps: JsonObject) {
    /** The names of all steps. */
    val names: Set<String> get() = steps.keys

    /** The names of the members that a step gives. */
    fun gives(step: String): Set<String> =
        steps.getValue(step).jsonObject.getValue("gives").jsonArray.map { firstWord(it.jsonPrimitive.content) }.toSet()

    private fun firstWord(member: String): String = member.split(' ', ':', '?').first()

    companion object {
        private val folder = File(System.getProperty("kaban.scenarios"))

        /** As it lies in the repository. */
        fun read(): Contract = Contract(parse(File(folder, "steps.json")))

        /** The files of the stories, in order. */
        fun stories(): List<File> =
            folder.listFiles { file -> file.name.first().isDigit() }.orEmpty().sortedBy { it.name }

        /** One story. */
        fun parse(file: File): JsonObject = Json.parseToJsonElement(file.readText()).jsonObject
    }
}
