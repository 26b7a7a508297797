import type { TextRole } from '../../../guard/rule.ts';

/** Descriptions of tools are instructions of the application, like its system prompt. */
export function roleOf(role: string): TextRole {
  switch (role) {
    case 'system':
    case 'user':
    case 'assistant':
    case 'toolInput':
    case 'toolOutput':
    case 'reasoning':
      return role;
    case 'tool':
      return 'system';
    default:
      return 'user';
  }
}
