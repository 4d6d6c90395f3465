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

const KUBERNETES = 'deploy/kubernetes';

/** Every object in deploy/kubernetes, with its file. */
export function kubernetesObjects(): { readonly file: string; readonly object: Manifest }[] {
  return readdirSync(join(REPOSITORY, KUBERNETES)).flatMap((file) =>
    parseAllDocuments(text(join(KUBERNETES, file))).map((document) => {
      if (document.errors.length > 0) throw document.errors[0]!;
      return { file, object: document.toJS() as Manifest };
    }),
  );
}
