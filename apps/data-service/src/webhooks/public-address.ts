import { lookup as lookUpName } from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { buildConnector } from 'undici';

/** A webhook leads to where this service must not go. Retry: the name may lead elsewhere another time. */
export class PrivateAddressError extends Error {
  override readonly name = 'PrivateAddressError';
}

/** Whether an address is one of the Internet: none of this machine, its networks, or those kept for special use. */
export function isPublicAddress(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'unicast';
}

/**
 * Why events are not sent to `url`; `undefined` when they may be. `allowPrivate`: to any address, and without TLS.
 * Where its name leads is looked at with every connection: it may change.
 */
export function refusalOfUrl(url: string, allowPrivate: boolean): string | undefined {
  if (!URL.canParse(url)) return 'It is no URL.';
  const { protocol, username, password, hostname, hash } = new URL(url);
  if (username !== '' || password !== '') return 'It has a user or a password in it.';
  if (hash !== '') return 'It has a fragment.';
  if (allowPrivate) return undefined;
  if (protocol !== 'https:') return 'It is not https.';
  const literal = hostname.replace(/^\[|\]$/g, '');
  const isPrivate = ipaddr.isValid(literal)
    ? !isPublicAddress(literal)
    : /(^|\.)localhost\.?$/i.test(literal);
  return isPrivate ? 'It leads to a private address.' : undefined;
}

/** Makes connections of undici, but none to an address that is not public: looked at when it is known, so no name can hide it. */
export function guardedConnector(options: {
  readonly allowPrivate: boolean;
  readonly timeoutMs: number;
}): buildConnector.connector {
  const { allowPrivate, timeoutMs: timeout } = options;
  const connect = buildConnector(allowPrivate ? { timeout } : { timeout, lookup: lookUpPublic });
  return (target, callback) => {
    const literal = target.hostname.replace(/^\[|\]$/g, '');
    // An address that is written out is never looked up.
    if (!allowPrivate && ipaddr.isValid(literal) && !isPublicAddress(literal)) callback(refused(), null);
    else connect(target, callback);
  };
}

const lookUpPublic: LookupFunction = (hostname, options, callback) => {
  lookUpName(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) callback(error, '', 0);
    else if (addresses.length === 0 || !addresses.every(({ address }) => isPublicAddress(address)))
      callback(refused(), '', 0);
    else if (options.all) callback(null, addresses);
    else callback(null, addresses[0]!.address, addresses[0]!.family);
  });
};

function refused(): PrivateAddressError {
  return new PrivateAddressError('the URL leads to a private address');
}
