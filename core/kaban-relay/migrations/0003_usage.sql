-- What each device has stored of a workspace, as its share is counted; the log of records has a pool of its own.
CREATE TABLE usage (
    ws     INTEGER NOT NULL REFERENCES workspace (row),
    author BLOB    NOT NULL,           -- 16 bytes, the device
    log    INTEGER NOT NULL,           -- bytes of its records
    rest   INTEGER NOT NULL,           -- bytes of its data and key periods
    PRIMARY KEY (ws, author)
) STRICT, WITHOUT ROWID;
INSERT INTO usage
    SELECT ws, author, sum(iif(kind = 3, length(bytes), 0)), sum(iif(kind = 3, 0, length(bytes)))
    FROM envelope GROUP BY ws, author;
ALTER TABLE workspace DROP COLUMN bytes;
