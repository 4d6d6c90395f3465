import { describe, expect, it } from 'vitest';
import { createLogger } from '../src/index.ts';

function logging(level: string) {
  const lines: string[] = [];
  const logger = createLogger('data-service', level, { write: (line) => lines.push(line) });
  return { logger, records: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>), lines };
}

describe('the log', () => {
  it('is JSON lines with the service, the level as a word, and an instant', () => {
    const { logger, records } = logging('info');
    logger.info({ batch: 7 }, 'committed');
    expect(records()).toEqual([
      {
        service: 'data-service',
        level: 'info',
        batch: 7,
        msg: 'committed',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
      },
    ]);
  });

  it('says nothing below its level', () => {
    const { logger, records } = logging('warn');
    logger.info('quiet');
    logger.warn('loud');
    expect(records().map((record) => record['msg'])).toEqual(['loud']);
  });

  it('never shows a key, wherever headers are logged', () => {
    const { logger, lines } = logging('info');
    const headers = { authorization: 'Bearer secret', cookie: 'secret' };
    logger.info({ req: { headers } }, 'request');
    logger.info({ headers }, 'headers');
    logger.error({ err: Object.assign(new Error('refused'), { headers }) }, 'error');
    expect(lines.join('')).not.toContain('secret');
    expect(lines).toHaveLength(3);
  });
});
