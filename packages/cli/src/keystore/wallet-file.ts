// The form of an Ethereum keystore, version 3 ("Web3 secret storage"), as ethers and geth write it.
import { OwnerAddress } from '@vcp/protocol'
import * as z from 'zod'
import { isBearable, scryptCostFields, unbearable } from './scrypt-bounds.ts'

const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-fA-F]{${2 * bytes}}$`))

const address = z
  .string()
  .regex(/^(0x)?[0-9a-fA-F]{40}$/)
  .transform((text) => OwnerAddress.parse(`0x${text.toLowerCase().replace(/^0x/, '')}`))

const cipher = {
  cipher: z.literal('aes-128-ctr'),
  cipherparams: z.object({ iv: hex(16) }),
  ciphertext: hex(32),
  mac: hex(32),
}

const scrypt = z.object({
  ...cipher,
  kdf: z.literal('scrypt'),
  kdfparams: z
    .object({ ...scryptCostFields, dklen: z.literal(32), salt: hex(32) })
    .refine(isBearable, unbearable),
})

const pbkdf2 = z.object({
  ...cipher,
  kdf: z.literal('pbkdf2'),
  kdfparams: z.object({
    c: z.int().min(1).max(10_000_000),
    prf: z.literal('hmac-sha256'),
    dklen: z.literal(32),
    salt: hex(32),
  }),
})

/** ethers writes `Crypto`, geth `crypto`; fields of their own beside these are left out. */
export const WalletFile = z.preprocess(
  (value) => {
    if (typeof value !== 'object' || value === null || !('Crypto' in value)) return value
    const { Crypto, ...rest } = value
    return 'crypto' in rest ? rest : { ...rest, crypto: Crypto }
  },
  z.object({
    version: z.literal(3),
    address,
    crypto: z.discriminatedUnion('kdf', [scrypt, pbkdf2]),
  }),
)
export type WalletFile = z.infer<typeof WalletFile>
