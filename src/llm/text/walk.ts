import type { JsonPath, TextRole, TextString } from './leaf.ts';
import { isMedia } from './media.ts';
import * as members from './members.ts';
import { knownTypes } from './types.ts';

/**
 * How the objects here are to be read. `api`: by the members that APIs give them. `free`: every string is a value, under
 * names of somebody's own choice. `schema`: a tool or a JSON schema. `strange`: of a type that is not known.
 */
export type Mode = 'api' | 'free' | 'schema' | 'strange';

interface Place {
  readonly role: TextRole;
  readonly mode: Mode;
  readonly member: string;
  readonly around: string | undefined;
  readonly type: string | undefined;
}

interface Walk {
  readonly path: (string | number)[];
  readonly strings: TextString[];
}

/** Callers parse with a bound on nesting; this one is for those that do not. */
const deepest = 256;

/**
 * The texts in a value, `path` being its own. All strings count except those that are known to be no texts: a member that
 * an API gets next year is read from its first day.
 */
export function stringsIn(value: unknown, path: JsonPath, role: TextRole, mode: Mode = 'api'): readonly TextString[] {
  const walk: Walk = { path: [...path], strings: [] };
  const member = path.findLast((step) => typeof step === 'string') ?? '';
  visit(walk, value, { role, mode, member: String(member), around: undefined, type: undefined });
  return walk.strings;
}

function visit(walk: Walk, value: unknown, place: Place): void {
  if (typeof value === 'string') add(walk, value, place);
  else if (typeof value !== 'object' || value === null) return;
  else if (walk.path.length > deepest) throw new Error('a value is nested more deeply than any body may be');
  else if (Array.isArray(value)) visitList(walk, value, place);
  else visitObject(walk, value, place);
}

function visitList(walk: Walk, value: readonly unknown[], place: Place): void {
  const at = walk.path.length;
  for (let index = 0; index < value.length; index++) {
    const item = value[index];
    // Tokens and vectors come by the hundred thousand.
    if (typeof item === 'number') continue;
    walk.path[at] = index;
    visit(walk, item, place);
  }
  walk.path.length = at;
}

function visitObject(walk: Walk, value: object, around: Place): void {
  const type = 'type' in value && typeof value.type === 'string' ? value.type : undefined;
  const mode = around.mode === 'api' && type !== undefined && !knownTypes.has(type) ? 'strange' : around.mode;
  const role = mode === 'api' ? roleOf(value, type, around.role) : around.role;
  const at = walk.path.length;
  for (const [member, inner] of Object.entries(value)) {
    if (typeof inner !== 'string' && (typeof inner !== 'object' || inner === null)) continue;
    walk.path[at] = member;
    const place: Place = { role, mode, member, around: around.member, type };
    switch (mode) {
      case 'api':
        visitApiMember(walk, inner, place);
        break;
      case 'schema':
        visitSchemaMember(walk, inner, place);
        break;
      case 'strange':
        if (!isIdentifier(member) && member !== 'type' && member !== 'role') visit(walk, inner, place);
        break;
      case 'free':
        visit(walk, inner, place);
    }
  }
  walk.path.length = at;
}

function visitApiMember(walk: Walk, inner: string | object, place: Place): void {
  const { member, role, type } = place;
  if (members.plainMembers.has(member) || isIdentifier(member)) return;
  if (member === 'arguments' && typeof inner === 'string') addJson(walk, inner);
  else if (typeof inner === 'object' && members.schemaMembers.has(member)) {
    visit(walk, inner, { ...place, role: 'tool', mode: 'schema' });
  } else if (typeof inner === 'object' && members.freeMembers.has(member))
    visit(walk, inner, { ...place, mode: 'free' });
  else if (typeof inner === 'object' && (member === 'arguments' || (member === 'input' && role === 'toolInput'))) {
    // Arguments as they are, not as text.
    visit(walk, inner, { ...place, role: 'toolInput', mode: 'free' });
  } else {
    const isResult = role === 'toolInput' && type !== undefined && members.resultMembers.has(member);
    visit(walk, inner, { ...place, role: isResult ? 'toolOutput' : (members.memberRoles[member] ?? role) });
  }
}

function visitSchemaMember(walk: Walk, inner: string | object, place: Place): void {
  const { member } = place;
  if (members.schemaMaps.has(member) && typeof inner === 'object') {
    const at = walk.path.length;
    walk.path.push('');
    for (const [name, schema] of Object.entries(inner)) {
      walk.path[at] = name;
      visit(walk, schema, { ...place, member: name });
    }
    walk.path.length = at;
  } else if (members.schemaValues.has(member)) visit(walk, inner, { ...place, mode: 'free' });
  else if (!isPlainInSchema(member, inner)) visit(walk, inner, place);
}

/** In a schema `format` is a word; in settings it holds the schema. */
function isPlainInSchema(member: string, inner: string | object): boolean {
  if (member === 'format') return typeof inner === 'string';
  return members.plainSchemaMembers.has(member) || isIdentifier(member);
}

function roleOf(value: object, type: string | undefined, around: TextRole): TextRole {
  const speaker = 'role' in value && typeof value.role === 'string' ? members.roleOfSpeaker[value.role] : undefined;
  return speaker ?? (type === undefined ? undefined : knownTypes.get(type)) ?? around;
}

function isIdentifier(member: string): boolean {
  return member === 'id' || member.endsWith('_id') || member.endsWith('_ids');
}

function add(walk: Walk, text: string, place: Place): void {
  const { role, mode, member } = place;
  if (text === '' || (mode !== 'free' && mode !== 'schema' && isMedia(text, place))) return;
  const isUnknown = mode === 'strange' || (mode === 'api' && !members.textMembers.has(member));
  const field = mode === 'free' ? member : undefined;
  walk.strings.push({ path: walk.path.slice(), role, field, kind: 'text', text, isUnknown });
}

function addJson(walk: Walk, text: string): void {
  const path = walk.path.slice();
  if (text !== '')
    walk.strings.push({ path, role: 'toolInput', field: undefined, kind: 'json', text, isUnknown: false });
}
