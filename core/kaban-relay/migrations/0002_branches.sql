-- The record log keeps every branch of a forked chain, so two of its envelopes may hold one place. It is the document of
-- sixteen zero bytes.
DROP INDEX envelope_place;
CREATE UNIQUE INDEX envelope_place ON envelope (ws, doc, author, seq) WHERE doc <> x'00000000000000000000000000000000';
CREATE INDEX envelope_chain ON envelope (ws, doc, author, seq);

-- 1 for a record whose place another holds as well: a vector does not tell which of them its sender has.
ALTER TABLE envelope ADD COLUMN branch INTEGER NOT NULL DEFAULT 0;
CREATE INDEX envelope_branch ON envelope (ws, author, seq, position) WHERE branch = 1;
