import { Component, type ReactNode } from 'react';
import { Failure } from './states.tsx';

interface FaultBoundaryState {
  readonly error?: unknown;
}

/** A page that fails takes only itself down: the navigation stays. */
export class FaultBoundary extends Component<{ readonly children: ReactNode }, FaultBoundaryState> {
  override state: FaultBoundaryState = {};

  static getDerivedStateFromError(error: unknown): FaultBoundaryState {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return <Failure error={error} height="50dvh" onRetry={() => this.setState({ error: undefined })} />;
  }
}
