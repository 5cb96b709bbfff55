// Signing in with a wallet. Nothing is stored for a challenge: its nonce carries our own mark, so
// that asking for a million of them costs us nothing. What is stored is that one was used.
import { createHmac } from 'node:crypto'
import { type Outcome, type OwnerAddress, pass, refuse } from '@vcp/protocol'
import type { OnceTable } from './store.ts'
import {
  readWalletMessage,
  signerOfText,
  type WalletMessage,
  type WalletPlace,
  writeWalletMessage,
} from './wallet-message.ts'

/** Long enough to read a message and find a hardware wallet. */
const challengeMs = 10 * 60_000

export interface Challenge {
  readonly message: string
  readonly expiresAtMs: number
}

export interface WalletSignIn {
  challenge(address: OwnerAddress): Challenge
  /** Whose wallet signed a message of ours that is in force and was not used before. */
  verify(message: string, signature: string): Promise<Outcome<OwnerAddress>>
}

export interface WalletSignInParts {
  readonly once: OnceTable
  readonly place: WalletPlace
  readonly nonceKey: Uint8Array
  nowMs(): number
  randomBytes(count: number): Uint8Array
}

export function createWalletSignIn(parts: WalletSignInParts): WalletSignIn {
  const { once, place, nonceKey, nowMs, randomBytes } = parts

  /** 24 digits at random, then 32 by which we know the message for ours. */
  function nonceOf(random: string, { address, issuedAtMs, expiresAtMs }: Unmarked): string {
    const marked = [random, address, issuedAtMs, expiresAtMs, place.domain].join('|')
    return random + createHmac('sha256', nonceKey).update(marked).digest('hex').slice(0, 32)
  }

  return {
    challenge(address) {
      const issuedAtMs = nowMs()
      const unmarked = { address, issuedAtMs, expiresAtMs: issuedAtMs + challengeMs }
      const nonce = nonceOf(Buffer.from(randomBytes(12)).toString('hex'), unmarked)
      const message = writeWalletMessage({ ...unmarked, nonce }, place)
      return { message, expiresAtMs: unmarked.expiresAtMs }
    },
    async verify(text, signature) {
      const message = readWalletMessage(text, place)
      // No secret is compared: a mark that is off by a digit tells nothing about the right one.
      if (message === null || nonceOf(message.nonce.slice(0, 24), message) !== message.nonce) {
        return refuse('UNAUTHENTICATED', 'the message is not one that this coordinator wrote')
      }
      if (message.expiresAtMs <= nowMs()) return refuse('UNAUTHENTICATED', 'the message expired')
      if (signerOfText(text, signature) !== message.address) {
        return refuse('SIGNATURE_INVALID', `not signed by ${message.address}`)
      }
      if (!(await once.take(message.nonce, message.expiresAtMs))) {
        return refuse('UNAUTHENTICATED', 'the message was used before')
      }
      return pass(message.address)
    },
  }
}

type Unmarked = Omit<WalletMessage, 'nonce'>
