-- The record log keeps every branch of a forked chain, so two of its envelopes may hold one place. It is the document of
-- sixteen zero bytes.
DROP INDEX envelope_place;
CREATE UNIQUE INDEX envelope_place ON envelope (doc, author, seq) WHERE state < 2 AND doc <> x'00000000000000000000000000000000';

-- Envelopes whose stored bytes are no longer those of their hash, as they were found. Their places are gaps, so that a
-- peer is asked for them again.
CREATE TABLE damaged (
  hash   BLOB PRIMARY KEY,
  doc    BLOB NOT NULL,
  author BLOB NOT NULL,
  seq    INTEGER NOT NULL,
  wire   BLOB NOT NULL
) WITHOUT ROWID, STRICT;
