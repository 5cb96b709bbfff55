import { limits, routes } from '@vcp/protocol'
import { useEffect, useState } from 'preact/hooks'
import { ask } from '../api/ask.ts'
import { signIn } from '../api/session.ts'
import { Field, textOf } from '../parts/field.tsx'
import { Failure } from '../parts/notice.tsx'
import { Tabs } from '../parts/tabs.tsx'
import { Brand } from './brand.tsx'
import { signInWithWallet, walletOfBrowser } from './wallet.ts'

type Way = 'password' | 'wallet' | 'key'

const tabs = [
  { name: 'password', title: 'Password' },
  { name: 'wallet', title: 'Wallet' },
  { name: 'key', title: 'API key' },
] as const satisfies readonly { readonly name: Way; readonly title: string }[]

export function SignIn() {
  const [way, setWay] = useState<Way>('password')
  useEffect(() => {
    document.title = 'Sign in · vcp'
  }, [])
  return (
    <main class="entrance">
      <Brand />
      <h1 class="unseen">Sign in</h1>
      <section class="card" aria-label="sign in">
        <div class="body">
          <Tabs label="ways to sign in" tabs={tabs} selected={way} onSelect={setWay}>
            {way === 'password' ? <WithPassword /> : null}
            {way === 'wallet' ? <WithWallet /> : null}
            {way === 'key' ? <WithKey /> : null}
          </Tabs>
        </div>
      </section>
      <p class="quiet">
        The session ends when this tab is closed. <code>vcp dev</code> prints a name and a password
        for its own network.
      </p>
    </main>
  )
}

/** Runs what signs in; busy meanwhile, and the reason when it does not. */
function useAttempt() {
  const [error, setError] = useState<unknown>(null)
  const [isBusy, setBusy] = useState(false)
  const attempt = async (work: () => Promise<void>) => {
    setBusy(true)
    setError(null)
    try {
      await work()
    } catch (failure) {
      setError(failure)
      setBusy(false)
    }
  }
  return { error, isBusy, attempt }
}

// What a new account must keep to, which the browser says before anybody is asked.
const { userNameCharactersMin, userNameCharactersMax } = limits
const rulesOfName = {
  pattern: `[A-Za-z0-9_]{${userNameCharactersMin},${userNameCharactersMax}}`,
  title: `${userNameCharactersMin} to ${userNameCharactersMax} letters, digits and _`,
}
const rulesOfPassword = {
  minLength: limits.passwordCharactersMin,
  maxLength: limits.passwordCharactersMax,
  title: `at least ${limits.passwordCharactersMin} characters`,
}

function WithPassword() {
  const [username, setName] = useState('')
  const [password, setPassword] = useState('')
  const [isNew, setNew] = useState(false)
  const { error, isBusy, attempt } = useAttempt()
  const enter = async () => {
    const body = { username, password }
    if (isNew) await ask('register', { body })
    const { account_id, access_token, refresh_token } = await ask('login', { body })
    signIn({
      kind: 'signed-in',
      accountId: account_id,
      accessToken: access_token,
      refreshToken: refresh_token,
      name: username,
    })
  }
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault()
        void attempt(enter)
      }}
    >
      <Field label="Name" hint={isNew ? rulesOfName.title : undefined}>
        <input
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          spellcheck={false}
          required
          {...(isNew ? rulesOfName : {})}
          value={username}
          onInput={(event) => setName(textOf(event))}
        />
      </Field>
      <Field label="Password" hint={isNew ? rulesOfPassword.title : undefined}>
        <input
          name="password"
          type="password"
          autoComplete={isNew ? 'new-password' : 'current-password'}
          required
          {...(isNew ? rulesOfPassword : {})}
          value={password}
          onInput={(event) => setPassword(textOf(event))}
        />
      </Field>
      <label class="choice">
        <input
          type="checkbox"
          checked={isNew}
          onChange={(event) => setNew(event.currentTarget.checked)}
        />
        open a new account
      </label>
      <Failure error={error} />
      <button type="submit" class="button first" disabled={isBusy}>
        {isNew ? 'Open the account' : 'Sign in'}
      </button>
    </form>
  )
}

function WithWallet() {
  const { error, isBusy, attempt } = useAttempt()
  const provider = walletOfBrowser()
  if (provider === null) {
    return (
      <p class="quiet">
        This browser has no wallet. With one that offers itself to pages (EIP-1193) you sign a
        message; it costs nothing and moves nothing.
      </p>
    )
  }
  return (
    <div class="stack">
      <p class="quiet">
        The wallet is asked to sign a message for <strong>{location.host}</strong>. It costs nothing
        and moves nothing.
      </p>
      <Failure error={error} />
      <button
        type="button"
        class="button first"
        disabled={isBusy}
        onClick={() => void attempt(() => signInWithWallet(provider))}
      >
        Sign in with the wallet
      </button>
    </div>
  )
}

const ApiKey = routes.createApiKey.answer.shape.api_key

function WithKey() {
  const [key, setKey] = useState('')
  const { error, isBusy, attempt } = useAttempt()
  const enter = async () => {
    const apiKey = ApiKey.safeParse(key.trim())
    if (!apiKey.success) throw new Error('an API key begins with vcp_ and has 36 characters')
    const { name } = await ask('validateApiKey', { credentials: { 'x-api-key': apiKey.data } })
    signIn({ kind: 'api-key', apiKey: apiKey.data, name: `key ${name}` })
  }
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault()
        void attempt(enter)
      }}
    >
      <Field label="API key" hint="It may do what its scopes say, and no more.">
        <input
          name="api-key"
          type="password"
          autoComplete="off"
          required
          placeholder="vcp_…"
          value={key}
          onInput={(event) => setKey(textOf(event))}
        />
      </Field>
      <Failure error={error} />
      <button type="submit" class="button first" disabled={isBusy}>
        Sign in with the key
      </button>
    </form>
  )
}
