import type { KindFacts } from '../kind-row.ts';
import type { Structural } from './structural.ts';

const text = (description: string, longest: number): Structural => ({
  description,
  type: 'string',
  maxLength: longest,
});

/** As every controller of Kubernetes writes them (metav1.Condition), one of each type. */
const conditions: Structural = {
  description: 'What is true of it, and why.',
  type: 'array',
  maxItems: 16,
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': ['type'],
  items: {
    type: 'object',
    required: ['type', 'status', 'lastTransitionTime', 'reason', 'message'],
    properties: {
      type: text('What it is about: Accepted, ResolvedRefs, …', 316),
      status: { description: 'Whether it holds.', type: 'string', enum: ['True', 'False', 'Unknown'] },
      observedGeneration: {
        description: 'The generation that it speaks of.',
        type: 'integer',
        format: 'int64',
        minimum: 0,
      },
      lastTransitionTime: { description: 'When the status changed last.', type: 'string', format: 'date-time' },
      reason: {
        description: 'One word for programs.',
        type: 'string',
        minLength: 1,
        maxLength: 1024,
        pattern: '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$',
      },
      message: text('A sentence for people: what is wrong, and what to do.', 32_768),
    },
  },
};

const reference: Structural = {
  description: 'What it is attached to.',
  type: 'object',
  required: ['name'],
  properties: {
    group: { ...text('Group of the kind.', 253), default: 'gateway.networking.k8s.io' },
    kind: { ...text('Kind of what is meant.', 63), default: 'Gateway' },
    namespace: text('Namespace; that of this object if absent.', 63),
    name: text('Name.', 253),
    sectionName: text('Part of it: a listener, a rule, a port.', 253),
    port: { description: 'Port of it.', type: 'integer', format: 'int32', minimum: 1, maximum: 65_535 },
  },
};

/** Gateway API’s lists of whom a route or a policy is attached to, with the answer for each. */
function attachments(field: 'ancestors' | 'parents', referenceField: string): Structural {
  return {
    [field]: {
      description: 'What is true of it for each Gateway that it is attached to.',
      type: 'array',
      maxItems: 32,
      'x-kubernetes-list-type': 'atomic',
      items: {
        type: 'object',
        required: [referenceField, 'controllerName', 'conditions'],
        properties: {
          [referenceField]: reference,
          controllerName: text('Who wrote this: sluice.dev/gateway-controller.', 253),
          conditions,
        },
      },
    },
  };
}

/** What the controller writes back. */
export function statusSchema(row: KindFacts): Structural {
  const per = {
    ancestor: attachments('ancestors', 'ancestorRef'),
    parent: attachments('parents', 'parentRef'),
    none: {},
  }[row.statusPer ?? 'none'];
  return {
    description: 'Written by the control plane.',
    type: 'object',
    properties: {
      observedGeneration: {
        description: 'The generation that this status speaks of.',
        type: 'integer',
        format: 'int64',
        minimum: 0,
      },
      conditions,
      ...per,
    },
  };
}

/** Where `kubectl get` finds a part of the condition that people look for first. */
export function acceptedPath(row: KindFacts, part: 'status' | 'reason'): string {
  const list = { ancestor: '.status.ancestors[*]', parent: '.status.parents[*]', none: '.status' }[
    row.statusPer ?? 'none'
  ];
  return `${list}.conditions[?(@.type=="Accepted")].${part}`;
}
