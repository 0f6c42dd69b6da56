"""Verbs: each reads, lets an engine think, and writes. One a file; this is where to look for which.

**Conversations.** What comes in: `receive`, `meet`, `put_aside`, `submit`, `append`, `trigger`, `take_slots`. A turn:
`converse`, `situation`, `hear`, `understand`, `read_change`, `press_button`, `earlier_press`, `interpret`,
`read_consent`, `reconsider`, `respond`, `think`, `run_action`, `action_context`, `thought`, `write_turn`,
`answer_further`. In other words: `ask_model`, `compose_answer`, `rephrase`, `disclose`, `other_languages`. From our
side: `ask`, `move_question`, `check_in`, `remind`, `start_conversation`, `attend`. For callers who wait: `await_turn`,
`cut_short`. What was not understood: `review`.

**Delivery.** From the outbox to a vendor: `deliver`, `let_go`, `weigh`, `note_decision`, `compose_outbound`,
`follow_links`, `attempt`, `hand_over`, `post`, `under_way`. What came of it: `settle`, `settle_together`,
`tell_of_message`, `lead_on`, `note_click`, `try_again`, `take_refusal`, `replay`. What is left alone: `spare_vendor`,
`spare_address`, `watch_complaints`, `stop_sender`, `withdraw_messages`. When: `choose_time`. Whether one could leave
now: `ask_gate`. To a colleague: `send_test`.

**Journeys.** `enrol`, `enrol_many`, `admit`, `advance`, `end_run`, `perform`, `cause`, `reach`, `attribute_reply`,
`keep_schedule`, `follow_dates`, `put_off_waits`, `notice_exits`, `publish`, `in_force`, `miss_content`, `count_goals`,
`count_splits`, `read_version`.
What they read of a person: `read_facts`, `person_facts`. Segments and scores: `keep_segments`, `work_out_segments`,
`keep_score`, `put_scores_right`, `measure_drift`, `recall`. Figures: `report`.

**People.** Known by: `know_person`, `import_people`, `take_back_import`, `take_events`, `learn`, `note_event`,
`note_time_zone`, `person_zones`, `trace`. One or two: `merge_people`, `join_profiles`. What they may ask for:
`take_request`, `take_preference`, `note_request`, `give_data`, `rectify`, `erase_person`, `erase_elsewhere`,
`tell_of_erasure`, `leave_alone`, `tell_provenance`, `apply_retention`.

**Consent.** `take_consent`, `confirm_consent`, `tell_consent`, `opt_out`, `heed_stop`, `opt_out_written_to`,
`clear_up_opt_out`, `note_question`, `disown_address`, `wrong_number`, `respect_wishes`, `change_preferences`,
`choose_pause`, `prefer_channel`, `send_preferences_link`, `verify_contact`.

**The desk.** `hand_off`, `leave_to_colleague`, `offer`, `offer_anew`, `reassign`, `escalate`, `draw_card`,
`name_customer`, `desk_turn`, `desk_action`, `desk_command`, `desk_page`, `desk_digest`, `tell_desk`, `capture_contact`.
On our own page: `list_conversations`, `do_at_desk`. Meetings: `free_times`, `book_meeting`, `change_meeting`,
`rearrange_meeting`, `tell_of_meeting`, `clash`. Files: `fetch_files`, `pass_on_file`.

**CRMs.** `sync_crm`, `take_crm_events`, `heed_erasure`. **Accounts.** `log_in`, `log_in_elsewhere`, `keep_accounts`,
`verify_audit`.

**All of them.** `runtime` is what each is given; `tell_news` wakes whoever waits; `keep_time` watches the clock.
"""
