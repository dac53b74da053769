package jp.kaban.core.scenario

import jp.kaban.core.support.Stage

/** What happens around the devices. */
val STAGE_STEPS: Map<String, Step> = mapOf(
    "clock" to { inputs ->
        setClock(instant("at", inputs.text("at")))
        done()
    },
    "relay" to {
        startRelay()
        done()
    },
    "relay_ends" to {
        endRelay()
        done()
    },
    "pack" to { inputs ->
        Stage.pack(packFile(inputs.text("out")))
        done()
    },
    "tamper" to { inputs ->
        Stage.tamper(device(inputs.text("by")).folder, inputs.text("row"))
        done()
    },
)
