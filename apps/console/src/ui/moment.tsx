import { useFormats } from '../i18n/use-formats.ts';

interface MomentProps {
  /** As the bank says it, in UTC. */
  readonly at: string;
  /** In a column: without the year, where it is this one. */
  readonly isShort?: boolean;
}

/** An instant in the zone of whoever looks; the exact one, in UTC, is its title. */
export function Moment({ at, isShort = false }: MomentProps) {
  const { instant, shortInstant } = useFormats();
  return (
    <time dateTime={at} title={at}>
      {isShort ? shortInstant(at) : instant(at)}
    </time>
  );
}
