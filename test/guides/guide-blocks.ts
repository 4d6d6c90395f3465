import { readFile } from 'node:fs/promises';

/** A block of a guide that is run: a program, a command, or a service that goes on while the rest of the page is read. */
export interface GuideBlock {
  readonly kind: 'ts' | 'sh' | 'service';
  readonly code: string;
  /** What the page shows right after it, as what comes out of it. */
  readonly shown?: { readonly form: string; readonly text: string };
  /** For messages: `docs/guides/holds.md:12`. */
  readonly place: string;
}

const KINDS: Readonly<Record<string, GuideBlock['kind']>> = { ts: 'ts', sh: 'sh', 'sh service': 'service' };

/** What a guide has a test run: its blocks `ts`, `sh` and `sh service`, in order. Blocks `text` after prose are only read. */
export async function guideBlocks(file: string, name: string): Promise<GuideBlock[]> {
  const page = await readFile(file, 'utf8');
  const fences = [...page.matchAll(/^```([^\n]+)\n([^]*?)^```$/gm)];
  return fences.flatMap((fence, position) => {
    const [whole, label = '', code = ''] = fence;
    const kind = KINDS[label];
    if (kind === undefined) return [];
    const place = `${name}:${page.slice(0, fence.index).split('\n').length}`;
    const next = fences[position + 1];
    const isShown =
      next !== undefined &&
      KINDS[next[1]!] === undefined &&
      page.slice(fence.index + whole.length, next.index).trim() === '';
    return [{ kind, code, place, ...(isShown ? { shown: { form: next[1]!, text: next[2]! } } : {}) }];
  });
}
