import { getOrCreate } from '../../../lib/get-or-create.ts';
import type { PolicyDocument } from '../../../policy/document.ts';
import type { OwnFilterKind } from '../../own-filter.ts';
import type { BackendDocuments } from '../backend/service.ts';
import type { BuildContext } from '../context.ts';
import type { ExtensionDocument, SecurityDocument } from '../documents.ts';
import type { BuiltFilters } from '../own-filters/built-filters.ts';
import { buildKeys } from './keys.ts';
import { buildLua } from './lua.ts';
import { buildProcessors } from './processor.ts';
import { buildTokens } from './tokens.ts';
import { buildWasm } from './wasm.ts';

/**
 * What a policy says of each kind; a kind that is absent is for somebody else to say. Built when somebody wants it, and
 * once.
 */
export type FilterFields = { readonly [K in OwnFilterKind]?: () => BuiltFilters };

export interface FilterBuilder {
  ofExtension(document: ExtensionDocument): FilterFields;
  ofSecurity(document: SecurityDocument): FilterFields;
}

/** What policies ask for, each built once, however many targets it has. */
export function filterBuilder(known: BackendDocuments, context: BuildContext): FilterBuilder {
  const fieldsOf = new Map<PolicyDocument, FilterFields>();
  const remembered = (document: PolicyDocument, fields: () => FilterFields): FilterFields =>
    getOrCreate(fieldsOf, document, fields);
  return {
    ofExtension: (document) =>
      remembered(document, () => {
        if (document.isBarrier) return { processor: () => 'unusable' };
        const { lua, extProc, wasm } = document.spec;
        return {
          ...(lua && { lua: once(() => buildLua(document, lua, context)) }),
          ...(extProc && { processor: once(() => buildProcessors(document, extProc, known, context)) }),
          ...(wasm && { wasm: once(() => buildWasm(document, wasm, context)) }),
        };
      }),
    ofSecurity: (document) =>
      remembered(document, () => {
        if (document.isBarrier) return { tokens: () => 'unusable' };
        const { apiKeyAuth, jwt } = document.spec;
        return {
          ...(apiKeyAuth && { keys: once(() => buildKeys(document, apiKeyAuth, context)) }),
          ...(jwt && { tokens: once(() => buildTokens(document, jwt, context)) }),
        };
      }),
  };
}

function once(build: () => BuiltFilters): () => BuiltFilters {
  let built: BuiltFilters | undefined;
  return () => {
    built ??= build();
    return built;
  };
}
