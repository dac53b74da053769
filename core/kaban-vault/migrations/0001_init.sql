-- One row: who this store is. `sum` is SHA-256 of "kaban/store/1" and the id, so that a damaged id is not taken for a wrong key.
CREATE TABLE store (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  id  BLOB NOT NULL CHECK (length(id) = 16),
  sum BLOB NOT NULL CHECK (length(sum) = 32)
) STRICT;

-- Unlock slots; `bytes` carries its own checksum.
CREATE TABLE slot (
  id    BLOB PRIMARY KEY,
  bytes BLOB NOT NULL
) WITHOUT ROWID, STRICT;

-- One boxed key per scope. kind 2 = own/team of one patient, 3 = bag of one lease; owner = the member who can open it.
CREATE TABLE scope (
  kind   INTEGER NOT NULL,
  owner  BLOB NOT NULL,
  id     BLOB NOT NULL,
  sealed BLOB NOT NULL,
  PRIMARY KEY (kind, owner, id)
) WITHOUT ROWID, STRICT;

-- Bags whose erasure has begun; finished at the next opening when it was interrupted.
CREATE TABLE dropping (
  id BLOB PRIMARY KEY
) WITHOUT ROWID, STRICT;

-- Every sealed value: projections, drafts, snapshots, document keys, settings.
CREATE TABLE boxed (
  collection TEXT NOT NULL,
  parent     BLOB NOT NULL,
  id         BLOB NOT NULL,
  owner      BLOB NOT NULL,     -- zeros for the device scope, else the member
  kind       INTEGER NOT NULL,  -- scope: 0 device, 1 member, 2 own, 3 bag
  scope      BLOB NOT NULL,     -- patient or lease; zeros for device and member
  ver        INTEGER NOT NULL,  -- counts the writes of this row, bound into the box
  sealed     BLOB NOT NULL,
  PRIMARY KEY (collection, parent, id, owner)
) WITHOUT ROWID, STRICT;
CREATE INDEX boxed_scope ON boxed (kind, scope);

-- Envelopes in wire form: sealed already, and outliving the scopes.
CREATE TABLE envelope (
  n       INTEGER PRIMARY KEY AUTOINCREMENT,  -- order of arrival
  hash    BLOB NOT NULL UNIQUE,               -- SHA-256 of wire
  doc     BLOB NOT NULL,
  author  BLOB NOT NULL,
  seq     INTEGER NOT NULL,
  kind    INTEGER NOT NULL,
  state   INTEGER NOT NULL,                   -- 0 applied, 1 parked, 2 quarantined
  outbox  INTEGER NOT NULL,                   -- 1 until a receipt covers it
  receipt INTEGER,
  wire    BLOB NOT NULL
) STRICT;
-- A quarantined envelope holds no place in its chain: a refused one never keeps the true one out.
CREATE UNIQUE INDEX envelope_place ON envelope (doc, author, seq) WHERE state < 2;
CREATE INDEX envelope_chain ON envelope (doc, author, seq, state);
CREATE INDEX envelope_waiting ON envelope (state, n) WHERE state > 0;
CREATE INDEX envelope_outbox ON envelope (n) WHERE outbox = 1;

-- Contiguous heads of each chain, as told to peers.
CREATE TABLE head (
  doc    BLOB NOT NULL,
  author BLOB NOT NULL,
  seq    INTEGER NOT NULL,
  hash   BLOB NOT NULL,
  PRIMARY KEY (doc, author)
) WITHOUT ROWID, STRICT;

-- Receipts as the relay signed them; one covers many envelopes.
CREATE TABLE receipt (
  n     INTEGER PRIMARY KEY,
  bytes BLOB NOT NULL
) STRICT;

-- Why an envelope was set aside; a code, never content.
CREATE TABLE quarantine (
  hash   BLOB PRIMARY KEY,
  reason TEXT NOT NULL
) WITHOUT ROWID, STRICT;

-- The audit chain, boxed; row 0 is the boxed head (count and hash of the last row).
CREATE TABLE audit (
  n      INTEGER PRIMARY KEY,
  sealed BLOB NOT NULL
) STRICT;
