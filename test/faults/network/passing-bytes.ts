import type net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../simulation/world/random.ts';

const TRICKLE_PIECES_MAX = 4;
const TRICKLE_DELAY_MAX_MS = 120;

/** One direction of a connection: what arrives at one socket goes to the other, in order, and no faster than it takes it. */
export class PassingBytes {
  readonly #from: net.Socket;
  readonly #to: net.Socket;
  /** While pieces are delayed, what comes after them waits for its turn. */
  #delayed: Promise<void> | undefined;

  constructor(from: net.Socket, to: net.Socket) {
    this.#from = from;
    this.#to = to;
  }

  pass(piece: Buffer): void {
    if (this.#delayed === undefined) this.#write(piece);
    else this.#delay(async () => this.#write(piece));
  }

  /** In a few parts, each after a pause. */
  trickle(piece: Buffer, random: Random): void {
    const size = Math.ceil(piece.length / random.whole(1, TRICKLE_PIECES_MAX));
    this.#delay(async () => {
      for (let start = 0; start < piece.length; start += size) {
        await sleep(random.between(1, TRICKLE_DELAY_MAX_MS));
        this.#write(piece.subarray(start, start + size));
      }
    });
  }

  /** The last that arrives: both ends find the connection broken after it. */
  cutAfter(piece: Buffer): void {
    this.#to.write(piece, () => {
      this.#to.resetAndDestroy();
      this.#from.resetAndDestroy();
    });
  }

  #delay(work: () => Promise<void>): void {
    this.#from.pause();
    const delayed = (this.#delayed ?? Promise.resolve()).then(work).then(() => {
      if (this.#delayed !== delayed) return;
      this.#delayed = undefined;
      this.#from.resume();
    });
    this.#delayed = delayed;
  }

  #write(piece: Buffer): void {
    if (this.#to.destroyed || this.#to.write(piece)) return;
    this.#from.pause();
    this.#to.once('drain', () => {
      if (this.#delayed === undefined) this.#from.resume();
    });
  }
}
