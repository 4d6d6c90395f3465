import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/**
 * lmdb maps its file into memory and believes every page number, offset and size in it: on a file that was cut off or
 * damaged it crashes the process, or passes over a part of the queue without a word. So all of the tree is looked at
 * first, with ordinary reads. (The layout is LMDB's, of data version 2, for 64 bits and little-endian.)
 */
const PAGE = {
  numberAt: 0,
  transactionAt: 8,
  flagsAt: 18,
  lowerAt: 20,
  overflowPagesAt: 20,
  headerBytes: 24,
} as const;
const BRANCH = 0x01;
const LEAF = 0x02;
const OVERFLOW = 0x04;
const META = 0x08;
const META_PAGE = {
  freeTreeAt: 48,
  mainTreeAt: 96,
  lastPageAt: 144,
  transactionAt: 152,
  sizeBytes: 160,
} as const;
/** The first field of the free tree holds the page size instead of its own. */
const TREE = {
  flagsAt: 4,
  depthAt: 6,
  branchesAt: 8,
  leavesAt: 16,
  overflowsAt: 24,
  entriesAt: 32,
  rootAt: 40,
  sizeBytes: 48,
} as const;
const EMPTY_TREE = 2n ** 64n - 1n;
const NODE = { flagsAt: 4, keySizeAt: 6, headerBytes: 8 } as const;
const IN_OVERFLOW = 0x01;
const IS_TREE = 0x02;
/** Where the first pages say what does not change. */
const FORM_FIELDS = [
  [24, 32],
  [48, 54],
] as const;
/** A terabyte, in pages of the usual size. */
const PAGES_MAX = 2 ** 28;
const PAGE_SIZES = [512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536];

/**
 * Checks that the LMDB file at `path` is whole: that every page of its trees is there, is what its parent says, and is
 * used once; that keys are in order; and that nothing counts as free that is in use. What the records say is not
 * looked at. An empty file is right.
 *
 * @throws Error that says what is wrong with the file.
 */
export function checkPages(path: string): void {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    if (size > 0) new PageCheck(file, size).run();
  } catch (error) {
    throw error instanceof Damage
      ? new Error(`${path} is damaged: ${error.message}`, { cause: error })
      : error;
  } finally {
    closeSync(file);
  }
}

class Damage extends Error {}

function demand(right: boolean, what: () => string): asserts right {
  if (!right) throw new Damage(what());
}

interface Tree {
  readonly name: string;
  /** Whether keys are compared as bytes: those of the free tree are numbers. */
  readonly ordered: boolean;
  readonly onValue: (key: Buffer, value: Buffer) => void;
  branches: number;
  leaves: number;
  overflows: number;
  entries: number;
  lastKey: Buffer | undefined;
  keyFloor: Buffer | undefined;
}

class PageCheck {
  readonly #file: number;
  readonly #size: number;
  #pageSize = 0;
  #transaction = 0n;
  /** One byte for each page: whether it is in use. */
  #used = new Uint8Array(0);

  constructor(file: number, size: number) {
    this.#file = file;
    this.#size = size;
  }

  run(): void {
    const meta = this.#newestMeta();
    const pageCount = meta.readBigUInt64LE(META_PAGE.lastPageAt) + 1n;
    demand(pageCount <= PAGES_MAX, () => `it counts ${pageCount} pages`);
    this.#used = new Uint8Array(Number(pageCount));
    this.#transaction = meta.readBigUInt64LE(META_PAGE.transactionAt);
    this.#checkTree('the main tree', meta.subarray(META_PAGE.mainTreeAt), true, () => undefined);
    const name = 'the tree of free pages';
    this.#checkTree(name, meta.subarray(META_PAGE.freeTreeAt), false, (_key, value) => {
      for (const page of listedPages(value)) {
        demand(this.#used[page] === 0, () => `page ${page} is in use, and counts as free`);
      }
    });
  }

  /** Two pages take turns to say where the trees are: the newer one counts. */
  #newestMeta(): Buffer {
    const first = this.#bytes(0, META_PAGE.sizeBytes);
    this.#pageSize = first.readUInt32LE(META_PAGE.freeTreeAt);
    demand(PAGE_SIZES.includes(this.#pageSize), () => `it has pages of ${this.#pageSize} bytes`);
    const metas = [first, this.#bytes(this.#pageSize, META_PAGE.sizeBytes)] as const;
    const [even, odd] = metas.map((meta) => meta.readBigUInt64LE(META_PAGE.transactionAt)) as [
      bigint,
      bigint,
    ];
    const kinds = metas.map((meta) => meta.readUInt16LE(PAGE.flagsAt));
    // A file that was just made, or copied, has its first transaction in the second of them, whatever its number.
    const isNew = even === 0n;
    const areNeighbours = even % 2n === 0n && odd % 2n === 1n && (even - odd === 1n || odd - even === 1n);
    demand(
      (isNew || areNeighbours) && kinds.every((kind) => kind === META) && haveSameForm(...metas),
      () => 'its two first pages do not belong together',
    );
    const newest = even > odd ? metas[0] : metas[1];
    this.#checkRoot(newest);
    return newest;
  }

  /**
   * Each transaction writes the root of the main tree anew, so that a damaged number does not bring back an older
   * state. (What was copied counts as of the first transaction, and has no free pages. Of the older of the two first
   * pages nothing can be said: LMDB puts a part of it back when it could not write it.)
   */
  #checkRoot(meta: Buffer): void {
    const root = meta.subarray(META_PAGE.mainTreeAt).readBigUInt64LE(TREE.rootAt);
    if (root === EMPTY_TREE) return;
    const header = this.#bytes(Number(root) * this.#pageSize, PAGE.headerBytes);
    const transaction = header.readBigUInt64LE(PAGE.transactionAt);
    const isCopied = meta.subarray(META_PAGE.freeTreeAt).readBigUInt64LE(TREE.rootAt) === EMPTY_TREE;
    demand(
      transaction === meta.readBigUInt64LE(META_PAGE.transactionAt) || (isCopied && transaction === 1n),
      () => 'its first pages do not belong to the main tree',
    );
  }

  #checkTree(name: string, header: Buffer, ordered: boolean, onValue: Tree['onValue']): void {
    const tree: Tree = {
      ...{ name, ordered, onValue, branches: 0, leaves: 0, overflows: 0, entries: 0 },
      lastKey: undefined,
      keyFloor: undefined,
    };
    // The flags of the tree of free pages are those of the file.
    demand(!ordered || header.readUInt16LE(TREE.flagsAt) === 0, () => `${name} is of an unknown kind`);
    const root = header.readBigUInt64LE(TREE.rootAt);
    if (root !== EMPTY_TREE) this.#checkPage(tree, Number(root), header.readUInt16LE(TREE.depthAt));
    const { branches, leaves, overflows, entries } = tree;
    const counts = [TREE.branchesAt, TREE.leavesAt, TREE.overflowsAt, TREE.entriesAt].map((at) =>
      header.readBigUInt64LE(at),
    );
    demand(
      [branches, leaves, overflows, entries].every((count, index) => BigInt(count) === counts[index]),
      () =>
        `${name} should have ${counts[3]} entries on ${counts.slice(0, 3).join(', ')} pages, and has ${entries} on ${branches}, ${leaves}, ${overflows}`,
    );
  }

  /** A page that is `height` levels above nothing, and all that is below it. */
  #checkPage(tree: Tree, number: number, height: number): void {
    const kind = height > 1 ? BRANCH : LEAF;
    const page = this.#page(tree, number, kind);
    tree[kind === BRANCH ? 'branches' : 'leaves'] += 1;
    const nodes = nodesOf(page);
    demand(nodes !== undefined && nodes.length > 0, () => `page ${number} of ${tree.name} is garbled`);
    for (const [index, node] of nodes.entries()) {
      const key = keyOf(node);
      demand(key !== undefined, () => `page ${number} of ${tree.name} is garbled`);
      if (kind === LEAF) {
        this.#checkEntry(tree, node, key);
        continue;
      }
      // The first child takes all keys below the second's.
      if (index > 0) this.#checkOrder(tree, key, (tree.keyFloor = key));
      this.#checkPage(tree, childOf(node), height - 1);
    }
  }

  #checkEntry(tree: Tree, node: Buffer, key: Buffer): void {
    this.#checkOrder(tree, key, tree.keyFloor);
    tree.lastKey = key;
    tree.entries += 1;
    const flags = node.readUInt16LE(NODE.flagsAt);
    const size = node.readUInt32LE(0);
    const rest = node.subarray(NODE.headerBytes + key.length);
    const isInPlace = (flags & IN_OVERFLOW) === 0;
    demand(
      flags <= IS_TREE && (isInPlace ? rest.length >= size : rest.length >= 8),
      () => `an entry of ${tree.name} is garbled`,
    );
    if (flags === IS_TREE) {
      demand(size === TREE.sizeBytes, () => `a tree in ${tree.name} is garbled`);
      const name = `the tree '${key.toString('latin1').replaceAll(/[^\w-]/g, '')}'`;
      this.#checkTree(name, rest, true, () => undefined);
    } else tree.onValue(key, isInPlace ? rest.subarray(0, size) : this.#overflow(tree, rest, size));
  }

  #overflow(tree: Tree, reference: Buffer, size: number): Buffer {
    const number = Number(reference.readBigUInt64LE());
    const count = Math.ceil((PAGE.headerBytes + size) / this.#pageSize);
    const first = this.#page(tree, number, OVERFLOW);
    demand(
      first.readUInt32LE(PAGE.overflowPagesAt) === count,
      () => `the pages from ${number} of ${tree.name} are garbled`,
    );
    for (let next = number + 1; next < number + count; next += 1) this.#use(next, tree.name);
    tree.overflows += count;
    const end = number * this.#pageSize + PAGE.headerBytes + size;
    demand(end <= this.#size, () => `it is cut off: ${tree.name} goes on behind its end`);
    if (tree.ordered) return first;
    return this.#bytes(number * this.#pageSize + PAGE.headerBytes, size);
  }

  #checkOrder(tree: Tree, key: Buffer, floor: Buffer | undefined): void {
    if (!tree.ordered) return;
    const isAbove = tree.lastKey === undefined || tree.lastKey.compare(key) < 0;
    demand(isAbove && (floor === undefined || floor.compare(key) <= 0), () => `${tree.name} is out of order`);
  }

  #page(tree: Tree, number: number, kind: number): Buffer {
    this.#use(number, tree.name);
    const page = this.#bytes(number * this.#pageSize, this.#pageSize);
    const isRight =
      page.readBigUInt64LE(PAGE.numberAt) === BigInt(number) &&
      page.readBigUInt64LE(PAGE.transactionAt) <= this.#transaction &&
      page.readUInt16LE(PAGE.flagsAt) === kind;
    demand(isRight, () => `page ${number} is not the one that ${tree.name} refers to`);
    return page;
  }

  #use(number: number, by: string): void {
    demand(
      number > 1 && number < this.#used.length,
      () => `${by} refers to a page ${number}, which there is not`,
    );
    demand(this.#used[number] === 0, () => `page ${number} is in use twice`);
    this.#used[number] = 1;
  }

  #bytes(at: number, size: number): Buffer {
    demand(at + size <= this.#size, () => `it is cut off at ${this.#size} bytes`);
    const bytes = Buffer.allocUnsafe(size);
    demand(readSync(this.#file, bytes, 0, size, at) === size, () => `it cannot be read at byte ${at}`);
    return bytes;
  }
}

/** Whether two first pages say the same of what does not change: the format, the size of pages, the kind of file. */
function haveSameForm(one: Buffer, other: Buffer): boolean {
  return FORM_FIELDS.every(([from, to]) => one.subarray(from, to).equals(other.subarray(from, to)));
}

/** What each entry of a page begins with, to the end of the page; `undefined` when its offsets make no sense. */
function nodesOf(page: Buffer): Buffer[] | undefined {
  const lower = page.readUInt16LE(PAGE.lowerAt);
  const bodySize = page.length - PAGE.headerBytes;
  if (lower % 2 !== 0 || lower > bodySize) return undefined;
  const offsets = Array.from({ length: lower / 2 }, (_, index) =>
    page.readUInt16LE(PAGE.headerBytes + 2 * index),
  );
  if (offsets.some((offset) => offset < lower || offset > bodySize - NODE.headerBytes)) return undefined;
  return offsets.map((offset) => page.subarray(PAGE.headerBytes + offset));
}

function keyOf(node: Buffer): Buffer | undefined {
  const end = NODE.headerBytes + node.readUInt16LE(NODE.keySizeAt);
  return end <= node.length ? node.subarray(NODE.headerBytes, end) : undefined;
}

function childOf(node: Buffer): number {
  return node.readUInt32LE(0) + node.readUInt16LE(NODE.flagsAt) * 2 ** 32;
}

/** A list of free pages: how many words, then page numbers; a negative one says how many pages begin at the next. */
function* listedPages(value: Buffer): Generator<number> {
  const count = value.length >= 8 ? Number(value.readBigUInt64LE()) : -1;
  const isGarbled = () => 'a list of free pages is garbled';
  // More room may be reserved for it than it needs.
  demand(count >= 0 && value.length >= 8 * (count + 1), isGarbled);
  for (let index = 1; index <= count; index += 1) {
    const word = Number(value.readBigInt64LE(8 * index));
    if (word > 0) yield word;
    if (word >= 0) continue;
    index += 1;
    demand(index <= count, isGarbled);
    const first = Number(value.readBigInt64LE(8 * index));
    for (let page = first; page < first - word; page += 1) yield page;
  }
}
