import { until } from '../until.ts';
import type { KubeCluster } from './cluster.ts';
import { outside } from './stage.ts';

export interface PodProgram<T> {
  /** All that it has said until now. */
  log(): Promise<string>;
  /** Of the signals that it says it knows. */
  signal(name: NodeJS.Signals): Promise<void>;
  /** Lets what is open end, and answers what it says in the end. */
  stop(): Promise<T>;
}

const node = '/usr/local/bin/node';

/**
 * Runs a program of `e2e/kube/pods/` in a pod of its own, which nothing holds to the API server: it goes on while that is
 * away, and is asked afterwards.
 */
export async function startPodProgram<T>(
  cluster: KubeCluster,
  program: string,
  plan: Readonly<Record<string, unknown>>,
  name: string = program,
): Promise<PodProgram<T>> {
  const kubectl = (...args: readonly string[]): Promise<string> => cluster.kubectl(['--namespace', outside, ...args]);
  const log = (): Promise<string> => kubectl('logs', name).catch(() => '');
  const phase = (): Promise<string> => kubectl('get', 'pod', name, '-o', 'jsonpath={.status.phase}');
  // The first process of the pod is the program; there is no shell in the image.
  const signal = async (which: NodeJS.Signals): Promise<void> => {
    await kubectl('exec', name, '--', node, '-e', `process.kill(1, "${which}")`);
  };
  await kubectl('delete', 'pod', name, '--ignore-not-found', '--now');
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: outside, labels: { app: name } },
    spec: {
      restartPolicy: 'Never',
      containers: [
        {
          name,
          image: cluster.image('e2e'),
          command: [node, `/opt/sluice/e2e/kube/pods/${program}.ts`, JSON.stringify(plan)],
        },
      ],
    },
  };
  await cluster.apply(JSON.stringify(pod));
  // A node that has just lost its API server takes more than a minute before it starts anything new.
  await until(`the pod ${name} has begun`, async () => (await log()).includes('started'), { limitMs: 150_000 });
  return {
    log,
    signal,
    async stop() {
      let isTold = false;
      const tell = async (): Promise<void> => {
        await signal('SIGTERM');
        isTold = true;
      };
      const hasEnded = async (): Promise<boolean> => {
        if ((await phase()) === 'Succeeded') return true;
        // A program that ends at once takes the command with it, and its pod is said to run for a moment longer.
        if (!isTold) await tell().catch(() => undefined);
        return false;
      };
      await until(`the pod ${name} has ended`, hasEnded, { limitMs: 90_000 });
      const result = JSON.parse((await kubectl('logs', name, '--tail=1')).trim()) as T;
      await kubectl('delete', 'pod', name, '--now');
      return result;
    },
  };
}
