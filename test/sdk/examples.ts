import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import ts from 'typescript';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** As strict as a user would have it, and no stricter. */
const CHECKED: ts.CompilerOptions = {
  noEmit: true,
  strict: true,
  skipLibCheck: true,
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  customConditions: ['@lastro/source'],
  allowImportingTsExtensions: true,
  types: ['node'],
};

/** The examples in TypeScript of a page of the repository, as one program. */
export async function exampleOf(page: string): Promise<string> {
  const text = await readFile(join(ROOT, page), 'utf8');
  const blocks = [...text.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code]) => code!);
  return blocks.join('\n');
}

/** What the comments behind `console.log` say that it prints. */
export function promisedOutput(example: string): string[] {
  return [...example.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, printed]) => printed!);
}

/**
 * Checks the types of an example and runs it against a bank.
 *
 * @param servers what stands in the place of ports 7401, 7402...
 * @returns the lines that it prints.
 */
export async function runExample(
  example: string,
  servers: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string[]> {
  const directory = await mkdtemp(join(HERE, 'example-'));
  try {
    const file = join(directory, 'example.mts');
    await writeFile(file, example);
    const faults = typeFaults(file);
    if (faults.length > 0) throw new Error(faults.join('\n'));
    const port = /http:\/\/127\.0\.0\.1:740([1-9])/g;
    await writeFile(
      file,
      example.replace(port, (_url, number: string) => servers[(Number(number) - 1) % servers.length]!),
    );
    const args = ['--import', 'tsx', '--conditions=@lastro/source', file];
    const { stdout } = await promisify(execFile)(process.execPath, args, {
      cwd: ROOT,
      env: { PATH: process.env['PATH'], ...env },
    });
    return stdout.trimEnd().split('\n');
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** What is wrong with the types of a program. */
export function typeFaults(file: string): string[] {
  const program = ts.createProgram([file], CHECKED);
  const source = program.getSourceFile(file);
  return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
    ({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'),
  );
}
