import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

it('makes no promise while messages and streams come and go', async () => {
  const script = fileURLToPath(new URL('./testing/promise-count.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script]);
  const counted: unknown = JSON.parse(stdout);
  // The control shows that the count would see one.
  expect(counted).toEqual({ promises: 0, messages: 2_050, control: 1 });
});
