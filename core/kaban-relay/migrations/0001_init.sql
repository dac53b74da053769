-- One row for each workspace whose genesis was taken.
CREATE TABLE workspace (
    row      INTEGER PRIMARY KEY,
    ws       BLOB    NOT NULL UNIQUE,  -- 16 bytes, derived from the genesis
    made_ms  INTEGER NOT NULL,         -- relay clock when the genesis came
    bytes    INTEGER NOT NULL,         -- sum of the sizes of its envelopes
    position INTEGER NOT NULL          -- number of its newest envelope
) STRICT;

-- Every envelope, as it came. Nothing is ever changed or deleted.
CREATE TABLE envelope (
    row      INTEGER PRIMARY KEY,
    ws       INTEGER NOT NULL REFERENCES workspace (row),
    position INTEGER NOT NULL,         -- 1, 2, 3 … within the workspace, in the order of storing
    kind     INTEGER NOT NULL,         -- 1 data, 2 epoch, 3 record
    doc      BLOB    NOT NULL,         -- 16 bytes, says nothing about the patient
    author   BLOB    NOT NULL,         -- 16 bytes, the device
    seq      INTEGER NOT NULL,         -- place in the chain of (doc, author), from 1
    at_ms    INTEGER NOT NULL,         -- relay clock when it came
    hash     BLOB    NOT NULL,         -- 32 bytes, SHA-256 of bytes
    bytes    BLOB    NOT NULL          -- the canonical encoding
) STRICT;
CREATE UNIQUE INDEX envelope_place ON envelope (ws, doc, author, seq);
CREATE UNIQUE INDEX envelope_position ON envelope (ws, position);

-- The end of every chain: what the next envelope must continue, and what a pull compares first.
CREATE TABLE chain (
    ws     INTEGER NOT NULL REFERENCES workspace (row),
    doc    BLOB    NOT NULL,
    author BLOB    NOT NULL,
    seq    INTEGER NOT NULL,
    hash   BLOB    NOT NULL,
    PRIMARY KEY (ws, doc, author)
) STRICT, WITHOUT ROWID;
