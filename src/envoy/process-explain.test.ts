import { describe, expect, it } from 'vitest';
import { explainExit } from './process-explain.ts';

const prefix = '[2026-11-21 05:06:10.332][24696][critical][main] [source/server/server.cc:449] ';

describe('explainExit', () => {
  it('names the port that is in use', () => {
    const log = `${prefix}error \`cannot bind '127.0.0.1:9901': Address already in use\` initializing config 'x'\n`;
    expect(explainExit(log, 1, null)).toBe(
      'Envoy cannot listen on 127.0.0.1:9901: the port is in use. Stop what listens there.',
    );
  });

  it('says what a port below 1024 needs', () => {
    const log = `${prefix}error \`cannot bind '0.0.0.0:443': Permission denied\` initializing config 'x'\n`;
    expect(explainExit(log, 1, null)).toContain('0.0.0.0:443: ports below 1024 need more rights');
  });

  it('quotes why the bootstrap is refused, without the file names of the place that refused it', () => {
    const log = `${prefix}error \`no  such field: 'nonsense'\` initializing config 'goo.gle/debugstr   '\n`;
    expect(explainExit(log, 1, null)).toBe(
      "Envoy refuses its bootstrap: no such field: 'nonsense'. Compare the versions of Sluice and Envoy.",
    );
  });

  it('tells the last critical line of a crash, and how it ended', () => {
    const log = `${prefix}first\n${prefix}Caught Segmentation fault, suspect faulting address 0x0\n[info] after\n`;
    expect(explainExit(log, null, 'SIGSEGV')).toBe(
      'Envoy ended by SIGSEGV: Caught Segmentation fault, suspect faulting address 0x0',
    );
  });

  it('has a sentence for an Envoy that said nothing', () => {
    expect(explainExit('', 137, null)).toBe('Envoy ended with code 137.');
  });
});
