// Passwords, by scrypt of node:crypto. A hash names its own cost, so that the cost can be raised
// and old hashes still be checked; they are made anew when their owner next signs in.
import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'
import { type Outcome, pass, refuse } from '@vcp/protocol'

export interface ScryptCost {
  /** The logarithm of N. */
  readonly logN: number
  readonly r: number
  readonly p: number
}

/** OWASP's cost at 32 MiB, which it holds equal to N = 2^17, p = 1 with four times the memory. */
export const standardCost: ScryptCost = { logN: 15, r: 8, p: 3 }

export interface PasswordOptions {
  readonly cost: ScryptCost
  /** Hashes at a time. Each holds a thread of libuv's four, which files and name look-ups share. */
  readonly concurrency: number
  /** Hashes that may wait; whoever comes after that is told to come again. */
  readonly queueMax: number
}

export const standardPasswords: PasswordOptions = {
  cost: standardCost,
  concurrency: 2,
  queueMax: 64,
}

export interface Passwords {
  hash(password: string): Promise<Outcome<string>>
  /**
   * Whether the password is the one that was hashed. Null, for a name that nobody has, takes as
   * long and is always wrong.
   */
  verify(password: string, stored: string | null): Promise<Outcome<Verification>>
}

export interface Verification {
  readonly isRight: boolean
  /** The stored hash is not of today's cost. */
  readonly isDated: boolean
}

export function createPasswords({ cost, concurrency, queueMax }: PasswordOptions): Passwords {
  const waiting: (() => void)[] = []
  let running = 0

  async function inTurn<T>(work: () => Promise<T>): Promise<Outcome<T>> {
    if (running >= concurrency) {
      if (waiting.length >= queueMax) {
        return refuse('OVERLOADED', `${queueMax} others wait to have a password checked`)
      }
      await new Promise<void>((start) => waiting.push(start))
    } else running += 1
    try {
      return pass(await work())
    } finally {
      // Whoever waits longest takes over the place; only when nobody does is it free.
      const next = waiting.shift()
      if (next === undefined) running -= 1
      else next()
    }
  }

  const absent = format({ cost, salt: Buffer.alloc(16), key: Buffer.alloc(32) })

  return {
    hash: (password) =>
      inTurn(async () => {
        const salt = randomBytes(16)
        return format({ cost, salt, key: await derive(password, salt, cost) })
      }),
    verify: (password, stored) =>
      inTurn(async () => {
        const known = read(stored ?? absent)
        const key = await derive(password, known.salt, known.cost)
        const isRight = timingSafeEqual(key, known.key) && stored !== null
        return { isRight, isDated: stored !== null && !isSame(known.cost, cost) }
      }),
  }
}

interface Hashed {
  readonly cost: ScryptCost
  readonly salt: Buffer
  readonly key: Buffer
}

/** `scrypt$15$8$3$<salt>$<key>` */
function format({ cost: { logN, r, p }, salt, key }: Hashed): string {
  return ['scrypt', logN, r, p, salt.toString('base64url'), key.toString('base64url')].join('$')
}

function read(stored: string): Hashed {
  const [, logN, r, p, salt = '', key = ''] = stored.split('$')
  return {
    cost: { logN: Number(logN), r: Number(r), p: Number(p) },
    salt: Buffer.from(salt, 'base64url'),
    key: Buffer.from(key, 'base64url'),
  }
}

function isSame(one: ScryptCost, other: ScryptCost): boolean {
  return one.logN === other.logN && one.r === other.r && one.p === other.p
}

/** NFKC, so that a password typed on another keyboard is the same password. */
function derive(password: string, salt: Buffer, { logN, r, p }: ScryptCost): Promise<Buffer> {
  const N = 2 ** logN
  const options: ScryptOptions = { N, r, p, maxmem: 128 * r * (N + p) + 2 ** 20 }
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, 32, options, (error, key) => {
      if (error === null) resolve(key)
      else reject(error)
    })
  })
}
