import type { LuaSpec } from '../../../policy/envoy-gateway/lua.ts';
import type { BuildContext } from '../context.ts';
import type { ExtensionDocument } from '../documents.ts';
import { type BuiltFilters, padded, together } from '../own-filters/built-filters.ts';
import { configMapText } from '../own-filters/config-map-text.ts';

/** Envoy goes on when a script fails, and so does Envoy Gateway. */
const isOptional = true;

export function buildLua(
  document: ExtensionDocument,
  scripts: readonly LuaSpec[],
  context: BuildContext,
): BuiltFilters {
  return together(
    scripts.map((spec, index) => {
      const path = `spec.lua[${index}]`;
      const script =
        spec.type === 'Inline'
          ? spec.inline
          : configMapText(
              document,
              `${path}.valueRef`,
              { name: spec.valueRef.name, key: 'lua', orOnlyOne: true, reason: 'BackendNotFound' },
              context,
            );
      if (script === undefined) return undefined;
      return {
        filter: {
          kind: 'lua',
          name: `${document.id}/lua/${padded(index)}`,
          script,
          isOptional,
          origins: [document.id],
        },
      };
    }),
  );
}
