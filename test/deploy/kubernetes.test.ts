import { createRequire } from 'node:module';
import { BusinessServiceConfig, businessServiceConfig } from '@lastro/business-service';
import { DataServiceConfig } from '@lastro/data-service';
import { describe, expect, it } from 'vitest';
import {
  type Container,
  type FiledManifest,
  kubernetesObjects,
  type Manifest,
  renderedObjects,
  yaml,
} from './manifests.ts';

const BASE = 'deploy/kubernetes';
const CLUSTER = 'deploy/kubernetes-cluster';
/** As they are applied: the files of the one; of the other, what kubectl puts together. */
const APPLIED: readonly [string, readonly FiledManifest[]][] = [
  [BASE, kubernetesObjects(BASE)],
  [CLUSTER, renderedObjects(CLUSTER) ?? []],
];
/** Of the tools that read them, whose schemas are not those of Kubernetes. */
const FOREIGN = /kustomize|monitoring\.coreos|cnpg\.io|rabbitmq\.com/;
const require = createRequire(import.meta.url);

type ModelClass = new (json: object) => { validate(): void };

function modelOf({ apiVersion, kind }: Manifest): ModelClass {
  const model = require(`kubernetes-models/${apiVersion}/${kind}`) as Record<string, ModelClass>;
  return model[kind]!;
}

function named(objects: readonly FiledManifest[], kind: string, name: string): Manifest {
  return objects
    .map(({ object }) => object)
    .find((object) => object.kind === kind && object.metadata.name === name)!;
}

function setting({ env }: Container, name: string): string | undefined {
  return env.find((variable) => variable.name === name)?.value;
}

/** Settings of the service that a container is. */
function knownSettings(name: string): Record<string, { readonly default?: unknown }> {
  const { properties } = name === 'data' ? DataServiceConfig : BusinessServiceConfig;
  return properties as Record<string, { readonly default?: unknown }>;
}

function podsOf({ metadata, spec }: Manifest): string[] {
  return Array.from({ length: spec!.replicas }, (_, index) => `${metadata.name}-${index}`);
}

describe.each(APPLIED.filter(([, objects]) => objects.length > 0))(
  'the manifests of %s',
  (_name, objects) => {
    const builtIn = objects.filter(({ object }) => !FOREIGN.test(object.apiVersion));
    const statefulSets = objects
      .map(({ object }) => object)
      .filter(({ kind }) => kind === 'StatefulSet')
      .map((set) => [set.metadata.name, set] as const);

    it.each(builtIn.map(({ file, object }) => [file, object.kind, object.metadata.name, object] as const))(
      '%s: %s %s fits the schema of Kubernetes',
      (_file, _kind, _name, object) => {
        const Model = modelOf(object);
        expect(() => new Model(object).validate()).not.toThrow();
      },
    );

    it('that the schema would refuse are refused: the check checks', () => {
      const broken = structuredClone(statefulSets[0]![1]);
      Object.assign(broken.spec!, { replicas: 'two' });
      const Model = modelOf(broken);
      expect(() => new Model(broken).validate()).toThrow(/replicas/);
    });

    it.each(statefulSets)(
      '%s: runs without root and without anything to write but its volumes, and says how it is',
      (_name, { spec }) => {
        for (const container of spec!.template.spec.containers) {
          expect(container.securityContext).toMatchObject({
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          });
          expect(container).toMatchObject({
            startupProbe: { httpGet: { path: '/healthz' } },
            livenessProbe: { httpGet: { path: '/healthz' } },
            readinessProbe: { httpGet: { path: '/readyz' } },
          });
          expect(container.resources).toMatchObject({ requests: {}, limits: {} });
        }
      },
    );

    it.each(statefulSets)(
      '%s: has settings that its service knows, and the time to stop in that they ask for',
      (_name, { spec }) => {
        const { containers, terminationGracePeriodSeconds } = spec!.template.spec;
        for (const container of containers) {
          const known = knownSettings(container.name);
          for (const { name } of container.env)
            expect(Object.keys(known)).toContain(name.replace(/_FILE$/, ''));
          const times = ['DELAY', 'DRAIN_MAX', 'DEADLINE'].map((part) => `LASTRO_SHUTDOWN_${part}_MS`);
          const totalMs = times.reduce(
            (sum, name) => sum + Number(setting(container, name) ?? known[name]?.default ?? 0),
            0,
          );
          expect(terminationGracePeriodSeconds * 1000).toBeGreaterThan(totalMs);
        }
      },
    );

    it.each(statefulSets)(
      '%s: has a disruption budget and a Service for its names, and every volume that it mounts',
      (name, { spec }) => {
        const labels = spec!.template.metadata.labels;
        expect(labels).toMatchObject(spec!.selector.matchLabels!);
        expect(named(objects, 'PodDisruptionBudget', name).spec).toMatchObject({
          selector: { matchLabels: spec!.selector.matchLabels },
        });
        expect(named(objects, 'Service', spec!.serviceName).spec).toMatchObject({
          clusterIP: 'None',
          selector: spec!.selector.matchLabels,
        });
        const volumes = [...spec!.template.spec.volumes.map((volume) => volume.name)];
        for (const claim of spec!.volumeClaimTemplates ?? []) volumes.push(claim.metadata.name);
        const mounted = spec!.template.spec.containers.flatMap(({ volumeMounts }) => volumeMounts);
        expect(mounted.map((mount) => mount.name).sort()).toEqual(volumes.sort());
        for (const { env } of spec!.template.spec.containers) {
          const files = env.flatMap(({ value }) => (value?.startsWith('/') ? [value] : []));
          for (const file of files)
            expect(mounted.some(({ mountPath }) => file.startsWith(`${mountPath}/`))).toBe(true);
        }
      },
    );
  },
);

describe('the manifests for Kubernetes', () => {
  it.each([
    [BASE, ['kustomization.yaml', 'secret.example.yaml', 'monitoring.yaml']],
    [CLUSTER, ['kustomization.yaml', 'secret.example.yaml']],
  ])('of %s are all in the kustomization, save the examples and what is optional', (directory, left) => {
    const { resources, patches = [] } = yaml(`${directory}/kustomization.yaml`) as {
      resources: string[];
      patches?: { path: string }[];
    };
    const files = new Set(kubernetesObjects(directory).map(({ file }) => file));
    for (const file of left) files.delete(file);
    const used = [...resources, ...patches.map(({ path }) => path)].filter((path) => !path.startsWith('..'));
    expect([...files].sort()).toEqual(used.sort());
  });

  it('name every pod in the lists and the secrets, and no other', () => {
    const objects = kubernetesObjects(BASE);
    const business = named(objects, 'StatefulSet', 'lastro-business');
    const data = named(objects, 'StatefulSet', 'lastro-data');
    const [container] = business.spec!.template.spec.containers;
    const urls = (pods: string[], service: string) =>
      pods.map((pod) => `http://${pod}.${service}:7400`).join(',');
    expect(setting(container!, 'LASTRO_DATA_URL')).toBe(urls(podsOf(data), 'lastro-data'));
    expect(setting(container!, 'LASTRO_PEERS')).toBe(urls(podsOf(business), 'lastro-business'));
    const keys = named(objects, 'Secret', 'lastro-business').stringData!;
    expect(Object.keys(keys).sort()).toEqual(['admin-key', ...podsOf(business)]);
    const list = podsOf(business).map((pod) => `${pod}:${keys[pod]}`);
    expect(named(objects, 'Secret', 'lastro-ledger').stringData!['business-keys']).toBe(list.join(','));
  });
});

describe('the engines of deploy/kubernetes-cluster', () => {
  const objects = kubernetesObjects(CLUSTER);
  const secret = named(objects, 'Secret', 'lastro-queue').stringData!;

  it('let services commit only what a standby has, on a queue of three', () => {
    expect(named(objects, 'Cluster', 'lastro-postgres').spec).toMatchObject({
      instances: 3,
      postgresql: {
        synchronous: { method: 'any', number: 1, dataDurability: 'required', failoverQuorum: true },
      },
    });
    expect(named(objects, 'RabbitmqCluster', 'lastro-queue').spec).toMatchObject({
      replicas: 3,
      secretBackend: { externalSecret: { name: 'lastro-queue' } },
    });
  });

  it('are reached by URLs that business services take, each node by its name, with the password of the operator', () => {
    expect(
      businessServiceConfig({
        LASTRO_BUSINESS_ID: 'lastro-business-0',
        LASTRO_BUSINESS_KEY: 'a-key-of-the-tests-1234',
        LASTRO_ADMIN_KEY: 'a-key-of-the-tests-1234',
        LASTRO_DATA_URL: 'http://lastro-data-0.lastro-data:7400',
        LASTRO_QUEUE_DIR: '/var/lib/lastro/queue',
        LASTRO_QUEUE: secret['queue-url'],
        LASTRO_QUEUE_MANAGEMENT_URL: secret['queue-management-url'],
      }).LASTRO_QUEUE,
    ).toBe(secret['queue-url']);
    const nodes = [0, 1, 2].map((number) => `lastro-queue-server-${number}.lastro-queue-nodes`);
    const user = `${secret['username']}:${secret['password']}`;
    expect(secret['queue-url']).toBe(`amqp://${user}@${nodes.join(',')}/`);
    expect(secret['queue-management-url']).toContain(`http://${user}@`);
    expect(secret['default_user.conf']).toBe(
      `default_user = ${secret['username']}\ndefault_pass = ${secret['password']}\n`,
    );
  });
});
