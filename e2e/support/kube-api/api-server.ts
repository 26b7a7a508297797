import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findBinaries, type KubernetesBinaries } from '../../kube/cluster/binaries.ts';
import { apiServerArguments, controllerManagerArguments, etcdArguments } from '../../kube/cluster/control-plane.ts';
import { authorityFile, createIdentities } from '../../kube/cluster/identities.ts';
import { runCommand } from '../kube-run.ts';
import { freePort } from '../ports.ts';
import { type KubeProcess, startKubeProcess } from './process.ts';

export interface ApiServerOptions {
  /** With kube-controller-manager: service accounts, garbage collection, deleted namespaces, ReplicaSets. No pod runs. */
  readonly withControllers?: boolean;
  /** More flags of kube-apiserver, for instance `--min-request-timeout=4` for watches that end soon. */
  readonly flags?: readonly string[];
}

/** A real API server of its own: etcd and kube-apiserver on loopback, a temporary folder, about 430 MB of memory. */
export interface KubeApiServer {
  /** A file for the administrator (`system:masters`). */
  readonly kubeconfig: string;
  readonly url: string;
  /** Runs kubectl as the administrator; answers its output, fails with everything that it said. */
  kubectl(...args: string[]): Promise<string>;
  /** Server-side apply of one or many documents, as field manager `test`. */
  apply(yaml: string): Promise<void>;
  /** Ends kube-apiserver as a crash would. What it has stored stays. */
  stopServer(): Promise<void>;
  /** Starts it again on the same port. Watches from before find their resource version too old. */
  startServer(): Promise<void>;
  /** Ends everything and removes what was stored. Whoever starts it closes it. */
  close(): Promise<void>;
}

/** About 4 seconds on an idle machine. Throws one clear sentence where the binaries are missing. */
export async function startApiServer(options: ApiServerOptions = {}): Promise<KubeApiServer> {
  const controllers = options.withControllers === true ? (['kube-controller-manager'] as const) : [];
  const binaries = findBinaries(process.env, ['etcd', 'kube-apiserver', 'kubectl', ...controllers]);
  if (!binaries.ok) throw new Error(binaries.error);
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(binaries.value, options);
    } catch (cause) {
      // Another process may have taken one of the ports between the look and the start.
      if (attempt === 3 || !String(cause).includes('address already in use')) throw cause;
    }
  }
}

async function startOnce(binaries: KubernetesBinaries, options: ApiServerOptions): Promise<KubeApiServer> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-kube-'));
  const [port, clientPort, peerPort, controllersPort] = await freePorts();
  const url = `https://127.0.0.1:${port}`;
  const etcdUrl = `http://127.0.0.1:${clientPort}`;
  const identities = await createIdentities(folder, url);
  const start = (program: Parameters<typeof binaries.path>[0], args: readonly string[]) =>
    startKubeProcess(binaries.path(program), args, join(folder, `${program}.log`));

  const etcd = start(
    'etcd',
    etcdArguments({
      dataFolder: join(folder, 'etcd'),
      clientUrl: etcdUrl,
      peerUrl: `http://127.0.0.1:${peerPort}`,
    }),
  );
  const hasControllers = options.withControllers === true;
  const serverArguments = [
    ...apiServerArguments({ identities, etcdUrl, ...loopback, port, hasControllers }),
    ...(options.flags ?? []),
  ];
  let server: KubeProcess | undefined;
  let controllers: KubeProcess | undefined;
  const kubeconfig = identities.kubeconfig('admin');
  // Else it would remember what another API server knew that once had this port.
  const ownCache = ['--cache-dir', join(folder, 'kubectl-cache')];
  const kubectl = (args: readonly string[], input = '') =>
    runCommand(binaries.path('kubectl'), [...ownCache, '--kubeconfig', kubeconfig, ...args], {
      input,
      limitMs: 3 * patienceMs,
    });
  const close = async (): Promise<void> => {
    await Promise.all([controllers?.kill(), server?.kill()]);
    await etcd.kill();
    await rm(folder, { recursive: true, force: true });
  };
  const stopServer = async (): Promise<void> => {
    await server?.kill();
    server = undefined;
  };
  const startServer = async (): Promise<void> => {
    if (server !== undefined) return;
    server = start('kube-apiserver', serverArguments);
    await whenReady(url, identities, [etcd, server]);
  };

  try {
    await startServer();
    if (hasControllers) {
      controllers = start('kube-controller-manager', controllerManagerArguments(identities, controllersPort));
      await defaultServiceAccount(kubectl, controllers);
    }
  } catch (cause) {
    await close();
    throw cause;
  }
  return {
    kubeconfig,
    url,
    kubectl: (...args) => kubectl(args),
    async apply(yaml) {
      await kubectl(['apply', '--server-side', '--field-manager=test', '-f', '-'], yaml);
    },
    stopServer,
    startServer,
    close,
  };
}

const loopback = { bindAddress: '127.0.0.1', advertiseAddress: '127.0.0.1' };

async function freePorts(): Promise<readonly [number, number, number, number]> {
  const ports = new Set<number>();
  while (ports.size < 4) ports.add(await freePort());
  const [a = 0, b = 0, c = 0, d = 0] = ports;
  return [a, b, c, d];
}

type CreatedIdentities = Awaited<ReturnType<typeof createIdentities>>;

const patienceMs = 60_000;

async function whenReady(url: string, identities: CreatedIdentities, processes: readonly KubeProcess[]): Promise<void> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const answer = await readyz(url, identities);
    if (answer === 'ok') return;
    const ended = processes.find((each) => each.hasEnded());
    if (ended !== undefined) throw new Error(`The API server did not start.\n${await ended.lastWords()}`);
    if (performance.now() > deadline) {
      const words = await Promise.all(processes.map((each) => each.lastWords()));
      throw new Error(`The API server is not ready after ${patienceMs / 1000} s: ${answer}\n${words.join('\n')}`);
    }
    await sleep(100);
  }
}

async function readyz(url: string, identities: CreatedIdentities): Promise<string> {
  const authority = await readFile(authorityFile(identities)).catch(() => undefined);
  if (authority === undefined) return 'it has no certificate yet';
  return new Promise((resolve) => {
    const call = request(`${url}/readyz`, {
      ca: authority,
      headers: { authorization: `Bearer ${identities.adminToken}` },
      agent: false,
      timeout: 5_000,
    });
    call.on('timeout', () => call.destroy(new Error('no answer')));
    call.on('error', (cause) => resolve(cause.message));
    call.on('response', async (response) => {
      let text = '';
      response.setEncoding('utf8');
      for await (const chunk of response) text += chunk;
      resolve(text);
    });
    call.end();
  });
}

/** Pods are refused until it is there. */
async function defaultServiceAccount(
  kubectl: (args: readonly string[]) => Promise<string>,
  controllers: KubeProcess,
): Promise<void> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    try {
      await kubectl(['get', 'serviceaccount', 'default', '--namespace=default']);
      return;
    } catch (cause) {
      if (controllers.hasEnded() || performance.now() > deadline) {
        throw new Error(`The controllers did not start.\n${await controllers.lastWords()}`, { cause });
      }
    }
    await sleep(200);
  }
}
