package jp.kaban.core.support

import java.io.InputStream
import java.io.OutputStream
import java.net.InetAddress
import java.net.ServerSocket
import java.net.Socket
import java.net.URI
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.CountDownLatch
import java.util.concurrent.atomic.AtomicLong
import kotlin.concurrent.thread

/** A link to a relay that stands still once so many bytes came down. */
class StallingProxy(relay: String, bytes: Long) : AutoCloseable {
    private val relay = URI(relay)
    private val left = AtomicLong(bytes)
    private val server = ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress())
    private val sockets = CopyOnWriteArrayList<Socket>()

    /** Counted down when the link stands still. */
    val stalled = CountDownLatch(1)

    /** Where it listens. */
    val address = "http://127.0.0.1:${server.localPort}"

    init {
        thread(isDaemon = true) {
            // Closing the server ends this.
            runCatching { while (true) serve(server.accept()) }
        }
    }

    override fun close() {
        server.close()
        sockets.forEach { it.close() }
    }

    private fun serve(client: Socket) {
        val upstream = Socket(relay.host, relay.port)
        sockets += listOf(client, upstream)
        thread(isDaemon = true) { runCatching { client.getInputStream().transferTo(upstream.getOutputStream()) } }
        thread(isDaemon = true) { runCatching { down(upstream.getInputStream(), client.getOutputStream()) } }
    }

    private fun down(from: InputStream, to: OutputStream) {
        val buffer = ByteArray(BUFFER_BYTES)
        while (true) {
            val read = from.read(buffer)
            if (read < 0) return
            if (left.addAndGet(-read.toLong()) < 0) {
                // What has been read stays here, and the connection stays open.
                stalled.countDown()
                return
            }
            to.write(buffer, 0, read)
        }
    }

    private companion object {
        const val BACKLOG = 16
        const val BUFFER_BYTES = 1024
    }
}
