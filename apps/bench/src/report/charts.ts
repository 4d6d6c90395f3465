import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { GrowthPoint } from '../measure/growing-bank.ts';
import type { CaseResult } from '../measure/measure-throughput.ts';
import { LOAD_GENERATOR, POSTGRES, type ProcessorMicros } from '../measure/processor-watch.ts';
import { count } from './tables.ts';

const WIDTH = 860;
const BAR_HEIGHT = 26;
const LABELS_WIDTH = 330;
const OURS = '#1f6f8b';
const OTHERS = '#b8b8b8';
const STYLE = 'color: #222; font-family: system-ui, sans-serif; font-size: 12px;';
/** So that it can be read on a dark page too. */
const BACKGROUND = '<rect width="100%" height="100%" fill="white"/>';

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

/** The parts of the work, in the order in which an operation passes them. */
const PARTS = [
  { name: LOAD_GENERATOR, color: '#b8b8b8' },
  { name: 'service that takes it', color: '#f28e2b' },
  { name: 'data service', color: OURS },
  { name: POSTGRES, color: '#4e79a7' },
] as const;

type Part = (typeof PARTS)[number]['name'];

/** Where the processor's time of one operation goes, for those that keep it on disk. */
export function processorChart(results: readonly CaseResult[]): string {
  const durable = results.filter(({ contender }) => /^(lastro|one-transaction-each)$/.test(contender));
  const rows = durable.flatMap(({ contender, says, rounds }) =>
    PARTS.map(({ name: part }) => ({
      name: `${contender}: ${says}`,
      part,
      micros: mean(rounds.map(({ processorMicros = {} }) => microsOf(part, processorMicros))),
    })),
  );
  const names = [...new Set(rows.map(({ name }) => name))];
  return draw({
    title: 'Microseconds of processor time for each operation or read',
    legend: PARTS,
    height: 90 + names.length * BAR_HEIGHT,
    marginTop: 60,
    marginLeft: LABELS_WIDTH,
    color: { domain: PARTS.map(({ name }) => name), range: PARTS.map(({ color }) => color) },
    x: { grid: true, label: null },
    y: { label: null, domain: names },
    marks: [Plot.barX(rows, { x: 'micros', y: 'name', fill: 'part' })],
  });
}

function microsOf(part: Part, micros: ProcessorMicros): number {
  let sum = 0;
  for (const [process, used] of Object.entries(micros)) if (partOf(process) === part) sum += used;
  return sum;
}

function partOf(process: string): Part {
  if (process === LOAD_GENERATOR || process === POSTGRES) return process;
  return process.endsWith('-data') ? 'data service' : 'service that takes it';
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Throughput, time of a commit, disk and processor time, against the size of the ledger. */
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
    'growth-processor': growthProcessorChart(points),
  };
}

function growthProcessorChart(points: readonly GrowthPoint[]): string {
  const rows = points.flatMap(({ operations, processorMicros = {} }) =>
    PARTS.map(({ name: part }) => ({ operations, part, micros: microsOf(part, processorMicros) })),
  );
  return draw({
    title: 'Microseconds of processor time for each operation, by the size of the ledger',
    legend: PARTS,
    height: 280,
    marginTop: 60,
    marginLeft: 60,
    color: { domain: PARTS.map(({ name }) => name), range: PARTS.map(({ color }) => color) },
    x: { label: 'operations in the ledger', tickFormat: 's' },
    y: { grid: true, label: null, zero: true },
    marks: [Plot.ruleY([0]), Plot.lineY(rows, { x: 'operations', y: 'micros', stroke: 'part' })],
  });
}

/** As much of a browser's element as is used; the types of a browser are not here. */
interface Svg {
  setAttribute(name: string, value: string): void;
  readonly outerHTML: string;
}

interface Drawing extends Plot.PlotOptions {
  readonly title: string;
  readonly legend?: readonly { readonly name: string; readonly color: string }[];
}

const MARGIN_TOP = 40;
const LEGEND_ENTRY_WIDTH = 170;

function draw({ title, legend = [], ...options }: Drawing): string {
  // Plot builds a document; linkedom is one without a browser.
  const { document } = parseHTML('<!doctype html><html><body></body></html>') as { document: never };
  const svg = Plot.plot({
    marginTop: MARGIN_TOP,
    marginBottom: MARGIN_TOP,
    ...options,
    document,
    width: WIDTH,
  }) as unknown as Svg;
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  svg.setAttribute('style', STYLE);
  const entries = legend.map(({ name, color }, index) => {
    const x = 8 + index * LEGEND_ENTRY_WIDTH;
    return `<rect x="${x}" y="32" width="12" height="12" fill="${color}"/><text x="${x + 18}" y="42">${name}</text>`;
  });
  const heading = `<text x="8" y="20" font-weight="bold">${title}</text>`;
  const front = `${BACKGROUND}<g text-anchor="start">${heading}${entries.join('')}</g>`;
  return `${svg.outerHTML.replace('>', `>${front}`)}\n`;
}
