import { endpoint } from '../endpoint.ts';
import { attribute } from '../filter-words.ts';
import { dnsLabel, dottedName } from '../name.ts';
import { duration } from '../schema/duration.ts';
import { enumeration } from '../schema/enumeration.ts';
import { defaulted, optional, required } from '../schema/field.ts';
import { exactlyOneOf, exactlyOneRequired } from '../schema/given.ts';
import { integer } from '../schema/integer.ts';
import { set } from '../schema/list.ts';
import { object } from '../schema/object.ts';
import { invalid } from '../schema/parsed.ts';
import { reject, under } from '../schema/place.ts';
import { type Infer, refine } from '../schema/schema.ts';
import { ruled } from '../schema/server-notes.ts';
import { secretSource } from '../secret-source.ts';
import { onFailure } from './on-failure.ts';

const direction = object({
  body: defaulted(
    enumeration(['none', 'buffered', 'streamed']),
    'none',
    'none: headers only. buffered: the whole body at once. streamed: piece by piece.',
  ),
  attributes: defaulted(set(attribute, { most: 32 }), [], 'Attributes that are sent along, as Envoy names them.'),
});

const places = ['endpoint', 'serviceRef'] as const;

const fields = object({
  endpoint: optional(
    endpoint({ expectsPath: false, example: 'http://checker:9002' }),
    'Address of the processor: http:// for HTTP/2 in plain text, https:// for TLS.',
  ),
  serviceRef: optional(
    object({
      name: required(dottedName, 'Name of the Service.'),
      namespace: optional(dnsLabel, 'Namespace of the Service; the one of this document if absent.'),
      port: required(integer({ from: 1, to: 65_535 }), 'Port of the Service.'),
    }),
    'A Kubernetes Service in place of an address.',
  ),
  ca: optional(secretSource, 'Certificates that may sign the one behind https://, as PEM; the system’s if absent.'),
  messageTimeout: defaulted(duration({ from: '1ms', to: '1h' }), '200ms', 'How long it may think about one message.'),
  request: optional(direction, 'What it sees of requests; nothing if absent. Headers hold what callers identify by.'),
  response: optional(direction, 'What it sees of answers; nothing if absent.'),
  onFailure,
});

const pathRemedy = 'write scheme, host and port only: gRPC has paths of its own';
const caRemedy = 'remove it, or write an endpoint with https://';
const idleRemedy = 'add request: {}, response: {} or both';

/** A gRPC service that speaks Envoy's ext_proc. */
export const extProc = refine(
  ruled(
    { ...fields, json: { ...fields.json, ...exactlyOneRequired(places) } },
    {
      rule: '!has(self.endpoint) || !isURL(self.endpoint) || url(self.endpoint).getEscapedPath() in ["", "/"]',
      message: pathRemedy,
      fieldPath: '.endpoint',
    },
    {
      rule: '!has(self.ca) || has(self.endpoint) && self.endpoint.startsWith("https://")',
      message: caRemedy,
      fieldPath: '.ca',
    },
    { rule: 'has(self.request) || has(self.response)', message: idleRemedy },
  ),
  (spec, place) => {
    const given = exactlyOneOf(
      spec,
      places,
      place,
      'say where the processor is, such as endpoint: http://checker:9002',
    );
    if (given === undefined) return invalid;
    if (spec.endpoint !== undefined && spec.endpoint.path !== '') {
      return reject(under(place, 'endpoint'), `${spec.endpoint.url} has a path`, pathRemedy);
    }
    if (spec.ca !== undefined && spec.endpoint?.protocol !== 'https') {
      return reject(under(place, 'ca'), 'is given, but connections are not encrypted', caRemedy);
    }
    if (spec.request === undefined && spec.response === undefined) {
      return reject(place, 'sees nothing', idleRemedy);
    }
    return spec;
  },
);

export type ExtProcExtension = Infer<typeof extProc>;
