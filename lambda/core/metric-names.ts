/** The CloudWatch namespace of everything that is counted; the alarms of the stack look in it. */
export const metricNamespace = 'Quietgate'
