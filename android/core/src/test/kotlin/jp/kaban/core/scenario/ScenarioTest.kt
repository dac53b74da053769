package jp.kaban.core.scenario

import java.io.File
import kotlinx.coroutines.runBlocking
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder
import org.junit.runner.RunWith
import org.junit.runners.Parameterized

/** The stories that Rust and Swift tell too, through this module's own types. */
@RunWith(Parameterized::class)
class ScenarioTest(private val name: String, private val file: File) {
    @get:Rule
    val folder = TemporaryFolder()

    @Test
    fun `goes as told`() = runBlocking {
        val story = Contract.parse(file)
        val start = story.getValue("start").jsonPrimitive.content
        Story(folder.root, start, Contract.read()).use { told ->
            story.getValue("steps").jsonArray.forEachIndexed { number, step ->
                try {
                    told.take(step.jsonObject)
                } catch (failed: Throwable) {
                    throw AssertionError("$name, step $number: $step\n${failed.message}", failed)
                }
            }
        }
    }

    companion object {
        @JvmStatic
        @Parameterized.Parameters(name = "{0}")
        fun stories(): List<Array<Any>> = Contract.stories().map { arrayOf(it.nameWithoutExtension, it) }
    }
}
