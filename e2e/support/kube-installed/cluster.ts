import { version } from '../../../src/version.ts';
import { findBinaries, type Program } from '../../kube/cluster/binaries.ts';
import { type RunOptions, runCommand } from '../kube-run.ts';
import { until } from '../until.ts';
import { apiServerSwitch } from './outage.ts';
import { type PortForward, portForward } from './port-forward.ts';

/** The cluster that KUBECONFIG names: kind, the local one, or any other in which the tests may do as they like. */
export interface KubeCluster {
  readonly kubeconfig: string;
  /** Answers what kubectl printed; fails with the command and everything that it said. Default limit: 60 seconds. */
  kubectl(args: readonly string[], options?: RunOptions): Promise<string>;
  helm(args: readonly string[], options?: RunOptions): Promise<string>;
  /** Server-side apply of one or many documents, as field manager `test`. */
  apply(yaml: string): Promise<void>;
  /** `portForward('svc/egress', 10080, 'sluice-dataplane')` opens a free port of the machine's loopback. */
  portForward(target: string, port: number, namespace: string): Promise<PortForward>;
  /** `controller`, `processor`, `envoy`, `redis`, or `e2e`, which holds the programs that tests run in pods. */
  image(name: string): string;
  /** Ends the API server and waits until nobody answers. Not in a cluster that `make e2e` has not started. */
  stopApiServer(): Promise<void>;
  startApiServer(): Promise<void>;
}

/** Throws one clear sentence where there is no cluster. */
export function openCluster(env: NodeJS.ProcessEnv = process.env): KubeCluster {
  const { KUBECONFIG: kubeconfig } = env;
  if (!kubeconfig) {
    throw new Error(
      'KUBECONFIG names no cluster. `make e2e` starts one; `node e2e/kube/cluster/main.ts up FOLDER` starts one to keep.',
    );
  }
  const run = (program: Program, args: readonly string[], options: RunOptions = {}): Promise<string> =>
    runCommand(programPath(env, program), args, { ...options, env: { ...env, ...options.env } });
  const kubectl: KubeCluster['kubectl'] = (args, options) => run('kubectl', args, options);
  const answers = (): Promise<boolean> =>
    kubectl(['get', '--raw', '/readyz', '--request-timeout=2s']).then(
      () => true,
      () => false,
    );
  return {
    kubeconfig,
    kubectl,
    helm: (args, options) => run('helm', args, { limitMs: 300_000, ...options }),
    async apply(yaml) {
      await kubectl(['apply', '--server-side', '--field-manager=test', '-f', '-'], { input: yaml });
    },
    portForward(target, port, namespace) {
      return portForward(programPath(env, 'kubectl'), ['--namespace', namespace, target, `:${port}`], env);
    },
    image: (name) => `${env.SLUICE_E2E_REGISTRY || 'localhost'}/sluice/${name}:${version}`,
    async stopApiServer() {
      await apiServerSwitch(env).off();
      await until('the API server is gone', async () => !(await answers()), { limitMs: 60_000 });
    },
    async startApiServer() {
      await apiServerSwitch(env).on();
      await until('the API server is back', answers, { limitMs: 120_000 });
    },
  };
}

/** The ones that were built for the tests, where they are; else the machine's own. */
function programPath(env: NodeJS.ProcessEnv, program: Program): string {
  const binaries = findBinaries(env, [program]);
  return binaries.ok ? binaries.value.path(program) : program;
}
