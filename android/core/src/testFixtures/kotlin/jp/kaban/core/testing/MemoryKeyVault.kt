package jp.kaban.core.testing

import java.security.GeneralSecurityException
import java.security.SecureRandom
import java.util.concurrent.ConcurrentHashMap
import javax.crypto.Cipher
import javax.crypto.KeyGenerator
import javax.crypto.SecretKey
import javax.crypto.spec.GCMParameterSpec
import jp.kaban.core.KeyVault
import jp.kaban.core.KeyVaultFailure

/** A keystore as a phone's chip has it, in memory: AES-256-GCM, bound to the alias and the place. */
class MemoryKeyVault(private val hardware: Boolean = true) : KeyVault {
    private val keys = ConcurrentHashMap<String, SecretKey>()
    private val random = SecureRandom()

    override fun create(alias: String) {
        val key = KeyGenerator.getInstance("AES").apply { init(KEY_BITS, random) }.generateKey()
        if (keys.putIfAbsent(alias, key) != null) throw KeyVaultFailure.Exists()
    }

    override fun contains(alias: String): Boolean = keys.containsKey(alias)

    override fun wrap(alias: String, secret: ByteArray, place: ByteArray): ByteArray {
        val nonce = ByteArray(NONCE_BYTES).also(random::nextBytes)
        return nonce + cipher(Cipher.ENCRYPT_MODE, alias, nonce, place).doFinal(secret)
    }

    override fun unwrap(alias: String, wrapped: ByteArray, place: ByteArray): ByteArray {
        if (wrapped.size < NONCE_BYTES + TAG_BITS / Byte.SIZE_BITS) throw KeyVaultFailure.Refused()
        val cipher = cipher(Cipher.DECRYPT_MODE, alias, wrapped.copyOf(NONCE_BYTES), place)
        return try {
            cipher.doFinal(wrapped, NONCE_BYTES, wrapped.size - NONCE_BYTES)
        } catch (_: GeneralSecurityException) {
            throw KeyVaultFailure.Refused()
        }
    }

    override fun delete(alias: String) {
        keys.remove(alias)
    }

    override fun isHardware(): Boolean = hardware

    private fun cipher(mode: Int, alias: String, nonce: ByteArray, place: ByteArray): Cipher {
        val key = keys[alias] ?: throw KeyVaultFailure.NoSuchKey()
        return Cipher.getInstance("AES/GCM/NoPadding").apply {
            init(mode, key, GCMParameterSpec(TAG_BITS, nonce))
            // An alias has no zero byte, so that no two pairs look alike.
            updateAAD(alias.toByteArray() + 0)
            updateAAD(place)
        }
    }

    private companion object {
        const val KEY_BITS = 256
        const val NONCE_BYTES = 12
        const val TAG_BITS = 128
    }
}
