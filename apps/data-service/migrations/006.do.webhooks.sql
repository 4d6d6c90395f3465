-- Who is told what the ledger has done. The news itself is nowhere but in `operation`: an event is an operation, or what a
-- monitor sees in it.

-- Balances that are watched. A monitor counts for the operations after `from_sequence`, up to `until_sequence` when it was
-- removed; it is kept then, so that the same ledger always gives the same events.
CREATE TABLE monitor (
  number         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,  -- several on one account: their order in the events
  id             uuid        NOT NULL UNIQUE,
  account        bigint      NOT NULL,
  below          bigint,
  above          bigint,
  from_sequence  bigint      NOT NULL,
  until_sequence bigint,
  created_at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX monitor_account ON monitor (account, number);

-- Where events are sent. One data service at a time delivers for a webhook: the one that has the lease; what it writes
-- counts only while it has it, and only for the `generation` that it knows.
CREATE TABLE webhook (
  number                bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id                    uuid        NOT NULL UNIQUE,
  url                   text        NOT NULL,
  types                 text[],               -- null: all
  accounts              text[],               -- null: all
  secret                text        NOT NULL,
  previous_secret       text,
  previous_secret_until timestamptz,
  created_at            timestamptz NOT NULL DEFAULT now(),
  disabled_reason       text,                 -- null: enabled
  -- The newest event that it is done with.
  sequence              bigint      NOT NULL,
  event_index           integer     NOT NULL,
  -- What is known of the event after that.
  attempts              integer     NOT NULL DEFAULT 0,
  first_attempt_at      timestamptz,
  next_attempt_at       timestamptz,
  last_error            text,
  failing_since         timestamptz,
  generation            bigint      NOT NULL DEFAULT 1,  -- another whenever somebody moves or changes it from outside
  lease_owner           uuid,
  lease_until           timestamptz
) WITH (fillfactor = 50);

CREATE TABLE webhook_dead_letter (
  webhook     bigint      NOT NULL REFERENCES webhook ON DELETE CASCADE,
  sequence    bigint      NOT NULL,
  event_index integer     NOT NULL,
  type        text        NOT NULL,
  attempts    integer     NOT NULL,
  failed_at   timestamptz NOT NULL DEFAULT now(),
  error       text        NOT NULL,
  retry       boolean     NOT NULL DEFAULT false,  -- somebody has asked for it
  PRIMARY KEY (webhook, sequence, event_index)
);
