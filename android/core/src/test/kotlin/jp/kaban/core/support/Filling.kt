package jp.kaban.core.support

import java.time.OffsetDateTime
import jp.kaban.core.FileBytes
import kotlin.reflect.KClass
import kotlin.reflect.KParameter
import kotlin.reflect.KType
import kotlin.reflect.full.memberProperties
import kotlin.reflect.full.primaryConstructor
import kotlin.reflect.full.superclasses
import kotlin.reflect.jvm.isAccessible

/** Makes records in which no two members are equal, so that none can stand in another's place. */
class Filling(
    /** Whether a text of a record has to be a time. */
    private val isTime: (record: KClass<*>, member: String) -> Boolean = { _, _ -> false },
) {
    private var made = 0

    /** A record with every member there. */
    fun <T : Any> record(of: KClass<T>): T {
        if (of.isSealed) return record(of.sealedSubclasses.let { it[next() % it.size] })
        val constructor = of.primaryConstructor ?: error("$of has no constructor")
        constructor.isAccessible = true
        return constructor.call(*constructor.parameters.map { member(of, it) }.toTypedArray())
    }

    private fun member(record: KClass<*>, member: KParameter): Any? {
        val isText = member.type.classifier == String::class
        return if (isText && isTime(record, member.name.orEmpty())) time().toString() else value(member.type)
    }

    private fun value(type: KType): Any? = when (val of = type.classifier as KClass<*>) {
        String::class -> "$CANARY${next()}"
        Boolean::class -> next() % 2 == 0
        Int::class -> next()
        Long::class -> next().toLong()
        UByte::class -> next().toUByte()
        UInt::class -> next().toUInt()
        ULong::class -> next().toULong()
        Double::class -> next().toDouble()
        ByteArray::class -> byteArrayOf(next().toByte())
        FileBytes::class -> FileBytes(byteArrayOf(next().toByte()))
        OffsetDateTime::class -> time()
        List::class -> List(2) { value(type.arguments.single().type!!) }
        else -> if (of.java.isEnum) of.java.enumConstants.let { it[next() % it.size] } else record(of)
    }

    private fun time(): OffsetDateTime = OffsetDateTime.parse("2026-11-24T01:40:01+09:00").plusMinutes(next().toLong())

    private fun next(): Int = ++made

    companion object {
        /** Begins every text that is made here. */
        const val CANARY = "canary-"
    }
}

/** A record as plain maps, lists and texts: equal for a record of the core and for ours of the same content. */
fun plain(value: Any?): Any? = when (value) {
    null -> null
    is String -> value
    is OffsetDateTime -> value.toString()
    is ByteArray -> value.toList()
    is FileBytes -> value.toByteArray().toList()
    is Enum<*> -> value.name
    is List<*> -> value.map(::plain)
    is Boolean, is Number, is UByte, is UInt, is ULong -> value.toString()
    else -> when {
        value::class.isValue -> plain(members(value).values.single())
        // Which case it is counts as much as what is in it.
        value::class.superclasses.any { it.isSealed } -> mapOf(value::class.simpleName to members(value))
        else -> members(value)
    }
}

private fun members(of: Any): Map<String, Any?> = of::class.memberProperties.associate { property ->
    property.isAccessible = true
    property.name to plain(property.getter.call(of))
}
