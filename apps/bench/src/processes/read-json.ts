/** @throws Error when the answer is not 2xx. */
export async function readJson<Body>(url: string, init: RequestInit = {}): Promise<Body> {
  const answer = await fetch(url, init);
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}: ${(await answer.text()).slice(0, 300)}`);
  return (await answer.json()) as Body;
}
