import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';

/** Its root. */
export const REPOSITORY = join(import.meta.dirname, '../..');

/** A file of the repository, as text. */
export function text(path: string): string {
  return readFileSync(join(REPOSITORY, path), 'utf8');
}

/** A file of the repository that is one document of YAML. */
export function yaml(path: string): unknown {
  return parse(text(path), { merge: true });
}

export interface EnvironmentVariable {
  readonly name: string;
  readonly value?: string;
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly args: readonly string[];
  readonly env: readonly EnvironmentVariable[];
  readonly securityContext: object;
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
  readonly livenessProbe: object;
  readonly readinessProbe: object;
  readonly startupProbe: object;
  readonly resources: { readonly requests: object; readonly limits: object };
}

/** What the tests look at of a Kubernetes object; the rest is the schema's. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly stringData?: Readonly<Record<string, string>>;
  readonly spec?: {
    readonly replicas: number;
    readonly serviceName: string;
    readonly selector: { readonly matchLabels?: object };
    readonly template: {
      readonly metadata: { readonly labels: object };
      readonly spec: {
        readonly containers: readonly Container[];
        readonly terminationGracePeriodSeconds: number;
        readonly volumes: readonly {
          readonly name: string;
          readonly secret?: { readonly secretName: string };
        }[];
      };
    };
    readonly volumeClaimTemplates?: readonly { readonly metadata: { readonly name: string } }[];
    readonly groups?: unknown;
  };
}

/** A manifest, and the file that it is in. */
export interface FiledManifest {
  readonly file: string;
  readonly object: Manifest;
}

/** Every object in the files of a directory. */
export function kubernetesObjects(directory: string): FiledManifest[] {
  return readdirSync(join(REPOSITORY, directory)).flatMap((file) =>
    manifestsIn(text(join(directory, file))).map((object) => ({ file, object })),
  );
}

/** The objects that kubectl makes of a kustomization; `undefined` where there is none, or it is too old to know patches. */
export function renderedObjects(directory: string): FiledManifest[] | undefined {
  const version = spawnSync('kubectl', ['version', '--client'], { encoding: 'utf8' });
  if (!/Kustomize Version: v[5-9]/.test(version.stdout ?? '')) return undefined;
  const args = ['kustomize', join(REPOSITORY, directory)];
  const { status, stdout, stderr } = spawnSync('kubectl', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`kubectl kustomize ended with status ${status}: ${stderr}`);
  return manifestsIn(stdout).map((object) => ({ file: 'rendered', object }));
}

function manifestsIn(text: string): Manifest[] {
  return parseAllDocuments(text).map((document) => {
    if (document.errors.length > 0) throw document.errors[0]!;
    return document.toJS() as Manifest;
  });
}
