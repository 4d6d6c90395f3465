import { SERVICE_NODE_FLAGS } from '@lastro/service';
import { describe, expect, it } from 'vitest';
import { isInContext, readDockerfile } from '../../scripts/image-steps.ts';
import { text } from './manifests.ts';

const stages = readDockerfile(text('Dockerfile'));
const last = stages.at(-1)!.steps;
const given = (name: string) => last.filter((step) => step.name === name).map(({ rest }) => rest);

describe('the image', () => {
  it('runs its services with the flags that `lastro up` gives them', () => {
    expect(given('ENTRYPOINT')).toEqual(['["lastro"]']);
    const flags = /^exec node (.*) \/opt\/lastro\/apps\/cli\/bin\/lastro\.js "\$@"$/m.exec(
      text('deploy/lastro'),
    );
    expect(flags?.[1]?.split(' ')).toEqual(SERVICE_NODE_FLAGS);
  });

  it('is run by a user without rights, by number, and has a volume for the queue', () => {
    expect(given('USER')).toEqual(['1000:1000']);
    const [volume] = given('VOLUME');
    expect(given('ENV').join(' ')).toContain(`LASTRO_QUEUE_DIR=${volume}/queue`);
  });

  it('has nothing of the stage that builds but what was built', () => {
    expect(given('COPY')).toEqual(['--from=build /opt/lastro /opt/lastro']);
    expect(stages[0]!.steps.map(({ rest }) => rest).join('\n')).toContain('npm ci --omit=dev');
  });

  it.each([
    ['package-lock.json', true],
    ['apps/console/src/main.tsx', true],
    ['apps/data-service/migrations/001.do.ledger.sql', true],
    ['deploy/healthcheck.js', true],
    ['deploy/lastro', true],
    ['tsconfig.base.json', true],
    ['deploy/secrets/admin-key', false],
    ['node_modules/pg/package.json', false],
    ['apps/data-service/node_modules/pg/package.json', false],
    ['apps/cli/dist/main.js', false],
    ['apps/cli/test/run-command.ts', false],
    ['.git/config', false],
    ['.lastro/admin.key', false],
    ['docs/ARCHITECTURE.md', false],
  ])('is built from %s: %s', (path, isIn) => {
    expect(isInContext(path, text('.dockerignore'))).toBe(isIn);
  });
});
