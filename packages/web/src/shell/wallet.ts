// A wallet in the browser (EIP-1193).
import { OwnerAddress } from '@vcp/protocol'
import { ask } from '../api/ask.ts'
import { signIn } from '../api/session.ts'
import { challengeFault } from './wallet-challenge.ts'

interface Provider {
  request(asked: {
    readonly method: string
    readonly params?: readonly unknown[]
  }): Promise<unknown>
}

export function walletOfBrowser(): Provider | null {
  const { ethereum } = globalThis as { readonly ethereum?: Partial<Provider> }
  return typeof ethereum?.request === 'function' ? (ethereum as Provider) : null
}

export async function signInWithWallet(provider: Provider): Promise<void> {
  const found = await answerOf(provider, 'eth_requestAccounts')
  const [first] = Array.isArray(found) ? found : []
  const named = OwnerAddress.safeParse(String(first).toLowerCase())
  if (!named.success) throw new Error('the wallet shows this page no account')
  const address = named.data
  const { message } = await ask('walletChallenge', { body: { address } })
  const fault = challengeFault(message, address, location.host)
  if (fault !== null) throw new Error(`this message is not given to the wallet: ${fault}`)
  const hex = [...new TextEncoder().encode(message)]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')
  const signature = await answerOf(provider, 'personal_sign', [`0x${hex}`, address])
  const body = { message, signature: String(signature).toLowerCase() }
  const { account_id, access_token, refresh_token } = await ask('walletLogin', { body })
  signIn({
    kind: 'signed-in',
    accountId: account_id,
    accessToken: access_token,
    refreshToken: refresh_token,
    name: `${address.slice(0, 6)}…${address.slice(-4)}`,
  })
}

/** What wallets refuse with is no Error as a rule, and its code says more than its words. */
async function answerOf(provider: Provider, method: string, params: readonly unknown[] = []) {
  try {
    return await provider.request({ method, params })
  } catch (failure) {
    const { code, message } = Object(failure) as {
      readonly code?: unknown
      readonly message?: unknown
    }
    const said = typeof message === 'string' && message !== '' ? message : 'no reason'
    const why = reasons.get(code) ?? `the wallet did not do it, and gave: ${said}`
    throw new Error(why, { cause: failure })
  }
}

/** EIP-1193, "Provider Errors", and EIP-1474 for a question that is open already. */
const reasons: ReadonlyMap<unknown, string> = new Map([
  [4001, 'it was declined in the wallet; nothing was signed'],
  [4900, 'the wallet is not connected'],
  [-32002, 'the wallet has asked already: open it and answer there'],
])
