/** Whether this is an origin as browsers write it: scheme, host, and port where it is not the usual one. */
export function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}
