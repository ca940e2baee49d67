-- What follows in our own rows once something has left the house. Every function here runs inside complete_outbox, under the
-- lock of the request, and touches only rows of the broker who approved.

create function private.proposal_was_sent(p_outbox private.outbox, p_result jsonb) returns void
  language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
  v_payload jsonb := p_outbox.payload;
  v_proposal public.proposals;
  v_sent_to text := coalesce(nullif(v_payload ->> 'to_name', '') || ' (' || (v_payload ->> 'to_email') || ')', v_payload ->> 'to_email', 'the client');
begin
  select * into v_proposal from public.proposals p
   where p.id::text = v_payload ->> 'proposal_id' and p.iso_agent_id = p_outbox.iso_agent_id for update;
  if not found then
    return;
  end if;
  if v_proposal.status = 'draft' then
    update public.proposals set status = 'generated' where id = v_proposal.id;
  end if;
  update public.proposals set
    status = case when status = 'generated' then 'sent' else status end,
    sent_at = coalesce(sent_at, clock_timestamp()),
    sent_to_email = v_payload ->> 'to_email', sent_to_name = v_payload ->> 'to_name',
    email_subject = v_payload ->> 'subject', email_body = v_payload ->> 'body',
    email_message_id = coalesce(p_result ->> 'email_message_id', p_result ->> 'message_id', email_message_id)
   where id = v_proposal.id;
  -- A quick client opens the link before we hear from the mail server.
  update public.proposals set status = 'viewed' where id = v_proposal.id and status = 'sent' and viewed_at is not null;
  perform private.advance_forward(v_proposal.request_id, 'sending_proposal', 'communication',
    jsonb_build_object('proposal_id', v_proposal.id));
  perform private.post_note(private.derived_id('sent:' || p_outbox.id), private.request_room(v_proposal.request_id),
    'ai_assistant', 'proposal_shared',
    format('Proposal %s was sent to %s.', v_proposal.proposal_number, v_sent_to),
    jsonb_build_object('card', 'proposal', 'proposal_id', v_proposal.id, 'proposal_number', v_proposal.proposal_number,
      'final_amount', v_proposal.final_amount::text, 'sent_to_email', v_payload ->> 'to_email'));
end
$$;
comment on function private.proposal_was_sent(private.outbox, jsonb) is
  'The proposal, its request and the room of the request after the e-mail has left.';

create function private.cancel_request(p_request_id uuid, p_note_key text, p_metadata jsonb) returns void
  language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
  if (select r.status from public.requests r where r.id = p_request_id) not in ('completed', 'cancelled') then
    perform private.set_request_status(p_request_id, 'cancelled', 'orchestrator', p_metadata);
  end if;
  update public.conversations set
    status = 'archived', archived_at = coalesce(archived_at, clock_timestamp()),
    metadata = jsonb_set(metadata, '{rfq}', (metadata -> 'rfq') || '{"canceled": true}')
   where request_id = p_request_id and type = 'quote_discussion' and jsonb_typeof(metadata -> 'rfq') = 'object';
  update public.proposals set status = 'expired', expired_at = clock_timestamp()
   where request_id = p_request_id and status in ('draft', 'generated', 'sent', 'viewed');
  update private.proposal_links set revoked_at = clock_timestamp()
   where revoked_at is null and proposal_id in (select id from public.proposals where request_id = p_request_id);
  update public.approvals set status = 'expired', error_message = 'The request was cancelled'
   where request_id = p_request_id and status = 'pending';
  perform private.settle_quotes(p_request_id);
  perform private.post_note(private.derived_id(p_note_key), private.request_room(p_request_id), 'ai_assistant',
    'workflow_update', 'The request was cancelled, and so were its RFQs.',
    jsonb_build_object('card', 'request', 'request_id', p_request_id, 'status', 'cancelled'));
end
$$;
comment on function private.cancel_request(uuid, text, jsonb) is
  'Ends a request and everything that was still open for it: rooms, quotes, proposals and their links, questions for approval.';

create function private.choose_quote(p_quote_id uuid) returns void
  language sql volatile set search_path = pg_catalog, pg_temp
as $$
  update public.quotes q set
    status = case
      when q.id = p_quote_id then 'accepted'
      when q.metadata ?| array['superseded_by', 'withdrawn', 'rfq_canceled'] then 'expired'
      when q.score is null then 'received'
      else 'analyzed'
    end::public.quote_status,
    responded_at = case when q.id = p_quote_id then coalesce(q.responded_at, clock_timestamp()) end
    from public.quotes chosen
   where chosen.id = p_quote_id and q.request_id = chosen.request_id and (q.id = p_quote_id) <> (q.status = 'accepted')
$$;
comment on function private.choose_quote(uuid) is
  'The one quote of its request that counts as chosen; another that was chosen before is open again, unless it no longer stands.';

create function private.quote_was_accepted(p_outbox private.outbox) returns void
  language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
  v_quote public.quotes;
begin
  select q.* into v_quote from public.quotes q join public.requests r on r.id = q.request_id
   where q.id::text = p_outbox.payload ->> 'quote_id' and r.iso_agent_id = p_outbox.iso_agent_id for update of q;
  if not found then
    return;
  end if;
  perform private.choose_quote(v_quote.id);
  -- In the room of the request: the operator is told nothing by this.
  perform private.post_note(private.derived_id('accepted:' || p_outbox.id), private.request_room(v_quote.request_id),
    'ai_assistant', 'quote_accepted',
    format('The quote of %s for the %s was accepted.', v_quote.operator_name, coalesce(v_quote.aircraft_type, 'trip')),
    jsonb_build_object('card', 'quote', 'quote_id', v_quote.id, 'operator_name', v_quote.operator_name,
      'aircraft_type', v_quote.aircraft_type, 'total_price', v_quote.total_price::text));
end
$$;
comment on function private.quote_was_accepted(private.outbox) is
  'The quote that the broker took, told in the room of the request.';

create function private.take_effect(p_outbox private.outbox, p_result jsonb) returns void
  language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
  case p_outbox.action
    when 'send_proposal' then perform private.proposal_was_sent(p_outbox, p_result);
    when 'reply_to_operator' then perform private.write_reply(p_outbox, p_result ->> 'avinode_message_id');
    when 'relay_message' then perform private.bind_avinode_message(p_outbox.message_id, p_result ->> 'avinode_message_id');
    when 'cancel_request' then
      perform private.cancel_request(private.outbox_request(p_outbox), 'cancelled:' || p_outbox.id,
        jsonb_build_object('reason', p_outbox.payload ->> 'reason', 'approval_id', p_outbox.approval_id));
    when 'accept_quote' then perform private.quote_was_accepted(p_outbox);
    else null; -- an action whose only trace is its approval
  end case;
end
$$;
comment on function private.take_effect(private.outbox, jsonb) is 'What each action changes in our own rows once it is done.';
