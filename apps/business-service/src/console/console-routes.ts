import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { HttpServer } from '@lastro/service';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Where Vite puts the console of this repository. */
export const BUILT_CONSOLE = fileURLToPath(new URL('../../../console/dist/', import.meta.url));

/** The console's pages: whatever is below these paths is its own to show, or to say that it is not there. */
const PAGES = ['/', '/accounts', '/operations', '/do', '/ledger', '/play'];

const NOT_BUILT =
  "The console is not built here: run 'npm run build:console', then start this service again. The API is there all the same: see /docs.\n";

const YEAR_MS = 365 * 24 * 3_600_000;

/** What a page of ours may do: show what comes from this service, and ask it. */
const HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "font-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'referrer-policy': 'no-referrer',
  'permissions-policy':
    'camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/** Serves the console that is built in `directory`; where there is none, `/` says so. */
export async function addConsoleRoutes(app: HttpServer, directory: string): Promise<void> {
  const isBuilt = existsSync(join(directory, 'index.html'));
  await app.register(async (console) => {
    console.decorate('scopeOfPlugin', 'public');
    console.addHook('onRequest', (_request, reply, done) => {
      reply.headers(HEADERS);
      done();
    });
    if (isBuilt) await addFiles(console, directory);
    else
      console.get('/', { schema: { hide: true } }, (_request, reply) =>
        reply.type('text/plain').code(404).send(NOT_BUILT),
      );
  });
}

async function addFiles(app: HttpServer, directory: string): Promise<void> {
  // Their names tell what is in them, so they never change.
  await app.register(fastifyStatic, {
    root: join(directory, 'assets'),
    prefix: '/assets/',
    preCompressed: true,
    index: false,
    maxAge: YEAR_MS,
    immutable: true,
  });
  const send = (file: string) => (_request: FastifyRequest, reply: FastifyReply) =>
    reply.header('cache-control', 'no-cache').sendFile(file, directory, { cacheControl: false });
  const options = { schema: { hide: true } };
  app.get('/favicon.svg', options, send('favicon.svg'));
  for (const page of PAGES) {
    app.get(page, options, send('index.html'));
    if (page !== '/') app.get(`${page}/*`, options, send('index.html'));
  }
}
