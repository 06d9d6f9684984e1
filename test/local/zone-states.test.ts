import { createMemoryZoneStates } from '../../local/memory/zone-states.ts'
import { describeZoneStates } from '../contract/zone-states.ts'

describeZoneStates('in memory', () => Promise.resolve(createMemoryZoneStates()))
