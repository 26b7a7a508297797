import { expect } from 'vitest';

/** Requests without pause; gives back everything but the answers that the test allows. */
export function underLoad(get: () => Promise<string>, allowed: RegExp): () => Promise<readonly string[]> {
  const others: string[] = [];
  let isOver = false;
  let count = 0;
  const loop = (async () => {
    while (!isOver) {
      const answer = await get().catch(String);
      count++;
      if (!allowed.test(answer)) others.push(answer);
    }
  })();
  return async () => {
    isOver = true;
    await loop;
    expect(count).toBeGreaterThan(0);
    return others;
  };
}
