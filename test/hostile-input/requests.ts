import fc, { type Arbitrary } from 'fast-check';
import type { DescribedRoute, Parameter } from './described-api.ts';
import { bodyMutation, headerMutation, targetMutation } from './mutations.ts';
import type { RawRequest } from './raw-http.ts';
import { arbitraryOf } from './schema-arbitrary.ts';

/** Requests that are as the description says. */
export function validRequest(route: DescribedRoute, key: string): Arbitrary<RawRequest> {
  const values = (place: Parameter['in']) =>
    parametersOf(route.parameters.filter((parameter) => parameter.in === place));
  const body = route.body === undefined ? fc.constant(undefined) : arbitraryOf(route.body);
  return fc
    .record({ path: values('path'), query: values('query'), headers: values('header'), body })
    .map((parts) => {
      const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
        encodeURIComponent(String(parts.path[name])),
      );
      const query = new URLSearchParams(parts.query).toString();
      const payload = parts.body === undefined ? undefined : Buffer.from(JSON.stringify(parts.body));
      return {
        method: route.method,
        target: query === '' ? path : `${path}?${query}`,
        headers: [
          ['host', 'bank'],
          ['connection', 'close'],
          ['authorization', `Bearer ${key}`],
          ...Object.entries(parts.headers),
          ...(payload === undefined
            ? []
            : [
                ['content-type', 'application/json'] as const,
                ['content-length', String(payload.length)] as const,
              ]),
        ],
        body: payload,
      };
    });
}

/** Requests with something wrong, or several things at once. By chance a few of them are right all the same. */
export function hostileRequest(route: DescribedRoute, key: string): Arbitrary<RawRequest> {
  const mutation = fc.oneof({ weight: 3, arbitrary: bodyMutation }, targetMutation, headerMutation);
  return fc
    .tuple(validRequest(route, key), fc.array(mutation, { minLength: 1, maxLength: 3 }))
    .map(([request, mutations]) => mutations.reduce((mutated, mutate) => mutate(mutated), request));
}

function parametersOf(parameters: readonly Parameter[]): Arbitrary<Record<string, string>> {
  const fields = parameters.map(({ name, schema }) => [name, arbitraryOf(schema).map(headerSafe)] as const);
  const requiredKeys = parameters.filter(({ required }) => required).map(({ name }) => name);
  return fc.record<Record<string, string>>(Object.fromEntries(fields), { requiredKeys });
}

/** Parameters are text on the wire; what no header may hold is left out. */
function headerSafe(value: unknown): string {
  return String(value)
    .replaceAll(/[^\x20-\x7e]/g, '')
    .trim();
}
