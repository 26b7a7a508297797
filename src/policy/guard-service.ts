import { suggest } from '../lib/suggest.ts';
import { endpoint } from './endpoint.ts';
import { headerName, headerValue, ruledHeaderName } from './header.ts';
import { boolean } from './schema/boolean.ts';
import { defaulted, optional, required } from './schema/field.ts';
import { integer } from './schema/integer.ts';
import { set } from './schema/list.ts';
import { map } from './schema/map.ts';
import { object } from './schema/object.ts';
import { reject, under, warn } from './schema/place.ts';
import { refine, type Schema } from './schema/schema.ts';
import { score } from './schema/score.ts';
import { ruled } from './schema/server-notes.ts';
import { choices, show } from './schema/show.ts';
import { text } from './schema/text.ts';
import { secretSource } from './secret-source.ts';

const line = (complaint: string, remedy: string) => text({ longest: 256, complaint, remedy });

const apiKeyCredential = object({ apiKey: required(secretSource, 'The API key of the account.') });

function category(names: readonly string[]): Schema<string> {
  return {
    json: { enum: names },
    parse: (value, place) => {
      if (typeof value === 'string' && names.includes(value)) return value;
      const near = typeof value === 'string' ? suggest(value, names) : undefined;
      const remedy = near === undefined ? `write ${choices(names)}` : `write ${near}`;
      return reject(place, `${show(value)} is not a category`, remedy);
    },
  };
}

/** What every text reaches is no threshold. */
function aboveNothing(threshold: Schema<number>, zero: '0' | '0.0'): Schema<number> {
  const remedy = 'raise it, or leave the category out';
  return refine(ruled(threshold, { rule: `self > ${zero}`, message: remedy }), (value, place) =>
    value === 0 ? reject(place, 'is 0, so everything is a finding', remedy) : value,
  );
}

const azureCategories = ['hate', 'selfHarm', 'sexual', 'violence'] as const;

const azureContentSafety = refine(
  ruled(
    object({
      endpoint: required(
        endpoint({ expectsPath: false, example: 'https://NAME.cognitiveservices.azure.com' }),
        'Address of the resource.',
      ),
      credential: required(apiKeyCredential, 'How the gateway shows who it is.'),
      thresholds: defaulted(
        map(category(azureCategories), aboveNothing(integer({ from: 0, to: 7 }), '0')),
        { hate: 4, selfHarm: 4, sexual: 4, violence: 4 },
        'Severity from which on a text is a finding, by category; a category left out is not looked at.',
      ),
      blocklists: defaulted(
        set(line('is not the name of a blocklist', 'write the name of a blocklist'), { most: 10 }),
        [],
        'Names of blocklists of the resource.',
      ),
      haltOnBlocklistHit: defaulted(boolean, false, 'true: a hit in a blocklist ends the analysis.'),
      promptShield: defaulted(boolean, false, 'true: also looks for attacks in prompts and documents.'),
    }),
    {
      rule: '!has(self.thresholds) || self.thresholds.size() > 0 || self.promptShield || has(self.blocklists) && self.blocklists.size() > 0',
      message: 'give thresholds, blocklists or promptShield: this asks for nothing',
    },
  ),
  (spec, place) => {
    const isIdle = Object.keys(spec.thresholds).length === 0 && spec.blocklists.length === 0 && !spec.promptShield;
    return isIdle ? reject(place, 'asks for nothing', 'give thresholds, blocklists or promptShield') : spec;
  },
);

const moderationCategories = [
  ...['harassment', 'harassment/threatening', 'hate', 'hate/threatening', 'illicit', 'illicit/violent'],
  ...['self-harm', 'self-harm/intent', 'self-harm/instructions', 'sexual', 'sexual/minors'],
  ...['violence', 'violence/graphic'],
];

const openaiModeration = refine(
  object({
    endpoint: defaulted(
      endpoint({ expectsPath: true, example: 'https://api.openai.com/v1' }),
      'https://api.openai.com/v1',
      'Base URL.',
    ),
    credential: required(apiKeyCredential, 'How the gateway shows who it is.'),
    model: defaulted(line('is not a model', 'write a model'), 'omni-moderation-latest', 'The moderation model.'),
    categories: optional(
      set(category(moderationCategories), { least: 1, emptyRemedy: 'remove it to mean every one' }),
      'Categories that count. Default: every one.',
    ),
    thresholds: defaulted(
      map(category(moderationCategories), aboveNothing(score, '0.0')),
      {},
      'Scores from which on a text is a finding, by category, in place of what the service flags.',
    ),
  }),
  (spec, place) => {
    for (const name of Object.keys(spec.thresholds)) {
      if (spec.categories?.includes(name) !== false) continue;
      warn(
        under(under(place, 'thresholds'), name),
        'has no effect: it is not among categories',
        'add it to categories',
      );
    }
    return spec;
  },
);

const region = text({
  pattern: '^[a-z]{2}(-[a-z]+)+-[0-9]$',
  longest: 32,
  complaint: 'is not a region',
  remedy: 'write a region such as eu-central-1',
});

const bedrockGuardrail = object({
  region: required(region, 'Region of the guardrail.'),
  guardrailId: required(line('is not an id', 'write the id or the ARN of the guardrail'), 'Id or ARN.'),
  version: defaulted(
    text({ pattern: '^(DRAFT|[1-9][0-9]{0,7})$', complaint: 'is not a version', remedy: 'write DRAFT or "1"' }),
    'DRAFT',
    'Version of the guardrail: DRAFT, or a number in quotes.',
  ),
  credential: required(
    object({
      aws: required(
        object({
          accessKeyId: required(secretSource, 'Access key id.'),
          secretAccessKey: required(secretSource, 'Secret access key.'),
          sessionToken: optional(secretSource, 'Session token of temporary credentials.'),
        }),
        'Credentials of an AWS account.',
      ),
    }),
    'How the gateway shows who it is.',
  ),
  endpoint: optional(
    endpoint({ expectsPath: false, example: 'https://bedrock-runtime.eu-central-1.amazonaws.com' }),
    'Address, of a private endpoint for example. Default: that of the region.',
  ),
});

const webhook = object({
  url: required(
    endpoint({ expectsPath: false, example: 'https://guard.example.com/check' }),
    'Where texts are sent to; see the guide for the contract.',
  ),
  credential: optional(
    refine(
      object({
        apiKey: required(secretSource, 'The secret.'),
        header: defaulted(headerName, 'authorization', 'Header that carries it.'),
        prefix: optional(headerValue, 'What stands before it. Default: "Bearer " in authorization.'),
      }),
      (spec) => ({ ...spec, prefix: spec.prefix ?? (spec.header === 'authorization' ? 'Bearer ' : '') }),
    ),
    'How the gateway shows who it is.',
  ),
  headers: defaulted(map(ruledHeaderName, headerValue), {}, 'Further headers.'),
  ca: optional(secretSource, 'Certificates that may sign the server’s, as PEM; the system’s if absent.'),
});

/** Detectors that ask a service. */
export const services = {
  azureContentSafety: optional(azureContentSafety, 'Azure AI Content Safety.'),
  openaiModeration: optional(openaiModeration, 'OpenAI’s moderation API.'),
  bedrockGuardrail: optional(bedrockGuardrail, 'ApplyGuardrail of Amazon Bedrock.'),
  webhook: optional(webhook, 'A service of your own.'),
};
