import { setTimeout as sleep } from 'node:timers/promises';
import { readOptions } from '../../cmd/processor/options.ts';
import { type Processor, startProcessor } from '../../cmd/processor/start.ts';
import { silentLogger } from '../../src/lib/log.ts';
import type { ProgramInit } from '../../src/program/testing/program-of.ts';
import { type ProgramServer, startProgramServer } from '../../src/program/testing/program-server.ts';
import { type Conversation, type Reply, type ScriptedEnvoy, scriptedEnvoy } from './scripted-envoy.ts';

/** A whole processor in this process, with a control plane and an Envoy of a few lines on either side. */
export interface TestProcessor extends AsyncDisposable {
  readonly plane: ProgramServer;
  readonly envoy: ScriptedEnvoy;
  readonly processor: Processor;
  /** Value of a metric with its labels as they stand in the text. */
  metric(series: string): Promise<number>;
  admin(path: string): Promise<{ status: number; body: string }>;
}

export interface TestProcessorOptions {
  /** Undefined: the control plane says nothing. */
  readonly program: ProgramInit | undefined;
  readonly args?: readonly string[];
}

export async function startTestProcessor({ program, args = [] }: TestProcessorOptions): Promise<TestProcessor> {
  const plane = await startProgramServer(program);
  const flags = [
    '--listen',
    '127.0.0.1:0',
    '--admin',
    '127.0.0.1:0',
    '--xds',
    plane.address,
    '--grace',
    '0.2',
    ...args,
  ];
  const options = readOptions(flags, {});
  if (!options.ok || typeof options.value === 'string') throw new Error('the options do not parse');
  const processor = await startProcessor(options.value, silentLogger);
  const envoy = scriptedEnvoy(processor.address);
  const admin = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${processor.adminPort}${path}`);
    return { status: response.status, body: await response.text() };
  };
  if (program !== undefined) await until(async () => (await admin('/readyz')).status === 200);
  return {
    plane,
    envoy,
    processor,
    admin,
    async metric(series) {
      const { body } = await admin('/metrics');
      const line = body.split('\n').find((each) => each.startsWith(`${series} `));
      return Number(line?.slice(series.length + 1) ?? 0);
    },
    async [Symbol.asyncDispose]() {
      envoy.close();
      await processor.stop();
      plane.close();
    },
  };
}

export async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 10_000; !(await what()); ) {
    if (Date.now() > deadline) throw new Error(`never: ${what}`);
    await sleep(5);
  }
}

export const chatHeaders = {
  ':method': 'POST',
  ':path': '/v1/chat/completions',
  ':authority': 'gateway.test',
  'content-type': 'application/json',
  'x-request-id': 'r-1',
  authorization: 'Bearer sk-k',
};

export interface Asked {
  readonly conversation: Conversation;
  readonly headers: Reply;
  readonly body: Reply;
}

/** A whole chat request, up to what leaves for the provider. */
export async function ask(envoy: ScriptedEnvoy, body: unknown, headers: Record<string, string> = {}): Promise<Asked> {
  const conversation = envoy.request();
  const first = await conversation.requestHeaders({ ...chatHeaders, ...headers });
  return { conversation, headers: first, body: await conversation.requestBody(body) };
}
