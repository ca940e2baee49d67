import type { Tool } from './tool.ts'

/** What a token for outside programs may be restricted to, and the effects that each scope opens. */
export const scopes: Readonly<Record<string, readonly Tool['effect'][]>> = {
  'jetvision:read': ['read'],
  'jetvision:write': ['read', 'write', 'outward'],
}

/**
 * The effects that the scopes of a token open; null for a token without a scope of ours, which is a person's own. A scope that
 * we do not know restricts as well, and opens nothing.
 */
export function effectsOf(granted: readonly string[]): readonly Tool['effect'][] | null {
  const ours = granted.filter((scope) => scope.startsWith('jetvision:'))
  return ours.length === 0 ? null : [...new Set(ours.flatMap((scope) => scopes[scope] ?? []))]
}

/** The least scope that opens an effect. */
export const scopeFor = (effect: Tool['effect']) => (effect === 'read' ? 'jetvision:read' : 'jetvision:write')
