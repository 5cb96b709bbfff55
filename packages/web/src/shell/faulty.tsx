import { Component, type ComponentChildren } from 'preact'
import { Failure } from '../parts/notice.tsx'

interface State {
  readonly error: unknown
}

/** A page that fails says so, and the others go on. */
export class Faulty extends Component<{ readonly children?: ComponentChildren }, State> {
  override state: State = { error: null }

  static override getDerivedStateFromError(error: unknown): State {
    return { error }
  }

  override render() {
    const { error } = this.state
    return error === null ? this.props.children : <Failure error={error} />
  }
}
