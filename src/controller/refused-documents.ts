import type { PolicyDocument } from '../policy/document.ts';

/** Of documents that have changed, what they were before: a client may refuse what is made of the new version. */
export interface RefusedDocuments {
  /** These are in force from now on. `refused`: ids of those before them of which a client has refused something. */
  follow(documents: Iterable<PolicyDocument>, refused: { has(id: string): boolean }, now: number): void;
  /** What it was before it became what is refused; nothing, where that is not known. */
  before(id: string): PolicyDocument | undefined;
}

/** Clients answer at once, or after they have started. What nobody has refused by then was taken. */
const answersWithinMs = 60_000;

interface Past {
  readonly document: PolicyDocument;
  readonly replacedAt: number;
}

export function createRefusedDocuments(): RefusedDocuments {
  let present = new Map<string, PolicyDocument>();
  let pasts = new Map<string, Past>();

  function pastOf(document: PolicyDocument, isRefused: boolean, now: number): Past | undefined {
    const past = pasts.get(document.id);
    const last = present.get(document.id);
    // What takes the place of something refused is measured by what came before both.
    if (isRefused && past !== undefined) return past;
    if (last !== undefined && last !== document) return { document: last, replacedAt: now };
    return past !== undefined && now - past.replacedAt < answersWithinMs ? past : undefined;
  }

  return {
    follow(documents, refused, now) {
      const next = new Map<string, PolicyDocument>();
      const nextPasts = new Map<string, Past>();
      for (const document of documents) {
        const { id } = document;
        next.set(id, document);
        const past = pastOf(document, refused.has(id), now);
        if (past !== undefined) nextPasts.set(id, past);
      }
      [present, pasts] = [next, nextPasts];
    },
    before: (id) => pasts.get(id)?.document,
  };
}
