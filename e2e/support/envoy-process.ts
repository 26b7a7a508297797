import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findEnvoy } from '../../src/envoy/binary.ts';

/** A bootstrap as JSON (JSON is YAML, which Envoy reads), with the field names of the Envoy API. */
export type EnvoyBootstrap = Readonly<Record<string, unknown>>;

export interface EnvoyProcess {
  readonly pid: number;
  readonly adminPort: number;
  /** Everything that Envoy wrote so far, standard output (access logs) and error (its own log) in one. */
  log(): string;
  /** Asks Envoy to end, kills it after a second, and waits until it is gone. */
  stop(): Promise<void>;
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>;
  /** Text of an admin page, for instance `/stats?filter=cds`. */
  admin(path: string, method?: 'GET' | 'POST'): Promise<string>;
  /** Value of one counter or gauge; 0 when Envoy does not have it yet. */
  stat(name: string): Promise<number>;
}

export interface EnvoyOptions {
  /** `ready` waits for `/ready` to say LIVE; `admin` only for the admin port, for an Envoy that waits for its configuration. */
  readonly waitFor?: 'ready' | 'admin';
  readonly readyTimeoutMs?: number;
  /** Further arguments, for instance `['--drain-time-s', '2']`. */
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** Starts an Envoy on a free admin port with one worker, and waits until it is ready. Whoever starts it stops it. */
export async function startEnvoy(bootstrap: EnvoyBootstrap, options: EnvoyOptions = {}): Promise<EnvoyProcess> {
  const binary = await findEnvoy(process.env, () => undefined);
  if (!binary.ok) throw new Error(binary.error);
  const folder = await mkdtemp(join(tmpdir(), 'sluice-envoy-'));
  const configPath = join(folder, 'bootstrap.json');
  const addressPath = join(folder, 'admin-address');
  const admin = { address: { socket_address: { address: '127.0.0.1', port_value: 0 } } };
  await writeFile(configPath, JSON.stringify({ admin, ...bootstrap }), { mode: 0o600 });

  const child = spawn(
    binary.value.path,
    [
      ...['-c', configPath, '--admin-address-path', addressPath, '--concurrency', '1', '--use-dynamic-base-id'],
      // Without this, a test that ends at once would still wait for the full drain of an Envoy in use.
      ...['--drain-time-s', '1', '--parent-shutdown-time-s', '2', ...(options.args ?? [])],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...options.env } },
  );
  let log = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  let spawnError: Error | undefined;
  child.on('error', (error) => {
    spawnError = error;
  });
  // A test process that dies must not leave an Envoy behind.
  const killOnExit = () => child.kill('SIGKILL');
  process.once('exit', killOnExit);
  const exited = once(child, 'close').then(() => process.off('exit', killOnExit));

  const hasEnded = () => spawnError !== undefined || child.exitCode !== null || child.signalCode !== null;
  const end = async (signal: NodeJS.Signals) => {
    if (!hasEnded()) child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), 1_000);
    await exited;
    clearTimeout(timer);
    await rm(folder, { recursive: true, force: true });
  };

  const deadline = Date.now() + (options.readyTimeoutMs ?? 20_000);
  const awaitStep = async (what: string, isReached: () => Promise<boolean>) => {
    while (!(await isReached())) {
      if (hasEnded() || Date.now() > deadline) {
        const reason = hasEnded() ? `ended with ${child.exitCode ?? child.signalCode ?? spawnError}` : 'is late';
        const initDump = hasEnded()
          ? ''
          : await adminText(await readAdminPort(addressPath), '/init_dump').catch(() => '');
        await end('SIGKILL');
        throw new Error(`Envoy ${reason} before ${what}.\n${initDump}\n${tail(log)}`);
      }
      await sleep(20);
    }
  };

  await awaitStep('its admin port was open', async () => (await readAdminPort(addressPath)) !== 0);
  const adminPort = await readAdminPort(addressPath);
  if (options.waitFor !== 'admin') {
    await awaitStep('it was ready', async () =>
      (await adminText(adminPort, '/ready').catch(() => '')).startsWith('LIVE'),
    );
  }
  if (child.pid === undefined) throw new Error('Envoy has no process id');
  return {
    pid: child.pid,
    adminPort,
    log: () => log,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    admin: (path, method) => adminText(adminPort, path, method),
    stat: async (name) => {
      const page = await adminText(adminPort, `/stats?filter=^${encodeURIComponent(name.replaceAll('.', '\\.'))}$`);
      return Number(page.split(': ')[1] ?? 0);
    },
  };
}

async function readAdminPort(addressPath: string): Promise<number> {
  if (!existsSync(addressPath)) return 0;
  return Number((await readFile(addressPath, 'utf8')).trim().split(':').at(-1) ?? 0);
}

async function adminText(port: number, path: string, method: 'GET' | 'POST' = 'GET'): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers: { connection: 'close' } });
  return response.text();
}

function tail(text: string): string {
  return text.split('\n').slice(-40).join('\n');
}
