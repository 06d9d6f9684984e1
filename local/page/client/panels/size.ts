import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Size } from './plot.ts'

/** The room of an element in pixels, as it changes; null until it is known. `room` is the element's ref. */
export function useSize(): { readonly room: { current: HTMLDivElement | null }; readonly size: Size | null } {
  const room = useRef<HTMLDivElement>(null)
  const [size, setSize] = useState<Size | null>(null)
  useLayoutEffect(() => {
    const element = room.current
    if (element === null) return undefined
    const observer = new ResizeObserver(() => {
      const next = { width: Math.floor(element.clientWidth), height: Math.floor(element.clientHeight) }
      if (next.width > 0 && next.height > 0) setSize(next)
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return { room, size }
}

/** Whether an element is on the screen or near it: what is not need not be kept up to date. */
export function useNear(): { readonly near: { current: HTMLElement | null }; readonly isNear: boolean } {
  const near = useRef<HTMLElement>(null)
  const [isNear, setNear] = useState(false)
  useLayoutEffect(() => {
    const element = near.current
    if (element === null) return undefined
    const observer = new IntersectionObserver((seen) => setNear(seen.at(-1)?.isIntersecting ?? false), {
      rootMargin: '300px',
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return { near, isNear }
}
