// What is around every page: where one can go, whether what is shown is fresh, who one is.
import { useEffect, useRef } from 'preact/hooks'
import { leave } from '../api/ask.ts'
import { live } from '../api/live.ts'
import { session } from '../api/session.ts'
import { useStore } from '../api/store.ts'
import { useAsk } from '../api/use-ask.ts'
import { Badge } from '../parts/badge.tsx'
import { clockTime, credits } from '../parts/figures.ts'
import { Icon } from '../parts/icon.tsx'
import { account, hasScope } from './account.ts'
import { hrefOf, type PageName, pageNames } from './address.ts'
import { Brand } from './brand.tsx'
import { Faulty } from './faulty.tsx'
import { Page } from './pages.tsx'
import { place } from './place.ts'
import { setTheme, theme, themes } from './theme.ts'

const titles: Readonly<Record<PageName, string>> = {
  overview: 'Overview',
  nodes: 'Nodes',
  tasks: 'Tasks',
  training: 'Training',
  ledger: 'Ledger',
  settings: 'Settings',
  admin: 'Admin',
}

export function Shell() {
  const here = useStore(place)
  const main = useRef<HTMLElement>(null)
  const isFirst = useRef(true)
  // Who goes to another page with the keyboard goes on from its beginning.
  useEffect(() => {
    if (!isFirst.current) main.current?.focus({ preventScroll: true })
    isFirst.current = false
    scrollTo(0, 0)
  }, [here.page, here.item])
  return (
    <div class="shell">
      {/* biome-ignore lint/a11y/useValidAnchor: a link to #main would be taken for a page */}
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault()
          main.current?.focus()
        }}
      >
        skip to the page
      </a>
      <Side page={here.page} />
      <Top />
      <main class="page stack" ref={main} tabIndex={-1}>
        <Faulty key={`${here.page} ${here.item}`}>
          <Page place={here} />
        </Faulty>
      </main>
    </div>
  )
}

function Side({ page }: { readonly page: PageName }) {
  const standing = useStore(account)
  const health = useAsk('health', {}, { everyMs: 30_000 })
  const shown = pageNames.filter((each) => each !== 'admin' || hasScope(standing, 'admin'))
  const list = useRef<HTMLUListElement>(null)
  // Where there is no room for all of them side by side.
  useEffect(() => {
    const current = list.current?.querySelector('[aria-current="page"]')
    current?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [page, shown.length])
  return (
    <div class="side">
      <Brand />
      <nav class="nav" aria-label="pages">
        <ul ref={list}>
          {shown.map((each) => (
            <li key={each}>
              <a href={hrefOf(each)} aria-current={each === page ? 'page' : undefined}>
                <Icon name={each} />
                {titles[each]}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <div class="foot">
        <span class="wrap">{health.value === null ? '' : `vcp ${health.value.version}`}</span>
        <a href="/api/docs">HTTP API</a>
      </div>
    </div>
  )
}

function Top() {
  const who = useStore(session)
  const standing = useStore(account)
  return (
    <header class="top">
      <LiveSign />
      <div class="row">
        {standing === null ? null : (
          <span class="quiet number wide-only">{credits(standing.balance_micro)} credits</span>
        )}
        <span class="wide-only wrap">{who?.name}</span>
        <ThemeButton />
        <button type="button" class="button plain small" onClick={leave}>
          <Icon name="leave" />
          Sign out
        </button>
      </div>
    </header>
  )
}

function LiveSign() {
  const state = useStore(live)
  return (
    <div role="status" class="row">
      {state.kind === 'open' ? <Badge tone="good">live</Badge> : null}
      {state.kind === 'closed' ? <Badge tone="quiet">connecting</Badge> : null}
      {state.kind === 'away' ? (
        <>
          <Badge tone="warn">reconnecting</Badge>
          <span class="quiet wide-only">
            since {clockTime(state.sinceMs)}: {state.reason}
          </span>
        </>
      ) : null}
    </div>
  )
}

function ThemeButton() {
  const now = useStore(theme)
  const next = themes[(themes.indexOf(now) + 1) % themes.length] ?? 'system'
  return (
    <button
      type="button"
      class="button plain small"
      onClick={() => setTheme(next)}
      aria-label={`colours: ${now}; change to ${next}`}
      title={`colours: ${now}`}
    >
      <Icon name="light" />
    </button>
  )
}
