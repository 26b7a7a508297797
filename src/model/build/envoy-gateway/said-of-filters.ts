import type { Said } from '../../decision.ts';
import type { OwnFilterKind } from '../../own-filter.ts';
import { keysText, tokensText } from '../ai-gateway/caller-texts.ts';
import type { LeveledFilters } from './chosen-filters.ts';

const paths: Readonly<Record<OwnFilterKind, string>> = {
  keys: 'apiKeyAuth',
  tokens: 'jwt',
  lua: 'lua',
  processor: 'extProc',
  wasm: 'wasm',
};

/** What a policy says of filters of one kind, for people. */
export function saidOfFilters(kind: OwnFilterKind, { level, origin, document }: LeveledFilters): Said {
  return { origin, level, path: paths[kind], value: document.isBarrier ? 'cannot be read' : text(kind, document) };
}

function text(kind: OwnFilterKind, document: LeveledFilters['document']): string {
  if (document.kind === 'SecurityPolicy') {
    const { apiKeyAuth, jwt } = document.spec;
    if (kind === 'keys') return apiKeyAuth === undefined ? '' : keysText(apiKeyAuth);
    return jwt === undefined ? '' : tokensText(jwt);
  }
  if (document.kind !== 'EnvoyExtensionPolicy') return '';
  const { lua, extProc, wasm } = document.spec;
  if (kind === 'processor') {
    const services = (extProc ?? []).flatMap(({ backendRefs }) => backendRefs.map((ref) => `${ref.kind}/${ref.name}`));
    return `asks ${services.join(', ')}`;
  }
  const filters = kind === 'lua' ? lua : wasm;
  return filters?.length === 1 ? '1 filter' : `${filters?.length ?? 0} filters`;
}
