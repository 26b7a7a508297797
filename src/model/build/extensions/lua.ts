import type { GatewayPolicyDocument } from '../../../policy/document.ts';
import type { LuaExtension } from '../../../policy/extension/lua.ts';
import type { BuildContext } from '../context.ts';
import type { BuiltFilter } from '../own-filters/built-filters.ts';
import { configMapText } from '../own-filters/config-map-text.ts';

export function buildLua(
  document: GatewayPolicyDocument,
  path: string,
  name: string,
  spec: LuaExtension,
  context: BuildContext,
): BuiltFilter | undefined {
  const script = scriptOf(document, path, spec, context);
  if (script === undefined) return undefined;
  return {
    filter: {
      kind: 'lua',
      name: `${document.id}/${name}`,
      isListed: true,
      script,
      isOptional: spec.onFailure === 'open',
      origins: [document.id],
    },
  };
}

/** The schema sees to it that one of the three is there. */
function scriptOf(
  document: GatewayPolicyDocument,
  path: string,
  { inline, file, configMapKeyRef }: LuaExtension,
  context: BuildContext,
): string | undefined {
  if (inline !== undefined) return inline;
  if (file !== undefined) return context.resolve(document, `${path}.file`, { file });
  if (configMapKeyRef === undefined) return undefined;
  return configMapText(document, `${path}.configMapKeyRef`, { ...configMapKeyRef, orOnlyOne: false }, context);
}
