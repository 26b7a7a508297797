import { Dialect, type Provider as Message, ProviderSchema } from '../../gen/sluice/program/v1/program_pb.js';
import { ok } from '../../lib/result.ts';
import type { PassthroughPath, Provider } from '../program.ts';
import { type Compiled, refused } from './refusal.ts';
import { bodyEditsOf, flatHeaders, headerNames } from './request-changes.ts';

export const providerSchema = ProviderSchema;

export interface CompiledProvider extends Provider {
  readonly passthrough: readonly PassthroughPath[];
}

export function compileProvider(message: Message): Compiled<CompiledProvider> {
  const { name, cluster, basePath } = message;
  if (name === '') return refused('name is missing');
  if (!/^[\x21-\x7e]+$/.test(name)) return refused('name has characters outside visible ASCII');
  if (cluster === '') return refused('cluster is missing');
  if (!/^(?:\/[\x21-\x7e]*[^/\s])?$/.test(basePath)) return refused('base_path is not a path without slash at the end');
  const dialect = dialectOf(message.dialect);
  if (dialect === undefined) return refused(`dialect ${message.dialect} is not known to this processor`);

  const setHeaders = flatHeaders(message.setHeaders);
  if (!setHeaders.ok) return setHeaders;
  const removeHeaders = headerNames(message.removeHeaders);
  if (!removeHeaders.ok) return removeHeaders;
  const bodyEdits = bodyEditsOf(message.setBody, message.removeBody);
  if (!bodyEdits.ok) return bodyEdits;

  return ok({
    name,
    nameInCosts: message.nameInCosts || name,
    cluster,
    dialect,
    basePath,
    isPrivate: message.isPrivate,
    setHeaders: setHeaders.value,
    removeHeaders: removeHeaders.value.filter(
      (header) => !setHeaders.value.some((set, i) => i % 2 === 0 && set === header),
    ),
    bodyEdits: bodyEdits.value,
    passthrough: message.passthroughPaths.map((path) =>
      path.endsWith('*')
        ? { provider: name, path: path.slice(0, -1), isPrefix: true }
        : { provider: name, path, isPrefix: false },
    ),
  });
}

function dialectOf(dialect: Dialect): Provider['dialect'] | undefined {
  switch (dialect) {
    case Dialect.OPENAI:
      return 'openai';
    case Dialect.ANTHROPIC:
      return 'anthropic';
    default:
      return undefined;
  }
}
