-- What the gates decided, newest last; evidence and inputs are files named by their digests.
CREATE TABLE verdict (
    id         TEXT PRIMARY KEY,
    number     INTEGER NOT NULL, -- counts the verdicts of a working tree, from 1
    at         REAL NOT NULL,
    outcome    TEXT NOT NULL, -- passed failed inconclusive error; "" until it is reached
    sha        TEXT NOT NULL,
    branch     TEXT NOT NULL,
    dirty      INTEGER NOT NULL,
    repository TEXT NOT NULL,
    root       TEXT NOT NULL,
    run        TEXT NOT NULL,
    evidence   TEXT NOT NULL,
    inputs     TEXT NOT NULL,
    reason     TEXT NOT NULL
);
CREATE INDEX verdict_by_repository ON verdict (repository, branch, at);
CREATE INDEX verdict_by_sha ON verdict (sha);
