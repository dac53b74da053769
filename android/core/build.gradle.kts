plugins {
    alias(libs.plugins.kotlin.jvm)
    // Fakes and builders of src/testFixtures, for the tests of the modules above.
    `java-test-fixtures`
}

// Where `cargo xtask bindings` puts the library for this machine and the Kotlin written from it.
val target = rootDir.resolve("../target")

kotlin {
    jvmToolchain(libs.versions.java.get().toInt())
    sourceSets.main { kotlin.srcDir(target.resolve("bindings/kotlin")) }
}

dependencies {
    api(libs.coroutines.core)
    // An app brings JNA as an AAR, with the part for the phone's processor.
    compileOnly(libs.jna)

    testImplementation(libs.jna)
    testImplementation(libs.junit)
    testImplementation(libs.kotlin.reflect)
    testImplementation(libs.serialization.json)
}

tasks.test {
    jvmArgs("-Xms256m", "-Xmx256m", "-XX:+AlwaysPreTouch", "-XX:+UseSerialGC")
    environment("MALLOC_ARENA_MAX", "1")
    environment("MALLOC_MMAP_THRESHOLD_", "1048576")
    systemProperty("jna.library.path", target.resolve("release"))
    systemProperty("kaban.stage", target.resolve("release/kaban-stage"))
    systemProperty("kaban.scenarios", rootDir.resolve("../tests/scenarios"))
    systemProperty("kaban.android", rootDir)
    systemProperty("kaban.output", layout.buildDirectory.get().asFile)
}
