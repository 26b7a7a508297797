import { it } from 'vitest';

it('forgets a promise', async () => {
  void Promise.reject(new Error('nobody waits for me'));
  await new Promise((resolve) => setTimeout(resolve, 20));
});
