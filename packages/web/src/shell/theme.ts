import { createStore } from '../api/store.ts'

export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

const key = 'vcp.theme'

export const theme = createStore<Theme>(stored())
show(theme.value)

export function setTheme(next: Theme): void {
  localStorage.setItem(key, next)
  theme.set(next)
  show(next)
}

function stored(): Theme {
  const kept = localStorage.getItem(key)
  return themes.find((each) => each === kept) ?? 'system'
}

function show(next: Theme): void {
  if (next === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = next
}
