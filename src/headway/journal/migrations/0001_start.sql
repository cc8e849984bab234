-- Everything that happened, in order. Rows are only ever added.
-- `digest` is the SHA-256 (hex) of the digest before it in the stream and of `body`, which
-- is the event's JSON text exactly as it was first written.
CREATE TABLE event (
    position INTEGER PRIMARY KEY,
    stream   TEXT NOT NULL,
    seq      INTEGER NOT NULL,
    kind     TEXT NOT NULL,
    body     TEXT NOT NULL,
    digest   TEXT NOT NULL,
    UNIQUE (stream, seq)
);

-- Where each stream ends: what the next event continues, and what shows a cut-off end.
CREATE TABLE stream (
    id     TEXT PRIMARY KEY,
    seq    INTEGER NOT NULL,
    digest TEXT NOT NULL
);

-- Summaries, written with the events they come from; they can be made anew from them.
CREATE TABLE run (
    id            TEXT PRIMARY KEY,
    number        INTEGER NOT NULL,
    workflow      TEXT NOT NULL,
    name          TEXT NOT NULL,
    event         TEXT NOT NULL,
    ref           TEXT NOT NULL,
    sha           TEXT NOT NULL,
    actor         TEXT NOT NULL,
    repository    TEXT NOT NULL,
    root          TEXT NOT NULL,
    dirty         INTEGER NOT NULL,
    rerun_of      TEXT NOT NULL,
    attempt       INTEGER NOT NULL,
    pid           INTEGER NOT NULL,
    process       TEXT NOT NULL,
    status        TEXT NOT NULL, -- queued running completed interrupted
    conclusion    TEXT NOT NULL, -- "" until completed
    started       REAL NOT NULL,
    finished      REAL,
    seconds       REAL NOT NULL DEFAULT 0,
    jobs          INTEGER NOT NULL DEFAULT 0,
    finished_jobs INTEGER NOT NULL DEFAULT 0,
    failed_jobs   INTEGER NOT NULL DEFAULT 0,
    errors        INTEGER NOT NULL DEFAULT 0,
    warnings      INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX run_by_root ON run (root, started);
CREATE INDEX run_by_repository ON run (repository, started);
CREATE INDEX run_by_status ON run (status);

CREATE TABLE job (
    run        TEXT NOT NULL,
    job        TEXT NOT NULL,
    id         TEXT NOT NULL,
    name       TEXT NOT NULL,
    parent     TEXT NOT NULL,
    position   INTEGER NOT NULL, -- of the event that made it known
    status     TEXT NOT NULL,
    outcome    TEXT NOT NULL,
    conclusion TEXT NOT NULL,
    reason     TEXT NOT NULL,
    started    REAL,
    finished   REAL,
    seconds    REAL NOT NULL DEFAULT 0,
    PRIMARY KEY (run, job)
);

-- The last number given out, for each thing that is counted.
CREATE TABLE counter (
    scope TEXT PRIMARY KEY,
    last  INTEGER NOT NULL
);
