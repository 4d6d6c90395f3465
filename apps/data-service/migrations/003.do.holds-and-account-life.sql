-- Holds, reversals, and what may change of an account beside its balance.

-- What movements the account takes part in: packages/ledger/src/account.ts has the numbers.
ALTER TABLE account_balance ADD COLUMN status smallint NOT NULL DEFAULT 0;

-- Money that is reserved on an account for a payment to another. The operations say it all; here it is found.
CREATE TABLE hold (
  id              uuid        PRIMARY KEY,  -- of the operation that made it
  account         bigint      NOT NULL,     -- the account that it is on
  payee           bigint      NOT NULL,
  amount          bigint      NOT NULL,
  expires_at      timestamptz,              -- null: never
  status          smallint    NOT NULL,     -- packages/ledger/src/hold.ts has the numbers
  captured        bigint      NOT NULL,     -- what was paid out of it
  opened_sequence bigint      NOT NULL,
  closed_sequence bigint                    -- null while it is open
);
CREATE INDEX hold_due ON hold (expires_at) WHERE closed_sequence IS NULL AND expires_at IS NOT NULL;
CREATE INDEX hold_of_account ON hold (account, opened_sequence);

-- How much of an operation is reversed after each of its reversals.
CREATE TABLE reversal (
  original bigint NOT NULL,  -- sequence of the operation that is reversed
  sequence bigint NOT NULL,  -- of the reversal
  reversed bigint NOT NULL,  -- minor units of the original, this reversal included
  PRIMARY KEY (original, sequence)
);

-- Writes what an account may do and has reserved; of all of them or none.
CREATE FUNCTION write_terms(accounts bigint[], holds bigint[], limits bigint[], statuses bigint[])
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  written bigint;
BEGIN
  UPDATE account_balance s
  SET held = n.held, overdraft_limit = n.overdraft_limit, status = n.status
  FROM unnest(accounts, holds, limits, statuses) AS n (account, held, overdraft_limit, status)
  WHERE s.account = n.account;
  GET DIAGNOSTICS written = ROW_COUNT;
  IF written <> cardinality(accounts) THEN
    RAISE EXCEPTION 'terms of % accounts to write, % rows found', cardinality(accounts), written;
  END IF;
END $$;
