import { useTranslation } from 'react-i18next';

/** Numbers and times, in the language of whoever looks. Money has `<Money>`. */
export interface Formats {
  /** `1,234`. */
  readonly integer: (value: number) => string;
  /** `1.2K`, where there is little room. */
  readonly compact: (value: number) => string;
  /** A span of time in the unit that suits it: `12 ms`, `1.4 s`, `3 min`, `2 hr`. */
  readonly duration: (ms: number) => string;
  /** `14:03`. */
  readonly minute: (at: string | number | Date) => string;
  /** `14:03:59`. */
  readonly clock: (at: string | number | Date) => string;
  /** `Nov 23, 2026, 14:03:59`. */
  readonly instant: (at: string | number | Date) => string;
  /** `Nov 23, 14:03:59`; with the year where that is not this one. */
  readonly shortInstant: (at: string | number | Date) => string;
}

const byLanguage = new Map<string, Formats>();

export function useFormats(): Formats {
  const { i18n } = useTranslation();
  return formatsOf(i18n.language);
}

export function formatsOf(language: string): Formats {
  let formats = byLanguage.get(language);
  if (formats === undefined) {
    formats = makeFormats(language);
    byLanguage.set(language, formats);
  }
  return formats;
}

function makeFormats(language: string): Formats {
  const integer = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
  const compact = new Intl.NumberFormat(language, { notation: 'compact', maximumFractionDigits: 1 });
  const unit = (name: string, maximumFractionDigits: number) =>
    new Intl.NumberFormat(language, {
      style: 'unit',
      unit: name,
      unitDisplay: 'short',
      maximumFractionDigits,
    });
  const milliseconds = unit('millisecond', 0);
  const seconds = unit('second', 1);
  const minutes = unit('minute', 0);
  const hours = unit('hour', 0);
  const minute = new Intl.DateTimeFormat(language, { timeStyle: 'short', hourCycle: 'h23' });
  const clock = new Intl.DateTimeFormat(language, { timeStyle: 'medium', hourCycle: 'h23' });
  const instant = new Intl.DateTimeFormat(language, {
    dateStyle: 'medium',
    timeStyle: 'medium',
    hourCycle: 'h23',
  });
  const inThisYear = new Intl.DateTimeFormat(language, {
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  });
  return {
    integer: (value) => integer.format(value),
    compact: (value) => compact.format(value),
    duration: (ms) => {
      if (ms < 1_000) return milliseconds.format(ms);
      if (ms < 120_000) return seconds.format(ms / 1_000);
      if (ms < 7_200_000) return minutes.format(Math.floor(ms / 60_000));
      return hours.format(Math.floor(ms / 3_600_000));
    },
    minute: (at) => minute.format(new Date(at)),
    clock: (at) => clock.format(new Date(at)),
    instant: (at) => instant.format(new Date(at)),
    shortInstant: (at) => {
      const date = new Date(at);
      const isThisYear = date.getFullYear() === new Date().getFullYear();
      return (isThisYear ? inThisYear : instant).format(date);
    },
  };
}
