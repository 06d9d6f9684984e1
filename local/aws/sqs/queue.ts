import { randomUUID } from 'node:crypto'

/** A message as its receiver gets it. */
export type Received = {
  readonly messageId: string
  readonly receiptHandle: string
  readonly body: string
  /** Milliseconds since 1970. */
  readonly sentAt: number
  readonly receiveCount: number
}

export type QueueSettings = {
  readonly visibilitySeconds: number
  /** Where a message goes that was received too often; null: nowhere. */
  readonly redrive: { readonly to: MemoryQueue; readonly maxReceiveCount: number } | null
  /** Milliseconds that a second of visibility lasts: tests let time run faster. */
  readonly secondMs: number
}

/** A standard queue of SQS, in memory, as far as sending, receiving and waiting go. Messages do not grow old in it. */
export type MemoryQueue = {
  readonly send: (body: string) => string
  /** At most `max` messages; they are invisible from then on. */
  readonly receive: (max: number) => readonly Received[]
  /** False for a handle that is not, or no longer, one of a message in the queue. */
  readonly remove: (receiptHandle: string) => boolean
  readonly changeVisibility: (receiptHandle: string, seconds: number) => boolean
  /** All messages, visible or not, oldest first. */
  readonly bodies: () => readonly string[]
  /** When the oldest of them was sent, in milliseconds since 1970; null: there is none. */
  readonly oldest: () => number | null
  /** Calls back when a message may have become visible. */
  readonly onVisible: (listener: () => void) => void
  readonly close: () => void
}

type Message = {
  readonly messageId: string
  readonly body: string
  readonly sentAt: number
  receiveCount: number
  receiptHandle: string | null
  /** Milliseconds since 1970. */
  visibleAt: number
  timer: NodeJS.Timeout | null
}

export function createMemoryQueue(settings: QueueSettings): MemoryQueue {
  const messages = new Map<string, Message>()
  const listeners: (() => void)[] = []
  const tell = (): void => listeners.forEach((listener) => listener())
  const held = (receiptHandle: string): Message | undefined =>
    [...messages.values()].find((message) => message.receiptHandle === receiptHandle)
  const hide = (message: Message, seconds: number): void => {
    const ms = seconds * settings.secondMs
    message.visibleAt = Date.now() + ms
    if (message.timer !== null) clearTimeout(message.timer)
    message.timer = setTimeout(tell, ms + 1).unref()
  }
  const take = (message: Message): Received | null => {
    const { redrive } = settings
    if (redrive !== null && message.receiveCount >= redrive.maxReceiveCount) {
      messages.delete(message.messageId)
      redrive.to.send(message.body)
      return null
    }
    message.receiveCount += 1
    message.receiptHandle = randomUUID()
    hide(message, settings.visibilitySeconds)
    const { messageId, receiptHandle, body, sentAt, receiveCount } = message
    return { messageId, receiptHandle, body, sentAt, receiveCount }
  }
  return {
    send: (body) => {
      const messageId = randomUUID()
      const fresh = { messageId, body, sentAt: Date.now(), receiveCount: 0, receiptHandle: null }
      messages.set(messageId, { ...fresh, visibleAt: 0, timer: null })
      tell()
      return messageId
    },
    receive: (max) => {
      const visible = [...messages.values()].filter(({ visibleAt }) => visibleAt <= Date.now()).slice(0, max)
      return visible.map(take).filter((received) => received !== null)
    },
    remove: (receiptHandle) => {
      const message = held(receiptHandle)
      if (message === undefined) return false
      if (message.timer !== null) clearTimeout(message.timer)
      return messages.delete(message.messageId)
    },
    changeVisibility: (receiptHandle, seconds) => {
      const message = held(receiptHandle)
      if (message === undefined) return false
      hide(message, seconds)
      return true
    },
    // In the order in which they were sent.
    oldest: () => messages.values().next().value?.sentAt ?? null,
    bodies: () => [...messages.values()].map(({ body }) => body),
    onVisible: (listener) => void listeners.push(listener),
    close: () => {
      for (const { timer } of messages.values()) if (timer !== null) clearTimeout(timer)
      messages.clear()
    },
  }
}
