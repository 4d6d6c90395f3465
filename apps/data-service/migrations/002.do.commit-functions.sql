-- What a commit has to be sure of before it goes on, checked where it is sent in one go, without waiting for answers in between.

-- Locks the head row, and fails when the ledger does not stand where the writer believes it to stand (I8).
CREATE FUNCTION lock_ledger_head(expected_batch bigint, expected_hash bytea) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM ledger_head WHERE batch = expected_batch AND hash = expected_hash FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the ledger is not at batch % any more', expected_batch USING ERRCODE = 'LA001';
  END IF;
END $$;

-- Writes the balances of accounts that are there; all of them or none.
CREATE FUNCTION write_balances(accounts bigint[], balances bigint[], entry_counts bigint[], last_sequences bigint[])
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  written bigint;
BEGIN
  UPDATE account_balance s
  SET balance = n.balance, entry_count = n.entry_count, last_sequence = n.last_sequence
  FROM unnest(accounts, balances, entry_counts, last_sequences) AS n (account, balance, entry_count, last_sequence)
  WHERE s.account = n.account;
  GET DIAGNOSTICS written = ROW_COUNT;
  IF written <> cardinality(accounts) THEN
    RAISE EXCEPTION '% balances to write, % rows found', cardinality(accounts), written;
  END IF;
END $$;
