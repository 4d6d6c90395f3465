-- What was changed of an account, by its operations: where its overdraft limit at a past moment is found. Only updates are in it,
-- so a movement costs one look at its type, and writes nothing.
CREATE INDEX operation_update ON operation (debit_account, sequence) WHERE type = 13 AND reason IS NULL;
