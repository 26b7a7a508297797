import type { Detector, Finding } from '../detector.ts';
import type { EntityOptions } from '../entity.ts';
import { tryCandidates } from './candidates.ts';
import { nameReach } from './checks/assigned.ts';
import { distinct } from './distinct.ts';
import { secretKinds } from './entities.ts';
import { createGate, type Gate } from './gate.ts';
import { privateKeyBound } from './kinds/keys.ts';
import { newAttempt } from './pattern/match.ts';
import { gateLength } from './pattern/measure.ts';
import { contextReach, recognise } from './recognise.ts';
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
  hold(text: string, from: number, field?: string): number;
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

  // Streams ask to hold and then to scan the same text: mostly nothing is in it, and the second look can be spared.
  let clearText = '';
  let clearFrom = 0;
  let clearField: string | undefined;

  return {
    streaming: 'incremental',
    leftContext,
    reach: rules.some((rule) => rule.check === 'pem-body') ? Math.max(privateKeyBound + keyEndReach, longest) : longest,
    scan: (text, from, report, field) => {
      const isClear = text === clearText && from === clearFrom && field === clearField;
      clearText = '';
      if (isClear) return;
      const findings = fieldFindings(gate, text, from, field).findings.slice();
      const attempt = newAttempt(text);
      tryCandidates(gate, attempt, Math.max(0, from - maxOffset), text.length, (_rule, finding) => {
        if (finding !== undefined && finding.start >= from) findings.push(finding);
      });
      if (findings.length > 0) for (const finding of distinct(findings, yielding)) report(finding);
    },
    hold: (text, from, field) => {
      const inField = fieldFindings(gate, text, from, field);
      if (inField.isOpen) return from;
      const spans = inField.findings.slice();
      let held = text.length;
      const attempt = newAttempt(text);
      const tried = (_rule: Rule, finding: Finding | undefined): void => {
        const { sawEnd, secretStart } = attempt;
        // A secret whose start has not been reached yet starts behind this text.
        if (sawEnd && secretStart >= from && secretStart < held) held = secretStart;
        if (finding !== undefined && finding.start >= from) spans.push(finding);
      };
      tryCandidates(gate, attempt, Math.max(0, from - maxOffset), text.length, tried);
      // The gate sees only complete beginnings; the last characters may be the first of one.
      for (let at = Math.max(from, text.length - gateLength + 1); at < text.length; at += 1) {
        for (const rule of gate.rulesAt(text, at)) tried(rule, recognise(rule, attempt, at));
      }
      for (const rule of led) {
        for (let at = Math.max(from, firstOpen(rule, text)); at < text.length; at += 1) {
          if (rule.lead?.set[text.charCodeAt(at)] === 1) tried(rule, recognise(rule, attempt, at));
        }
      }
      if (spans.length === 0) {
        clearText = text;
        clearFrom = from;
        clearField = field;
        return held;
      }
      return settle(held, spans);
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
