import { get } from 'node:http';

const PROBE_TIMEOUT_MS = 2_000;

/** Whether `GET url + path` is answered with 200 now. */
export async function answersOk(url: string, path: '/healthz' | '/readyz'): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(new URL(path, url), { agent: false, timeout: PROBE_TIMEOUT_MS }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode === 200));
      response.once('error', () => resolve(false));
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(false));
    request.once('close', () => resolve(false));
  });
}
