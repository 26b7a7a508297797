import { programContract } from '../../contract.ts';
import { SecretValueSchema } from '../../gen/sluice/program/v1/program_pb.js';
import { type ProgramResource, resourceOf } from './resource.ts';

export function secretResource(name: string, value: string, origins: readonly string[]): ProgramResource {
  const bytes = Buffer.from(value, 'utf8');
  return resourceOf(SecretValueSchema, name, origins, { contract: programContract, name, value: bytes });
}
