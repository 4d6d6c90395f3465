/**
 * Flags of Node.js for every process of a service. What a request leaves behind lives until it is answered, some
 * milliseconds: with V8's own small young generation (16 MB) much of that is copied about, again and again.
 */
export const SERVICE_NODE_FLAGS: readonly string[] = ['--max-semi-space-size=32'];
