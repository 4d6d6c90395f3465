/** One instruction of a Dockerfile, its lines joined. */
export interface Instruction {
  /** In capitals. */
  readonly name: string;
  readonly rest: string;
}

export interface Stage {
  readonly name: string | undefined;
  /** The image that it begins with. */
  readonly base: string;
  readonly steps: readonly Instruction[];
}

/** The stages of a Dockerfile, with what its `ARG`s are by themselves in the names of their bases. */
export function readDockerfile(text: string): Stage[] {
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
  const args = new Map<string, string>();
  const stages: { name: string | undefined; base: string; steps: Instruction[] }[] = [];
  for (const instruction of instructions) {
    if (instruction.name === 'ARG') args.set(...(instruction.rest.split('=') as [string, string]));
    if (instruction.name !== 'FROM') {
      stages.at(-1)?.steps.push(instruction);
      continue;
    }
    const [image, , name] = instruction.rest.split(/\s+/);
    stages.push({
      name,
      base: image!.replaceAll(/\$\{(\w+)\}/g, (_, arg: string) => args.get(arg)!),
      steps: [],
    });
  }
  return stages;
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
