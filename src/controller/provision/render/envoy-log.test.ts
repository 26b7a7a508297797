import { describe, expect, it } from 'vitest';
import { envoyLogArguments } from './envoy-log.ts';

describe('envoyLogArguments()', () => {
  it.each([
    ['warn', ['--log-level', 'warning']],
    ['info', ['--log-level', 'info']],
  ])('sets the level: %s', (level, args) => {
    expect(envoyLogArguments(level, false)).toEqual(args);
  });

  it.each(['debug', 'trace'])('keeps components that would write down credentials and prompts at info: %s', (level) => {
    const [, own, name, components] = envoyLogArguments(level, true);
    expect([own, name]).toEqual([level, '--component-log-level']);
    expect(components?.split(',')).toEqual(expect.arrayContaining(['ext_proc:info', 'http:info', 'router:info']));
  });
});
