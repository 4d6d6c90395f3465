-- When the newest backup of the ledger was taken, as whoever made it has said: for the age that is watched. No row: never.
CREATE TABLE newest_backup (
  only_row boolean     PRIMARY KEY DEFAULT true CHECK (only_row),
  taken_at timestamptz NOT NULL
);
