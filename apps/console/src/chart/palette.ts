/** The colours of the theme as a canvas understands them. */
export interface Palette {
  readonly series: readonly string[];
  readonly fills: readonly string[];
  readonly grid: string;
  readonly text: string;
  readonly font: string;
}

const SERIES = [1, 2, 3, 4, 5, 6];

/** @param element what is drawn in; its styles decide. */
export function paletteOf(element: HTMLElement): Palette {
  const probe = document.createElement('span');
  element.append(probe);
  const color = (value: string): string => {
    probe.style.color = value;
    return getComputedStyle(probe).color;
  };
  const palette = {
    series: SERIES.map((index) => color(`var(--series-${index})`)),
    fills: SERIES.map((index) => color(`color-mix(in srgb, var(--series-${index}) 14%, transparent)`)),
    grid: color('var(--rule)'),
    text: color('var(--ink-soft)'),
    font: `11px ${getComputedStyle(element).fontFamily}`,
  };
  probe.remove();
  return palette;
}
