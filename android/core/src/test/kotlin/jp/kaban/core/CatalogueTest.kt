package jp.kaban.core

import java.io.File
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test

class CatalogueTest {
    private val android = File(System.getProperty("kaban.android"))

    @Test
    fun `Gradle and Maven name the same versions`() {
        val toml = File(android, "gradle/libs.versions.toml").readText()
        val catalogue = toml.substringAfter("[versions]").substringBefore("\n[")
        val lines = Regex("""(?m)^(\w+) = "([^"]+)"""").findAll(catalogue)
        val named = lines.associate { it.groupValues[1] to it.groupValues[2] }
        val pom = File(android, "pom.xml").readText()
        val twin = named.keys.associateWith { name ->
            Regex("<$name\\.version>([^<]+)<").find(pom)?.groupValues?.get(1)
        }
        assertTrue(named.isNotEmpty())
        assertEquals(named, twin)
    }
}
