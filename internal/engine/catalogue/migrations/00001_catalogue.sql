-- Format version 1; docs/formats/catalogue.md describes the columns. This text
-- runs unmodified on SQLite and on PostgreSQL.

-- +goose Up
CREATE TABLE meta (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

INSERT INTO meta (name, value) VALUES ('format', 'houfeng catalogue'), ('version', '1');

CREATE TABLE revisions (
    event_id TEXT   NOT NULL,
    revision BIGINT NOT NULL CHECK (revision >= 1),
    sha256   TEXT   NOT NULL,
    document TEXT   NOT NULL,
    PRIMARY KEY (event_id, revision)
);

CREATE TABLE events (
    id             TEXT     NOT NULL PRIMARY KEY,
    revision       BIGINT   NOT NULL,
    status         TEXT     NOT NULL,
    event_type     TEXT     NOT NULL,
    origin_ns      BIGINT   NOT NULL,
    origin_leap    SMALLINT NOT NULL CHECK (origin_leap IN (0, 1)),
    latitude       DOUBLE PRECISION,
    longitude      DOUBLE PRECISION,
    depth_km       DOUBLE PRECISION,
    magnitude      DOUBLE PRECISION,
    magnitude_type TEXT,
    region         TEXT     NOT NULL,
    updated_ns     BIGINT   NOT NULL,
    updated_leap   SMALLINT NOT NULL CHECK (updated_leap IN (0, 1)),
    FOREIGN KEY (id, revision) REFERENCES revisions (event_id, revision)
);

CREATE INDEX events_by_time ON events (origin_ns DESC, origin_leap, id);

CREATE INDEX events_by_update ON events (updated_ns);
