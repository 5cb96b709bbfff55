// A page is fetched when somebody goes there for the first time.
import type { FunctionComponent } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { Waiting } from '../parts/empty.tsx'
import { Failure } from '../parts/notice.tsx'
import type { PageName, Place } from './address.ts'

type PageOf = FunctionComponent<{ readonly item: string | null }>

const pages: Readonly<Record<PageName, () => Promise<PageOf>>> = {
  overview: async () => (await import('../overview/overview.tsx')).Overview,
  nodes: async () => (await import('../nodes/nodes.tsx')).Nodes,
  tasks: async () => (await import('../tasks/tasks.tsx')).Tasks,
  training: async () => (await import('../training/training.tsx')).TrainingPage,
  ledger: async () => (await import('../ledger/ledger.tsx')).Ledger,
  settings: async () => (await import('../settings/settings.tsx')).Settings,
  admin: async () => (await import('../admin/admin.tsx')).Admin,
}

const fetched = new Map<PageName, PageOf>()

export function Page({ place }: { readonly place: Place }) {
  const [error, setError] = useState<unknown>(null)
  const [, setTurn] = useState(0)
  const Shown = fetched.get(place.page)
  useEffect(() => {
    if (fetched.has(place.page)) return
    pages[place.page]().then(
      (page) => {
        fetched.set(place.page, page)
        setTurn((before) => before + 1)
      },
      (failure: unknown) => setError(failure),
    )
  }, [place.page])
  if (error !== null) return <Failure error={error} />
  return Shown === undefined ? <Waiting what="Loading" /> : <Shown item={place.item} />
}
