import { describe, expect, it } from 'vitest';
import type { PolicyDocument } from '../policy/document.ts';
import { parseDocuments } from '../policy/parse.ts';
import { createRefusedDocuments } from './refused-documents.ts';

const nobody: ReadonlySet<string> = new Set();
const refused: ReadonlySet<string> = new Set(['Model/m']);

function model(target: string): PolicyDocument {
  const text = `apiVersion: sluice.dev/v1alpha1\nkind: Model\nmetadata: {name: m}\nspec: {targets: [{provider: ${target}}]}`;
  const [document] = parseDocuments(text, 'policy.yaml', '.').documents;
  if (document === undefined) throw new Error('no document');
  return document;
}

describe('createRefusedDocuments()', () => {
  const [good, bad, worse] = [model('a'), model('b'), model('c')];

  it('knows what a document was before it was changed', () => {
    const documents = createRefusedDocuments();
    documents.follow([good], nobody, 0);
    expect(documents.before('Model/m')).toBeUndefined();
    documents.follow([bad], nobody, 1_000);
    expect(documents.before('Model/m')).toBe(good);
  });

  it('does not take what was refused for what came before', () => {
    const documents = createRefusedDocuments();
    documents.follow([good], nobody, 0);
    documents.follow([bad], nobody, 1_000);
    documents.follow([worse], refused, 200_000);
    documents.follow([worse], refused, 400_000);
    expect(documents.before('Model/m')).toBe(good);
  });

  it('forgets it once nobody will refuse the new version any more, and with the document', () => {
    const documents = createRefusedDocuments();
    documents.follow([good], nobody, 0);
    documents.follow([bad], nobody, 1_000);
    documents.follow([bad], nobody, 2_000);
    expect(documents.before('Model/m')).toBe(good);
    documents.follow([bad], nobody, 62_000);
    expect(documents.before('Model/m')).toBeUndefined();
    documents.follow([worse], nobody, 63_000);
    documents.follow([], refused, 64_000);
    expect(documents.before('Model/m')).toBeUndefined();
  });
});
