import { createRequire } from 'node:module';
import { BusinessServiceConfig } from '@lastro/business-service';
import { DataServiceConfig } from '@lastro/data-service';
import { describe, expect, it } from 'vitest';
import { type Container, kubernetesObjects, type Manifest, yaml } from './manifests.ts';

const OBJECTS = kubernetesObjects();
/** Of the tools that read them, whose schemas are not those of Kubernetes. */
const BUILT_IN = OBJECTS.filter(({ object }) => !/kustomize|monitoring\.coreos/.test(object.apiVersion));
const STATEFUL_SETS = OBJECTS.map(({ object }) => object).filter(({ kind }) => kind === 'StatefulSet');
const require = createRequire(import.meta.url);

type ModelClass = new (json: object) => { validate(): void };

function modelOf({ apiVersion, kind }: Manifest): ModelClass {
  const model = require(`kubernetes-models/${apiVersion}/${kind}`) as Record<string, ModelClass>;
  return model[kind]!;
}

function named(kind: string, name: string): Manifest {
  return OBJECTS.map(({ object }) => object).find(
    (object) => object.kind === kind && object.metadata.name === name,
  )!;
}

function setting({ env }: Container, name: string): string | undefined {
  return env.find((variable) => variable.name === name)?.value;
}

describe('the manifests for Kubernetes', () => {
  it.each(BUILT_IN.map(({ file, object }) => [file, object.kind, object.metadata.name, object] as const))(
    '%s: %s %s fits the schema of Kubernetes',
    (_file, _kind, _name, object) => {
      const Model = modelOf(object);
      expect(() => new Model(object).validate()).not.toThrow();
    },
  );

  it('that the schema would refuse are refused: the check checks', () => {
    const [broken] = structuredClone(STATEFUL_SETS);
    Object.assign(broken!.spec!, { replicas: 'two' });
    const Model = modelOf(broken!);
    expect(() => new Model(broken!).validate()).toThrow(/replicas/);
  });

  it('are all in the kustomization, save the examples and what is optional', () => {
    const { resources } = yaml('deploy/kubernetes/kustomization.yaml') as { resources: string[] };
    const files = new Set(OBJECTS.map(({ file }) => file));
    for (const left of ['kustomization.yaml', 'secret.example.yaml', 'monitoring.yaml']) files.delete(left);
    expect([...files].sort()).toEqual([...resources].sort());
  });

  it.each(STATEFUL_SETS.map((set) => [set.metadata.name, set] as const))(
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

  it.each(STATEFUL_SETS.map((set) => [set.metadata.name, set] as const))(
    '%s: has settings that its service knows, and the time to stop in that they ask for',
    (_name, { spec }) => {
      const { containers, terminationGracePeriodSeconds } = spec!.template.spec;
      for (const container of containers) {
        const schema = container.args[0] === 'data' ? DataServiceConfig : BusinessServiceConfig;
        const known = schema.properties as Record<string, { readonly default?: unknown }>;
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

  it.each(STATEFUL_SETS.map((set) => [set.metadata.name, set] as const))(
    '%s: has a disruption budget and a Service for its names, and every volume that it mounts',
    (name, { spec }) => {
      const labels = spec!.template.metadata.labels;
      expect(labels).toMatchObject(spec!.selector.matchLabels!);
      expect(named('PodDisruptionBudget', name).spec).toMatchObject({
        selector: { matchLabels: spec!.selector.matchLabels },
      });
      expect(named('Service', spec!.serviceName).spec).toMatchObject({
        clusterIP: 'None',
        selector: spec!.selector.matchLabels,
      });
      const volumes = [...spec!.template.spec.volumes.map((volume) => volume.name)];
      for (const claim of spec!.volumeClaimTemplates ?? []) volumes.push(claim.metadata.name);
      const mounted = spec!.template.spec.containers.flatMap(({ volumeMounts }) => volumeMounts);
      expect(mounted.map((mount) => mount.name).sort()).toEqual(volumes.sort());
    },
  );

  it('name every pod in the lists and the secrets, and no other', () => {
    const podsOf = ({ metadata, spec }: Manifest) =>
      Array.from({ length: spec!.replicas }, (_, index) => `${metadata.name}-${index}`);
    const business = named('StatefulSet', 'lastro-business');
    const data = named('StatefulSet', 'lastro-data');
    const [container] = business.spec!.template.spec.containers;
    const urls = (pods: string[], service: string) =>
      pods.map((pod) => `http://${pod}.${service}:7400`).join(',');
    expect(setting(container!, 'LASTRO_DATA_URL')).toBe(urls(podsOf(data), 'lastro-data'));
    expect(setting(container!, 'LASTRO_PEERS')).toBe(urls(podsOf(business), 'lastro-business'));
    const keys = named('Secret', 'lastro-business').stringData!;
    expect(Object.keys(keys).sort()).toEqual(['admin-key', ...podsOf(business)]);
    const list = podsOf(business).map((pod) => `${pod}:${keys[pod]}`);
    expect(named('Secret', 'lastro-ledger').stringData!['business-keys']).toBe(list.join(','));
  });
});
