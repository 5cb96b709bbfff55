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
  const found = await provider.request({ method: 'eth_requestAccounts' })
  const [first] = Array.isArray(found) ? found : []
  const address = OwnerAddress.parse(String(first).toLowerCase())
  const { message } = await ask('walletChallenge', { body: { address } })
  const fault = challengeFault(message, address, location.host)
  if (fault !== null) throw new Error(`this message is not given to the wallet: ${fault}`)
  const hex = [...new TextEncoder().encode(message)]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')
  const signature = await provider.request({
    method: 'personal_sign',
    params: [`0x${hex}`, address],
  })
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
