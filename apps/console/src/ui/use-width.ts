import { type RefObject, useLayoutEffect, useRef, useState } from 'react';

/** Nothing is drawn smaller; what is not shown yet has no width at all. */
const LEAST = 240;

/** The width of an element in pixels, for what is drawn to it; `before` until it is measured. */
export function useWidth(before: number): [RefObject<HTMLDivElement | null>, number] {
  const element = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(before);
  useLayoutEffect(() => {
    const measured = element.current!;
    const measure = (): void => setWidth(Math.max(LEAST, Math.floor(measured.clientWidth)));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(measured);
    return () => observer.disconnect();
  }, []);
  return [element, width];
}
