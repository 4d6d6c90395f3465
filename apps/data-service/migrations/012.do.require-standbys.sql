-- How many standbys a commit waits for, by a value of synchronous_standby_names: 'ANY 2 (a, b, c)', 'FIRST 1 (a, b)', '2 (a, b)',
-- or a list of which the first counts.
CREATE FUNCTION synchronous_standbys(names text) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN btrim(names, E' \t\n\r') = '' THEN 0
              ELSE coalesce((regexp_match(names, '^\s*(?:(?:any|first)\s+)?(\d+)\s*\(', 'i'))[1]::bigint, 1) END
$$;

-- Called after a COMMIT, in the same exchange. Whoever empties synchronous_standby_names ends the wait of commits that are under
-- way, and PostgreSQL reports success without a word: what is then on this server alone must not be told (I1, I6).
CREATE FUNCTION require_standbys(standbys_min bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF synchronous_standbys(current_setting('synchronous_standby_names')) < standbys_min THEN
    RAISE EXCEPTION 'PostgreSQL does not wait for % standbys any more (synchronous_standby_names)', standbys_min
      USING ERRCODE = 'LA002';
  END IF;
END $$;
