import { compileSchema } from '@lastro/contract';
import type { Schema } from './schema-arbitrary.ts';

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: Schema;
}

/** One call as the OpenAPI document describes it. */
export interface DescribedRoute {
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly body: Schema | undefined;
  /** By status: what is wrong with a text that should be the body of such an answer. */
  readonly answers: ReadonlyMap<number, (body: string) => string | undefined>;
}

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema: unknown }>>;
}
interface Call {
  readonly parameters?: readonly (Parameter & { readonly example?: unknown })[];
  readonly requestBody?: Content;
  readonly responses: Readonly<Record<string, Content>>;
}
/** The part of an OpenAPI document that is read here. */
export interface OpenApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Call>>>>;
}

/** Every call in the document. */
export function describedRoutes(document: OpenApiDocument): DescribedRoute[] {
  const { paths } = resolveReferences(document, document) as OpenApiDocument;
  return Object.entries(paths).flatMap(([path, calls]) =>
    Object.entries(calls).map(([method, call]) => ({
      method: method.toUpperCase(),
      path,
      parameters: (call.parameters ?? []).map(({ example, ...parameter }) => ({
        ...parameter,
        schema: { ...parameter.schema, ...(example === undefined ? {} : { examples: [example] }) },
      })),
      body: contentSchema(call.requestBody),
      answers: new Map(
        Object.entries(call.responses).map(([status, answer]) => [
          Number(status),
          isJson(answer) ? bodyCheck(contentSchema(answer)) : () => undefined,
        ]),
      ),
    })),
  );
}

/** The route that a request means, by its method and path. */
export function routeOf(
  routes: readonly DescribedRoute[],
  method: string,
  target: string,
): DescribedRoute | undefined {
  // A target may name the server too (RFC 9112, 3.2.2).
  const path = target.replace(/^http:\/\/[^/]*/, '').split('?', 1)[0]!;
  return routes.find(
    (route) =>
      route.method === method && new RegExp(`^${route.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path),
  );
}

/** Whether an answer has no body, or one that can be checked; an export is for other programs to read. */
function isJson({ content = {} }: Content): boolean {
  return Object.keys(content).every((type) => type.endsWith('json'));
}

function contentSchema(content: Content | undefined): Schema | undefined {
  return Object.values(content?.content ?? {})[0]?.schema as Schema | undefined;
}

function bodyCheck(schema: Schema | undefined): (body: string) => string | undefined {
  if (schema === undefined) return (body) => (body === '' ? undefined : 'there should be no body');
  const validate = compileSchema(schema, 'body');
  return (body) => (validate(JSON.parse(body)) ? undefined : JSON.stringify(validate.errors));
}

/** The same with what each `$ref` refers to in its place. */
function resolveReferences(node: unknown, document: unknown): unknown {
  if (typeof node !== 'object' || node === null) return node;
  if (Array.isArray(node)) return node.map((item) => resolveReferences(item, document));
  const { $ref } = node as { $ref?: string };
  if ($ref !== undefined) {
    const steps = $ref.replace('#/', '').split('/');
    const target = steps.reduce((at, step) => (at as Record<string, unknown>)[step], document);
    return resolveReferences(target, document);
  }
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => [key, resolveReferences(value, document)]),
  );
}
