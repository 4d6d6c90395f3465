/** How figures are written for people. */

export function count(number: number): string {
  return Math.round(number).toLocaleString('en-US');
}

export function plural(number: number, one: string, many = `${one}s`): string {
  return `${count(number)} ${number === 1 ? one : many}`;
}
