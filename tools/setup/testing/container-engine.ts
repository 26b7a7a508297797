import { once } from 'node:events';
import { createServer } from 'node:http';
import { release } from 'node:os';
import { redisImage } from '../redis-container.ts';

/** What an engine answers to a path; `silence` and `refusal` are answers as well. To other paths it says 404. */
export type Answers = Readonly<Record<string, unknown>>;

export interface ScriptedEngine {
  readonly socket: string;
  /** As in `DOCKER_HOST`. */
  readonly host: string;
  readonly asked: readonly string[];
  stop(): void;
}

export const engineInfo = {
  OSType: 'linux',
  KernelVersion: release(),
  SecurityOptions: ['name=seccomp,profile=default'],
};

/** An engine of this machine that has the image. */
export const helpfulAnswers: Answers = {
  '/info': engineInfo,
  // Every Linux has this interface, as the machine of an engine has the engine's bridge.
  '/networks/bridge': { Options: { 'com.docker.network.bridge.name': 'lo' } },
  [`/images/${redisImage}/json`]: { Id: 'sha256:1' },
};

/** As much of a container engine as is asked before a container is started. */
export async function startEngine(socket: string, answers: Answers = helpfulAnswers): Promise<ScriptedEngine> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    const answer = answers[path];
    asked.push(`${request.method} ${path}`);
    if (answer === 'silence') return;
    response.statusCode = answer === 'refusal' ? 500 : answer === undefined ? 404 : 200;
    response.end(JSON.stringify(answer ?? { message: 'not there' }));
  }).listen(socket);
  await once(server, 'listening');
  return {
    socket,
    host: `unix://${socket}`,
    asked,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}
