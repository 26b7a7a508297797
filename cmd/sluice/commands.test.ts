import { describe, expect, it } from 'vitest';
import { commands } from './commands.ts';

describe('every help text', async () => {
  const helps = await Promise.all(commands.map(async (row) => ({ ...row, ...(await row.load()).command })));

  it.each(helps)('$name: sentences start with a capital and end with a full stop', (help) => {
    const texts = [
      help.summary,
      ...help.description,
      ...(help.arguments ?? []).map((argument) => argument.help),
      ...Object.values(help.flags).map((flag) => flag.help),
      ...help.examples.map((example) => example.says),
    ];
    for (const text of texts) expect(text).toMatch(/^[A-Z].*\.$/s);
  });

  it.each(helps)('$name: has examples that call it, and no flag that takes a secret', (help) => {
    expect(help.examples.length).toBeGreaterThan(0);
    for (const example of help.examples) expect(example.line).toContain(`sluice ${help.name}`);
    expect(Object.keys(help.flags).filter((name) => /secret$|password|token$|api-key/.test(name))).toEqual([]);
  });
});
