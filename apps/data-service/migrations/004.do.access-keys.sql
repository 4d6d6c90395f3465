-- Who may use the bank, beside the administrator whose key is a setting. Written by the data service only, a few rows a day:
-- so the rules that the tables of the ledger leave to the hash chain are constraints here.

-- One row. A change of a key begins by locking it, so the numbers of changes have no gap and come in the order of their commits.
CREATE TABLE access_head (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  change   bigint  NOT NULL,  -- of the newest change
  mark     uuid    NOT NULL   -- another one for each change: tells apart two ledgers, or a restored one, at the same number
);
INSERT INTO access_head (change, mark) VALUES (0, gen_random_uuid());

-- The keys, revoked ones too: a name is never used again. The key itself is nowhere, only its SHA-256.
CREATE TABLE access_key (
  name                  text        COLLATE "C" PRIMARY KEY,
  digest                bytea       NOT NULL UNIQUE CHECK (length(digest) = 32),
  previous_digest       bytea       CHECK (length(previous_digest) = 32),  -- of the key that was replaced last...
  previous_until        timestamptz,                                       -- ...which works until then
  scope                 text        NOT NULL CHECK (scope IN ('read', 'operate', 'admin')),
  accounts              text[]      CHECK (cardinality(accounts) > 0),     -- null: all
  rate_limit_per_second integer     CHECK (rate_limit_per_second > 0),     -- null: none
  expires_at            timestamptz,
  created_at            timestamptz NOT NULL,
  created_by            text        NOT NULL,
  rotated_at            timestamptz,
  revoked_at            timestamptz,
  change                bigint      NOT NULL UNIQUE,  -- its newest
  CHECK ((previous_digest IS NULL) = (previous_until IS NULL))
);

-- What was done to keys, by whom. Nothing here is ever changed.
CREATE TABLE access_event (
  change      bigint      PRIMARY KEY,
  mark        uuid        NOT NULL,
  at          timestamptz NOT NULL,
  action      text        NOT NULL,
  key         text        NOT NULL,
  by          text        NOT NULL,  -- the key that asked for it
  accepted_by text        NOT NULL,  -- the business service that it asked
  details     jsonb       NOT NULL
);
