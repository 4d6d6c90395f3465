import { fileURLToPath } from 'node:url';
import vm from 'node:vm';
import { build, type Metafile } from 'esbuild';
import type * as Sdk from '../src/index.ts';

const ENTRY = fileURLToPath(new URL('../src/index.ts', import.meta.url));

export interface BrowserBundle {
  readonly code: string;
  readonly metafile: Metafile;
}

/** The SDK as a page would load it. @throws when any part of it needs Node.js. */
export async function bundleForBrowsers(): Promise<BrowserBundle> {
  const { outputFiles, metafile } = await build({
    entryPoints: [ENTRY],
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
    globalName: 'Lastro',
    conditions: ['@lastro/source'],
    logLevel: 'silent',
  });
  return { code: outputFiles[0]!.text, metafile };
}

/** What browsers have and the SDK uses; nothing that only Node.js has. */
const WEB_GLOBALS = {
  fetch,
  URL,
  URLSearchParams,
  AbortController,
  TextDecoder,
  crypto,
  setTimeout,
  clearTimeout,
};

/** Runs the bundle where there is no Node.js. */
export function runBundle({ code }: BrowserBundle): typeof Sdk {
  const page = vm.createContext({ ...WEB_GLOBALS });
  vm.runInContext(code, page);
  return (page as { Lastro: typeof Sdk }).Lastro;
}
