// Whether the service in this container answers: status 0 or 1.
import { get } from 'node:http';
import process from 'node:process';

const TIMEOUT_MS = 2_000;
const port = process.env.LASTRO_PORT ?? '7400';

const request = get({ host: '127.0.0.1', port, path: '/healthz', timeout: TIMEOUT_MS, agent: false });
request.once('response', ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1));
request.once('timeout', () => process.exit(1));
request.once('error', () => process.exit(1));
