import { describe, expect, it } from 'vitest';
import { commands } from '../commands.ts';
import { commandHelp, overview } from './help.ts';

describe('help', () => {
  it('is as wide as the terminal, examples excepted, which people copy', async () => {
    for (const { name, load } of commands) {
      const shown = commandHelp(name, (await load()).command, 80).split('\nExamples:')[0] ?? '';
      expect(shown.split('\n').filter((line) => line.length > 80)).toEqual([]);
    }
    expect(
      overview(commands, 80)
        .split('\n')
        .filter((line) => line.length > 80),
    ).toEqual([]);
  });

  it('goes on below its column, and says the same at every width', async () => {
    const [run] = commands;
    if (run === undefined) throw new Error('there is no command');
    const { command } = await run.load();
    const narrow = commandHelp(run.name, command, 60);
    expect(narrow).toMatch(/\n {2}--processors N {3}\S.*\n {19}\S/);
    const words = (text: string) => text.split(/\s+/).join(' ');
    expect(words(narrow)).toBe(words(commandHelp(run.name, command)));
  });
});
