package jp.kaban.core.support

import java.io.File
import kotlin.reflect.KClass

/** The classes of a package that were compiled beside `neighbour`, nested ones left out. */
fun compiledClasses(packageName: String, neighbour: KClass<*>): List<KClass<*>> {
    val classes = File(neighbour.java.protectionDomain.codeSource.location.toURI())
    val files = File(classes, packageName.replace('.', '/')).listFiles { file -> file.extension == "class" }
    return files.orEmpty().map { it.nameWithoutExtension }.filterNot { '$' in it || it.endsWith("Kt") }
        .map { Class.forName("$packageName.$it", false, neighbour.java.classLoader).kotlin }
}
