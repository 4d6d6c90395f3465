import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { GrowthPoint } from '../measure/measure-growth.ts';
import type { CaseResult } from '../measure/measure-throughput.ts';
import { median } from '../statistics.ts';
import { count } from './tables.ts';

const WIDTH = 860;
const BAR_HEIGHT = 26;
const LABELS_WIDTH = 330;
const OURS = '#1f6f8b';
const OTHERS = '#b8b8b8';
/** White behind it, so that it can be read on a dark page too. */
const STYLE = 'background: white; color: #222; font-family: system-ui, sans-serif; font-size: 12px;';

/** Every case as a bar, with the lowest and the highest round. */
export function throughputChart(results: readonly CaseResult[]): string {
  const rows = results.map(({ contender, says, perSecond }) => ({
    name: `${contender}: ${says}`,
    contender,
    ...perSecond,
  }));
  return draw({
    title: 'Operations or reads a second; median, lowest and highest round',
    height: 60 + rows.length * BAR_HEIGHT,
    marginLeft: LABELS_WIDTH,
    marginRight: 80,
    x: { grid: true, label: null, tickFormat: 's' },
    y: { label: null, domain: rows.map(({ name }) => name) },
    marks: [
      Plot.barX(rows, {
        x: 'median',
        y: 'name',
        fill: (row: { contender: string }) => (row.contender === 'lastro' ? OURS : OTHERS),
      }),
      Plot.ruleY(rows, { x1: 'min', x2: 'max', y: 'name', stroke: '#222' }),
      Plot.text(rows, {
        x: 'max',
        y: 'name',
        text: (row: { median: number }) => count(row.median),
        textAnchor: 'start',
        dx: 6,
      }),
    ],
  });
}

/** Where the processor's time of one operation goes, by process. */
export function processorChart(results: readonly CaseResult[]): string {
  const rows = results.flatMap(({ contender, says, rounds }) => {
    const processes = new Map<string, number[]>();
    for (const { processorMicros = {} } of rounds)
      for (const [name, micros] of Object.entries(processorMicros)) {
        const kind = processKind(name);
        processes.set(kind, [...(processes.get(kind) ?? []), micros / rounds.length]);
      }
    return [...processes].map(([process, micros]) => ({
      name: `${contender}: ${says}`,
      process,
      micros: micros.reduce((sum, part) => sum + part, 0),
    }));
  });
  const names = [...new Set(rows.map(({ name }) => name))];
  return draw({
    title: 'Microseconds of processor time for each operation, by process',
    height: 60 + names.length * BAR_HEIGHT,
    marginLeft: LABELS_WIDTH,
    color: { legend: false, scheme: 'Tableau10' },
    x: { grid: true, label: null },
    y: { label: null, domain: names },
    marks: [
      Plot.barX(rows, Plot.stackX({ x: 'micros', y: 'name', fill: 'process' })),
      Plot.text(
        rows.filter(({ micros }) => micros >= median(rows.map((row) => row.micros))),
        Plot.stackX({ x: 'micros', y: 'name', text: 'process', fill: 'white', z: 'process' }),
      ),
    ],
  });
}

/** All business services are one kind of work. */
function processKind(name: string): string {
  if (name.includes('business')) return 'business services';
  return name.includes('data') ? 'data service' : name;
}

/** Throughput, time of a commit and disk, against the size of the ledger. */
export function growthCharts(points: readonly GrowthPoint[]): Record<string, string> {
  const line = (title: string, y: keyof GrowthPoint): string =>
    draw({
      title,
      height: 260,
      marginLeft: 60,
      x: { label: 'operations in the ledger', tickFormat: 's' },
      y: { grid: true, label: null, zero: true, tickFormat: 's' },
      marks: [
        Plot.ruleY([0]),
        Plot.lineY(points, { x: 'operations', y, stroke: OURS }),
        Plot.dot(points, { x: 'operations', y, fill: OURS, r: 2 }),
      ],
    });
  return {
    'growth-throughput': line('Operations posted a second, by the size of the ledger', 'perSecond'),
    'growth-commit': line('Milliseconds for a commit, by the size of the ledger', 'commitMs'),
    'growth-disk': line(
      'Bytes on disk for each operation, by the size of the ledger',
      'diskBytesPerOperation',
    ),
  };
}

/** As much of a browser's element as is used; the types of a browser are not here. */
interface Svg {
  setAttribute(name: string, value: string): void;
  readonly outerHTML: string;
}

function draw({ title, ...options }: Plot.PlotOptions & { title: string }): string {
  // Plot builds a document; linkedom is one without a browser.
  const { document } = parseHTML('<!doctype html><html><body></body></html>') as { document: never };
  const heading = Plot.text([title], {
    frameAnchor: 'top-left',
    dx: 8 - (options.marginLeft ?? 40),
    dy: -32,
    fontWeight: 'bold',
  });
  const marks = [...(options.marks ?? []), heading];
  const plot = { ...options, document, width: WIDTH, marginTop: 40, style: STYLE, marks };
  const svg = Plot.plot(plot) as unknown as Svg;
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  return `${svg.outerHTML}\n`;
}
