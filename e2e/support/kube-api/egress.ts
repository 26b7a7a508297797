import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bootstrap } from '../../../src/envoy/bootstrap.ts';
import { type EnvoyProcess, startEnvoy } from '../envoy-process.ts';
import { type ProcessorProcess, startProcessor } from '../processor-process.ts';

/** What a pod of the Gateway `test` is made of: an Envoy and a processor, as processes on this machine. */
export interface Egress {
  readonly envoy: EnvoyProcess;
  readonly processor: ProcessorProcess;
  stop(): Promise<void>;
}

/** Resolves when both run; they may still wait for their configuration. `args`: further ones for Envoy. */
export async function startEgress(xdsPort: number, args: readonly string[] = []): Promise<Egress> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-egress-'));
  const socket = join(folder, 'processor.sock');
  const processor = startProcessor([socket], 0, xdsPort);
  const { admin: _, ...withoutAdmin } = bootstrap({
    nodeId: 'test-envoy',
    gateway: 'test',
    adminPort: 0,
    xds: { address: { host: '127.0.0.1', port: xdsPort } },
    processors: [{ path: socket }],
  });
  const end = async (): Promise<void> => {
    await processor.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const envoy = await startEnvoy(withoutAdmin, { waitFor: 'admin', args });
    return {
      envoy,
      processor,
      async stop() {
        await envoy.stop();
        await end();
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}
