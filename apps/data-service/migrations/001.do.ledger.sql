-- The ledger. Written by the data service only: nothing here may be updated by hand, and `lastro verify` finds it if it was.
-- There are no foreign keys and no check constraints on the tables that every batch writes: the rules of money run
-- before the write, one writer at a time, and every row is covered by the hash chain and recomputed by `lastro verify`.

-- One row. A commit starts by locking it and ends by moving it, so batches are serial whatever number of data services run.
CREATE TABLE ledger_head (
  only_row      boolean     PRIMARY KEY DEFAULT true CHECK (only_row),
  sequence      bigint      NOT NULL,  -- of the newest operation; no gaps
  batch         bigint      NOT NULL,  -- number of the newest batch; no gaps
  hash          bytea       NOT NULL CHECK (length(hash) = 32),  -- of the newest batch
  account_count bigint      NOT NULL,  -- the next account gets this number plus one
  posted_at     timestamptz NOT NULL   -- of the newest batch; never goes back
);
INSERT INTO ledger_head (sequence, batch, hash, account_count, posted_at)
VALUES (0, 0, decode(repeat('00', 32), 'hex'), 0, '2000-01-01T00:00:00Z');

-- The hash chain (I8).
CREATE TABLE batch (
  number          bigint      PRIMARY KEY,
  first_sequence  bigint      NOT NULL,
  operation_count bigint      NOT NULL,
  posted_at       timestamptz NOT NULL,
  hash            bytea       NOT NULL
);
-- A past instant is looked up here, one row a batch, and never in the operations.
CREATE INDEX batch_posted_at ON batch (posted_at, number);

-- What an account is. Amounts are minor units of its currency.
CREATE TABLE account (
  number    bigint      PRIMARY KEY,
  id        text        COLLATE "C" NOT NULL UNIQUE,
  currency  text        NOT NULL,
  name      text,
  metadata  text,
  opened_at timestamptz NOT NULL
);

-- What an account holds, apart from what it is: these rows change with every batch, so they are narrow, and each page keeps
-- room for new versions of its rows beside the old ones (HOT updates: no index is touched).
CREATE TABLE account_balance (
  account         bigint PRIMARY KEY,
  balance         bigint NOT NULL,
  held            bigint NOT NULL,
  overdraft_limit bigint NOT NULL,
  entry_count     bigint NOT NULL,
  last_sequence   bigint NOT NULL  -- the account's newest entry is in this operation; 0 when it has none
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);

-- Every operation, in the order and form of its canonical record. Each entry names the operation before it on the same account
-- (`previous`, 0 for the first): an account's own chain, which makes an index by account unnecessary.
CREATE TABLE operation (
  sequence        bigint      PRIMARY KEY,
  id              uuid        NOT NULL UNIQUE,
  batch           bigint      NOT NULL,
  type            smallint    NOT NULL,
  reason          smallint,            -- null: posted
  amount          bigint,
  debit_account   bigint,              -- the entries are null when no money moved
  debit_entry     bigint,
  debit_previous  bigint,
  debit_balance   bigint,
  credit_account  bigint,
  credit_entry    bigint,
  credit_previous bigint,
  credit_balance  bigint,
  accepted_at     timestamptz NOT NULL,
  accepted_by     text        NOT NULL,
  details         text
) WITH (autovacuum_vacuum_insert_scale_factor = 0.2, autovacuum_analyze_scale_factor = 0.2);

-- Every 64th entry of an account: where a walk along its chain can start in the middle.
CREATE TABLE account_checkpoint (
  account  bigint NOT NULL,
  sequence bigint NOT NULL,
  PRIMARY KEY (account, sequence)
);
