import { existsSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { release } from 'node:os';
import { text } from 'node:stream/consumers';
import { err, ok, type Result } from '../../src/lib/result.ts';

/** What tests start where a container engine is. The one place that names its version. */
export const redisImage = 'redis:7.2.11';

/** A Redis in a container, as far as this machine has it. */
export type ContainerLook =
  | { readonly kind: 'no engine' }
  | { readonly kind: 'not usable'; readonly why: string }
  | { readonly kind: 'no image'; readonly engine: string }
  | { readonly kind: 'ready' };

const answerLimitMs = 2_000;
const pullLimitMs = 90_000;

/**
 * Asks the engine, which may take two seconds, whether tests can start a Redis there. They need one that runs on this
 * very machine: Redis listens on its loopback, as the nodes of a cluster and Sentinels tell each other to.
 */
export async function lookForRedisContainer(env: NodeJS.ProcessEnv): Promise<ContainerLook> {
  const socket = socketOf(env);
  if (socket === undefined) return { kind: 'no engine' };
  const no = (why: string): ContainerLook => ({ kind: 'not usable', why });
  if (!socket.startsWith('/')) return no(`DOCKER_HOST is ${socket}, which is no socket of this machine`);
  const info = await ask<EngineInfo>(socket, 'GET', '/info', answerLimitMs);
  if (!info.ok) return no(`the container engine at ${socket} ${info.error}`);
  const { OSType: system, KernelVersion: kernel, SecurityOptions: options } = info.value;
  if (system !== 'linux' || kernel !== release()) return no('the container engine runs in a virtual machine');
  const bridge = await ask<EngineNetwork>(socket, 'GET', '/networks/bridge', answerLimitMs);
  const name = bridge.ok ? bridge.value.Options?.['com.docker.network.bridge.name'] : undefined;
  // Without its bridge among our interfaces, its loopback is not ours: one of us runs in a container, or it is rootless.
  if (options?.includes('name=rootless') || name === undefined || !existsSync(`/sys/class/net/${name}`)) {
    return no('the container engine has another loopback than this process');
  }
  const image = await ask(socket, 'GET', `/images/${redisImage}/json`, answerLimitMs);
  return image.ok ? { kind: 'ready' } : { kind: 'no image', engine: socket };
}

/** Brings the image, for which there are one and a half minutes. */
export async function pullRedisImage(engine: string): Promise<Result<void>> {
  const [name, tag] = redisImage.split(':');
  const pulled = await ask(engine, 'POST', `/images/create?fromImage=${name}&tag=${tag}`, pullLimitMs);
  if (!pulled.ok) return err(`the container engine ${pulled.error}`);
  // An engine says that it pulls before it knows whether it can. Whether the image is there is what counts.
  const image = await ask(engine, 'GET', `/images/${redisImage}/json`, answerLimitMs);
  return image.ok ? ok(undefined) : err(`the container engine did not get ${redisImage}`);
}

interface EngineInfo {
  readonly OSType?: string;
  readonly KernelVersion?: string;
  readonly SecurityOptions?: readonly string[];
}

interface EngineNetwork {
  readonly Options?: Readonly<Record<string, string>>;
}

/** The engine that testcontainers takes, too. */
function socketOf(env: NodeJS.ProcessEnv): string | undefined {
  if (env.DOCKER_HOST) return env.DOCKER_HOST.replace(/^unix:\/\//, '');
  return existsSync('/var/run/docker.sock') ? '/var/run/docker.sock' : undefined;
}

/** One call of the engine's API. The error goes on after its name: `did not answer within 2 s`. */
async function ask<T>(socket: string, method: string, path: string, limitMs: number): Promise<Result<T>> {
  const signal = AbortSignal.timeout(limitMs);
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request({ socketPath: socket, method, path, signal }, resolve).on('error', reject).end();
    });
    const body = await text(response);
    if (response.statusCode === 200) return ok((method === 'GET' ? JSON.parse(body) : undefined) as T);
    return err(`answers ${response.statusCode}: ${body.trim().slice(0, 300)}`);
  } catch (cause) {
    if (signal.aborted) return err(`did not answer within ${limitMs / 1_000} s`);
    return err(`cannot be asked: ${(cause as Error).message}`);
  }
}
