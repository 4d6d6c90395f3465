import type { GuideBlock } from './guide-blocks.ts';

const SHELL = JSON.stringify(new URL('shell.ts', import.meta.url).pathname);

/** What stands on a machine of the test in the place of what a guide names. */
export type Places = readonly (readonly [named: RegExp, here: string])[];

/**
 * A guide as one program: its TypeScript as it stands on the page, and in between its commands, so that each block finds what the ones
 * before it have done.
 */
export function guideProgram(blocks: readonly GuideBlock[], places: Places): string {
  const here = (text: string): string =>
    places.reduce((now, [named, place]) => now.replace(named, place), text);
  const parts = blocks.map(({ kind, code, shown, place }) => {
    if (kind === 'ts') return here(code);
    const command = {
      code: here(code),
      place,
      ...(shown && { shown: { ...shown, text: here(shown.text) } }),
    };
    if (kind === 'sh') return `await shell(${JSON.stringify(command)});`;
    const [, port] = /^LASTRO_PORT=(\d+)/m.exec(command.code) ?? [];
    if (port === undefined) throw new Error(`${place}: a service needs its LASTRO_PORT`);
    return `await service(${JSON.stringify(command)}, 'http://127.0.0.1:${port}');`;
  });
  return `import { service, shell, stopServices } from ${SHELL};\nvoid [service, shell];\n${parts.join('\n')}\nawait stopServices();\n`;
}
