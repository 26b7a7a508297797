import type { MessageInitShape } from '@bufbuild/protobuf';
import { type GuardRuleSchema, Sensitivity } from '../../gen/sluice/program/v1/program_pb.js';
import type { GuardDetector, Threshold } from '../../model/guardrail.ts';

type Encoded = NonNullable<MessageInitShape<typeof GuardRuleSchema>['detector']>;

const sensitivities = { low: Sensitivity.LOW, medium: Sensitivity.MEDIUM, high: Sensitivity.HIGH } as const;

export function encodeDetector(detector: GuardDetector): Encoded {
  switch (detector.kind) {
    case 'keywords':
      return { case: 'keywords', value: { words: [...detector.words] } };
    case 'regex':
      return {
        case: 'regex',
        value: { pattern: detector.pattern, isCaseInsensitive: detector.isCaseInsensitive },
      };
    case 'pii':
    case 'secrets':
      return { case: detector.kind, value: entityDetector(detector) };
    case 'injection':
      return {
        case: 'injection',
        value: { sensitivity: sensitivities[detector.sensitivity], threshold: thousandths(detector.threshold ?? 0) },
      };
    case 'azureContentSafety':
      return {
        case: 'azureContentSafety',
        value: {
          endpoint: detector.endpoint,
          apiKey: detector.apiKey,
          thresholds: [...detector.thresholds],
          blocklists: [...detector.blocklists],
          haltOnBlocklistHit: detector.haltOnBlocklistHit,
          promptShield: detector.promptShield,
        },
      };
    case 'openaiModeration':
      return {
        case: 'openaiModeration',
        value: {
          endpoint: detector.endpoint,
          apiKey: detector.apiKey,
          model: detector.model,
          thresholds: detector.thresholds.map(scoreThreshold),
          categories: [...detector.categories],
        },
      };
    case 'bedrockGuardrail': {
      const { kind: _kind, ...value } = detector;
      return { case: 'bedrockGuardrail', value };
    }
    case 'webhook': {
      const { kind: _kind, headers, ...value } = detector;
      return { case: 'webhook', value: { ...value, headers: [...headers] } };
    }
  }
}

function entityDetector(detector: Extract<GuardDetector, { readonly kind: 'pii' | 'secrets' }>) {
  return {
    entities: [...detector.entities],
    except: [...detector.except],
    minScore: thousandths(detector.minScore),
    options: detector.options.map((own) => ({
      entity: own.entity,
      ...(own.minScore !== undefined && { minScore: thousandths(own.minScore) }),
      allow: [...own.allow],
      deny: [...own.deny],
      contextWords: [...own.contextWords],
    })),
  };
}

function scoreThreshold({ category, value }: Threshold): Threshold {
  return { category, value: thousandths(value) };
}

function thousandths(score: number): number {
  return Math.round(score * 1000);
}
