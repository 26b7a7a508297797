import { describe, expect, it } from 'vitest';
import { outputFlag, parseLine } from './flags.ts';

const flags = {
  name: { kind: 'text', placeholder: 'NAME', help: 'A name.' },
  models: { kind: 'list', placeholder: 'A,B', help: 'Models.' },
  verbose: { kind: 'switch', help: 'More.' },
  output: outputFlag,
} as const;

function parse(...args: string[]) {
  return parseLine(args, flags, { names: ['DIR', 'FILE'], required: 1 });
}

describe('parseLine()', () => {
  it('reads flags before, between and after arguments', () => {
    expect(parse('--name', 'a', 'dir', '--verbose', '--models=x,y', '--models', 'z', 'file')).toEqual({
      ok: true,
      value: {
        flags: { name: 'a', models: ['x', 'y', 'z'], verbose: true, output: 'text' },
        positionals: ['dir', 'file'],
      },
    });
  });

  it('leaves absent flags undefined, empty or false, or at their default', () => {
    expect(parse('dir')).toMatchObject({
      value: { flags: { name: undefined, models: [], verbose: false, output: 'text' } },
    });
  });

  it('takes what follows -- as arguments', () => {
    expect(parse('--', '--name')).toMatchObject({ ok: true, value: { positionals: ['--name'] } });
  });

  it.each([
    [['dir', '--nmae', 'x'], 'Unknown flag --nmae. Did you mean --name?'],
    [['dir', '--halp'], 'Unknown flag --halp. Did you mean --help?'],
    [['dir', '-x'], 'Unknown flag -x.'],
    [['dir', '--toString'], 'Unknown flag --toString.'],
    [['dir', '--name'], '--name needs a value: --name NAME.'],
    [['dir', '--name='], '--name needs a value: --name NAME.'],
    [['dir', '--name', '--verbose'], '--name needs a value: --name NAME.'],
    [['dir', '--verbose=yes'], '--verbose takes no value.'],
    [['dir', '--output', 'xml'], '--output xml is not possible. It takes text or json.'],
    [['dir', '--name', 'a', '--name', 'b'], '--name is given twice.'],
    [[], 'DIR is missing.'],
    [[''], 'DIR is missing.'],
    [['a', 'b', 'c'], 'Unexpected argument c.'],
  ])('refuses %j: %s', (args, error) => {
    expect(parse(...args)).toEqual({ ok: false, error });
  });

  it('takes a value that begins with a dash when it is written with =', () => {
    expect(parse('dir', '--name=-x')).toMatchObject({ value: { flags: { name: '-x' } } });
  });
});
