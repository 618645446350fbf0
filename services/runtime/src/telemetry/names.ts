/** Every attribute a span or a metric of ours may carry. Ids yes; names, e-mails, cards and tokens never. */
export const attribute = {
  rpcSystem: 'rpc.system',
  rpcService: 'rpc.service',
  rpcMethod: 'rpc.method',
  rpcStatus: 'rpc.grpc.status_code',
  httpMethod: 'http.request.method',
  httpRoute: 'http.route',
  httpStatus: 'http.response.status_code',
  dbSystem: 'db.system.name',
  dbOperation: 'db.operation.name',
  messagingSystem: 'messaging.system',
  messagingSubject: 'messaging.destination.name',
  messagingConsumer: 'messaging.consumer.group.name',
  messageId: 'messaging.message.id',
  organisationId: 'lido.organisation_id',
  siteId: 'lido.site_id',
  requestId: 'lido.request_id',
  outcome: 'lido.outcome',
  reason: 'lido.reason',
  service: 'lido.service',
} as const;

/** Every metric we record. */
export const metricName = {
  rpcDuration: 'lido_rpc_duration_seconds',
  httpDuration: 'lido_http_duration_seconds',
  outboxLag: 'lido_outbox_lag_rows',
  eventsPublished: 'lido_events_published',
  eventsConsumed: 'lido_events_consumed',
  projectionAge: 'lido_projection_age_seconds',
} as const;
