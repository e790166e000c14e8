-- What came, as it came: every message, repeats too, in the order of arrival.
CREATE TABLE IF NOT EXISTS arrival (
    place INTEGER PRIMARY KEY, source TEXT, sequence INTEGER, id TEXT);
-- The events, each once. Outcome: applied, held (something before it is missing),
-- stale (its place was taken already), unknown (a type that is newer than we are) or
-- aside (an answer to a command, which stands in no stream, or of a rehearsal).
CREATE TABLE IF NOT EXISTS event (
    source TEXT, id TEXT, sequence INTEGER, type TEXT, outcome TEXT, body TEXT,
    PRIMARY KEY (source, id));
CREATE INDEX IF NOT EXISTS event_held ON event (source, sequence)
    WHERE outcome = 'held';
-- How far each stream has come.
CREATE TABLE IF NOT EXISTS stream (source TEXT PRIMARY KEY, sequence INTEGER);
-- What was missing when something later came, and what closed it in the end.
CREATE TABLE IF NOT EXISTS gap (
    source TEXT, first INTEGER, last INTEGER, noticed TEXT, closed_by TEXT,
    PRIMARY KEY (source, first));
-- What the desk skipped: nobody will ever be told of it.
CREATE TABLE IF NOT EXISTS skipped (
    source TEXT, sequence INTEGER, PRIMARY KEY (source, sequence));
-- How far a file was read, in bytes.
CREATE TABLE IF NOT EXISTS position (path TEXT PRIMARY KEY, bytes INTEGER);

-- The copy. Ids are the desk's. Between streams there is no order, so a ticket may
-- be here before its people: nothing refers to another table by constraint.
CREATE TABLE IF NOT EXISTS organisation (
    id INTEGER PRIMARY KEY, name TEXT, site TEXT, domains TEXT);
CREATE TABLE IF NOT EXISTS contact (
    id INTEGER PRIMARY KEY, organisation INTEGER, name TEXT, emails TEXT,
    telegram_id INTEGER, language TEXT);
CREATE TABLE IF NOT EXISTS specialist (
    id INTEGER PRIMARY KEY, name TEXT, telegram_id INTEGER, site TEXT, role TEXT,
    active INTEGER);
CREATE TABLE IF NOT EXISTS ticket (
    number TEXT PRIMARY KEY, site TEXT, organisation INTEGER, requester INTEGER,
    subject TEXT, process TEXT, stage TEXT, priority TEXT, assignee INTEGER,
    opened_at TEXT, first_answer_at TEXT, resolved_at TEXT, closed_at TEXT,
    merged_into TEXT, awaiting TEXT, followed INTEGER NOT NULL DEFAULT 1);
CREATE TABLE IF NOT EXISTS participant (
    ticket TEXT, contact INTEGER, role TEXT, quiet INTEGER,
    PRIMARY KEY (ticket, contact));
CREATE TABLE IF NOT EXISTS comment (
    id TEXT PRIMARY KEY, ticket TEXT, author_kind TEXT, author,
    visibility TEXT, trust TEXT, channel TEXT, at TEXT,
    text TEXT, text_sha256 TEXT, text_url TEXT);
CREATE INDEX IF NOT EXISTS comment_ticket ON comment (ticket);
CREATE TABLE IF NOT EXISTS attachment (
    comment TEXT, name TEXT, media_type TEXT, size INTEGER, sha256 TEXT, url TEXT);
CREATE INDEX IF NOT EXISTS attachment_comment ON attachment (comment);
CREATE TABLE IF NOT EXISTS failure (
    ticket TEXT, at TEXT, channel TEXT, recipient TEXT, reason TEXT);
