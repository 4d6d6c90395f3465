-- Operations that are to be sent at a later time. They stand beside the ledger: when their time has come they are operations
-- like any others, and only their ids keep them from taking effect twice (I2).
CREATE TABLE schedule (
  number          bigint      GENERATED ALWAYS AS IDENTITY UNIQUE,  -- the order of the list
  id              uuid        PRIMARY KEY,
  scheduled_for   timestamptz NOT NULL,
  state           smallint    NOT NULL DEFAULT 0 CHECK (state BETWEEN 0 AND 3),  -- 0 waiting, 1 started, 2 done, 3 cancelled
  conflict        boolean     NOT NULL DEFAULT false,  -- an id of its operations belonged to another operation
  operations      text        NOT NULL,  -- JSON: as they were submitted
  shown           text        NOT NULL,  -- JSON: what lists show of them
  operation_count integer     NOT NULL CHECK (operation_count > 0),
  accepted_by     text        NOT NULL,  -- the business service that took it
  created_by      text        NOT NULL,  -- the key that asked for it
  created_at      timestamptz NOT NULL,
  started_at      timestamptz,
  ended_at        timestamptz,
  CHECK ((started_at IS NOT NULL) = (state IN (1, 2))),
  CHECK ((ended_at IS NOT NULL) = (state IN (2, 3)))
);
-- What is still to be done, however much is over.
CREATE INDEX schedule_to_do ON schedule (state, scheduled_for, number) WHERE state < 2;
CREATE INDEX schedule_state ON schedule (state, number);
