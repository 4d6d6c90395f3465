import type { FastifyInstance } from 'fastify';

interface KnownRoute {
  readonly matches: RegExp;
  readonly methods: readonly string[];
}

/**
 * Notes the routes that are added to `app` from now on.
 *
 * @returns the methods that some route takes at a path: what a 405 lists in `Allow`; none when there is nothing there.
 */
export function trackMethods(app: FastifyInstance): (path: string) => string[] {
  const routes: KnownRoute[] = [];
  app.addHook('onRoute', ({ url, method }) => {
    routes.push({ matches: patternOf(url), methods: [method].flat() });
  });
  return (path) => {
    const methods = routes.filter((route) => route.matches.test(path)).flatMap((route) => route.methods);
    return [...new Set(methods)].sort();
  };
}

function patternOf(url: string): RegExp {
  const segments = url.split('/').map((segment) => {
    if (segment.startsWith(':')) return '[^/]+';
    return segment === '*' ? '.*' : segment.replaceAll(/[^\w-]/g, '\\$&');
  });
  return new RegExp(`^${segments.join('/')}$`);
}
