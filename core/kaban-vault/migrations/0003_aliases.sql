-- Every key this store has made in the keystore and not destroyed: slots, leases and lease prekeys.
-- Written before the key is made and deleted after it is destroyed, so that a wipe reaches them all,
-- also those whose slot is damaged and those under which nothing lies yet.
CREATE TABLE alias (
  name  TEXT PRIMARY KEY,
  owner BLOB NOT NULL      -- the member whose key it is; zeros where an older version made it
) WITHOUT ROWID, STRICT;
INSERT OR IGNORE INTO alias SELECT 'slot-' || lower(hex(id)), zeroblob(16) FROM slot;
INSERT OR IGNORE INTO alias SELECT 'lease-' || lower(hex(id)), owner FROM scope WHERE kind = 3;
-- The prekeys of the version before: the lease is the id of their row.
INSERT OR IGNORE INTO alias
  SELECT 'lease-' || lower(hex(id)), zeroblob(16) FROM boxed WHERE collection = 'prekey';
