import { enumeration } from '../schema/enumeration.ts';
import { optional } from '../schema/field.ts';
import { object } from '../schema/object.ts';
import { text } from '../schema/text.ts';

const imagePart = text({
  pattern: '^[A-Za-z0-9]([A-Za-z0-9._:/@-]*[A-Za-z0-9])?$',
  complaint: 'is not part of the name of an image',
  remedy: 'write it as in registry.example.com/team/image',
});

export const pullPolicies = ['Always', 'IfNotPresent', 'Never'] as const;
export type PullPolicy = (typeof pullPolicies)[number];

export const image = object({
  registry: optional(imagePart, 'Host of the registry, with a path if it has one. Default: that of the controller.'),
  repository: optional(imagePart, 'Name of the image in the registry.'),
  tag: optional(imagePart, 'Tag. Default: that of this version.'),
  digest: optional(
    text({ pattern: '^sha256:[0-9a-f]{64}$', complaint: 'is not a digest', remedy: 'write sha256: and 64 hex digits' }),
    'Digest; wins over the tag.',
  ),
  pullPolicy: optional(enumeration(pullPolicies), 'When the image is pulled. Default: that of the controller.'),
});
