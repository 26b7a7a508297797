import { localDetectors } from './guard-detector.ts';
import { services } from './guard-service.ts';
import { dnsLabel } from './name.ts';
import { redaction } from './redaction.ts';
import { duration } from './schema/duration.ts';
import { enumeration } from './schema/enumeration.ts';
import { defaulted, optional, required } from './schema/field.ts';
import { exactlyOneOf, exactlyOneRequired } from './schema/given.ts';
import { integer } from './schema/integer.ts';
import { list } from './schema/list.ts';
import { object } from './schema/object.ts';
import { invalid, type Parsed } from './schema/parsed.ts';
import { type Place, reject, under, warn } from './schema/place.ts';
import { type Infer, refine, type Schema } from './schema/schema.ts';
import { keyed, ruled } from './schema/server-notes.ts';
import { text } from './schema/text.ts';
import { scope, scopeDescription } from './scope.ts';

const local = ['keywords', 'regex', 'pii', 'secrets', 'injection'] as const;
const remote = ['azureContentSafety', 'openaiModeration', 'bedrockGuardrail', 'webhook'] as const;
const detectors = [...local, ...remote];

export type DetectorName = (typeof detectors)[number];

/** They say that something is there, not where. */
const withoutPositions: ReadonlySet<DetectorName> = new Set(['injection', 'azureContentSafety', 'openaiModeration']);

/** Asking costs time and money, and attacks come with requests: answers are looked at where somebody says so. */
const forRequests: ReadonlySet<DetectorName> = new Set(['injection', ...remote]);

const ofServices = ['timeout', 'onFailure', 'concurrency', 'cacheFor'] as const;

const ruleFields = object({
  name: required(dnsLabel, 'Name of the rule, unique in its guardrail: callers and records see it.'),
  on: optional(
    list(enumeration(['request', 'response']), { least: 1, most: 2 }),
    'What is looked at. Default: both; for injection and rules that ask a service: the request.',
  ),
  roles: optional(
    list(enumeration(['system', 'user', 'assistant', 'toolInput', 'toolOutput', 'reasoning']), { least: 1 }),
    'Whose texts are looked at. Default: everybody’s.',
  ),
  ...localDetectors,
  ...services,
  action: required(
    enumeration(['observe', 'redact', 'block']),
    'observe: record, change nothing. redact: hide the finding. block: refuse with 403.',
  ),
  redaction: defaulted(redaction, {}, 'What stands in place of a finding.'),
  severity: defaulted(enumeration(['low', 'medium', 'high', 'critical']), 'medium', 'For records and alerts.'),
  message: optional(
    text({ longest: 500, complaint: 'is empty or has control characters in it', remedy: 'write one line of text' }),
    'For the caller who is refused. Sent as it stands, so that it never repeats what was found.',
  ),
  timeout: optional(duration({ from: '1ms', to: '7s' }), 'Time for the service to answer. Default: 1s.'),
  onFailure: optional(
    enumeration(['closed', 'open']),
    'When the service does not answer. closed: refuse. open: let pass. Default: closed.',
  ),
  concurrency: optional(integer({ from: 1, to: 10_000 }), 'Most calls to the service at a time. Default: 64.'),
  cacheFor: optional(
    duration({ from: '0s', to: '1h' }),
    'How long a verdict on the same text is kept. 0s: not at all. Default: 1m.',
  ),
  streaming: defaulted(
    enumeration(['buffer', 'window']),
    'buffer',
    'Streamed answers and rules that need the whole text. buffer: judged when complete. window: piece by piece, sooner.',
  ),
  atHoldBackLimit: defaulted(
    enumeration(['mask', 'block']),
    'mask',
    'When a streamed finding has no end in sight. mask: hide what there is of it. block: end the stream.',
  ),
});

type RuleFields = Infer<typeof ruleFields>;

export type RuleSpec = RuleFields & {
  readonly on: readonly ('request' | 'response')[];
  readonly detector: DetectorName;
};

const given = (names: readonly string[]): string => names.map((name) => `has(self.${name})`).join(' || ');

const rule: Schema<RuleSpec> = ruled(
  {
    ...refine(ruleFields, completeRule),
    json: { ...ruleFields.json, ...exactlyOneRequired(detectors) },
  },
  {
    rule: `self.action != "redact" || !(${given([...withoutPositions])})`,
    message: 'write block or observe: the detector says that something is there, not where',
    fieldPath: '.action',
  },
  {
    rule: `${given(remote)} || !(${given(ofServices)})`,
    message: `remove ${ofServices.join(', ')}: the detector asks no service`,
  },
);

function completeRule(spec: RuleFields, place: Place): Parsed<RuleSpec> {
  const detector = exactlyOneOf(spec, detectors, place, 'say what to look for, such as secrets: {}');
  if (detector === undefined) return invalid;
  if (spec.action === 'redact' && withoutPositions.has(detector)) {
    const message = `is redact, but ${detector} says that something is there, not where`;
    return reject(under(place, 'action'), message, 'write block or observe');
  }
  const isLocal = local.some((name) => name === detector);
  if (isLocal) {
    for (const name of ofServices) {
      if (spec[name] === undefined) continue;
      return reject(under(place, name), `is given, but ${detector} asks no service`, 'remove it');
    }
  }
  if (spec.message !== undefined && /[{}]|%s/.test(spec.message)) {
    warn(under(place, 'message'), 'looks like a template, but is sent as it stands', 'write plain text');
  }
  const on = [...new Set(spec.on ?? (forRequests.has(detector) ? ['request' as const] : ['request', 'response']))];
  return { ...spec, on: on as RuleSpec['on'], detector };
}

/** Rules for what may be said. */
export const guardrailSpec = refine(
  object({
    scope: defaulted(scope, {}, scopeDescription),
    mode: defaulted(
      enumeration(['enforce', 'observe']),
      'enforce',
      'observe: decide and record, change nothing, whatever the rules say.',
    ),
    rules: required(
      keyed(
        list(rule, {
          least: 1,
          most: 32,
          emptyRemedy: 'give at least one rule: {name: secrets, secrets: {}, action: block}',
        }),
        'name',
      ),
      'All of them apply: block beats redact beats observe.',
    ),
  }),
  (spec, place) => {
    const names = spec.rules.map(({ name }) => name);
    const repeated = names.findIndex((name, index) => names.indexOf(name) !== index);
    if (repeated < 0) return spec;
    const here = under(under(under(place, 'rules'), repeated), 'name');
    return reject(here, `"${names[repeated]}" is the name of a rule before it`, 'give it another name');
  },
);
