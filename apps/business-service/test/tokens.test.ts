import { createHmac } from 'node:crypto';
import { ConfigError } from '@lastro/service';
import { exportSPKI, importJWK, type importSPKI } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startBusinessService } from '../src/index.ts';
import { AUDIENCE, claimsOf, IdentityProvider, ISSUER, type TokenChange } from './identity-provider.ts';
import { haveKeys, recordOf } from './known-keys.ts';
import { type Answer, RunningBank } from './running-bank.ts';

const KEY = 'lastro_a-key-of-the-tests';
const DAY_SECONDS = 86_400;
const nowSeconds = () => Math.floor(Date.now() / 1000);

describe('tokens of an identity provider', { timeout: 30_000 }, () => {
  let provider: IdentityProvider;
  let bank: RunningBank;

  beforeEach(async () => {
    provider = new IdentityProvider();
    await provider.addKey('first');
    await provider.listen();
    bank = await RunningBank.start({
      LASTRO_KEYS_REFRESH_INTERVAL_MAX_MS: '10',
      LASTRO_JWT_JWKS_URL: provider.jwksUrl,
      LASTRO_JWT_ISSUER: ISSUER,
      LASTRO_JWT_AUDIENCE: AUDIENCE,
      LASTRO_JWT_CLOCK_TOLERANCE_SECONDS: '10',
      LASTRO_JWT_JWKS_COOLDOWN_MS: '0',
      LASTRO_JWT_JWKS_TIMEOUT_MS: '500',
    });
  });
  afterEach(async () => {
    await bank.stop();
    await provider.close();
  });

  const ask = (token: string): Promise<Answer> => bank.call('GET', '/v1/accounts', undefined, { key: token });
  const send = (token: string, account = 'alice'): Promise<Answer> =>
    bank.call('POST', '/v1/withdrawals', { account, amount: 1 }, { key: token });
  const tokenWith = (claims: TokenChange['claims'] = {}) => provider.token({ claims });

  it.each(['ES256', 'ES384', 'RS256', 'PS256', 'EdDSA'])('signed with %s are accepted', async (algorithm) => {
    await provider.addKey('second', algorithm);
    expect((await send(await provider.token({ kid: 'second' }))).status).toBe(202);
  });

  it.each([
    ['lastro:read', 200, 403, 403],
    ['openid lastro:operate profile', 200, 202, 403],
    ['lastro:read lastro:admin', 200, 202, 200],
  ])('with the scopes %s may do what they say', async (scope, read, write, administer) => {
    const token = await tokenWith({ scope });
    const letters = await bank.call('GET', '/v1/dead-letters', undefined, { key: token });
    expect([(await ask(token)).status, (await send(token)).status, letters.status]).toEqual([
      read,
      write,
      administer,
    ]);
  });

  it('with accounts are limited to them, whatever their scope', async () => {
    const token = await tokenWith({ scope: 'lastro:admin', lastro_accounts: ['alice', 'till:*'] });
    expect((await send(token)).status).toBe(202);
    expect((await send(token, 'till:9')).status).toBe(202);
    expect(await send(token, 'bob')).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    const letters = await bank.call('GET', '/v1/dead-letters', undefined, { key: token });
    expect(letters).toMatchObject({ status: 403 });
    expect((await send(await tokenWith({ lastro_accounts: [] }))).status).toBe(403);
  });

  it.each([
    ['no scope of ours', { scope: 'openid profile' }],
    ['no scope at all', { scope: undefined }],
    ['a scope that only looks like ours', { scope: 'lastro:administrator xlastro:admin' }],
    ['scopes that are no text', { scope: ['lastro:admin'] }],
    ['accounts that are no list', { lastro_accounts: 'alice' }],
    ['accounts that are none', { lastro_accounts: [7] }],
    ['all accounts', { lastro_accounts: ['*'] }],
    ['null for accounts', { lastro_accounts: null }],
  ])('with %s may do nothing', async (_what, claims) => {
    expect(await ask(await tokenWith(claims))).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  });

  it.each([
    ['has expired', { exp: nowSeconds() - DAY_SECONDS }],
    ['has just expired, past the tolerance', { exp: nowSeconds() - 11 }],
    ['never expires', { exp: undefined }],
    ['is not valid yet', { nbf: nowSeconds() + DAY_SECONDS }],
    ['comes from another issuer', { iss: 'https://evil.example/' }],
    ['names no issuer', { iss: undefined }],
    ['is for somebody else', { aud: 'another-bank' }],
    ['is for nobody', { aud: undefined }],
    ['has no subject', { sub: undefined }],
    ['has an empty subject', { sub: '' }],
    ['calls itself the administrator', { sub: 'admin' }],
    ['has a subject that would break a record', { sub: 'a","scope":"admin' }],
    ['has a subject without end', { sub: 'x'.repeat(129) }],
    ['expires at no time', { exp: 'tomorrow' }],
  ])('are refused when one %s', async (_what, claims) => {
    expect(await ask(await tokenWith(claims))).toMatchObject({ status: 401, body: { code: 'unauthorized' } });
  });

  it('are accepted while the clocks are apart by no more than the tolerance', async () => {
    expect((await ask(await tokenWith({ exp: nowSeconds() - 5, nbf: nowSeconds() + 5 }))).status).toBe(200);
    expect((await ask(await tokenWith({ aud: ['another-bank', AUDIENCE] }))).status).toBe(200);
  });

  it('are refused when they were not signed by a key of the provider', async () => {
    const good = await tokenWith();
    const [head, body, signature] = good.split('.') as [string, string, string];
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const publicJwk = await provider.publicKey('first');
    const pem = await exportSPKI(
      (await importJWK(publicJwk, 'ES256')) as Awaited<ReturnType<typeof importSPKI>>,
    );
    const hmac = (secret: string) => {
      const text = `${encode({ alg: 'HS256', kid: 'first' })}.${body}`;
      return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
    };
    const stranger = new IdentityProvider();
    await stranger.addKey('first');
    const forged = [
      `${encode({ alg: 'none' })}.${body}.`,
      `${encode({ alg: 'none', kid: 'first' })}.${body}.${signature}`,
      `${encode({ alg: 'NONE' })}.${body}.${signature}`,
      hmac(pem),
      hmac(JSON.stringify(publicJwk)),
      await stranger.token(),
      `${head}.${encode(claimsOf({ scope: 'lastro:admin' }))}.${signature}`,
      `${head}.${body}.${signature.slice(0, -4)}AAAA`,
      `${head}.${body}.`,
      `${encode({ alg: 'ES256', kid: 'first', crit: ['b64'], b64: false })}.${body}.${signature}`,
      `${encode({ alg: 'ES256', jwk: publicJwk })}.${body}.${signature.slice(1)}A`,
      'a.b.c',
      '..',
      `${'x'.repeat(4000)}.${'y'.repeat(4000)}.z`,
    ];
    for (const token of forged) {
      const answer = await ask(token);
      expect([token, answer.status, answer.body.code]).toEqual([token, 401, 'unauthorized']);
      expect(answer.text).not.toContain(token);
    }
    expect((await ask(good)).status).toBe(200);
  });

  it('say why they are refused, without what is in them', async () => {
    const detail = async (claims: TokenChange['claims']) => (await ask(await tokenWith(claims))).body.detail;
    expect(await detail({ exp: 1 })).toBe('The token has expired.');
    expect(await detail({ iss: 'https://evil.example/' })).toBe(
      'The claim iss of the token is not as it must be here.',
    );
  });

  it('of a new key of the provider are accepted, and of one that it took back are not', async () => {
    expect((await ask(await tokenWith())).status).toBe(200);
    await provider.addKey('second');
    expect((await ask(await provider.token({ kid: 'second' }))).status).toBe(200);
    provider.published = ['second'];
    // Any unknown name makes the service look again.
    expect((await ask(await provider.token({ kid: 'second', claimedKid: 'third' }))).status).toBe(401);
    expect((await ask(await provider.token({ kid: 'first' }))).status).toBe(401);
    expect((await ask(await provider.token({ kid: 'second' }))).status).toBe(200);
  });

  it('do not make the service ask the provider for each of them', async () => {
    await bank.restart({ LASTRO_JWT_JWKS_COOLDOWN_MS: '600000' });
    for (let index = 0; index < 5; index += 1) {
      expect((await ask(await tokenWith())).status).toBe(200);
      expect((await ask(await provider.token({ claimedKid: `unknown-${index}` }))).status).toBe(401);
    }
    expect(provider.asked).toBe(1);
  });

  describe('while the provider is away', () => {
    const away = { status: 503, body: { code: 'identity_provider_unavailable' } };

    it.each(['answer-500', 'answer-garbage', 'answer-html', 'never-answer'] as const)(
      'are answered with 503 when it does %s, and with 200 when it is back; keys work all the time',
      async (misbehaviour) => {
        await haveKeys(bank, [recordOf(KEY)]);
        provider.misbehaviour = misbehaviour;
        const token = await tokenWith();
        const refused = await ask(token);
        expect(refused).toMatchObject(away);
        expect(refused.headers['retry-after']).toBe('1');
        expect([(await ask(KEY)).status, (await bank.get('/v1/accounts')).status]).toEqual([200, 200]);
        expect((await ask(`${KEY}x`)).status).toBe(401);
        provider.misbehaviour = undefined;
        expect((await ask(token)).status).toBe(200);
      },
    );

    it('are verified with its keys of before, as long as the setting says', async () => {
      expect((await ask(await tokenWith())).status).toBe(200);
      await provider.close();
      expect((await ask(await tokenWith())).status).toBe(200);
      expect(await ask(await provider.token({ claimedKid: 'unknown' }))).toMatchObject(away);
      await bank.restart({ LASTRO_JWT_JWKS_AGE_MAX_MS: '0' });
      expect(await ask(await tokenWith())).toMatchObject(away);
      expect((await bank.get('/v1/accounts')).status).toBe(200);
      await provider.listen();
      expect((await ask(await tokenWith())).status).toBe(200);
    });
  });

  it('are nothing where no provider is set', async () => {
    const token = await tokenWith();
    const plain = await RunningBank.start();
    expect((await plain.call('GET', '/v1/accounts', undefined, { key: token })).status).toBe(401);
    await plain.stop();
    expect(provider.asked).toBe(0);
  });
});

describe('the settings of an identity provider', () => {
  it.each([
    ['only a URL', { LASTRO_JWT_JWKS_URL: 'https://id.example/jwks' }, 'belong together'],
    [
      'no issuer',
      { LASTRO_JWT_JWKS_URL: 'https://id.example/jwks', LASTRO_JWT_AUDIENCE: 'x' },
      'belong together',
    ],
    ['only an audience', { LASTRO_JWT_AUDIENCE: 'x' }, 'belong together'],
    ['a URL without TLS', { LASTRO_JWT_JWKS_URL: 'http://id.example/jwks' }, 'must be https'],
    ['a URL with a password', { LASTRO_JWT_JWKS_URL: 'https://u:p4ssw0rd@id.example/jwks' }, 'must be https'],
    ['no URL', { LASTRO_JWT_JWKS_URL: 'file:///etc/passwd' }, 'LASTRO_JWT_JWKS_URL'],
    [
      'a tolerance of a day',
      { LASTRO_JWT_CLOCK_TOLERANCE_SECONDS: '86400' },
      'LASTRO_JWT_CLOCK_TOLERANCE_SECONDS',
    ],
  ])('with %s are refused in one line', async (_what, settings, sentence) => {
    const all = {
      LASTRO_BUSINESS_ID: 'business-1',
      LASTRO_BUSINESS_KEY: 'business-key-of-the-tests',
      LASTRO_DATA_URL: 'http://127.0.0.1:9',
      LASTRO_QUEUE_DIR: '/dev/null/queue',
      LASTRO_ADMIN_KEY: 'admin-key-of-the-tests',
      ...('LASTRO_JWT_JWKS_URL' in settings && sentence === 'must be https'
        ? { LASTRO_JWT_ISSUER: ISSUER, LASTRO_JWT_AUDIENCE: AUDIENCE }
        : {}),
      ...settings,
    };
    const error: unknown = await startBusinessService(all).catch((fault: unknown) => fault);
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as Error).message).toContain(sentence);
    expect((error as Error).message).not.toMatch(/\n|p4ssw0rd/);
  });
});
