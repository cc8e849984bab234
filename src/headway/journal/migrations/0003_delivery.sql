-- Who may act on a thing: whoever holds the lease; the epoch only ever grows, and whatever
-- acts refuses an epoch smaller than one that it has seen.
CREATE TABLE lease (
    name    TEXT PRIMARY KEY,
    epoch   INTEGER NOT NULL,
    holder  TEXT NOT NULL,
    expires REAL NOT NULL
);
