import { expect, it } from 'vitest';
import { createLogger } from '../lib/log.ts';
import type { RefusedHandshake } from '../xds/server/handshake.ts';
import { createHandshakeLog } from './handshake-log.ts';

const stranger: RefusedHandshake = { reason: 'certificate not trusted', code: 'SELF_SIGNED', from: '10.0.0.7' };
const nobody: RefusedHandshake = { reason: 'no certificate', code: 'ERR_SSL_NONE', from: undefined };

function teller() {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>);
  let time = 0;
  const tell = createHandshakeLog(createLogger({ name: 'test', level: 'info', destination: { write } }), () => time);
  const pass = (ms: number): void => {
    time += ms;
  };
  return { tell, said: () => lines.splice(0), pass };
}

it('says who was refused, why, and what to do', () => {
  const { tell, said } = teller();
  tell(stranger);
  const remedy = 'give it a certificate that the authority of this port has signed';
  expect(said()).toMatchObject([{ level: 'warn', ...stranger, remedy, msg: expect.stringContaining('refused') }]);
});

it('says it once a minute for each reason, however many try, and then how many', () => {
  const { tell, said, pass } = teller();
  for (let n = 0; n < 1000; n++) tell(stranger);
  tell(nobody);
  expect(said().map(({ reason, untold }) => [reason, untold])).toEqual([
    ['certificate not trusted', undefined],
    ['no certificate', undefined],
  ]);
  pass(59_999);
  tell(stranger);
  expect(said()).toEqual([]);
  pass(1);
  tell({ ...stranger, from: '10.0.0.8' });
  expect(said()).toMatchObject([{ from: '10.0.0.8', untold: 1000 }]);
  pass(60_000);
  tell(stranger);
  expect(said()[0]).not.toHaveProperty('untold');
});

it('warns of nothing where somebody merely asks whether the port is open', () => {
  const { tell, said } = teller();
  tell({ reason: 'gave up', code: 'ECONNRESET', from: '10.0.0.1' });
  expect(said()).toMatchObject([{ level: 'info', reason: 'gave up' }]);
});
