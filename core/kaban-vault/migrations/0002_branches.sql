-- The record log keeps every branch of a forked chain, so two of its envelopes may hold one place. It is the document of
-- sixteen zero bytes.
DROP INDEX envelope_place;
CREATE UNIQUE INDEX envelope_place ON envelope (doc, author, seq) WHERE state < 2 AND doc <> x'00000000000000000000000000000000';
