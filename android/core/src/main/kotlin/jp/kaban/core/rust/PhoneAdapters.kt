package jp.kaban.core.rust

import jp.kaban.core.Connection
import jp.kaban.core.Connectivity
import jp.kaban.core.KeyVault
import jp.kaban.core.KeyVaultFailure
import jp.kaban.core.Location
import jp.kaban.core.Phone
import jp.kaban.core.PhoneClock
import jp.kaban.core.Position
import jp.kaban.core.UnlockCost
import jp.kaban.ffi.Connection as RustConnection
import jp.kaban.ffi.Connectivity as RustConnectivity
import jp.kaban.ffi.KeyVault as RustKeyVault
import jp.kaban.ffi.KeyVaultFailure as RustKeyVaultFailure
import jp.kaban.ffi.Location as RustLocation
import jp.kaban.ffi.PhoneClock as RustPhoneClock
import jp.kaban.ffi.PhoneFailure
import jp.kaban.ffi.PhoneServices
import jp.kaban.ffi.Position as RustPosition
import jp.kaban.ffi.UnlockCost as RustUnlockCost
import jp.kaban.ffi.WallTime

// Nothing that an implementation throws crosses as it is: of an exception that we did not make, the
// class is told and never the text, which could hold a secret.

internal fun Phone.toRust() = PhoneServices(
    keyVault = KeyVaultAdapter(keyVault),
    clock = clock?.let(::ClockAdapter),
    connectivity = connectivity?.let(::ConnectivityAdapter),
    location = location?.let(::LocationAdapter),
    unlockCost = when (unlockCost) {
        UnlockCost.STANDARD -> RustUnlockCost.STANDARD
        UnlockCost.LOWEST -> RustUnlockCost.LOWEST
    },
)

internal class KeyVaultAdapter(private val vault: KeyVault) : RustKeyVault {
    override fun create(alias: String) = told { vault.create(alias) }

    override fun contains(alias: String): Boolean = told { vault.contains(alias) }

    override fun wrap(alias: String, secret: ByteArray, place: ByteArray): ByteArray =
        try {
            told { vault.wrap(alias, secret, place) }
        } finally {
            secret.fill(0)
        }

    override fun unwrap(alias: String, wrapped: ByteArray, place: ByteArray): ByteArray =
        told { vault.unwrap(alias, wrapped, place) }

    override fun delete(alias: String) = told { vault.delete(alias) }

    override fun isHardware(): Boolean = told { vault.isHardware() }

    private inline fun <T> told(answer: () -> T): T = try {
        answer()
    } catch (failure: KeyVaultFailure) {
        throw failure.toRust()
    } catch (unexpected: Throwable) {
        throw RustKeyVaultFailure.Failed(unexpected.javaClass.name)
    }
}

private fun KeyVaultFailure.toRust(): RustKeyVaultFailure = when (this) {
    is KeyVaultFailure.NoSuchKey -> RustKeyVaultFailure.NoSuchKey()
    is KeyVaultFailure.Exists -> RustKeyVaultFailure.Exists()
    is KeyVaultFailure.Refused -> RustKeyVaultFailure.Refused()
    is KeyVaultFailure.PhoneLocked -> RustKeyVaultFailure.PhoneLocked()
    is KeyVaultFailure.Failed -> RustKeyVaultFailure.Failed(reason.wholeCharacters())
}

internal class ClockAdapter(private val clock: PhoneClock) : RustPhoneClock {
    override fun now(): WallTime = told {
        val now = clock.now()
        WallTime(
            unixMs = now.toInstant().toEpochMilli(),
            offsetMinutes = now.offset.totalSeconds / SECONDS_A_MINUTE,
        )
    }
}

internal class ConnectivityAdapter(private val connectivity: Connectivity) : RustConnectivity {
    override fun connection(): RustConnection = told {
        when (connectivity.connection()) {
            Connection.NONE -> RustConnection.NONE
            Connection.METERED -> RustConnection.METERED
            Connection.UNMETERED -> RustConnection.UNMETERED
            Connection.UNKNOWN -> RustConnection.UNKNOWN
        }
    }
}

internal class LocationAdapter(private val location: Location) : RustLocation {
    override fun here(): RustPosition? = told { location.here()?.toRust() }
}

internal fun Position.toRust(): RustPosition {
    val (lon, lat, accuracyM) = this
    return RustPosition(lon, lat, accuracyM)
}

private inline fun <T> told(answer: () -> T): T = try {
    answer()
} catch (unexpected: Throwable) {
    throw PhoneFailure.Failed(unexpected.javaClass.name)
}

/** The same text without halves of characters, which the core does not take. */
private fun String.wholeCharacters(): String = String(toByteArray())

private const val SECONDS_A_MINUTE = 60
