import { type Model as Message, ModelSchema } from '../../gen/sluice/program/v1/program_pb.js';
import { ok } from '../../lib/result.ts';
import type { Model } from '../program.ts';
import { type Compiled, refused } from './refusal.ts';

export const modelSchema = ModelSchema;

export function compileModel(message: Message): Compiled<Model> {
  const { name, aliases, isListed, contextWindow, maxOutput, isOpen, ownedBy } = message;
  if (name === '') return refused('name is missing');
  const createdAtMs = Number(message.createdAtMs);
  return ok({ name, aliases: [...aliases], isListed, contextWindow, maxOutput, isOpen, ownedBy, createdAtMs });
}
