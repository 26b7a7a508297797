import { describe, expect, it } from 'vitest';
import { withUsageIncluded } from './include-usage.ts';

const chat = 'chat.completions';
const added = '{"include_usage":true}';

describe('withUsageIncluded()', () => {
  it.each<[string, unknown, boolean, string | undefined]>([
    [chat, { stream: true }, false, added],
    [chat, { stream: true, stream_options: null }, false, added],
    [chat, { stream: true, stream_options: {} }, false, added],
    [chat, { stream: true, stream_options: { include_usage: false } }, false, added],
    [
      chat,
      { stream: true, stream_options: { include_obfuscation: false, include_usage: null } },
      false,
      '{"include_obfuscation":false,"include_usage":true}',
    ],
    [chat, { stream: true, stream_options: { include_usage: true } }, true, undefined],
    [chat, { stream: true, stream_options: 'x' }, false, undefined],
    [chat, { stream: true, stream_options: [] }, false, undefined],
    [chat, { stream: false }, false, undefined],
    [chat, { stream: 'true' }, false, undefined],
    [chat, {}, false, undefined],
    ['completions', { stream: true }, false, added],
    ['responses', { stream: true }, false, undefined],
    ['messages', { stream: true }, false, undefined],
  ])('%s %j', (api, json, isAsked, streamOptions) => {
    expect(withUsageIncluded(api, json as object)).toEqual({ isAsked, streamOptions });
  });
});
