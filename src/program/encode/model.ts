import { programContract } from '../../contract.ts';
import { ModelSchema } from '../../gen/sluice/program/v1/program_pb.js';
import type { LogicalModel } from '../../model/logical-model.ts';
import { type ProgramResource, resourceOf } from './resource.ts';

export function modelResource(model: LogicalModel): ProgramResource {
  return resourceOf(ModelSchema, model.name, model.origins, {
    contract: programContract,
    name: model.name,
    aliases: [...model.aliases],
    isListed: model.isListed,
    contextWindow: model.contextWindow ?? 0,
    maxOutput: model.maxOutput ?? 0,
    isOpen: model.isOpen ?? false,
    ownedBy: model.ownedBy ?? '',
    createdAtMs: BigInt(model.createdAtMs ?? 0),
  });
}
