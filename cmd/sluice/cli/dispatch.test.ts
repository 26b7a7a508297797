import { describe, expect, it } from 'vitest';
import { commands } from '../commands.ts';
import { runCli } from '../testing/run-cli.ts';

describe('sluice', () => {
  it('shows every command with its summary on --help, -h and help', async () => {
    const { status, out, err } = await runCli(['--help']);
    expect([status, err]).toEqual([0, '']);
    for (const row of commands) expect(out).toContain(`  ${row.name} `);
    for (const row of commands) expect(out).toContain(row.summary);
    expect((await runCli(['-h'])).out).toBe(out);
    expect((await runCli(['help'])).out).toBe(out);
  });

  it('takes no command as misuse, and shows what there is', async () => {
    const { status, out, err } = await runCli([]);
    expect([status, out]).toEqual([2, '']);
    expect(err).toContain('Usage: sluice COMMAND');
  });

  it('suggests the command that was meant', async () => {
    const { status, err } = await runCli(['validat', 'dir']);
    expect(status).toBe(2);
    expect(err).toBe(
      'sluice: Unknown command "validat". Did you mean "sluice validate"?\nRun "sluice --help" to see what is possible.\n',
    );
    expect((await runCli(['keys', 'creat'])).err).toContain('Did you mean "sluice keys create"?');
    expect((await runCli(['xyzzy'])).err).not.toContain('Did you mean');
  });

  it('shows the commands of a group, as misuse unless it was asked for', async () => {
    expect((await runCli(['keys'])).status).toBe(2);
    const { status, out } = await runCli(['keys', '--help']);
    expect(status).toBe(0);
    expect(out).toContain('keys create');
    expect(out).not.toContain('validate  ');
  });

  it('shows the help of a command, wherever --help stands', async () => {
    const { status, out } = await runCli(['keys', 'create', '--name', 'x', '--help']);
    expect(status).toBe(0);
    expect(out).toContain('Usage: sluice keys create [FLAGS]');
    expect((await runCli(['help', 'keys', 'create'])).out).toBe(out);
  });

  it('says what is wrong with a command line, where to look, and ends with 2', async () => {
    const { status, err } = await runCli(['version', '--ouput', 'json']);
    expect(status).toBe(2);
    expect(err).toContain('sluice version: Unknown flag --ouput. Did you mean --output?\n');
    expect(err).toContain('Run "sluice version --help"');
  });
});
