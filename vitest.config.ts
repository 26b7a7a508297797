import { defineConfig } from 'vitest/config';

/**
 * `make e2e`: these need Kubernetes built, or a whole cluster. Whoever names them gets them; a plain run never does. A dozen
 * processes that are not ours take part with time-outs of their own, so a test may try twice; the report says which did.
 */
const kube = [
  // An API server weighs 430 MB, and every file has one of its own; they wait more than they work.
  {
    extends: true as const,
    test: { name: 'kube-api', include: ['e2e/kube/api/**/*.test.ts'], maxWorkers: 2, retry: 1 },
  },
  // All files share the cluster that KUBECONFIG names.
  {
    extends: true as const,
    test: { name: 'kube', include: ['e2e/kube/installed/**/*.test.ts'], fileParallelism: false, retry: 1 },
  },
];
const namesKube = process.argv.some((argument) => /kube/.test(argument));

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // What is waited for comes; a busy machine may take longer than the second that Vitest gives it.
    expect: { poll: { timeout: 20_000 } },
    projects: [
      { extends: true, test: { name: 'unit', include: ['{src,cmd,tools}/**/*.test.ts'] } },
      { extends: true, test: { name: 'feature', include: ['e2e/feature/**/*.test.ts'] } },
      // Real Envoys and processes: one file at a time, so that timing assertions mean something on small machines.
      {
        extends: true,
        test: { name: 'envoy', include: ['e2e/envoy/**/*.test.ts'], fileParallelism: false, testTimeout: 60_000 },
      },
      ...(namesKube ? kube : []),
    ],
  },
});
