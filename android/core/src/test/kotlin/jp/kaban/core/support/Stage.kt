package jp.kaban.core.support

import java.io.File
import java.nio.file.Files
import java.nio.file.StandardCopyOption.ATOMIC_MOVE
import java.time.OffsetDateTime
import java.time.format.DateTimeFormatter.ISO_OFFSET_DATE_TIME

/** `kaban-stage`: what stands around the shells in tests, in a process of its own. */
object Stage {
    /** Turns one bit of a stored row of a locked bag: `page`, `list` or `note`. */
    fun tamper(bag: File, row: String) {
        run("tamper", bag.path, row)
    }

    /** Makes a doctor's bag with patients and notes; the id of the first patient. */
    fun district(folder: File, patients: Int, notes: Int): String =
        run("district", folder.path, patients.toString(), notes.toString()).trim()

    /** Writes the pack of a small district that does not exist. */
    fun pack(file: File) {
        run("pack", file.path)
    }

    /** A real relay on a free port of this machine, until it is closed; its clock stands at `at` until it is set. */
    class Relay(folder: File, at: OffsetDateTime) : AutoCloseable {
        private val clock = File("${folder.path}.clock").also { set(it, at) }
        private val process = start("relay", folder.path, clock.path)

        /** Where it listens. */
        val address: String = process.inputReader().readLine() ?: error("the relay has not started")

        /** Sets its clock. */
        fun setClock(at: OffsetDateTime) = set(clock, at)

        override fun close() {
            // It ends when its input does.
            process.outputStream.close()
            process.waitFor()
        }

        /** Puts a new file in the place of the old one, so that the relay never reads half an instant. */
        private fun set(clock: File, at: OffsetDateTime) {
            val new = File("${clock.path}.new")
            new.writeText(at.format(ISO_OFFSET_DATE_TIME))
            Files.move(new.toPath(), clock.toPath(), ATOMIC_MOVE)
        }
    }

    private fun run(vararg arguments: String): String {
        val process = start(*arguments)
        process.outputStream.close()
        val said = process.inputReader().readText()
        check(process.waitFor() == 0) { "kaban-stage ${arguments.first()} failed" }
        return said
    }

    private fun start(vararg arguments: String): Process =
        ProcessBuilder(listOf(program) + arguments).redirectError(ProcessBuilder.Redirect.INHERIT).start()

    private val program: String = System.getProperty("kaban.stage")
}
