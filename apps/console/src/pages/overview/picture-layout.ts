/** Where each part of the picture is drawn, in pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface Edge {
  /** Of an SVG path. */
  readonly path: string;
  /** The business service whose flow it shows; absent: that of all of them. */
  readonly business?: number;
}

export interface PictureLayout {
  readonly height: number;
  readonly clients: Box;
  readonly business: readonly Box[];
  readonly data: readonly Box[];
  readonly database: Box;
  readonly edges: readonly Edge[];
}

const GAP = 12;
const SMALL_HEIGHT = 52;
const BUSINESS_HEIGHT = 66;
const NARROW_BELOW = 640;
const INDENT = 24;

/** From left to right where there is room, else from the top down. */
export function layoutOf(width: number, businessCount: number, dataCount: number): PictureLayout {
  return width < NARROW_BELOW
    ? downwards(width, businessCount, dataCount)
    : sideways(width, businessCount, dataCount);
}

function sideways(width: number, businessCount: number, dataCount: number): PictureLayout {
  // Small boxes at the ends, wide ones for the services; what is left is for the lines between.
  const end = Math.min(170, width * 0.19);
  const middle = Math.min(260, width * 0.27);
  const gap = (width - 2 * end - 2 * middle) / 3;
  const height = Math.max(
    businessCount * (BUSINESS_HEIGHT + GAP) - GAP,
    dataCount * (SMALL_HEIGHT + GAP) - GAP,
    2 * BUSINESS_HEIGHT,
  );
  const column = (x: number, count: number, boxWidth: number, boxHeight: number): Box[] => {
    const top = (height - (count * (boxHeight + GAP) - GAP)) / 2;
    return Array.from({ length: count }, (_, index) => ({
      x,
      y: top + index * (boxHeight + GAP),
      width: boxWidth,
      height: boxHeight,
    }));
  };
  const [clients] = column(0, 1, end, SMALL_HEIGHT) as [Box];
  const business = column(end + gap, businessCount, middle, BUSINESS_HEIGHT);
  const data = column(end + middle + 2 * gap, dataCount, middle, SMALL_HEIGHT);
  const [database] = column(width - end, 1, end, SMALL_HEIGHT) as [Box];
  const edges = [
    ...business.map((box, index) => ({ path: across(clients, box), business: index })),
    ...business.flatMap((box, index) =>
      data.map((target) => ({ path: across(box, target), business: index })),
    ),
    ...data.map((box) => ({ path: across(box, database) })),
  ];
  return { height, clients, business, data, database, edges };
}

/** A curve from the right side of one box to the left side of another. */
function across(from: Box, to: Box): string {
  const [x1, y1] = [from.x + from.width, from.y + from.height / 2];
  const [x2, y2] = [to.x, to.y + to.height / 2];
  const middle = (x1 + x2) / 2;
  return `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`;
}

/** One under the other, on a line down the left side. */
function downwards(width: number, businessCount: number, dataCount: number): PictureLayout {
  let y = 0;
  const next = (height: number): Box => {
    const box = { x: INDENT, y, width: width - INDENT, height };
    y += height + GAP;
    return box;
  };
  const clients = next(SMALL_HEIGHT);
  const business = Array.from({ length: businessCount }, () => next(BUSINESS_HEIGHT));
  const data = Array.from({ length: dataCount }, () => next(SMALL_HEIGHT));
  const database = next(SMALL_HEIGHT);
  const spine = INDENT / 3;
  const middleOf = (box: Box) => box.y + box.height / 2;
  const edges = [
    ...business.map((box, index) => ({
      path: `M${INDENT} ${middleOf(clients)}H${spine}V${middleOf(box)}H${INDENT}`,
      business: index,
    })),
    ...data.map((box) => ({
      path: `M${spine} ${middleOf(clients)}V${middleOf(box)}H${INDENT}`,
    })),
    { path: `M${spine} ${middleOf(clients)}V${middleOf(database)}H${INDENT}` },
  ];
  return { height: y - GAP, clients, business, data, database, edges };
}
