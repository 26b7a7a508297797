import type { MessageInitShape } from '@bufbuild/protobuf';
import type { ScopeSchema } from '../../gen/sluice/program/v1/program_pb.js';
import type { NamedValues, Scope } from '../../model/scope.ts';

export function encodeScope(scope: Scope): MessageInitShape<typeof ScopeSchema> {
  return {
    keys: [...scope.keys],
    users: [...scope.users],
    teams: [...scope.teams],
    projects: [...scope.projects],
    models: [...scope.models],
    providers: [...scope.providers],
    apis: [...scope.apis],
    headers: scope.headers.map(namedValues),
    labels: scope.labels.map(namedValues),
    routes: [...(scope.routes ?? [])],
  };
}

function namedValues({ name, values }: NamedValues): { readonly name: string; readonly values: string[] } {
  return { name, values: [...values] };
}
