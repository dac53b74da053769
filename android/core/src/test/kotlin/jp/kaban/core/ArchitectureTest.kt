package jp.kaban.core

import java.io.File
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test

class ArchitectureTest {
    private val android = File(System.getProperty("kaban.android")).canonicalFile
    private val sources = android.walk()
        .onEnter { it.name != "target" && it.name != "build" }
        .filter { it.extension == "kt" }
        .toList()

    @Test
    fun `generated code is named in one package of core, and in core's own tests`() {
        val allowed = listOf("core/src/main/kotlin/jp/kaban/core/rust/", "core/src/test/")
        val named = sources.filter { GENERATED in it.readText() }.map { it.relativeTo(android).path }
        assertTrue(named.isNotEmpty())
        assertEquals(emptyList<String>(), named.filterNot { path -> allowed.any(path::startsWith) })
    }

    @Test
    fun `core knows no Android and no Compose`() {
        val foreign = Regex("(?m)^import (android|androidx)\\.")
        val named = sources.filter { it.startsWith(File(android, "core")) && foreign.containsMatchIn(it.readText()) }
        assertEquals(emptyList<File>(), named)
    }

    private companion object {
        const val GENERATED = "jp.kaban.ffi"
    }
}
