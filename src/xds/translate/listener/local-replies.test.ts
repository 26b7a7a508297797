import { describe, expect, it } from 'vitest';
import type { OwnFilter } from '../../../model/own-filter.ts';
import { localReplyConfig } from './local-replies.ts';

const keys: OwnFilter = { kind: 'keys', name: 'k', clients: [], headers: [], hidesKey: false, origins: [] };
const script: OwnFilter = { kind: 'lua', name: 'l', script: '', isOptional: false, origins: [] };

function codes(...filters: readonly OwnFilter[]): string {
  return JSON.stringify(localReplyConfig({ filters }).mappers?.map(({ bodyFormatOverride }) => bodyFormatOverride));
}

describe('localReplyConfig()', () => {
  it('has words for the refusals of filters for keys and tokens, where there are any', () => {
    for (const code of ['missing_api_key', 'invalid_api_key', 'missing_token', 'invalid_token', 'token_not_verified']) {
      expect(codes(keys)).toContain(`"code":"${code}"`);
      expect(codes(script)).not.toContain(`"code":"${code}"`);
    }
  });

  it('says nothing of models to those who may have asked for something else', () => {
    expect(codes(keys)).toContain('No API key was sent. Send it where the operator of this gateway expects it.');
  });
});
