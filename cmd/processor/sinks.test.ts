import { expect, it } from 'vitest';
import { createLogger } from '../../src/lib/log.ts';
import { createMetrics } from '../../src/lib/metrics.ts';
import { createRecordMetrics } from './sinks.ts';

function logged() {
  const lines: object[] = [];
  const write = (line: string) => void lines.push(JSON.parse(line) as object);
  return { lines, log: createLogger({ name: 'test', level: 'info', destination: { write } }) };
}

it('says when records cannot be delivered, and when they are again', () => {
  const { lines, log } = logged();
  const sink = createRecordMetrics(log, createMetrics())('usage');
  sink.written(1);
  for (let time = 0; time < 3; time++) sink.failed('ENOSPC');
  sink.written(2);
  sink.written(2);
  expect(lines).toMatchObject([
    { level: 'error', kind: 'usage', cause: 'ENOSPC' },
    { level: 'info', kind: 'usage', msg: 'records are delivered again' },
  ]);
});

it('counts every record that is lost, and says so in the log now and then', () => {
  const { lines, log } = logged();
  const metrics = createMetrics();
  let now = 0;
  const sink = createRecordMetrics(log, metrics, () => now)('usage');
  for (let record = 0; record < 1_000; record++) sink.dropped(1, 'full');
  now = 10_000;
  for (let record = 0; record < 500; record++) sink.dropped(1, 'full');
  expect(metrics.render()).toContain('sluice_records_dropped_total{kind="usage",reason="full"} 1500\n');
  expect(lines).toMatchObject([
    { kind: 'usage', reason: 'full', count: 1 },
    { kind: 'usage', reason: 'full', count: 1_000 },
  ]);
});

it('counts losses from the start, so that the first one is an increase', () => {
  const metrics = createMetrics();
  createRecordMetrics(logged().log, metrics)('usage');
  for (const reason of ['full', 'closed', 'invalid']) {
    expect(metrics.render()).toContain(`sluice_records_dropped_total{kind="usage",reason="${reason}"} 0\n`);
  }
});
