import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      { extends: true, test: { name: 'unit', include: ['{src,cmd,tools}/**/*.test.ts'] } },
      { extends: true, test: { name: 'feature', include: ['e2e/feature/**/*.test.ts'] } },
      // Real Envoys and processes: one file at a time, so that timing assertions mean something on small machines, and
      // once more where one fails, since a busy machine can make any time-out come too early.
      { extends: true, test: { name: 'envoy', include: ['e2e/envoy/**/*.test.ts'], fileParallelism: false, retry: 1 } },
    ],
  },
});
