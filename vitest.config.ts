import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Processes and time-outs are part of many tests, and a busy machine can make any of them come too late.
    retry: 1,
    projects: [
      { extends: true, test: { name: 'unit', include: ['{src,cmd,tools}/**/*.test.ts'] } },
      { extends: true, test: { name: 'feature', include: ['e2e/feature/**/*.test.ts'] } },
      // Real Envoys and processes: one file at a time, so that timing assertions mean something on small machines.
      { extends: true, test: { name: 'envoy', include: ['e2e/envoy/**/*.test.ts'], fileParallelism: false } },
    ],
  },
});
