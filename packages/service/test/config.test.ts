import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Type } from 'typebox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError, loadConfig, LOG_LEVELS } from '../src/index.ts';

const Settings = Type.Object({
  LASTRO_PORT: Type.Integer({ default: 7400, minimum: 1, maximum: 65_535 }),
  LASTRO_DATA_URL: Type.String({ description: 'The data services, separated by commas.' }),
  LASTRO_LOG_LEVEL: Type.Enum([...LOG_LEVELS], { default: 'info' }),
  LASTRO_ADMIN_KEY: Type.Optional(
    Type.String({ pattern: '^[!-~]{16,512}$', description: '16 to 512 characters.' }),
  ),
});
const LASTRO_DATA_URL = 'http://127.0.0.1:7400';

describe('settings from the environment', () => {
  it('have the types of the schema, the defaults, and nothing else', () => {
    expect(loadConfig(Settings, { LASTRO_DATA_URL, LASTRO_PORT: '80', PATH: '/bin' })).toEqual({
      LASTRO_DATA_URL,
      LASTRO_PORT: 80,
      LASTRO_LOG_LEVEL: 'info',
    });
  });

  it('cannot be changed afterwards, and do not change the environment', () => {
    const env = Object.freeze({ LASTRO_DATA_URL, LASTRO_PORT: '80' });
    expect(Object.isFrozen(loadConfig(Settings, env))).toBe(true);
  });

  it.each([
    ['no number', { LASTRO_PORT: '80abc' }, 'LASTRO_PORT must be a whole number'],
    ['a fraction', { LASTRO_PORT: '80.5' }, 'LASTRO_PORT must be a whole number'],
    ['too small', { LASTRO_PORT: '0' }, 'LASTRO_PORT must be 1 or more'],
    ['too large', { LASTRO_PORT: '65536' }, 'LASTRO_PORT must be 65535 or less'],
    ['empty', { LASTRO_PORT: '' }, 'LASTRO_PORT is empty; give it a value or remove it'],
    [
      'missing',
      { LASTRO_DATA_URL: undefined },
      'LASTRO_DATA_URL is not set (The data services, separated by commas.)',
    ],
    [
      'none of the choices',
      { LASTRO_LOG_LEVEL: 'loud' },
      'LASTRO_LOG_LEVEL must be one of trace, debug, info, warn, error, fatal, silent',
    ],
    [
      'of another form',
      { LASTRO_ADMIN_KEY: 'too short' },
      'LASTRO_ADMIN_KEY does not have the form that it needs (16 to 512 characters.)',
    ],
  ])('are refused in one line that names the variable: %s', (_case, env, sentence) => {
    const load = () => loadConfig(Settings, { LASTRO_DATA_URL, ...env });
    expect(load).toThrow(new ConfigError(`settings are wrong: ${sentence}`));
  });

  it('name everything that is wrong at once', () => {
    expect(() => loadConfig(Settings, { LASTRO_PORT: 'x', LASTRO_LOG_LEVEL: 'info' })).toThrow(
      /LASTRO_DATA_URL is not set .*; LASTRO_PORT must be a whole number$/,
    );
  });

  it('never repeat what was found: it may be a key in the wrong place', () => {
    for (const name of ['LASTRO_PORT', 'LASTRO_LOG_LEVEL', 'LASTRO_ADMIN_KEY']) {
      const load = () => loadConfig(Settings, { LASTRO_DATA_URL, [name]: 'a secret' });
      expect(load).toThrow(ConfigError);
      expect(load).not.toThrow(/secret/);
    }
  });
});

describe('settings from files', () => {
  let directory: string;
  const file = async (text: string) => {
    const path = join(directory, 'setting');
    await writeFile(path, text);
    return path;
  };

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lastro-settings-'));
  });
  afterAll(() => rm(directory, { recursive: true }));

  it.each(['a-key-of-the-tests', 'a-key-of-the-tests\n', 'a-key-of-the-tests\r\n'])(
    'are the text of the file, with or without a line break at its end: %j',
    async (text) => {
      const env = { LASTRO_DATA_URL, LASTRO_ADMIN_KEY_FILE: await file(text) };
      expect(loadConfig(Settings, env)).toMatchObject({ LASTRO_ADMIN_KEY: 'a-key-of-the-tests' });
    },
  );

  it('have the types of the schema too', async () => {
    expect(loadConfig(Settings, { LASTRO_DATA_URL, LASTRO_PORT_FILE: await file('80') })).toMatchObject({
      LASTRO_PORT: 80,
    });
  });

  it('are refused when the variable is set as well: which one counts would be a guess', async () => {
    const env = { LASTRO_DATA_URL, LASTRO_PORT: '80', LASTRO_PORT_FILE: await file('80') };
    expect(() => loadConfig(Settings, env)).toThrow(
      new ConfigError('settings are wrong: LASTRO_PORT and LASTRO_PORT_FILE are both set; remove one'),
    );
  });

  it('are refused when there is no such file, without repeating its name: it may be a key in the wrong place', () => {
    const env = { LASTRO_DATA_URL, LASTRO_ADMIN_KEY_FILE: '/nowhere/secret' };
    expect(() => loadConfig(Settings, env)).toThrow(
      new ConfigError(
        'settings are wrong: the file that LASTRO_ADMIN_KEY_FILE names cannot be read (ENOENT)',
      ),
    );
  });

  it('are refused when the file is empty, or holds something else', async () => {
    const empty = { LASTRO_DATA_URL, LASTRO_ADMIN_KEY_FILE: await file('\n') };
    expect(() => loadConfig(Settings, empty)).toThrow('LASTRO_ADMIN_KEY is empty');
    const other = { LASTRO_DATA_URL, LASTRO_ADMIN_KEY_FILE: await file('two\nlines of text') };
    expect(() => loadConfig(Settings, other)).toThrow('LASTRO_ADMIN_KEY does not have the form');
  });
});
