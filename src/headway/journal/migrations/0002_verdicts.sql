-- What the gates decided, newest last; the evidence is a file named by its digest.
CREATE TABLE verdict (
    id         TEXT PRIMARY KEY,
    at         REAL NOT NULL,
    outcome    TEXT NOT NULL, -- passed failed inconclusive error
    sha        TEXT NOT NULL,
    branch     TEXT NOT NULL,
    dirty      INTEGER NOT NULL,
    repository TEXT NOT NULL,
    root       TEXT NOT NULL,
    run        TEXT NOT NULL,
    evidence   TEXT NOT NULL
);
CREATE INDEX verdict_by_repository ON verdict (repository, branch, at);
CREATE INDEX verdict_by_sha ON verdict (sha);
