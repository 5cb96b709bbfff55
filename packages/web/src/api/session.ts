// Who is signed in, in this tab: what is stored is gone when the tab is closed.
import { createStore } from './store.ts'

export type Session =
  | {
      readonly kind: 'signed-in'
      readonly accountId: string
      readonly accessToken: string
      readonly refreshToken: string
      /** What they signed in as, for people. */
      readonly name: string
    }
  | { readonly kind: 'api-key'; readonly apiKey: string; readonly name: string }

const place = 'vcp.session'

export const session = createStore<Session | null>(stored())

export function signIn(next: Session): void {
  sessionStorage.setItem(place, JSON.stringify(next))
  session.set(next)
}

export function signOut(): void {
  sessionStorage.removeItem(place)
  session.set(null)
}

export function credentials(): Record<string, string> {
  const who = session.value
  if (who === null) return {}
  return who.kind === 'api-key'
    ? { 'x-api-key': who.apiKey }
    : { authorization: `Bearer ${who.accessToken}` }
}

function stored(): Session | null {
  const text = sessionStorage.getItem(place)
  try {
    return text === null ? null : (JSON.parse(text) as Session)
  } catch {
    return null
  }
}
