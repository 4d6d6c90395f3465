/** One instruction of a Dockerfile, its lines joined. */
export interface Instruction {
  /** In capitals. */
  readonly name: string;
  readonly rest: string;
}

export interface Stage {
  readonly name: string | undefined;
  readonly steps: readonly Instruction[];
}

/** The stages of a Dockerfile, all of them on one base, and the version of Node that this has. */
export function readDockerfile(text: string): { version: string; stages: Stage[] } {
  const lines = text
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('#'))
    .join('\n')
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const instructions = lines.map((line) => {
    const [name, ...rest] = line.trim().split(' ');
    return { name: name!.toUpperCase(), rest: rest.join(' ').trim() };
  });
  const version = instructions.find(({ name }) => name === 'ARG')?.rest.split('=')[1];
  if (version === undefined) throw new Error('the Dockerfile does not say which version of Node it wants');
  const stages: { name: string | undefined; steps: Instruction[] }[] = [];
  for (const instruction of instructions) {
    if (instruction.name === 'FROM')
      stages.push({ name: / AS (\S+)$/i.exec(instruction.rest)?.[1], steps: [] });
    else stages.at(-1)?.steps.push(instruction);
  }
  return { version, stages };
}

/**
 * Whether a file is given to the build: the last line of `.dockerignore` that fits the path, or a directory that it is in,
 * decides. A directory on the way to a file that is asked for by name is.
 */
export function isInContext(path: string, ignore: string): boolean {
  if (path === '') return true;
  const patterns = ignore.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  let isIn = true;
  for (const line of patterns) {
    const isException = line.startsWith('!');
    const pattern = isException ? line.slice(1) : line;
    if (matches(path, pattern)) isIn = isException;
    else if (isException && pattern.startsWith(`${path}/`)) isIn = true;
  }
  return isIn;
}

function matches(path: string, pattern: string): boolean {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('**/', '\u0000')
    .replaceAll('*', '[^/]*')
    .replaceAll('\u0000', '(?:.*/)?');
  return new RegExp(`^${source}(?:/.*)?$`).test(path);
}
