import { afterEach, describe, expect, it } from 'vitest';
import { type EnvoyProcess, startEnvoy } from '../support/envoy-process.ts';

let envoy: EnvoyProcess | undefined;

afterEach(async () => {
  await envoy?.stop();
  envoy = undefined;
});

describe('startEnvoy', () => {
  it('starts an Envoy that is ready, tells its statistics and leaves no process behind', async () => {
    envoy = await startEnvoy({ node: { id: 'a', cluster: 'b' } });
    expect(await envoy.admin('/ready')).toBe('LIVE\n');
    expect(await envoy.stat('server.live')).toBe(1);
    expect(envoy.log()).toContain('starting main dispatch loop');
    const { pid } = envoy;
    await envoy.stop();
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  it("tells Envoy's own words when the bootstrap is wrong", async () => {
    await expect(startEnvoy({ nonsense: true })).rejects.toThrow('nonsense');
  });
});
