import { describe, expect, it } from 'vitest';
import { printableKinds } from '../../../src/policy/json-schema.ts';
import { runCli } from '../testing/run-cli.ts';

describe('sluice schema', () => {
  it.each(printableKinds)('prints the JSON Schema of %s', async (kind) => {
    const { status, out } = await runCli(['schema', kind.toLowerCase()]);
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ title: kind, properties: { kind: { const: kind } } });
  });

  it('lists the kinds when none is named', async () => {
    const { status, out } = await runCli(['schema']);
    expect(status).toBe(0);
    for (const kind of printableKinds) expect(out).toMatch(new RegExp(`^${kind} +\\S.*\\.$`, 'm'));
  });

  it('suggests the kind that was meant', async () => {
    const { status, err } = await runCli(['schema', 'Provder']);
    expect(status).toBe(2);
    expect(err).toContain('There is no kind Provder. Did you mean Provider?');
  });
});
