// Written by npm run db:types from the migrated database: do not edit.
export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[]

export type Database = {
  __InternalSupabase: {
    PostgrestVersion: "13.0.5"
  }
  public: {
    Tables: {
      agent_executions: {
        Row: {
          agent_id: string | null
          agent_type: Database["public"]["Enums"]["agent_type"]
          completed_at: string | null
          created_at: string
          error_message: string | null
          error_stack: string | null
          execution_time_ms: number | null
          id: string
          input_data: Json | null
          metadata: Json
          output_data: Json | null
          request_id: string | null
          retry_count: number
          started_at: string | null
          status: Database["public"]["Enums"]["execution_status"]
        }
        Insert: {
          agent_id?: string | null
          agent_type: Database["public"]["Enums"]["agent_type"]
          completed_at?: string | null
          created_at?: string
          error_message?: string | null
          error_stack?: string | null
          execution_time_ms?: number | null
          id?: string
          input_data?: Json | null
          metadata?: Json
          output_data?: Json | null
          request_id?: string | null
          retry_count?: number
          started_at?: string | null
          status?: Database["public"]["Enums"]["execution_status"]
        }
        Update: {
          agent_id?: string | null
          agent_type?: Database["public"]["Enums"]["agent_type"]
          completed_at?: string | null
          created_at?: string
          error_message?: string | null
          error_stack?: string | null
          execution_time_ms?: number | null
          id?: string
          input_data?: Json | null
          metadata?: Json
          output_data?: Json | null
          request_id?: string | null
          retry_count?: number
          started_at?: string | null
          status?: Database["public"]["Enums"]["execution_status"]
        }
        Relationships: [
          {
            foreignKeyName: "agent_executions_request_id_fkey"
            columns: ["request_id"]
            isOneToOne: false
            referencedRelation: "requests"
            referencedColumns: ["id"]
          },
        ]
      }
      approvals: {
        Row: {
          action: string
          conversation_id: string | null
          created_at: string
          decided_at: string | null
          decided_by: string | null
          error_message: string | null
          executed_at: string | null
          expires_at: string
          id: string
          iso_agent_id: string
          original_payload: Json | null
          payload: Json
          payload_sha256: string
          reason: string | null
          request_id: string | null
          result: Json | null
          status: string
          tool_call_id: string | null
          turn_id: string | null
          updated_at: string
        }
        Insert: {
          action: string
          conversation_id?: string | null
          created_at?: string
          decided_at?: string | null
          decided_by?: string | null
          error_message?: string | null
          executed_at?: string | null
          expires_at: string
          id: string
          iso_agent_id: string
          original_payload?: Json | null
          payload: Json
          payload_sha256: string
          reason?: string | null
          request_id?: string | null
          result?: Json | null
          status?: string
          tool_call_id?: string | null
          turn_id?: string | null
          updated_at?: string
        }
        Update: {
          action?: string
          conversation_id?: string | null
          created_at?: string
          decided_at?: string | null
          decided_by?: string | null
          error_message?: string | null
          executed_at?: string | null
          expires_at?: string
          id?: string
          iso_agent_id?: string
          original_payload?: Json | null
          payload?: Json
          payload_sha256?: string
          reason?: string | null
          request_id?: string | null
          result?: Json | null
          status?: string
          tool_call_id?: string | null
          turn_id?: string | null
          updated_at?: string
        }
        Relationships: [
          {
            foreignKeyName: "approvals_conversation_id_fkey"
            columns: ["conversation_id"]
            isOneToOne: false
            referencedRelation: "conversations"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "approvals_decided_by_fkey"
            columns: ["decided_by"]
            isOneToOne: false
            referencedRelation: "iso_agents"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "approvals_iso_agent_id_fkey"
            columns: ["iso_agent_id"]
            isOneToOne: false
            referencedRelation: "iso_agents"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "approvals_request_id_fkey"
            columns: ["request_id"]
            isOneToOne: false
            referencedRelation: "requests"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "approvals_turn_id_fkey"
            columns: ["turn_id"]
            isOneToOne: false
            referencedRelation: "assistant_turns"
            referencedColumns: ["id"]
          },
        ]
      }
      avinode_webhook_events: {
        Row: {
          avinode_event_id: string
          avinode_quote_id: string | null
          avinode_rfp_id: string | null
          avinode_thread_id: string | null
          avinode_timestamp: string | null
          avinode_trip_id: string | null
          conversation_id: string | null
          created_at: string
          error_message: string | null
          error_stack: string | null
          event_type: Database["public"]["Enums"]["avinode_event_type"]
          headers: Json
          id: string
          max_retries: number
          message_id: string | null
          next_retry_at: string | null
          operator_profile_id: string | null
          parsed_data: Json | null
          processed_at: string | null
          processing_duration_ms: number | null
          processing_status: Database["public"]["Enums"]["webhook_processing_status"]
          quote_id: string | null
          raw_payload: Json
          received_at: string
          request_id: string | null
          retry_count: number
          signature_verified: boolean
          source_ip: string | null
          user_agent: string | null
        }
        Insert: {
          avinode_event_id: string
          avinode_quote_id?: string | null
          avinode_rfp_id?: string | null
          avinode_thread_id?: string | null
          avinode_timestamp?: string | null
          avinode_trip_id?: string | null
          conversation_id?: string | null
          created_at?: string
          error_message?: string | null
          error_stack?: string | null
          event_type: Database["public"]["Enums"]["avinode_event_type"]
          headers?: Json
          id?: string
          max_retries?: number
          message_id?: string | null
          next_retry_at?: string | null
          operator_profile_id?: string | null
          parsed_data?: Json | null
          processed_at?: string | null
          processing_duration_ms?: number | null
          processing_status?: Database["public"]["Enums"]["webhook_processing_status"]
          quote_id?: string | null
          raw_payload: Json
          received_at?: string
          request_id?: string | null
          retry_count?: number
          signature_verified?: boolean
          source_ip?: string | null
          user_agent?: string | null
        }
        Update: {
          avinode_event_id?: string
          avinode_quote_id?: string | null
          avinode_rfp_id?: string | null
          avinode_thread_id?: string | null
          avinode_timestamp?: string | null
          avinode_trip_id?: string | null
          conversation_id?: string | null
          created_at?: string
          error_message?: string | null
          error_stack?: string | null
          event_type?: Database["public"]["Enums"]["avinode_event_type"]
          headers?: Json
          id?: string
          max_retries?: number
          message_id?: string | null
          next_retry_at?: string | null
          operator_profile_id?: string | null
          parsed_data?: Json | null
          processed_at?: string | null
          processing_duration_ms?: number | null
          processing_status?: Database["public"]["Enums"]["webhook_processing_status"]
          quote_id?: string | null
          raw_payload?: Json
          received_at?: string
          request_id?: string | null
          retry_count?: number
          signature_verified?: boolean
          source_ip?: string | null
          user_agent?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "avinode_webhook_events_conversation_id_fkey"
            columns: ["conversation_id"]
            isOneToOne: false
            referencedRelation: "conversations"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "avinode_webhook_events_message_id_fkey"
            columns: ["message_id"]
            isOneToOne: false
            referencedRelation: "messages"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "avinode_webhook_events_operator_profile_id_fkey"
            columns: ["operator_profile_id"]
            isOneToOne: false
            referencedRelation: "operator_profiles"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "avinode_webhook_events_quote_id_fkey"
            columns: ["quote_id"]
            isOneToOne: false
            referencedRelation: "quotes"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "avinode_webhook_events_request_id_fkey"
            columns: ["request_id"]
            isOneToOne: false
            referencedRelation: "requests"
            referencedColumns: ["id"]
          },
        ]
      }
      client_profiles: {
        Row: {
          company_name: string
          contact_name: string | null
          created_at: string
          email: string | null
          id: string
          is_active: boolean
          iso_agent_id: string
          notes: string | null
          phone: string | null
          preferences: Json
          updated_at: string
        }
        Insert: {
          company_name: string
          contact_name?: string | null
          created_at?: string
          email?: string | null
          id?: string
          is_active?: boolean
          iso_agent_id: string
          notes?: string | null
          phone?: string | null
          preferences?: Json
          updated_at?: string
        }
        Update: {
          company_name?: string
          contact_name?: string | null
          created_at?: string
          email?: string | null
          id?: string
          is_active?: boolean
          iso_agent_id?: string
          notes?: string | null
          phone?: string | null
          preferences?: Json
          updated_at?: string
        }
        Relationships: [
          {
            foreignKeyName: "client_profiles_iso_agent_id_fkey"
            columns: ["iso_agent_id"]
            isOneToOne: false
            referencedRelation: "iso_agents"
            referencedColumns: ["id"]
          },
        ]
      }
      conversation_participants: {
        Row: {
          can_invite: boolean
          can_reply: boolean
          conversation_id: string
          created_at: string
          id: string
          is_active: boolean
          is_typing: boolean
          iso_agent_id: string | null
          joined_at: string
          last_read_at: string | null
          last_read_message_id: string | null
          left_at: string | null
          metadata: Json
          notification_prefs: Json
          operator_profile_id: string | null
          role: Database["public"]["Enums"]["participant_role"]
          typing_started_at: string | null
          unread_count: number
          updated_at: string
        }
        Insert: {
          can_invite?: boolean
          can_reply?: boolean
          conversation_id: string
          created_at?: string
          id?: string
          is_active?: boolean
          is_typing?: boolean
          iso_agent_id?: string | null
          joined_at?: string
          last_read_at?: string | null
          last_read_message_id?: string | null
          left_at?: string | null
          metadata?: Json
          notification_prefs?: Json
          operator_profile_id?: string | null
          role: Database["public"]["Enums"]["participant_role"]
          typing_started_at?: string | null
          unread_count?: number
          updated_at?: string
        }
        Update: {
          can_invite?: boolean
          can_reply?: boolean
          conversation_id?: string
          created_at?: string
          id?: string
          is_active?: boolean
          is_typing?: boolean
          iso_agent_id?: string | null
          joined_at?: string
          last_read_at?: string | null
          last_read_message_id?: string | null
          left_at?: string | null
          metadata?: Json
          notification_prefs?: Json
          operator_profile_id?: string | null
          role?: Database["public"]["Enums"]["participant_role"]
          typing_started_at?: string | null
          unread_count?: number
          updated_at?: string
        }
        Relationships: [
          {
            foreignKeyName: "conversation_participants_conversation_id_fkey"
            columns: ["conversation_id"]
            isOneToOne: false
            referencedRelation: "conversations"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "conversation_participants_iso_agent_id_fkey"
            columns: ["iso_agent_id"]
            isOneToOne: false
            referencedRelation: "iso_agents"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "conversation_participants_operator_profile_id_fkey"
            columns: ["operator_profile_id"]
            isOneToOne: false
            referencedRelation: "operator_profiles"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "participants_last_read_message_fkey"
            columns: ["last_read_message_id"]
            isOneToOne: false
            referencedRelation: "messages"
            referencedColumns: ["id"]
          },
        ]
      }
      conversations: {
        Row: {
          archived_at: string | null
          avinode_thread_id: string | null
          created_at: string
          id: string
          is_priority: boolean
          last_message_at: string | null
          last_message_by: string | null
          message_count: number
          metadata: Json
          quote_id: string | null
          request_id: string | null
          status: Database["public"]["Enums"]["conversation_status"]
          subject: string | null
          type: Database["public"]["Enums"]["conversation_type"]
          unread_count_iso: number
          unread_count_operator: number
          updated_at: string
        }
        Insert: {
          archived_at?: string | null
          avinode_thread_id?: string | null
          created_at?: string
          id?: string
          is_priority?: boolean
          last_message_at?: string | null
          last_message_by?: string | null
          message_count?: number
          metadata?: Json
          quote_id?: string | null
          request_id?: string | null
          status?: Database["public"]["Enums"]["conversation_status"]
          subject?: string | null
          type?: Database["public"]["Enums"]["conversation_type"]
          unread_count_iso?: number
          unread_count_operator?: number
          updated_at?: string
        }
        Update: {
          archived_at?: string | null
          avinode_thread_id?: string | null
          created_at?: string
          id?: string
          is_priority?: boolean
          last_message_at?: string | null
          last_message_by?: string | null
          message_count?: number
          metadata?: Json
          quote_id?: string | null
          request_id?: string | null
          status?: Database["public"]["Enums"]["conversation_status"]
          subject?: string | null
          type?: Database["public"]["Enums"]["conversation_type"]
          unread_count_iso?: number
          unread_count_operator?: number
          updated_at?: string
        }
        Relationships: [
          {
            foreignKeyName: "conversations_quote_id_fkey"
            columns: ["quote_id"]
            isOneToOne: false
            referencedRelation: "quotes"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "conversations_request_id_fkey"
            columns: ["request_id"]
            isOneToOne: false
            referencedRelation: "requests"
            referencedColumns: ["id"]
          },
        ]
      }
      iso_agents: {
        Row: {
          clerk_user_id: string
          created_at: string
          email: string
          full_name: string
          id: string
          is_active: boolean
          last_seen_at: string | null
          margin_type: Database["public"]["Enums"]["margin_type"]
          margin_value: number
          metadata: Json
          notification_preferences: Json
          online_status: Database["public"]["Enums"]["online_status"]
          role: Database["public"]["Enums"]["user_role"]
          updated_at: string
        }
        Insert: {
          clerk_user_id: string
          created_at?: string
          email: string
          full_name: string
          id?: string
          is_active?: boolean
          last_seen_at?: string | null
          margin_type?: Database["public"]["Enums"]["margin_type"]
          margin_value?: string | number
          metadata?: Json
          notification_preferences?: Json
          online_status?: Database["public"]["Enums"]["online_status"]
          role?: Database["public"]["Enums"]["user_role"]
          updated_at?: string
        }
        Update: {
          clerk_user_id?: string
          created_at?: string
          email?: string
          full_name?: string
          id?: string
          is_active?: boolean
          last_seen_at?: string | null
          margin_type?: Database["public"]["Enums"]["margin_type"]
          margin_value?: string | number
          metadata?: Json
          notification_preferences?: Json
          online_status?: Database["public"]["Enums"]["online_status"]
          role?: Database["public"]["Enums"]["user_role"]
          updated_at?: string
        }
        Relationships: []
      }
      messages: {
        Row: {
          attachments: Json
          avinode_message_id: string | null
          chatkit_message_id: string | null
          content: string | null
          content_type: Database["public"]["Enums"]["message_content_type"]
          conversation_id: string
          created_at: string
          deleted_at: string | null
          edited_at: string | null
          id: string
          is_edited: boolean
          metadata: Json
          original_content: string | null
          parent_message_id: string | null
          reactions: Json
          read_by: Json
          reply_count: number
          rich_content: Json | null
          sender_iso_agent_id: string | null
          sender_name: string | null
          sender_operator_id: string | null
          sender_type: Database["public"]["Enums"]["message_sender_type"]
          status: Database["public"]["Enums"]["message_status"]
          thread_root_id: string | null
          updated_at: string
        }
        Insert: {
          attachments?: Json
          avinode_message_id?: string | null
          chatkit_message_id?: string | null
          content?: string | null
          content_type?: Database["public"]["Enums"]["message_content_type"]
          conversation_id: string
          created_at?: string
          deleted_at?: string | null
          edited_at?: string | null
          id?: string
          is_edited?: boolean
          metadata?: Json
          original_content?: string | null
          parent_message_id?: string | null
          reactions?: Json
          read_by?: Json
          reply_count?: number
          rich_content?: Json | null
          sender_iso_agent_id?: string | null
          sender_name?: string | null
          sender_operator_id?: string | null
          sender_type: Database["public"]["Enums"]["message_sender_type"]
          status?: Database["public"]["Enums"]["message_status"]
          thread_root_id?: string | null
          updated_at?: string
        }
        Update: {
          attachments?: Json
          avinode_message_id?: string | null
          chatkit_message_id?: string | null
          content?: string | null
          content_type?: Database["public"]["Enums"]["message_content_type"]
          conversation_id?: string
          created_at?: string
          deleted_at?: string | null
          edited_at?: string | null
          id?: string
          is_edited?: boolean
          metadata?: Json
          original_content?: string | null
          parent_message_id?: string | null
          reactions?: Json
          read_by?: Json
          reply_count?: number
          rich_content?: Json | null
          sender_iso_agent_id?: string | null
          sender_name?: string | null
          sender_operator_id?: string | null
          sender_type?: Database["public"]["Enums"]["message_sender_type"]
          status?: Database["public"]["Enums"]["message_status"]
          thread_root_id?: string | null
          updated_at?: string
        }
        Relationships: [
          {
            foreignKeyName: "messages_conversation_id_fkey"
            columns: ["conversation_id"]
            isOneToOne: false
            referencedRelation: "conversations"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "messages_parent_message_id_fkey"
            columns: ["parent_message_id"]
            isOneToOne: false
            referencedRelation: "messages"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "messages_sender_iso_agent_id_fkey"
            columns: ["sender_iso_agent_id"]
            isOneToOne: false
            referencedRelation: "iso_agents"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "messages_sender_operator_id_fkey"
            columns: ["sender_operator_id"]
            isOneToOne: false
            referencedRelation: "operator_profiles"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "messages_thread_root_id_fkey"
            columns: ["thread_root_id"]
            isOneToOne: false
            referencedRelation: "messages"
            referencedColumns: ["id"]
          },
        ]
      }
      operator_profiles: {
        Row: {
          aircraft_types: string[]
          aoc_number: string | null
          avinode_company_id: string | null
          avinode_operator_id: string
          certifications: string[]
          company_name: string
          contact_email: string | null
          contact_name: string | null
          contact_phone: string | null
          country_code: string | null
          created_at: string
          fleet_size: number | null
          id: string
          is_active: boolean
          is_preferred_partner: boolean
          last_synced_at: string | null
          metadata: Json
          notification_prefs: Json
          operator_rating: number | null
          preferred_contact: Database["public"]["Enums"]["preferred_contact"]
          region: string | null
          updated_at: string
        }
        Insert: {
          aircraft_types?: string[]
          aoc_number?: string | null
          avinode_company_id?: string | null
          avinode_operator_id: string
          certifications?: string[]
          company_name: string
          contact_email?: string | null
          contact_name?: string | null
          contact_phone?: string | null
          country_code?: string | null
          created_at?: string
          fleet_size?: number | null
          id?: string
          is_active?: boolean
          is_preferred_partner?: boolean
          last_synced_at?: string | null
          metadata?: Json
          notification_prefs?: Json
          operator_rating?: string | number | null
          preferred_contact?: Database["public"]["Enums"]["preferred_contact"]
          region?: string | null
          updated_at?: string
        }
        Update: {
          aircraft_types?: string[]
          aoc_number?: string | null
          avinode_company_id?: string | null
          avinode_operator_id?: string
          certifications?: string[]
          company_name?: string
          contact_email?: string | null
          contact_name?: string | null
          contact_phone?: string | null
          country_code?: string | null
          created_at?: string
          fleet_size?: number | null
          id?: string
          is_active?: boolean
          is_preferred_partner?: boolean
          last_synced_at?: string | null
          metadata?: Json
          notification_prefs?: Json
          operator_rating?: string | number | null
          preferred_contact?: Database["public"]["Enums"]["preferred_contact"]
          region?: string | null
          updated_at?: string
        }
        Relationships: []
      }
      proposals: {
        Row: {
          accepted_at: string | null
          client_profile_id: string | null
          created_at: string
          description: string | null
          download_count: number
          email_body: string | null
          email_message_id: string | null
          email_subject: string | null
          expired_at: string | null
          file_name: string | null
          file_path: string | null
          file_size_bytes: number | null
          file_url: string | null
          final_amount: number | null
          generated_at: string | null
          id: string
          iso_agent_id: string
          last_downloaded_at: string | null
          last_viewed_at: string | null
          margin_applied: number | null
          metadata: Json
          mime_type: string | null
          proposal_number: string | null
          quote_id: string | null
          rejected_at: string | null
          request_id: string
          sent_at: string | null
          sent_to_email: string | null
          sent_to_name: string | null
          status: Database["public"]["Enums"]["proposal_status"]
          title: string | null
          total_amount: number | null
          updated_at: string
          view_count: number
          viewed_at: string | null
        }
        Insert: {
          accepted_at?: string | null
          client_profile_id?: string | null
          created_at?: string
          description?: string | null
          download_count?: number
          email_body?: string | null
          email_message_id?: string | null
          email_subject?: string | null
          expired_at?: string | null
          file_name?: string | null
          file_path?: string | null
          file_size_bytes?: number | null
          file_url?: string | null
          final_amount?: string | number | null
          generated_at?: string | null
          id?: string
          iso_agent_id: string
          last_downloaded_at?: string | null
          last_viewed_at?: string | null
          margin_applied?: string | number | null
          metadata?: Json
          mime_type?: string | null
          proposal_number?: string | null
          quote_id?: string | null
          rejected_at?: string | null
          request_id: string
          sent_at?: string | null
          sent_to_email?: string | null
          sent_to_name?: string | null
          status?: Database["public"]["Enums"]["proposal_status"]
          title?: string | null
          total_amount?: string | number | null
          updated_at?: string
          view_count?: number
          viewed_at?: string | null
        }
        Update: {
          accepted_at?: string | null
          client_profile_id?: string | null
          created_at?: string
          description?: string | null
          download_count?: number
          email_body?: string | null
          email_message_id?: string | null
          email_subject?: string | null
          expired_at?: string | null
          file_name?: string | null
          file_path?: string | null
          file_size_bytes?: number | null
          file_url?: string | null
          final_amount?: string | number | null
          generated_at?: string | null
          id?: string
          iso_agent_id?: string
          last_downloaded_at?: string | null
          last_viewed_at?: string | null
          margin_applied?: string | number | null
          metadata?: Json
          mime_type?: string | null
          proposal_number?: string | null
          quote_id?: string | null
          rejected_at?: string | null
          request_id?: string
          sent_at?: string | null
          sent_to_email?: string | null
          sent_to_name?: string | null
          status?: Database["public"]["Enums"]["proposal_status"]
          title?: string | null
          total_amount?: string | number | null
          updated_at?: string
          view_count?: number
          viewed_at?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "proposals_client_profile_id_fkey"
            columns: ["client_profile_id"]
            isOneToOne: false
            referencedRelation: "client_profiles"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "proposals_iso_agent_id_fkey"
            columns: ["iso_agent_id"]
            isOneToOne: false
            referencedRelation: "iso_agents"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "proposals_quote_id_fkey"
            columns: ["quote_id"]
            isOneToOne: false
            referencedRelation: "quotes"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "proposals_request_id_fkey"
            columns: ["request_id"]
            isOneToOne: false
            referencedRelation: "requests"
            referencedColumns: ["id"]
          },
        ]
      }
      quotes: {
        Row: {
          aircraft_details: Json
          aircraft_tail_number: string | null
          aircraft_type: string | null
          analysis_notes: string | null
          availability_confirmed: boolean
          avinode_quote_id: string | null
          base_price: number | null
          conversation_id: string | null
          created_at: string
          expired_at: string | null
          fees: number | null
          fuel_surcharge: number | null
          id: string
          metadata: Json
          operator_id: string | null
          operator_message: string | null
          operator_name: string
          operator_profile_id: string | null
          price_locked_until: string | null
          ranking: number | null
          received_at: string | null
          request_id: string
          responded_at: string | null
          score: number | null
          status: Database["public"]["Enums"]["quote_status"]
          taxes: number | null
          total_price: number
          updated_at: string
          valid_until: string | null
        }
        Insert: {
          aircraft_details?: Json
          aircraft_tail_number?: string | null
          aircraft_type?: string | null
          analysis_notes?: string | null
          availability_confirmed?: boolean
          avinode_quote_id?: string | null
          base_price?: string | number | null
          conversation_id?: string | null
          created_at?: string
          expired_at?: string | null
          fees?: string | number | null
          fuel_surcharge?: string | number | null
          id?: string
          metadata?: Json
          operator_id?: string | null
          operator_message?: string | null
          operator_name: string
          operator_profile_id?: string | null
          price_locked_until?: string | null
          ranking?: number | null
          received_at?: string | null
          request_id: string
          responded_at?: string | null
          score?: number | null
          status?: Database["public"]["Enums"]["quote_status"]
          taxes?: string | number | null
          total_price: string | number
          updated_at?: string
          valid_until?: string | null
        }
        Update: {
          aircraft_details?: Json
          aircraft_tail_number?: string | null
          aircraft_type?: string | null
          analysis_notes?: string | null
          availability_confirmed?: boolean
          avinode_quote_id?: string | null
          base_price?: string | number | null
          conversation_id?: string | null
          created_at?: string
          expired_at?: string | null
          fees?: string | number | null
          fuel_surcharge?: string | number | null
          id?: string
          metadata?: Json
          operator_id?: string | null
          operator_message?: string | null
          operator_name?: string
          operator_profile_id?: string | null
          price_locked_until?: string | null
          ranking?: number | null
          received_at?: string | null
          request_id?: string
          responded_at?: string | null
          score?: number | null
          status?: Database["public"]["Enums"]["quote_status"]
          taxes?: string | number | null
          total_price?: string | number
          updated_at?: string
          valid_until?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "quotes_conversation_id_fkey"
            columns: ["conversation_id"]
            isOneToOne: false
            referencedRelation: "conversations"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "quotes_operator_profile_id_fkey"
            columns: ["operator_profile_id"]
            isOneToOne: false
            referencedRelation: "operator_profiles"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "quotes_request_id_fkey"
            columns: ["request_id"]
            isOneToOne: false
            referencedRelation: "requests"
            referencedColumns: ["id"]
          },
        ]
      }
      requests: {
        Row: {
          aircraft_type: string | null
          arrival_airport: string
          avinode_deep_link: string | null
          avinode_rfp_id: string | null
          avinode_trip_id: string | null
          budget: number | null
          client_profile_id: string | null
          created_at: string
          departure_airport: string
          departure_date: string
          id: string
          iso_agent_id: string
          metadata: Json
          operators_contacted: number
          passengers: number
          primary_conversation_id: string | null
          quotes_expected: number
          quotes_received: number
          return_date: string | null
          special_requirements: string | null
          status: Database["public"]["Enums"]["request_status"]
          updated_at: string
        }
        Insert: {
          aircraft_type?: string | null
          arrival_airport: string
          avinode_deep_link?: string | null
          avinode_rfp_id?: string | null
          avinode_trip_id?: string | null
          budget?: string | number | null
          client_profile_id?: string | null
          created_at?: string
          departure_airport: string
          departure_date: string
          id?: string
          iso_agent_id: string
          metadata?: Json
          operators_contacted?: number
          passengers: number
          primary_conversation_id?: string | null
          quotes_expected?: number
          quotes_received?: number
          return_date?: string | null
          special_requirements?: string | null
          status?: Database["public"]["Enums"]["request_status"]
          updated_at?: string
        }
        Update: {
          aircraft_type?: string | null
          arrival_airport?: string
          avinode_deep_link?: string | null
          avinode_rfp_id?: string | null
          avinode_trip_id?: string | null
          budget?: string | number | null
          client_profile_id?: string | null
          created_at?: string
          departure_airport?: string
          departure_date?: string
          id?: string
          iso_agent_id?: string
          metadata?: Json
          operators_contacted?: number
          passengers?: number
          primary_conversation_id?: string | null
          quotes_expected?: number
          quotes_received?: number
          return_date?: string | null
          special_requirements?: string | null
          status?: Database["public"]["Enums"]["request_status"]
          updated_at?: string
        }
        Relationships: [
          {
            foreignKeyName: "requests_client_profile_id_fkey"
            columns: ["client_profile_id"]
            isOneToOne: false
            referencedRelation: "client_profiles"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "requests_iso_agent_id_fkey"
            columns: ["iso_agent_id"]
            isOneToOne: false
            referencedRelation: "iso_agents"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "requests_primary_conversation_id_fkey"
            columns: ["primary_conversation_id"]
            isOneToOne: false
            referencedRelation: "conversations"
            referencedColumns: ["id"]
          },
        ]
      }
      workflow_states: {
        Row: {
          agent_id: string | null
          created_at: string
          current_state: Database["public"]["Enums"]["request_status"]
          error_message: string | null
          id: string
          metadata: Json
          previous_state: Database["public"]["Enums"]["request_status"] | null
          request_id: string
          retry_count: number
          state_duration_ms: number | null
          state_entered_at: string
        }
        Insert: {
          agent_id?: string | null
          created_at?: string
          current_state: Database["public"]["Enums"]["request_status"]
          error_message?: string | null
          id?: string
          metadata?: Json
          previous_state?: Database["public"]["Enums"]["request_status"] | null
          request_id: string
          retry_count?: number
          state_duration_ms?: number | null
          state_entered_at?: string
        }
        Update: {
          agent_id?: string | null
          created_at?: string
          current_state?: Database["public"]["Enums"]["request_status"]
          error_message?: string | null
          id?: string
          metadata?: Json
          previous_state?: Database["public"]["Enums"]["request_status"] | null
          request_id?: string
          retry_count?: number
          state_duration_ms?: number | null
          state_entered_at?: string
        }
        Relationships: [
          {
            foreignKeyName: "workflow_states_request_id_fkey"
            columns: ["request_id"]
            isOneToOne: false
            referencedRelation: "requests"
            referencedColumns: ["id"]
          },
        ]
      }
    }
    Views: {
      [_ in never]: never
    }
    Functions: {
      advance_request: { Args: { p_agent?: string | null; p_error?: string | null; p_metadata?: Json | null; p_request_id: string | null; p_to: Database["public"]["Enums"]["request_status"] | null }; Returns: Json }
      agent_connection: { Args: { p_iso_agent_id: string | null }; Returns: string }
      append_turn_chunks: { Args: { p_chunks: Json | null; p_claim_token: string | null; p_first_seq: number | null; p_turn_id: string | null }; Returns: boolean }
      apply_avinode_change: { Args: { p_change: Json | null; p_claim_token: string | null; p_event_id: string | null }; Returns: Json }
      assistant_usage: { Args: { p_iso_agent_id: string | null; p_since: string | null }; Returns: Json }
      bind_conversation: { Args: { p_conversation_id: string | null; p_request_id: string | null }; Returns: undefined }
      calculate_webhook_retry_time: { Args: { retry_count: number | null }; Returns: string }
      change_participant: { Args: { p_can_invite?: boolean | null; p_can_reply?: boolean | null; p_conversation_id: string | null; p_participant_id: string | null; p_role?: string | null }; Returns: Json }
      claim_outbox: { Args: { p_id: string | null }; Returns: Json }
      claim_turn: { Args: { p_turn_id: string | null }; Returns: Json }
      claim_webhook_event: { Args: { event_id: string | null }; Returns: Json }
      complete_outbox: { Args: { p_claim_token: string | null; p_id: string | null; p_result: Json | null }; Returns: Json }
      complete_turn: { Args: { p_claim_token: string | null; p_error?: string | null; p_messages: Json | null; p_run_state?: string | null; p_sdk_version?: string | null; p_status: string | null; p_turn_id: string | null }; Returns: boolean }
      complete_webhook_event: { Args: { event_id: string | null; p_claim_token?: string | null; p_conversation_id?: string | null; p_event_type?: Database["public"]["Enums"]["avinode_event_type"] | null; p_message_id?: string | null; p_operator_profile_id?: string | null; p_parsed_data?: Json | null; p_quote_id?: string | null; p_request_id?: string | null; p_status?: Database["public"]["Enums"]["webhook_processing_status"] | null }; Returns: boolean }
      create_proposal_link: { Args: { p_expires_at: string | null; p_proposal_id: string | null; p_token_hash: string | null }; Returns: undefined }
      decide_approval: { Args: { p_decision: string | null; p_id: string | null; p_payload?: Json | null; p_reason?: string | null; p_sha256?: string | null }; Returns: Json }
      decide_proposal_link: { Args: { p_decision: string | null; p_evidence: Json | null; p_name: string | null; p_reason: string | null; p_token_hash: string | null }; Returns: Json }
      defer_turn: { Args: { p_claim_token: string | null; p_error: string | null; p_notice?: string | null; p_retry_at: string | null; p_turn_id: string | null }; Returns: boolean }
      delete_message: { Args: { p_message_id: string | null }; Returns: Json }
      due_work: { Args: { p_limit: number | null }; Returns: Json }
      edit_message: { Args: { p_content: string | null; p_message_id: string | null }; Returns: Json }
      end_participation: { Args: { p_conversation_id: string | null; p_participant_id: string | null }; Returns: undefined }
      fail_outbox: { Args: { p_claim_token: string | null; p_error: string | null; p_final?: boolean | null; p_id: string | null; p_notice?: string | null; p_retry_at: string | null; p_uses_attempt: boolean | null }; Returns: Json }
      fail_webhook_event: { Args: { error: string | null; event_id: string | null; p_claim_token?: string | null; p_error_stack?: string | null; p_retry_at?: string | null; p_uses_attempt?: boolean | null }; Returns: Json }
      feed_position: { Args: never; Returns: number }
      file_approval: { Args: { p_action: string | null; p_card?: boolean | null; p_conversation_id: string | null; p_expires_at: string | null; p_id: string | null; p_payload: Json | null; p_request_id: string | null; p_sha256: string | null; p_tool_call_id: string | null; p_turn_id: string | null }; Returns: Json }
      find_conversations: { Args: { p_before?: string | null; p_before_id?: string | null; p_is_priority?: boolean | null; p_limit?: number | null; p_query?: string | null; p_request_id?: string | null; p_status?: string | null }; Returns: Json }
      get_current_iso_agent_id: { Args: never; Returns: string }
      get_or_create_request_conversation: { Args: { p_subject?: string | null; request_id: string | null }; Returns: string }
      heartbeat_turn: { Args: { p_claim_token: string | null; p_turn_id: string | null }; Returns: Json }
      heartbeat_webhook_event: { Args: { event_id: string | null; p_claim_token: string | null }; Returns: boolean }
      invite_participant: { Args: { p_conversation_id: string | null; p_iso_agent_email?: string | null; p_operator_profile_id?: string | null; p_role?: Database["public"]["Enums"]["participant_role"] | null }; Returns: Json }
      is_admin: { Args: never; Returns: boolean }
      is_conversation_participant: { Args: { conv_id: string | null }; Returns: boolean }
      is_untold_dead_letter: { Args: { p_event_id: string | null }; Returns: boolean }
      list_participants: { Args: { p_conversation_id: string | null }; Returns: Json }
      list_problems: { Args: never; Returns: Json }
      log_execution: { Args: { p_id: string | null; p_row: Json | null }; Returns: undefined }
      mark_outbox_sending: { Args: { p_claim_token: string | null; p_id: string | null }; Returns: boolean }
      mark_read: { Args: { p_conversation_id: string | null; p_message_id?: string | null }; Returns: undefined }
      next_turn: { Args: { p_turn_id: string | null }; Returns: Json }
      note_dead_letter: { Args: { p_event_id: string | null }; Returns: undefined }
      note_presence: { Args: { p_here: Json | null }; Returns: undefined }
      note_problem: { Args: { p_id: string | null; p_what: string | null }; Returns: undefined }
      open_proposal_link: { Args: { p_event: string | null; p_token_hash: string | null }; Returns: Json }
      open_turns: { Args: never; Returns: Json }
      owns_resource: { Args: { resource_iso_agent_id: string | null }; Returns: boolean }
      post_message: { Args: { p_attachments?: Json | null; p_content: string | null; p_content_type?: string | null; p_conversation_id: string | null; p_message_id: string | null; p_parent_message_id?: string | null; p_rich_content?: Json | null }; Returns: Json }
      react: { Args: { p_add: boolean | null; p_emoji: string | null; p_message_id: string | null }; Returns: Json }
      read_conversation: { Args: { p_conversation_id: string | null }; Returns: Json }
      read_feed: { Args: { p_after: number | null; p_conversation_id?: string | null; p_limit?: number | null }; Returns: Json }
      read_feeds: { Args: { p_feeds: Json | null; p_limit?: number | null }; Returns: Json }
      read_turn: { Args: { p_after: number | null; p_conversation_id: string | null; p_turn_id?: string | null }; Returns: Json }
      replay_dead_letters: { Args: { p_event_ids?: string[] | null; p_limit?: number | null }; Returns: Json }
      replay_webhook_event: { Args: { p_event_id: string | null }; Returns: Json }
      resume_turn: { Args: { p_turn_id: string | null }; Returns: boolean }
      retry_message: { Args: { p_message_id: string | null }; Returns: Json }
      retry_turn: { Args: { p_conversation_id: string | null; p_message_id?: string | null }; Returns: Json }
      search_clients: { Args: { p_words: string[] | null }; Returns: Database["public"]["Tables"]["client_profiles"]["Row"][] }
      search_messages: { Args: { p_before?: string | null; p_before_id?: string | null; p_conversation_id?: string | null; p_limit?: number | null; p_query: string | null }; Returns: Json }
      set_agent_connection: { Args: { p_connection: string | null; p_iso_agent_id: string | null }; Returns: undefined }
      set_presence: { Args: { p_status: Database["public"]["Enums"]["online_status"] | null }; Returns: undefined }
      set_typing: { Args: { p_conversation_id: string | null; p_is_typing: boolean | null }; Returns: undefined }
      start_background_turn: { Args: { p_conversation_id: string | null; p_trigger: Json | null; p_turn_id: string | null }; Returns: Json }
      start_conversation: { Args: { p_id: string | null; p_request_id?: string | null; p_subject?: string | null; p_type?: Database["public"]["Enums"]["conversation_type"] | null }; Returns: Json }
      start_turn: { Args: { p_attachments?: Json | null; p_content: string | null; p_content_type?: string | null; p_conversation_id: string | null; p_message_id: string | null; p_parent_message_id?: string | null; p_rich_content?: Json | null; p_trigger?: Json | null }; Returns: Json }
      stop_turn: { Args: { p_conversation_id: string | null }; Returns: boolean }
      store_webhook_event: { Args: { p_connection?: string | null; p_headers: Json | null; p_payload: Json | null; p_source: string | null; p_source_ip: string | null; p_user_agent: string | null }; Returns: Json }
      store_webhook_events: { Args: { p_notifications: Json | null }; Returns: Json }
      sync_clerk_user: { Args: { p_clerk_user_id: string | null; p_email?: string | null; p_event_type: string | null; p_full_name?: string | null; p_occurred_at?: string | null; p_role?: string | null }; Returns: Json }
      unknown_outbox: { Args: { p_claim_token: string | null; p_error: string | null; p_id: string | null }; Returns: Json }
      watch_problems: { Args: never; Returns: Json }
    }
    Enums: {
      agent_type: "orchestrator" | "client_data" | "flight_search" | "proposal_analysis" | "communication" | "error_monitor"
      avinode_event_type: "rfq_received" | "rfq_updated" | "rfq_cancelled" | "quote_received" | "quote_updated" | "quote_accepted" | "quote_rejected" | "quote_expired" | "message_received" | "booking_confirmed" | "booking_cancelled" | "booking_updated" | "trip_created" | "trip_updated" | "trip_cancelled"
      conversation_status: "active" | "awaiting_response" | "resolved" | "archived"
      conversation_type: "rfp_negotiation" | "quote_discussion" | "general_inquiry" | "support" | "booking_confirmation"
      execution_status: "pending" | "running" | "completed" | "failed" | "timeout"
      margin_type: "percentage" | "fixed"
      message_content_type: "text" | "quote_shared" | "quote_updated" | "quote_accepted" | "quote_rejected" | "quote_expired" | "rfp_created" | "rfp_updated" | "proposal_shared" | "document_attached" | "booking_confirmed" | "payment_requested" | "system_notification" | "workflow_update" | "typing_indicator"
      message_sender_type: "iso_agent" | "ai_assistant" | "operator" | "system"
      message_status: "sending" | "sent" | "delivered" | "read" | "failed"
      online_status: "online" | "away" | "busy" | "offline"
      participant_role: "iso_agent" | "ai_assistant" | "operator" | "observer"
      preferred_contact: "avinode" | "email" | "both"
      proposal_status: "draft" | "generated" | "sent" | "viewed" | "accepted" | "rejected" | "expired"
      quote_status: "pending" | "received" | "analyzed" | "accepted" | "rejected" | "expired"
      request_status: "draft" | "pending" | "analyzing" | "fetching_client_data" | "searching_flights" | "trip_created" | "awaiting_user_action" | "avinode_session_active" | "monitoring_for_quotes" | "awaiting_quotes" | "analyzing_proposals" | "generating_email" | "sending_proposal" | "completed" | "failed" | "cancelled"
      user_role: "iso_agent" | "admin" | "operator"
      webhook_processing_status: "pending" | "processing" | "completed" | "failed" | "skipped" | "dead_letter"
    }
    CompositeTypes: {
      [_ in never]: never
    }
  }
}

type PublicSchema = Database["public"]

export type Tables<Name extends keyof PublicSchema["Tables"]> = PublicSchema["Tables"][Name]["Row"]
export type TablesInsert<Name extends keyof PublicSchema["Tables"]> = PublicSchema["Tables"][Name]["Insert"]
export type TablesUpdate<Name extends keyof PublicSchema["Tables"]> = PublicSchema["Tables"][Name]["Update"]
export type Enums<Name extends keyof PublicSchema["Enums"]> = PublicSchema["Enums"][Name]

export const Constants = {
  public: {
    Enums: {
      agent_type: ["orchestrator","client_data","flight_search","proposal_analysis","communication","error_monitor"],
      avinode_event_type: ["rfq_received","rfq_updated","rfq_cancelled","quote_received","quote_updated","quote_accepted","quote_rejected","quote_expired","message_received","booking_confirmed","booking_cancelled","booking_updated","trip_created","trip_updated","trip_cancelled"],
      conversation_status: ["active","awaiting_response","resolved","archived"],
      conversation_type: ["rfp_negotiation","quote_discussion","general_inquiry","support","booking_confirmation"],
      execution_status: ["pending","running","completed","failed","timeout"],
      margin_type: ["percentage","fixed"],
      message_content_type: ["text","quote_shared","quote_updated","quote_accepted","quote_rejected","quote_expired","rfp_created","rfp_updated","proposal_shared","document_attached","booking_confirmed","payment_requested","system_notification","workflow_update","typing_indicator"],
      message_sender_type: ["iso_agent","ai_assistant","operator","system"],
      message_status: ["sending","sent","delivered","read","failed"],
      online_status: ["online","away","busy","offline"],
      participant_role: ["iso_agent","ai_assistant","operator","observer"],
      preferred_contact: ["avinode","email","both"],
      proposal_status: ["draft","generated","sent","viewed","accepted","rejected","expired"],
      quote_status: ["pending","received","analyzed","accepted","rejected","expired"],
      request_status: ["draft","pending","analyzing","fetching_client_data","searching_flights","trip_created","awaiting_user_action","avinode_session_active","monitoring_for_quotes","awaiting_quotes","analyzing_proposals","generating_email","sending_proposal","completed","failed","cancelled"],
      user_role: ["iso_agent","admin","operator"],
      webhook_processing_status: ["pending","processing","completed","failed","skipped","dead_letter"],
    },
  },
} as const
