import type { Key } from '../program/program.ts';
import type { Exchange } from './exchange.ts';
import { inLog } from './metadata.ts';
import { targetLabel } from './target-label.ts';
import { structField } from './wire/struct-field.ts';

const keyFields = new WeakMap<Key, Buffer>();
const apiFields = new Map<string, Buffer>();
const isStream = structField('stream', true);
const isNoStream = structField('stream', false);

/** Whose request it is, and by which API. Nothing as long as no key is known. */
export function pushCaller({ key, api }: Exchange, fields: Buffer[]): void {
  if (key === undefined) return;
  fields.push(fieldsOf(key));
  if (api !== undefined) fields.push(apiField(api.name));
}

/** What is done for the caller. */
export function pushPlan(exchange: Exchange, fields: Buffer[]): void {
  let targets = '';
  for (const planned of exchange.targets) targets += `${targets === '' ? '' : ','}${targetLabel(exchange, planned)}`;
  fields.push(structField('targets', targets), exchange.isStream ? isStream : isNoStream);
  if (exchange.model !== undefined) fields.push(structField('model', exchange.model.name));
}

/** As much of it as is known of a request that gets its answer before it leaves; undefined: nothing. */
export function logOfAnswered(exchange: Exchange): Buffer | undefined {
  const fields: Buffer[] = [];
  pushCaller(exchange, fields);
  if (exchange.model !== undefined) pushPlan(exchange, fields);
  return fields.length === 0 ? undefined : inLog(fields);
}

function fieldsOf(key: Key): Buffer {
  let fields = keyFields.get(key);
  if (fields === undefined) {
    const owner = { key: key.name, user: key.user, team: key.team, project: key.project };
    const texts = Object.entries(owner).filter(([, text]) => text !== '');
    fields = Buffer.concat(texts.map(([name, text]) => structField(name, text)));
    keyFields.set(key, fields);
  }
  return fields;
}

function apiField(api: string): Buffer {
  let field = apiFields.get(api);
  if (field === undefined) {
    field = structField('api', api);
    apiFields.set(api, field);
  }
  return field;
}
