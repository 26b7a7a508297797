import { describe, expect, it } from 'vitest';
import { loopbacks } from '../../e2e/support/loopbacks.ts';
import { startAdmin } from './admin-server.ts';

describe('the admin port', () => {
  it('on :: answers over every family that the machine has', async () => {
    const page = () => ({ status: 200, type: 'text/plain', body: 'ok\n' });
    const admin = await startAdmin({ host: '::', port: 0 }, { '/healthz': page });
    try {
      for (const host of loopbacks()) {
        const answer = await fetch(`http://${host}:${admin.port}/healthz`);
        expect({ host, status: answer.status }).toEqual({ host, status: 200 });
      }
    } finally {
      admin.close();
    }
  });
});
