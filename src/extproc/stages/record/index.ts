import type { Key } from '../../../program/program.ts';
import type { Stage } from '../../stage.ts';
import { targetLabel } from '../../target-label.ts';
import { verdict } from '../../verdict.ts';
import { encodeValue, structField } from '../../wire/struct.ts';

const keyFields = new WeakMap<Key, Buffer>();
const apiFields = new Map<string, Buffer>();
const isStream = structField('stream', encodeValue(true));
const isNoStream = structField('stream', encodeValue(false));

/**
 * What the access log of Envoy shows. Who calls is written with the answer to the request headers, so that a request
 * which is refused afterwards has a name in the log; what is done for them, with the answer to the body.
 */
export const recordCaller: Stage = {
  name: 'record-caller',
  requestHeaders(exchange) {
    const { key, api } = exchange;
    if (key === undefined || api === undefined) return verdict.proceed;
    exchange.answer.logFields.push(fieldsOf(key), apiField(api.name));
    return verdict.proceed;
  },
};

export const recordPlan: Stage = {
  name: 'record-plan',
  request(exchange) {
    let targets = '';
    for (const planned of exchange.targets) targets += `${targets === '' ? '' : ','}${targetLabel(exchange, planned)}`;
    const { logFields } = exchange.answer;
    logFields.push(textField('targets', targets), exchange.isStream ? isStream : isNoStream);
    if (exchange.model !== undefined) logFields.push(textField('model', exchange.model.name));
    return verdict.proceed;
  },
};

function fieldsOf(key: Key): Buffer {
  let fields = keyFields.get(key);
  if (fields === undefined) {
    const owner = { key: key.name, user: key.user, team: key.team, project: key.project };
    const texts = Object.entries(owner).filter(([, text]) => text !== '');
    fields = Buffer.concat(texts.map(([name, text]) => textField(name, text)));
    keyFields.set(key, fields);
  }
  return fields;
}

function apiField(api: string): Buffer {
  let field = apiFields.get(api);
  if (field === undefined) {
    field = textField('api', api);
    apiFields.set(api, field);
  }
  return field;
}

function textField(name: string, text: string): Buffer {
  return structField(name, encodeValue(text));
}
