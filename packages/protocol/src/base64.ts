import { base64pad } from 'multiformats/bases/base64'

/** RFC 4648, section 4, with padding. */
export function encodeBase64(bytes: Uint8Array): string {
  return base64pad.baseEncode(bytes)
}

/** How long the text of so many bytes is. */
export function base64CharactersOf(bytes: number): number {
  return 4 * Math.ceil(bytes / 3)
}

/** Takes the one spelling that `encodeBase64` writes; null for every other text. */
export function decodeBase64(text: string): Uint8Array | null {
  try {
    const bytes = base64pad.baseDecode(text)
    return base64pad.baseEncode(bytes) === text ? bytes : null
  } catch {
    return null
  }
}
