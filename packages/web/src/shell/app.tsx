import { useEffect } from 'preact/hooks'
import { followSession } from '../api/live.ts'
import { session } from '../api/session.ts'
import { useStore } from '../api/store.ts'
import { loadAccount } from './account.ts'
import { Shell } from './shell.tsx'
import { SignIn } from './sign-in.tsx'

export function App() {
  const who = useStore(session)
  useEffect(followSession, [])
  useEffect(() => {
    void loadAccount()
    const timer = setInterval(() => void loadAccount(), 60_000)
    return () => clearInterval(timer)
  }, [who?.name])
  return who === null ? <SignIn /> : <Shell />
}
