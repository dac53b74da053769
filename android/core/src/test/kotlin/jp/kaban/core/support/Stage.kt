package jp.kaban.core.support

import java.io.File

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

    /** A real relay on a free port of this machine, until it is closed. */
    class Relay(folder: File) : AutoCloseable {
        private val process = start("relay", folder.path)

        /** Where it listens. */
        val address: String = process.inputReader().readLine() ?: error("the relay has not started")

        override fun close() {
            // It ends when its input does.
            process.outputStream.close()
            process.waitFor()
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
