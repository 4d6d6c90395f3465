import type { StatementFormat } from '@lastro/contract';

/** As the contract has them; a test holds this to that. */
export const EXPORT_FORMATS = ['csv', 'jsonl', 'ofx'] as const satisfies readonly StatementFormat[];

/** A file is put together in the memory of the browser: beyond, the command line has to do it. */
export const EXPORT_BYTES_MAX = 64 * 1024 * 1024;

/** What the last line of a whole file begins with, as the bank says it; one that breaks off has none. */
const ENDS: Readonly<Record<StatementFormat, string>> = {
  csv: 'opening_balance',
  jsonl: '"end"',
  ofx: '</OFX>',
};

const TYPES: Readonly<Record<StatementFormat, string>> = {
  csv: 'text/csv',
  jsonl: 'application/jsonl',
  ofx: 'application/x-ofx',
};

/** The file is larger than what is put together here, or it broke off before its end. */
export class ExportFault extends Error {
  override readonly name = 'ExportFault';
  readonly kind: 'too_large' | 'broken_off';

  constructor(kind: ExportFault['kind']) {
    super(kind);
    this.kind = kind;
  }
}

/**
 * The whole file, whatever its size up to `bytesMax`.
 *
 * @throws ExportFault
 */
export async function collectExport(
  stream: ReadableStream<Uint8Array>,
  format: StatementFormat,
  onBytes: (bytes: number) => void,
  bytesMax = EXPORT_BYTES_MAX,
): Promise<Blob> {
  const parts: BlobPart[] = [];
  let bytes = 0;
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    bytes += value.byteLength;
    if (bytes > bytesMax) {
      await reader.cancel();
      throw new ExportFault('too_large');
    }
    parts.push(value as Uint8Array<ArrayBuffer>);
    onBytes(bytes);
  }
  const file = new Blob(parts, { type: TYPES[format] });
  if (!(await isWhole(file, format))) throw new ExportFault('broken_off');
  return file;
}

async function isWhole(file: Blob, format: StatementFormat): Promise<boolean> {
  const end = await file.slice(-1024).text();
  return (end.trimEnd().split('\n').at(-1) ?? '').includes(ENDS[format]);
}

/** Hands a file over to the browser. */
export function save(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken it by the next turn.
  setTimeout(() => URL.revokeObjectURL(url));
}
