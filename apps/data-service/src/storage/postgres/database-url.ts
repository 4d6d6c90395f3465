import { ConfigError } from '@lastro/service';
import pg from 'pg';

/**
 * What a server has to be: `primary`, the one that takes commits; `prefer-standby`, any standby, and the primary where
 * there is none; `any`, as where the URL names one server and whatever is behind it is meant.
 */
export type ServerRole = 'primary' | 'prefer-standby' | 'standby' | 'any';

const WRONG_URL =
  'the URL of the database cannot be read; it must be like postgres://user:password@127.0.0.1:5432/lastro, with commas between several servers';

/** `scheme://`, `user:password@`, the hosts, and the rest. What is special in a password is written as %XX. */
const URL_PARTS = /^(postgres(?:ql)?:\/\/)([^/?#@]*@)?([^/?#@]*)([/?#].*)?$/i;

/** What libpq calls the roles, and the roles. */
const SESSION_ATTRIBUTES: Readonly<Record<string, ServerRole>> = {
  'read-write': 'primary',
  primary: 'primary',
  standby: 'standby',
  'prefer-standby': 'prefer-standby',
  any: 'any',
};

/** The servers that a URL names. */
export interface DatabaseServers {
  /** A URL for each, as the driver reads it; never empty. */
  readonly urls: readonly string[];
  /** `host:port` of each, to be shown. */
  readonly hosts: readonly string[];
  /** `target_session_attrs` of the URL. */
  readonly role: ServerRole | undefined;
}

/**
 * Reads a URL that may name several servers, as libpq does and the driver does not:
 * `postgresql://user:password@a:5432,b:5432/lastro?target_session_attrs=read-write`.
 *
 * @throws ConfigError, which does not repeat what was found: there is a password in it.
 */
export function readDatabaseUrl(url: string): DatabaseServers {
  const [, scheme, user = '', list, rest = ''] = URL_PARTS.exec(url) ?? [];
  if (scheme === undefined || list === undefined) throw new ConfigError(WRONG_URL);
  const { role, others } = takeSessionAttributes(rest);
  const hosts = list.split(',');
  if (hosts.length > 1 && hosts.includes('')) throw new ConfigError(WRONG_URL);
  const urls = hosts.map((host) => `${scheme}${user}${host}${others}`);
  for (const each of urls) requireReadable(each);
  return { urls, hosts, role };
}

function takeSessionAttributes(rest: string): { role: ServerRole | undefined; others: string } {
  const [path, query] = rest.split(/\?(.*)/s) as [string, string | undefined];
  if (query === undefined) return { role: undefined, others: rest };
  const parameters = query.split('&');
  const named = parameters.find((parameter) => parameter.startsWith('target_session_attrs='));
  if (named === undefined) return { role: undefined, others: rest };
  const role = SESSION_ATTRIBUTES[named.slice(named.indexOf('=') + 1)];
  if (role === undefined) {
    const known = Object.keys(SESSION_ATTRIBUTES).join(', ');
    throw new ConfigError(`target_session_attrs in the URL of the database must be one of ${known}`);
  }
  const others = parameters.filter((parameter) => parameter !== named).join('&');
  return { role, others: others === '' ? path : `${path}?${others}` };
}

function requireReadable(url: string): void {
  try {
    new pg.Client({ connectionString: url });
  } catch {
    throw new ConfigError(WRONG_URL);
  }
}
