import { ConfigError } from '@lastro/service';
import pg from 'pg';

/**
 * The settings of a connection to the database at `url`, once the driver can read it.
 *
 * @throws ConfigError, which does not repeat what was found: there is a password in it.
 */
export function connectionTo(url: string): { readonly connectionString: string } {
  try {
    new pg.Client({ connectionString: url });
  } catch {
    throw new ConfigError(
      'the URL of the database cannot be read; it must be like postgres://user:password@127.0.0.1:5432/lastro',
    );
  }
  return { connectionString: url };
}
