/** The part of the package that is used; it brings no types of its own. */
declare module 'fs-native-extensions' {
  /** Takes an exclusive lock on the whole file; false when another process has it. */
  export function tryLock(fileDescriptor: number): boolean;
}
