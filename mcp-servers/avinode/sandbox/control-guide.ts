/** What can be played, for whoever looks at `/_sim`. */
export const guide = {
  note: 'Simulated Avinode. These routes play the marketplace; Avinode itself has none of them.',
  routes: [
    'POST /_sim/trips/{tripId}/send-rfqs {operators?: number | names, message?}',
    'POST /_sim/trips/{tripId}/operator-quote {total_price?, operator?, rfq_id?, message?, aircraft_type?, aircraft_tail?, line_items?}',
    'POST /_sim/trips/{tripId}/operator-decline {operator?, rfq_id?, message?}',
    'POST /_sim/trips/{tripId}/operator-chat {text, operator?, rfq_id?}',
    'POST /_sim/trips/{tripId}/ui-chat {text, operator?, rfq_id?}',
    'POST /_sim/trips/{tripId}/ui-cancel {reason?, rfq_id?}',
    'GET /_sim/trips · GET /_sim/trips/{tripId} · GET /_sim/operators',
    'POST /_sim/faults {calls?, status?, delay_ms?, hang?, lose_answer?, path?, down?} · GET · DELETE',
    'POST /_sim/dispatcher {duplicate?, shuffle?, drop_first?, omit_trip_id?, basic_challenge?, paused?}',
    'GET /_sim/deliveries · POST /_sim/deliveries/retry · POST /_sim/notify {event_type, body}',
    'POST /_sim/clock {advance_seconds} · POST /_sim/reset {keep_webhooks?} · POST /_sim/publish-empty-leg',
  ],
}
