import type { IncomingHttpHeaders } from 'node:http';
import { err, ok, type Result } from '../lib/result.ts';
import type { Dialect } from '../llm/api.ts';
import type { Answer } from './api/api.ts';
import { apiByPath } from './api/catalogue.ts';
import { listedModels, modelEntry, modelList } from './api/models.ts';
import { refuseCredential } from './dialect/credential.ts';
import { badField, missingField, type Refusal } from './dialect/refusal.ts';
import { magicBehaviour } from './magic-models.ts';
import { isRecord } from './messages.ts';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly dialect: Dialect;
  readonly headers: IncomingHttpHeaders;
  /** Parsed; undefined when it is not JSON. */
  readonly body: unknown;
  readonly sequence: number;
  readonly createdAt: number;
}

export interface Strictness {
  /** Undefined accepts every credential, and none. */
  readonly expectedKeys: readonly string[] | undefined;
  /** Undefined accepts every model. */
  readonly models: readonly string[] | undefined;
}

/** The proper answer, or what the real providers would refuse and how. */
export function decide(asked: Asked, strictness: Strictness): Result<Answer, Refusal> {
  const { path, dialect, method } = asked;
  const api = apiByPath.get(path);
  const isListing = path === '/v1/models' || path.startsWith('/v1/models/');
  if (api === undefined && !isListing) return err({ status: 404, message: `Invalid URL (${method} ${path})` });
  if (method !== (isListing ? 'GET' : 'POST')) {
    return err({ status: 405, message: `Not allowed to ${method} on ${path}.` });
  }
  const refused = refuseCredential(asked.headers, dialect, strictness.expectedKeys) ?? refuseVersion(asked);
  if (refused !== undefined) return err(refused);
  if (api === undefined) return listing(asked, strictness);

  if (!/^application\/json\s*(;|$)/i.test(asked.headers['content-type'] ?? '')) {
    return err({ status: 400, message: "The content-type must be 'application/json'." });
  }
  if (!isRecord(asked.body)) return err({ status: 400, message: 'The request body is not a valid JSON object.' });
  const model = asked.body.model ?? api.defaultModel;
  if (model === undefined) return err(missingField('model', dialect));
  if (typeof model !== 'string' || model === '') return err(badField('model', 'model: a text is expected.'));
  if (!isKnown(model, strictness)) return err(unknownModel(model, dialect));
  return api.answer({ body: asked.body, sequence: asked.sequence, createdAt: asked.createdAt });
}

function refuseVersion({ dialect, headers }: Asked): Refusal | undefined {
  return dialect === 'anthropic' && headers['anthropic-version'] === undefined
    ? { status: 400, message: 'anthropic-version: header is required' }
    : undefined;
}

function listing({ path, dialect }: Asked, { models }: Strictness): Result<Answer, Refusal> {
  const ids = listedModels(models);
  if (path === '/v1/models') return ok({ kind: 'json', body: modelList(ids, dialect) });
  const wanted = path.slice('/v1/models/'.length);
  const id = ids.find((candidate) => candidate === wanted || encodeURIComponent(candidate) === wanted);
  return id === undefined ? err(unknownModel(wanted, dialect)) : ok({ kind: 'json', body: modelEntry(id, dialect) });
}

function isKnown(model: string, { models }: Strictness): boolean {
  return models === undefined || models.includes(model) || magicBehaviour(model) !== undefined;
}

function unknownModel(model: string, dialect: Dialect): Refusal {
  if (dialect === 'anthropic') return { status: 404, message: `model: ${model}` };
  const message = `The model \`${model}\` does not exist or you do not have access to it.`;
  return { status: 404, message, param: 'model', code: 'model_not_found' };
}
