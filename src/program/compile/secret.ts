import { type SecretValue as Message, SecretValueSchema } from '../../gen/sluice/program/v1/program_pb.js';
import { ok } from '../../lib/result.ts';
import { type Compiled, refused } from './refusal.ts';

export const secretSchema = SecretValueSchema;

export interface CompiledSecret {
  readonly name: string;
  readonly value: string;
}

export function compileSecret({ name, value }: Message): Compiled<CompiledSecret> {
  if (name === '') return refused('name is missing');
  return value.length === 0 ? refused('value is missing') : ok({ name, value: Buffer.from(value).toString('utf8') });
}
