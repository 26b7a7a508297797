import { Dialect, type Provider as Message, ProviderSchema } from '../../gen/sluice/program/v1/program_pb.js';
import { ok } from '../../lib/result.ts';
import type { BodyEdit, PassthroughPath, Provider } from '../program.ts';
import { type Compiled, headerFault, refused } from './refusal.ts';

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

  const setHeaders: string[] = [];
  for (const { name: header, value } of message.setHeaders) {
    const fault = headerFault(header.toLowerCase(), value);
    if (fault !== undefined) return refused(fault);
    setHeaders.push(header.toLowerCase(), value);
  }
  const removeHeaders = message.removeHeaders.map((header) => header.toLowerCase());
  for (const header of removeHeaders) {
    const fault = headerFault(header);
    if (fault !== undefined) return refused(fault);
  }

  const bodyEdits: BodyEdit[] = [];
  for (const field of message.setBody) {
    if (!isJson(field.json)) return refused(`set_body "${field.name}" is not JSON`);
    bodyEdits.push({ name: field.name, json: field.json });
  }
  for (const field of message.removeBody) {
    if (!bodyEdits.some((edit) => edit.name === field)) bodyEdits.push({ name: field, json: undefined });
  }

  return ok({
    name,
    cluster,
    dialect,
    basePath,
    isPrivate: message.isPrivate,
    setHeaders,
    removeHeaders: removeHeaders.filter((header) => !setHeaders.some((set, i) => i % 2 === 0 && set === header)),
    bodyEdits,
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

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
