import { attribute } from '../filter-words.ts';
import { gatewayDuration } from '../gateway-api/duration.ts';
import { backendFields, withPort, withPortRule } from '../gateway-api/object-reference.ts';
import { boolean } from '../schema/boolean.ts';
import { enumeration } from '../schema/enumeration.ts';
import { defaulted, optional, required } from '../schema/field.ts';
import { list } from '../schema/list.ts';
import { object } from '../schema/object.ts';
import { reject, under } from '../schema/place.ts';
import { type Infer, refine } from '../schema/schema.ts';
import { ruled } from '../schema/server-notes.ts';
import { text } from '../schema/text.ts';
import { refused, unservedYet } from '../schema/verdict.ts';

const namespace = text({ longest: 253, complaint: 'is not a namespace', remedy: 'write one such as com.example' });

const direction = object({
  body: optional(
    enumeration(['Streamed', 'Buffered', 'BufferedPartial', 'FullDuplexStreamed']),
    'How bodies are sent; not at all if absent.',
  ),
  attributes: defaulted(list(attribute, { most: 32 }), [], 'Attributes that are sent along.'),
});

const backend = refine(
  ruled(
    object({
      ...backendFields,
      weight: refused('there is one processor'),
      fallback: refused('there is one processor'),
    }),
    withPortRule,
  ),
  withPort,
);

const fields = object({
  backendRefs: required(
    list(backend, { least: 1, most: 1, emptyRemedy: 'name the Service of the processor' }),
    'The processor: a Service that speaks gRPC.',
  ),
  messageTimeout: defaulted(
    refine(gatewayDuration, (ms, place) =>
      ms <= 3_600_000 ? ms : reject(place, 'is longer than 1h', 'make it shorter'),
    ),
    '200ms',
    'How long it may think about one message.',
  ),
  failOpen: defaulted(boolean, false, 'true: requests go on without it when it fails.'),
  processingMode: optional(
    object({
      request: optional(direction, 'Requests are sent to it; not at all if absent.'),
      response: optional(direction, 'Answers are sent to it; not at all if absent.'),
      allowModeOverride: defaulted(boolean, false, 'true: it may change this by an answer.'),
    }),
    'What is sent to it.',
  ),
  metadata: optional(
    object({
      accessibleNamespaces: defaulted(list(namespace, { most: 32 }), [], 'Metadata that it may read.'),
      writableNamespaces: defaulted(list(namespace, { most: 8 }), [], 'Metadata that it may write.'),
    }),
    'Envoy’s metadata that it may use.',
  ),
  backendRef: refused('write backendRefs'),
  backendSettings: refused('Envoy’s own values are used'),
  statusOnError: unservedYet('what a missing processor is answered as is the gateway’s own'),
});

const isDuplexIn = (direction: string): string =>
  `(has(self.processingMode.${direction}) && has(self.processingMode.${direction}.body) && self.processingMode.${direction}.body == "FullDuplexStreamed")`;

/** A processor of your own, asked about requests and answers before the gateway's. */
export const extProc = refine(
  ruled(fields, {
    rule: `!self.failOpen || !has(self.processingMode) || !(${isDuplexIn('request')} || ${isDuplexIn('response')})`,
    message: 'write failOpen: false',
    fieldPath: '.failOpen',
  }),
  (spec, place) => {
    const { request, response } = spec.processingMode ?? {};
    const isDuplex = request?.body === 'FullDuplexStreamed' || response?.body === 'FullDuplexStreamed';
    if (!isDuplex || !spec.failOpen) return spec;
    return reject(under(place, 'failOpen'), 'is true, but bodies are FullDuplexStreamed', 'write failOpen: false');
  },
);

export type ExtProcSpec = Infer<typeof extProc>;
