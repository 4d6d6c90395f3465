-- What was changed beside the ledger, by whom: keys, webhooks, monitors, schedules. Nothing here is ever changed.
CREATE TABLE audit_event (
  event       bigint      PRIMARY KEY,  -- 1, 2, 3... without a gap
  at          timestamptz NOT NULL,
  action      text        NOT NULL,
  subject     text        NOT NULL,  -- the name of the key, or the id of what was changed
  by          text        NOT NULL,  -- the key that asked for it
  accepted_by text        NOT NULL,  -- the business service that it asked
  details     jsonb       NOT NULL   -- never a secret
);
INSERT INTO audit_event SELECT change, at, action, key, by, accepted_by, details FROM access_event ORDER BY change;

-- One row: the number of the newest. Whoever notes something locks it until the end of the transaction.
CREATE TABLE audit_head (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  event    bigint  NOT NULL
);
INSERT INTO audit_head (event) SELECT coalesce(max(event), 0) FROM audit_event;

CREATE FUNCTION note_deed(action text, subject text, by text, accepted_by text, details jsonb) RETURNS bigint LANGUAGE sql AS $$
  WITH next AS (UPDATE audit_head SET event = event + 1 RETURNING event)
  INSERT INTO audit_event (event, at, action, subject, by, accepted_by, details)
  SELECT event, clock_timestamp(), $1, $2, $3, $4, $5 FROM next RETURNING event
$$;

-- What is left of the changes of keys: which ledger each belongs to.
ALTER TABLE access_event RENAME TO access_change;
ALTER TABLE access_change
  DROP COLUMN at, DROP COLUMN action, DROP COLUMN key, DROP COLUMN by, DROP COLUMN accepted_by, DROP COLUMN details;
