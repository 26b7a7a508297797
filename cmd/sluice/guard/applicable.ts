import { findModelOrOpened } from '../../../src/extproc/stages/resolve/find-model.ts';
import { err, ok, type Result } from '../../../src/lib/result.ts';
import { suggest } from '../../../src/lib/suggest.ts';
import type { Guardrail } from '../../../src/program/guardrail.ts';
import type { Model, Program, Route } from '../../../src/program/program.ts';
import { factsOf } from '../explain/inline-policy.ts';

export interface Caller {
  readonly key: string;
  readonly model: string;
  /** Undefined: chat completions. */
  readonly api: string | undefined;
}

export interface Applicable {
  readonly guardrails: readonly Guardrail[];
  /** Those that apply to some requests of the caller only: nobody knows its headers here. */
  readonly dependent: readonly Guardrail[];
}

/** The guardrails that a request of this caller would meet. */
export function applicableTo(program: Program, { key: keyName, model: named, api }: Caller): Result<Applicable> {
  const keys = [...program.keys.values()];
  const key = keys.find(({ name }) => name === keyName);
  if (key === undefined) {
    return err(
      unknown(
        'ApiKey',
        keyName,
        keys.map(({ name }) => name),
      ),
    );
  }
  const model = findModelOrOpened(program, named)?.model;
  const route = model && routeOf(program, key.name, model);
  if (model === undefined || route === undefined) return err(`No Model of the policy answers to ${named}.`);
  const facts = factsOf(key, model.name, route, api);
  const guardrails: Guardrail[] = [];
  program.guardrails.collect(facts, guardrails);
  const dependent = program.guardrails.all.filter(
    (guardrail) => guardrail.scope.headers.length > 0 && guardrail.scope.mayMatch(facts),
  );
  return ok({ guardrails, dependent });
}

function routeOf({ routes, models }: Program, key: string, { name }: Model): Route | undefined {
  return models.find(name) === undefined ? routes.findOpen(key, name) : routes.find(key, name);
}

export function unknown(kind: string, name: string, names: readonly string[]): string {
  if (names.length === 0) return `There is no ${kind} in the policy.`;
  const near = suggest(name, names);
  const meant = near === undefined ? `There is ${names.join(', ')}.` : `Did you mean ${near}?`;
  return `There is no ${kind} ${name} in the policy. ${meant}`;
}
