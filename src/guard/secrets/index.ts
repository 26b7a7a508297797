import type { Detector, Finding, Trail } from '../detector.ts';
import type { EntityOptions } from '../entity.ts';
import { tryCandidates } from './candidates.ts';
import { nameReach } from './checks/assignment.ts';
import { distinct } from './distinct.ts';
import { secretKinds } from './entities.ts';
import { createGate, type Gate } from './gate.ts';
import { privateKeyBound } from './kinds/keys.ts';
import { newAttempt } from './pattern/match.ts';
import { gateLength } from './pattern/measure.ts';
import { contextReach, continuesWord, recognise } from './recognise.ts';
import { type Rule, rulesOf } from './rule.ts';
import { settle } from './settle.ts';

export interface SecretsOptions {
  /** The kinds to look for. */
  readonly entities: ReadonlyMap<string, EntityOptions>;
  readonly minScore: number;
}

/** A private key may end in the middle of its END marker or of a header line when the bound comes. */
const keyEndReach = 256;
/** Of the name of the field that holds a text; names are shorter. */
const maxField = 64;

export interface SecretsDetector extends Detector {
  /** With the field's name this is the hold of `scan` with the same name: the value may be a secret because of it. */
  hold(text: string, from: number, field?: string, trail?: Trail): number;
}

/** One detector for all chosen kinds: one pass over the text for all of them. */
export function secretsDetector(options: SecretsOptions): SecretsDetector {
  const rules = secretKinds.flatMap((kind) => {
    const chosen = options.entities.get(kind.name);
    return chosen === undefined ? [] : rulesOf(kind, chosen, options.minScore);
  });
  const gate = createGate(rules);
  const led = rules.filter((rule) => rule.lead !== undefined);
  const yielding = new Set(rules.filter((rule) => rule.yields).map((rule) => rule.entity));
  const maxOffset = Math.max(0, ...rules.map((rule) => rule.maxOffset));
  const leftContext = Math.max(maxOffset + nameReach, contextReach) + 2;
  const longest = Math.max(0, ...rules.map((rule) => rule.maxLength)) + 1;

  // Where fixed text is searched that may begin before `from` and lead to a secret behind it.
  const searchStart = (from: number, trail: Trail | undefined): number =>
    Math.max(0, from - maxOffset, trail?.quiet ?? 0);

  return {
    streaming: 'incremental',
    leftContext,
    reach: rules.some((rule) => rule.check === 'pem-body') ? Math.max(privateKeyBound + keyEndReach, longest) : longest,
    scan: (text, from, report, field, trail) => {
      const findings = fieldFindings(gate, text, from, field).findings.slice();
      const attempt = newAttempt(text);
      tryCandidates(gate, attempt, searchStart(from, trail), text.length, (_rule, finding) => {
        if (finding !== undefined && finding.start >= from) findings.push(finding);
      });
      if (findings.length > 0) for (const finding of distinct(findings, yielding)) report(finding);
    },
    hold: (text, from, field, trail) => {
      const inField = fieldFindings(gate, text, from, field);
      if (inField.isOpen) return from;
      const spans = inField.findings.slice();
      let held = text.length;
      let quiet = Math.max(0, text.length - gateLength + 1);
      const attempt = newAttempt(text);
      const tried = (_rule: Rule, finding: Finding | undefined, at: number): void => {
        const { sawEnd, secretStart } = attempt;
        if (sawEnd && at < quiet) quiet = at;
        // A secret whose start has not been reached yet starts behind this text.
        if (sawEnd && secretStart >= from && secretStart < held) held = secretStart;
        if (finding !== undefined && finding.start >= from) spans.push(finding);
      };
      tryCandidates(gate, attempt, searchStart(from, trail), text.length, tried);
      // The gate sees only complete beginnings; the last characters may be the first of one. Behind what is held
      // already nothing matters.
      for (let at = Math.max(0, text.length - gateLength + 1); at < held; at += 1) {
        const isInWord = continuesWord(text, at);
        for (const rule of gate.rulesAt(text, at)) {
          // Its secret begins before what is asked about, or behind this text.
          if (at + rule.maxOffset < from || at + rule.minOffset >= text.length) continue;
          if (isInWord && !rule.startsAnywhere) continue;
          tried(rule, recognise(rule, attempt, at), at);
        }
      }
      for (const rule of led) {
        for (let at = Math.max(from, firstOpen(rule, text)); at < held; at += 1) {
          if (rule.lead?.set[text.charCodeAt(at)] === 1) tried(rule, recognise(rule, attempt, at), at);
        }
      }
      if (spans.length > 0) return settle(held, spans);
      if (trail !== undefined) {
        trail.quiet = quiet;
        trail.isClear = true;
      }
      return held;
    },
  };
}

/** Where the characters begin that may stand before the fixed text of a led rule, all but a part of which is still to come. */
function firstOpen(rule: Rule, text: string): number {
  const { lead, maxLength } = rule;
  if (lead === undefined) return text.length;
  let first = text.length - (maxLength - lead.max);
  while (first > text.length - maxLength && lead.set[text.charCodeAt(first - 1)] === 1) first -= 1;
  return first;
}

interface FieldFindings {
  readonly findings: readonly Finding[];
  readonly isOpen: boolean;
}

const nothing: FieldFindings = { findings: [], isOpen: false };

/** What the text's beginning is because of the field's name, judged as if both stood in one line. */
function fieldFindings(gate: Gate, text: string, from: number, field: string | undefined): FieldFindings {
  if (field === undefined || from > 0 || text === '') return nothing;
  const name = `${field.slice(-maxField)}: `;
  gate.expression.lastIndex = 0;
  if (!gate.expression.test(name)) return nothing;
  const findings: Finding[] = [];
  let isOpen = false;
  const attempt = newAttempt(name + text);
  tryCandidates(gate, attempt, 0, name.length, (_rule, finding) => {
    if (attempt.sawEnd && attempt.secretStart === name.length) isOpen = true;
    if (finding?.start !== name.length) return;
    findings.push({ ...finding, start: 0, end: finding.end - name.length });
  });
  return { findings, isOpen };
}
