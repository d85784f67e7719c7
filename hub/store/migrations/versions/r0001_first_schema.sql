CREATE TABLE account_claim (
    tenant INTEGER NOT NULL,
    account_no BIGINT NOT NULL,
    run_no BIGINT NOT NULL,
    PRIMARY KEY (tenant, account_no)
) WITHOUT ROWID;

CREATE TABLE agency_cursor (
    tenant INTEGER NOT NULL,
    agency TEXT NOT NULL,
    series TEXT NOT NULL,
    cursor TEXT DEFAULT '' NOT NULL,
    file_no BIGINT DEFAULT '0' NOT NULL,
    asked_at TEXT NOT NULL,
    PRIMARY KEY (tenant, agency, series)
) WITHOUT ROWID;

CREATE TABLE agency_list (
    tenant INTEGER NOT NULL,
    agency TEXT NOT NULL,
    row_no BIGINT NOT NULL,
    exchange_no BIGINT NOT NULL,
    case_no BIGINT,
    claim_id TEXT NOT NULL,
    agency_case_no TEXT NOT NULL,
    invoice_no TEXT NOT NULL,
    stage TEXT NOT NULL,
    principal_left_ore BIGINT,
    PRIMARY KEY (tenant, agency, row_no)
) WITHOUT ROWID;

CREATE TABLE agency_told (
    tenant INTEGER NOT NULL,
    exchange_no BIGINT NOT NULL,
    told_no BIGINT NOT NULL,
    kind TEXT NOT NULL,
    case_no BIGINT,
    body TEXT NOT NULL,
    state TEXT NOT NULL,
    remark TEXT DEFAULT '' NOT NULL,
    PRIMARY KEY (tenant, exchange_no, told_no)
) WITHOUT ROWID;

CREATE INDEX agency_told_by_case ON agency_told (tenant, case_no);

CREATE TABLE archived_file (
    tenant INTEGER NOT NULL,
    archive_no BIGINT NOT NULL,
    file_no BIGINT NOT NULL,
    fate TEXT NOT NULL,
    document_no BIGINT,
    place TEXT NOT NULL,
    reason TEXT DEFAULT '' NOT NULL,
    passed_on_no BIGINT,
    PRIMARY KEY (tenant, archive_no, file_no)
) WITHOUT ROWID;

CREATE INDEX archived_file_by_document ON archived_file (tenant, document_no);

CREATE INDEX archived_file_to_pass_on ON archived_file (tenant, passed_on_no, fate);

CREATE TABLE attempt (
    tenant INTEGER NOT NULL,
    attempt_no BIGINT NOT NULL,
    batch TEXT NOT NULL,
    run_no BIGINT NOT NULL,
    channel TEXT NOT NULL,
    exchange_no BIGINT NOT NULL,
    "key" TEXT NOT NULL,
    state TEXT NOT NULL,
    promise TEXT DEFAULT '' NOT NULL,
    endpoint TEXT DEFAULT '' NOT NULL,
    called_by BIGINT DEFAULT '0' NOT NULL,
    execution BIGINT DEFAULT '0' NOT NULL,
    sends BIGINT DEFAULT '0' NOT NULL,
    may_have_arrived BIGINT DEFAULT '0' NOT NULL,
    known_since TEXT DEFAULT '' NOT NULL,
    failures BIGINT DEFAULT '0' NOT NULL,
    failing_since TEXT DEFAULT '' NOT NULL,
    asked_before_s BIGINT DEFAULT '0' NOT NULL,
    next_at TEXT DEFAULT '' NOT NULL,
    external_id TEXT DEFAULT '' NOT NULL,
    problem TEXT DEFAULT '' NOT NULL,
    code TEXT DEFAULT '' NOT NULL,
    changed_at TEXT NOT NULL,
    PRIMARY KEY (tenant, attempt_no),
    UNIQUE (tenant, exchange_no, channel)
) WITHOUT ROWID;

CREATE INDEX attempt_by_external_id ON attempt (tenant, channel, external_id);

CREATE INDEX attempt_by_run ON attempt (tenant, run_no);

CREATE INDEX attempt_by_state ON attempt (tenant, state, attempt_no);

CREATE TABLE authority (
    tenant INTEGER NOT NULL,
    town TEXT NOT NULL,
    address_rows TEXT NOT NULL,
    PRIMARY KEY (tenant, town)
) WITHOUT ROWID;

CREATE TABLE bad_address (
    tenant INTEGER NOT NULL,
    channel TEXT NOT NULL,
    address_sha256 TEXT NOT NULL,
    reason TEXT DEFAULT '' NOT NULL,
    since TEXT NOT NULL,
    PRIMARY KEY (tenant, channel, address_sha256)
) WITHOUT ROWID;

CREATE TABLE bank_answer (
    tenant INTEGER NOT NULL,
    exchange_no BIGINT NOT NULL,
    answer_no BIGINT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT DEFAULT '' NOT NULL,
    told_by TEXT NOT NULL,
    told_at TEXT NOT NULL,
    PRIMARY KEY (tenant, exchange_no, answer_no)
) WITHOUT ROWID;

CREATE TABLE bank_connection (
    tenant INTEGER NOT NULL,
    connection TEXT NOT NULL,
    cursor TEXT DEFAULT '' NOT NULL,
    fetched_at TEXT DEFAULT '' NOT NULL,
    failed_at TEXT DEFAULT '' NOT NULL,
    problem TEXT DEFAULT '' NOT NULL,
    PRIMARY KEY (tenant, connection)
) WITHOUT ROWID;

CREATE TABLE bank_file (
    tenant INTEGER NOT NULL,
    connection TEXT NOT NULL,
    file_key TEXT NOT NULL,
    exchange_no BIGINT NOT NULL,
    is_left BIGINT DEFAULT '1' NOT NULL,
    PRIMARY KEY (tenant, connection, file_key)
) WITHOUT ROWID;

CREATE INDEX bank_file_by_exchange ON bank_file (tenant, exchange_no);

CREATE TABLE carried_charge (
    tenant INTEGER NOT NULL,
    carry_no BIGINT NOT NULL,
    receivable_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    amount_ore BIGINT NOT NULL,
    account TEXT NOT NULL,
    state TEXT NOT NULL,
    offered_at TEXT NOT NULL,
    offers BIGINT NOT NULL,
    invoice_number TEXT DEFAULT '' NOT NULL,
    answered_at TEXT,
    earned_ore BIGINT DEFAULT '0' NOT NULL,
    PRIMARY KEY (tenant, carry_no)
) WITHOUT ROWID;

CREATE UNIQUE INDEX carried_charge_standing ON carried_charge (tenant, receivable_id, kind) WHERE state != 'withdrawn';

CREATE TABLE channel_cursor (
    tenant INTEGER NOT NULL,
    channel TEXT NOT NULL,
    cursor TEXT DEFAULT '' NOT NULL,
    asked_at TEXT NOT NULL,
    PRIMARY KEY (tenant, channel)
) WITHOUT ROWID;

CREATE TABLE channel_rest (
    tenant INTEGER NOT NULL,
    channel TEXT NOT NULL,
    failures BIGINT NOT NULL,
    since TEXT NOT NULL,
    asked_at TEXT NOT NULL,
    asked_s BIGINT NOT NULL,
    rests_until TEXT NOT NULL,
    not_before TEXT NOT NULL,
    problem TEXT NOT NULL,
    is_told BIGINT DEFAULT '0' NOT NULL,
    PRIMARY KEY (tenant, channel)
) WITHOUT ROWID;

CREATE TABLE chunk (
    tenant INTEGER NOT NULL,
    exchange_no BIGINT NOT NULL,
    chunk_no BIGINT NOT NULL,
    first_payment BIGINT NOT NULL,
    last_payment BIGINT NOT NULL,
    payments BIGINT NOT NULL,
    amount_ore BIGINT NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (tenant, exchange_no, chunk_no)
) WITHOUT ROWID;

CREATE TABLE closed_month (
    tenant INTEGER NOT NULL,
    company TEXT NOT NULL,
    month TEXT NOT NULL,
    closed_by TEXT NOT NULL,
    closed_at TEXT NOT NULL,
    PRIMARY KEY (tenant, company, month)
) WITHOUT ROWID;

CREATE TABLE collection_case (
    tenant INTEGER NOT NULL,
    case_no BIGINT NOT NULL,
    receivable_id BIGINT NOT NULL,
    claim_id TEXT NOT NULL,
    company TEXT NOT NULL,
    agency TEXT NOT NULL,
    organisation_number TEXT NOT NULL,
    currency TEXT NOT NULL,
    rule TEXT NOT NULL,
    step TEXT NOT NULL,
    state TEXT NOT NULL,
    stage TEXT NOT NULL,
    stage_on TEXT NOT NULL,
    agency_case_no TEXT DEFAULT '' NOT NULL,
    agency_ocr TEXT DEFAULT '' NOT NULL,
    plan_no BIGINT NOT NULL,
    item_no BIGINT NOT NULL,
    claim_version BIGINT DEFAULT '1' NOT NULL,
    since_entry BIGINT NOT NULL,
    is_settled BIGINT DEFAULT '0' NOT NULL,
    hold_no BIGINT DEFAULT '0' NOT NULL,
    principal_ore BIGINT NOT NULL,
    fee_ore BIGINT NOT NULL,
    interest_ore BIGINT NOT NULL,
    principal_told_ore BIGINT DEFAULT '0' NOT NULL,
    fee_told_ore BIGINT DEFAULT '0' NOT NULL,
    interest_told_ore BIGINT DEFAULT '0' NOT NULL,
    transferred_on TEXT NOT NULL,
    closed_on TEXT,
    closing_code TEXT DEFAULT '' NOT NULL,
    PRIMARY KEY (tenant, case_no),
    UNIQUE (tenant, claim_id)
) WITHOUT ROWID;

CREATE INDEX collection_case_by_number ON collection_case (tenant, agency, agency_case_no);

CREATE INDEX collection_case_by_receivable ON collection_case (tenant, receivable_id);

CREATE UNIQUE INDEX collection_case_open ON collection_case (tenant, receivable_id) WHERE state IN ('transferred', 'accepted', 'recalling');

CREATE TABLE collection_claim (
    tenant INTEGER NOT NULL,
    case_no BIGINT NOT NULL,
    body TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    PRIMARY KEY (tenant, case_no)
) WITHOUT ROWID;

CREATE TABLE collection_order (
    tenant INTEGER NOT NULL,
    order_no BIGINT NOT NULL,
    case_no BIGINT NOT NULL,
    order_key TEXT NOT NULL,
    kind TEXT NOT NULL,
    step TEXT NOT NULL,
    state TEXT NOT NULL,
    on_day TEXT NOT NULL,
    body TEXT DEFAULT '{}' NOT NULL,
    exchange_no BIGINT,
    file_no BIGINT DEFAULT '0' NOT NULL,
    code TEXT DEFAULT '' NOT NULL,
    text TEXT DEFAULT '' NOT NULL,
    PRIMARY KEY (tenant, order_no),
    UNIQUE (tenant, order_key)
) WITHOUT ROWID;

CREATE INDEX collection_order_by_case ON collection_order (tenant, case_no);

CREATE INDEX collection_order_by_exchange ON collection_order (tenant, exchange_no);

CREATE INDEX collection_order_waiting ON collection_order (tenant, order_no) WHERE state = 'waiting';

CREATE TABLE command (
    tenant INTEGER NOT NULL,
    command_key TEXT NOT NULL,
    kind TEXT NOT NULL,
    body_sha256 TEXT NOT NULL,
    result TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    PRIMARY KEY (tenant, command_key)
) WITHOUT ROWID;

CREATE TABLE content (
    tenant INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    size BIGINT NOT NULL,
    parts BIGINT NOT NULL,
    upload TEXT NOT NULL,
    PRIMARY KEY (tenant, sha256)
) WITHOUT ROWID;

CREATE TABLE content_part (
    tenant INTEGER NOT NULL,
    upload TEXT NOT NULL,
    part_no BIGINT NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (tenant, upload, part_no)
);

CREATE TABLE counter (
    tenant INTEGER NOT NULL,
    series TEXT NOT NULL,
    next_value BIGINT DEFAULT '1' NOT NULL,
    PRIMARY KEY (tenant, series)
) WITHOUT ROWID;

CREATE TABLE deposit (
    tenant INTEGER NOT NULL,
    exchange_no BIGINT NOT NULL,
    section_no BIGINT NOT NULL,
    entry_no BIGINT NOT NULL,
    account_no BIGINT NOT NULL,
    currency TEXT NOT NULL,
    booked_date TEXT NOT NULL,
    amount_ore BIGINT NOT NULL,
    reference TEXT NOT NULL,
    lump_no BIGINT,
    PRIMARY KEY (tenant, exchange_no, section_no, entry_no, account_no)
) WITHOUT ROWID;

CREATE INDEX deposit_by_account ON deposit (tenant, account_no, lump_no);

CREATE INDEX deposit_by_lump ON deposit (tenant, lump_no);

CREATE TABLE direct_debit_step (
    tenant INTEGER NOT NULL,
    subject TEXT NOT NULL,
    subject_no BIGINT NOT NULL,
    step_no BIGINT NOT NULL,
    at TEXT NOT NULL,
    state TEXT NOT NULL,
    what TEXT DEFAULT '' NOT NULL,
    exchange_no BIGINT,
    user_name TEXT DEFAULT '' NOT NULL,
    PRIMARY KEY (tenant, subject, subject_no, step_no)
) WITHOUT ROWID;

CREATE TABLE document (
    tenant INTEGER NOT NULL,
    document_no BIGINT NOT NULL,
    document_key TEXT NOT NULL,
    company TEXT NOT NULL,
    kind TEXT NOT NULL,
    number TEXT NOT NULL,
    version BIGINT NOT NULL,
    recipient_key TEXT NOT NULL,
    debtor_class TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT DEFAULT '' NOT NULL,
    handed_sha256 TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    size BIGINT NOT NULL,
    pdf_sha256 TEXT DEFAULT '' NOT NULL,
    e_invoice_sha256 TEXT DEFAULT '' NOT NULL,
    channel TEXT DEFAULT '' NOT NULL,
    exchange_no BIGINT,
    price_ore BIGINT DEFAULT '0' NOT NULL,
    due_at TEXT DEFAULT '' NOT NULL,
    accepted_at TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    search_began_at TEXT DEFAULT '' NOT NULL,
    command_key TEXT DEFAULT '' NOT NULL,
    debtor_number_key TEXT DEFAULT '' NOT NULL,
    PRIMARY KEY (tenant, document_no),
    UNIQUE (tenant, document_key)
) WITHOUT ROWID;

CREATE INDEX document_by_command ON document (tenant, command_key);

CREATE INDEX document_by_number ON document (tenant, number);

CREATE INDEX document_by_state ON document (tenant, state, document_no);

CREATE TABLE document_answer (
    tenant INTEGER NOT NULL,
    document_no BIGINT NOT NULL,
    answer_no BIGINT NOT NULL,
    answer_key TEXT NOT NULL,
    channel TEXT NOT NULL,
    kind TEXT NOT NULL,
    reason TEXT DEFAULT '' NOT NULL,
    answered_at TEXT DEFAULT '' NOT NULL,
    came_at TEXT NOT NULL,
    PRIMARY KEY (tenant, document_no, answer_no),
    UNIQUE (tenant, document_no, answer_key)
) WITHOUT ROWID;

CREATE TABLE document_balance (
    tenant INTEGER NOT NULL,
    document_no BIGINT NOT NULL,
    receivable_id BIGINT NOT NULL,
    open_ore BIGINT NOT NULL,
    is_void BIGINT DEFAULT '0' NOT NULL,
    leaves_by TEXT,
    despite_holds TEXT,
    PRIMARY KEY (tenant, document_no, receivable_id)
) WITHOUT ROWID;

CREATE INDEX document_balance_by_receivable ON document_balance (tenant, receivable_id);

CREATE TABLE document_mention (
    tenant INTEGER NOT NULL,
    document_no BIGINT NOT NULL,
    receivable_id BIGINT NOT NULL,
    PRIMARY KEY (tenant, document_no, receivable_id)
) WITHOUT ROWID;

CREATE INDEX document_mention_by_receivable ON document_mention (tenant, receivable_id);

CREATE TABLE document_step (
    tenant INTEGER NOT NULL,
    document_no BIGINT NOT NULL,
    channel TEXT NOT NULL,
    step_no BIGINT DEFAULT '0' NOT NULL,
    turn BIGINT DEFAULT '1' NOT NULL,
    delivery_id TEXT DEFAULT '' NOT NULL,
    outcome TEXT NOT NULL,
    reason TEXT DEFAULT '' NOT NULL,
    price_ore BIGINT DEFAULT '0' NOT NULL,
    exchange_no BIGINT,
    changed_at TEXT NOT NULL,
    address_sha256 TEXT DEFAULT '' NOT NULL,
    PRIMARY KEY (tenant, document_no, channel, turn)
) WITHOUT ROWID;

CREATE INDEX document_step_by_exchange ON document_step (tenant, exchange_no);

CREATE TABLE dunning_step (
    tenant INTEGER NOT NULL,
    receivable_id BIGINT NOT NULL,
    step_no BIGINT NOT NULL,
    step TEXT NOT NULL,
    plan_no BIGINT NOT NULL,
    item_no BIGINT NOT NULL,
    dated_on TEXT NOT NULL,
    answer_by TEXT NOT NULL,
    fee_ore BIGINT NOT NULL,
    is_fee_debited BIGINT NOT NULL,
    interest_ore BIGINT NOT NULL,
    is_interest_debited BIGINT NOT NULL,
    interest_until TEXT DEFAULT '' NOT NULL,
    letter TEXT NOT NULL,
    document_no BIGINT,
    sent_at TEXT,
    undone_at TEXT,
    undone_because TEXT DEFAULT '' NOT NULL,
    compensation_ore BIGINT DEFAULT '0' NOT NULL,
    interest_earned_ore BIGINT DEFAULT '0' NOT NULL,
    are_fees_invoiced BIGINT DEFAULT '0' NOT NULL,
    PRIMARY KEY (tenant, receivable_id, step_no)
) WITHOUT ROWID;

CREATE INDEX dunning_step_by_letter ON dunning_step (tenant, letter);

CREATE TABLE duplicate_payment (
    tenant INTEGER NOT NULL,
    payment_id BIGINT NOT NULL,
    twin_payment BIGINT NOT NULL,
    proof TEXT NOT NULL,
    PRIMARY KEY (tenant, payment_id)
) WITHOUT ROWID;

CREATE INDEX duplicate_by_twin ON duplicate_payment (tenant, twin_payment);

CREATE TABLE early_report (
    tenant INTEGER NOT NULL,
    report_no BIGINT NOT NULL,
    channel TEXT NOT NULL,
    kind TEXT NOT NULL,
    external_id TEXT NOT NULL,
    reason TEXT DEFAULT '' NOT NULL,
    reported_at TEXT DEFAULT '' NOT NULL,
    is_bad_address BIGINT DEFAULT '0' NOT NULL,
    came_at TEXT NOT NULL,
    PRIMARY KEY (tenant, report_no)
) WITHOUT ROWID;

CREATE INDEX early_report_by_channel ON early_report (tenant, channel, report_no);

CREATE TABLE entry (
    tenant INTEGER NOT NULL,
    receivable_id BIGINT NOT NULL,
    entry_no BIGINT NOT NULL,
    cause TEXT NOT NULL,
    bucket TEXT NOT NULL,
    amount_ore BIGINT NOT NULL,
    currency TEXT NOT NULL,
    transaction_date TEXT NOT NULL,
    booked_date TEXT NOT NULL,
    voucher_no BIGINT,
    payment_id BIGINT,
    exchange_no BIGINT,
    run_no BIGINT,
    rule TEXT DEFAULT '' NOT NULL,
    reverses_no BIGINT,
    PRIMARY KEY (tenant, receivable_id, entry_no)
) WITHOUT ROWID;

CREATE INDEX entry_by_payment ON entry (tenant, payment_id);

CREATE TABLE erased_content (
    tenant INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    erased_at TEXT NOT NULL,
    PRIMARY KEY (tenant, sha256)
) WITHOUT ROWID;

CREATE TABLE event (
    tenant INTEGER NOT NULL,
    event_no BIGINT NOT NULL,
    kind TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    receivable_id BIGINT,
    payment_id BIGINT,
    attempt_no BIGINT,
    data TEXT,
    PRIMARY KEY (tenant, event_no)
) WITHOUT ROWID;

CREATE INDEX event_of_payment ON event (tenant, payment_id) WHERE data IS NOT NULL AND payment_id IS NOT NULL;

CREATE INDEX event_of_receivable ON event (tenant, receivable_id) WHERE data IS NOT NULL AND receivable_id IS NOT NULL;

CREATE TABLE exchange (
    tenant INTEGER NOT NULL,
    exchange_no BIGINT NOT NULL,
    direction TEXT NOT NULL,
    kind TEXT NOT NULL,
    plugin TEXT DEFAULT '' NOT NULL,
    format TEXT DEFAULT '' NOT NULL,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    size BIGINT NOT NULL,
    content_key TEXT DEFAULT '' NOT NULL,
    idempotency_key TEXT,
    external_id TEXT DEFAULT '' NOT NULL,
    state TEXT NOT NULL,
    attempt BIGINT DEFAULT '1' NOT NULL,
    let_go BIGINT DEFAULT '0' NOT NULL,
    answers BIGINT,
    created_at TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    reason TEXT DEFAULT '' NOT NULL,
    problem TEXT,
    summary TEXT,
    PRIMARY KEY (tenant, exchange_no),
    UNIQUE (tenant, direction, idempotency_key)
) WITHOUT ROWID;

CREATE INDEX exchange_by_content ON exchange (tenant, sha256);

CREATE INDEX exchange_by_content_key ON exchange (tenant, content_key);

CREATE INDEX exchange_by_state ON exchange (tenant, state);

CREATE TABLE fee_invoice (
    tenant INTEGER NOT NULL,
    invoice_id BIGINT NOT NULL,
    receivable_id BIGINT NOT NULL,
    plan_no BIGINT NOT NULL,
    fee TEXT NOT NULL,
    amount_ore BIGINT NOT NULL,
    made_at TEXT NOT NULL,
    undone_at TEXT,
    PRIMARY KEY (tenant, invoice_id)
) WITHOUT ROWID;

CREATE INDEX fee_invoice_by_receivable ON fee_invoice (tenant, receivable_id);

CREATE TABLE firing (
    tenant INTEGER NOT NULL,
    run_id TEXT NOT NULL,
    schedule TEXT NOT NULL,
    due_at TEXT NOT NULL,
    fired_at TEXT NOT NULL,
    fired_by TEXT NOT NULL,
    is_skipped BIGINT DEFAULT '0' NOT NULL,
    PRIMARY KEY (tenant, run_id)
) WITHOUT ROWID;

CREATE INDEX firing_by_schedule ON firing (tenant, schedule, fired_at);

CREATE INDEX firing_left_out ON firing (fired_at) WHERE is_skipped = 1;

CREATE TABLE hold (
    tenant INTEGER NOT NULL,
    receivable_id BIGINT NOT NULL,
    hold_no BIGINT NOT NULL,
    code TEXT NOT NULL,
    reason TEXT DEFAULT '' NOT NULL,
    source TEXT NOT NULL,
    until_date TEXT,
    set_at TEXT NOT NULL,
    ended_at TEXT,
    PRIMARY KEY (tenant, receivable_id, hold_no)
) WITHOUT ROWID;

CREATE TABLE installation (
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (name)
);

CREATE TABLE instalment (
    tenant INTEGER NOT NULL,
    plan_no BIGINT NOT NULL,
    payment_no BIGINT NOT NULL,
    due_date TEXT NOT NULL,
    notice_on TEXT NOT NULL,
    late_after TEXT NOT NULL,
    amount_ore BIGINT NOT NULL,
    own_ore BIGINT NOT NULL,
    principal_left_ore BIGINT NOT NULL,
    debited_on TEXT,
    debited_ore BIGINT DEFAULT '0' NOT NULL,
    PRIMARY KEY (tenant, plan_no, payment_no)
) WITHOUT ROWID;

CREATE TABLE instalment_claim (
    tenant INTEGER NOT NULL,
    plan_no BIGINT NOT NULL,
    claim_no BIGINT NOT NULL,
    receivable_id BIGINT,
    number TEXT NOT NULL,
    text TEXT NOT NULL,
    due_date TEXT NOT NULL,
    principal_ore BIGINT NOT NULL,
    fee_ore BIGINT NOT NULL,
    interest_ore BIGINT NOT NULL,
    debited_ore BIGINT DEFAULT '0' NOT NULL,
    PRIMARY KEY (tenant, plan_no, claim_no)
) WITHOUT ROWID;

CREATE INDEX instalment_claim_by_receivable ON instalment_claim (tenant, receivable_id);

CREATE TABLE instalment_plan (
    tenant INTEGER NOT NULL,
    plan_no BIGINT NOT NULL,
    company TEXT NOT NULL,
    currency TEXT NOT NULL,
    state TEXT NOT NULL,
    made_on TEXT NOT NULL,
    made_by TEXT NOT NULL,
    first_payment TEXT NOT NULL,
    is_last_of_month BIGINT NOT NULL,
    amount_ore BIGINT NOT NULL,
    months BIGINT,
    then_ore BIGINT,
    notice_fee_ore BIGINT NOT NULL,
    plan_fee_ore BIGINT NOT NULL,
    rate_percent TEXT NOT NULL,
    day_count TEXT NOT NULL,
    second_debtor_name TEXT DEFAULT '' NOT NULL,
    second_debtor_identity TEXT DEFAULT '' NOT NULL,
    reference TEXT DEFAULT '' NOT NULL,
    open_ore BIGINT NOT NULL,
    replaces BIGINT,
    ended_on TEXT,
    ended_because TEXT DEFAULT '' NOT NULL,
    PRIMARY KEY (tenant, plan_no)
) WITHOUT ROWID;

CREATE INDEX instalment_plan_active ON instalment_plan (tenant, plan_no) WHERE state = 'active';

CREATE TABLE instalment_share (
    tenant INTEGER NOT NULL,
    plan_no BIGINT NOT NULL,
    payment_no BIGINT NOT NULL,
    claim_no BIGINT NOT NULL,
    fee_ore BIGINT NOT NULL,
    interest_ore BIGINT NOT NULL,
    new_interest_ore BIGINT NOT NULL,
    notice_fee_ore BIGINT NOT NULL,
    principal_ore BIGINT NOT NULL,
    PRIMARY KEY (tenant, plan_no, payment_no, claim_no)
) WITHOUT ROWID;

CREATE TABLE interest_charge (
    tenant INTEGER NOT NULL,
    receivable_id BIGINT NOT NULL,
    charge_no BIGINT NOT NULL,
    amount_ore BIGINT NOT NULL,
    first_day TEXT NOT NULL,
    last_day TEXT NOT NULL,
    days BIGINT NOT NULL,
    invoice_id BIGINT NOT NULL,
    plan_no BIGINT NOT NULL,
    charged_at TEXT NOT NULL,
    undone_at TEXT,
    earned_ore BIGINT DEFAULT '0' NOT NULL,
    PRIMARY KEY (tenant, receivable_id, charge_no)
) WITHOUT ROWID;

CREATE INDEX interest_charge_by_invoice ON interest_charge (tenant, invoice_id);

CREATE TABLE ledger_account (
    tenant INTEGER NOT NULL,
    company TEXT NOT NULL,
    account TEXT NOT NULL,
    name TEXT NOT NULL,
    exchange_no BIGINT NOT NULL,
    PRIMARY KEY (tenant, company, account)
) WITHOUT ROWID;

CREATE TABLE ledger_balance (
    tenant INTEGER NOT NULL,
    company TEXT NOT NULL,
    exchange_no BIGINT NOT NULL,
    account TEXT NOT NULL,
    kind TEXT NOT NULL,
    year_begins TEXT NOT NULL,
    month TEXT NOT NULL,
    amount_ore BIGINT NOT NULL,
    PRIMARY KEY (tenant, company, exchange_no, account, kind, year_begins, month)
) WITHOUT ROWID;

CREATE TABLE ledger_file (
    tenant INTEGER NOT NULL,
    company TEXT NOT NULL,
    year_begins TEXT NOT NULL,
    year_ends TEXT NOT NULL,
    until TEXT NOT NULL,
    exchange_no BIGINT NOT NULL,
    PRIMARY KEY (tenant, company, year_begins)
) WITHOUT ROWID;

CREATE TABLE ledger_line (
    tenant INTEGER NOT NULL,
    company TEXT NOT NULL,
    exchange_no BIGINT NOT NULL,
    line_no BIGINT NOT NULL,
    ledger_series TEXT NOT NULL,
    ledger_number TEXT NOT NULL,
    ledger_date TEXT NOT NULL,
    voucher_no BIGINT DEFAULT '0' NOT NULL,
    account TEXT NOT NULL,
    amount_ore BIGINT NOT NULL,
    PRIMARY KEY (tenant, company, exchange_no, line_no)
) WITHOUT ROWID;

CREATE TABLE left_out_payment (
    tenant INTEGER NOT NULL,
    payment_id BIGINT NOT NULL,
    PRIMARY KEY (tenant, payment_id)
) WITHOUT ROWID;

CREATE TABLE limitation_interruption (
    tenant INTEGER NOT NULL,
    receivable_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    on_day TEXT NOT NULL,
    ended_on TEXT,
    has_failed BIGINT DEFAULT '0' NOT NULL,
    remark TEXT DEFAULT '' NOT NULL,
    told_by TEXT NOT NULL,
    told_at TEXT NOT NULL,
    PRIMARY KEY (tenant, receivable_id, kind, on_day)
) WITHOUT ROWID;

CREATE TABLE lump (
    tenant INTEGER NOT NULL,
    lump_no BIGINT NOT NULL,
    exchange_no BIGINT NOT NULL,
    section_no BIGINT NOT NULL,
    entry_no BIGINT NOT NULL,
    account_no BIGINT NOT NULL,
    currency TEXT NOT NULL,
    booked_date TEXT NOT NULL,
    amount_ore BIGINT NOT NULL,
    entry_reference TEXT NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (tenant, lump_no)
) WITHOUT ROWID;

CREATE INDEX lump_by_account ON lump (tenant, account_no, state);

CREATE TABLE mandate (
    tenant INTEGER NOT NULL,
    mandate_no BIGINT NOT NULL,
    company TEXT NOT NULL,
    account_no BIGINT NOT NULL,
    payer_number TEXT NOT NULL,
    state TEXT NOT NULL,
    via TEXT NOT NULL,
    link_kind TEXT NOT NULL,
    link TEXT DEFAULT '' NOT NULL,
    source_system TEXT DEFAULT '' NOT NULL,
    payer_account TEXT DEFAULT '' NOT NULL,
    payer_identity TEXT DEFAULT '' NOT NULL,
    payer_name TEXT DEFAULT '' NOT NULL,
    new_payer_number TEXT DEFAULT '' NOT NULL,
    reason TEXT DEFAULT '' NOT NULL,
    made_at TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    exchange_no BIGINT,
    PRIMARY KEY (tenant, mandate_no),
    UNIQUE (tenant, account_no, payer_number)
) WITHOUT ROWID;

CREATE INDEX mandate_by_link ON mandate (tenant, company, link);

CREATE TABLE mandate_register (
    tenant INTEGER NOT NULL,
    account_no BIGINT NOT NULL,
    company TEXT NOT NULL,
    exchange_no BIGINT NOT NULL,
    made_on TEXT DEFAULT '' NOT NULL,
    PRIMARY KEY (tenant, account_no)
) WITHOUT ROWID;

CREATE TABLE node (
    node TEXT NOT NULL,
    token TEXT NOT NULL,
    host TEXT NOT NULL,
    process BIGINT NOT NULL,
    process_space TEXT NOT NULL,
    plugins TEXT NOT NULL,
    settings TEXT NOT NULL,
    tenants TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    stopped_at BIGINT,
    PRIMARY KEY (node)
) WITHOUT ROWID;

CREATE TABLE observer_cursor (
    tenant INTEGER NOT NULL,
    observer TEXT NOT NULL,
    event_no BIGINT DEFAULT '0' NOT NULL,
    attempts BIGINT DEFAULT '0' NOT NULL,
    problem TEXT DEFAULT '' NOT NULL,
    PRIMARY KEY (tenant, observer)
) WITHOUT ROWID;

CREATE TABLE open_item (
    tenant INTEGER NOT NULL,
    receivable_id BIGINT NOT NULL,
    group_no BIGINT NOT NULL,
    currency TEXT NOT NULL,
    principal_ore BIGINT DEFAULT '0' NOT NULL,
    fee_ore BIGINT DEFAULT '0' NOT NULL,
    interest_ore BIGINT DEFAULT '0' NOT NULL,
    PRIMARY KEY (tenant, receivable_id)
) WITHOUT ROWID;

CREATE TABLE order_to_pay (
    tenant INTEGER NOT NULL,
    order_no BIGINT NOT NULL,
    company TEXT NOT NULL,
    currency TEXT NOT NULL,
    state TEXT NOT NULL,
    state_since TEXT NOT NULL,
    debtor_identity TEXT NOT NULL,
    debtor_name TEXT NOT NULL,
    made_on TEXT NOT NULL,
    made_by TEXT NOT NULL,
    interest TEXT NOT NULL,
    rate_percent TEXT DEFAULT '' NOT NULL,
    interest_ground TEXT DEFAULT '' NOT NULL,
    own_work_ore BIGINT NOT NULL,
    agent_ore BIGINT NOT NULL,
    other_ore BIGINT NOT NULL,
    other_label TEXT DEFAULT '' NOT NULL,
    costs_reason TEXT DEFAULT '' NOT NULL,
    fee_payment TEXT NOT NULL,
    enforcement TEXT NOT NULL,
    has_real_property BIGINT NOT NULL,
    special_information TEXT DEFAULT '' NOT NULL,
    authority TEXT DEFAULT '' NOT NULL,
    allows_protected BIGINT NOT NULL,
    fee_ore BIGINT NOT NULL,
    counted_to TEXT NOT NULL,
    principal_ore BIGINT NOT NULL,
    collection_ore BIGINT NOT NULL,
    interest_ore BIGINT NOT NULL,
    filer TEXT DEFAULT '' NOT NULL,
    file_no BIGINT DEFAULT '0' NOT NULL,
    exchange_no BIGINT DEFAULT '0' NOT NULL,
    application_sha256 TEXT DEFAULT '' NOT NULL,
    form_sha256 TEXT DEFAULT '' NOT NULL,
    filed_on TEXT DEFAULT '' NOT NULL,
    case_no TEXT DEFAULT '' NOT NULL,
    decided_on TEXT DEFAULT '' NOT NULL,
    awarded_ore BIGINT DEFAULT '0' NOT NULL,
    why TEXT DEFAULT '' NOT NULL,
    lowered_ore BIGINT DEFAULT '0' NOT NULL,
    PRIMARY KEY (tenant, order_no)
) WITHOUT ROWID;

CREATE INDEX order_to_pay_by_case ON order_to_pay (tenant, case_no);

CREATE INDEX order_to_pay_by_exchange ON order_to_pay (tenant, exchange_no);

CREATE INDEX order_to_pay_by_state ON order_to_pay (tenant, state, order_no);

CREATE INDEX order_to_pay_lowered ON order_to_pay (tenant, order_no) WHERE lowered_ore != 0;

CREATE TABLE order_to_pay_claim (
    tenant INTEGER NOT NULL,
    order_no BIGINT NOT NULL,
    claim_no BIGINT NOT NULL,
    receivable_id BIGINT NOT NULL,
    company TEXT NOT NULL,
    number TEXT NOT NULL,
    source_system TEXT NOT NULL,
    refers_to TEXT NOT NULL,
    invoice_date TEXT NOT NULL,
    due_date TEXT NOT NULL,
    demand_sent_on TEXT NOT NULL,
    demand_pay_by TEXT NOT NULL,
    principal_ore BIGINT NOT NULL,
    collection_ore BIGINT NOT NULL,
    interest_ore BIGINT NOT NULL,
    told_principal_ore BIGINT DEFAULT '0' NOT NULL,
    told_collection_ore BIGINT DEFAULT '0' NOT NULL,
    told_interest_ore BIGINT DEFAULT '0' NOT NULL,
    booked_interest_ore BIGINT DEFAULT '0' NOT NULL,
    before_principal_ore BIGINT DEFAULT '0' NOT NULL,
    before_collection_ore BIGINT DEFAULT '0' NOT NULL,
    before_interest_ore BIGINT DEFAULT '0' NOT NULL,
    before_booked_ore BIGINT DEFAULT '0' NOT NULL,
    costs_ore BIGINT DEFAULT '0' NOT NULL,
    told_costs_ore BIGINT DEFAULT '0' NOT NULL,
    before_costs_ore BIGINT DEFAULT '0' NOT NULL,
    PRIMARY KEY (tenant, order_no, claim_no)
) WITHOUT ROWID;

CREATE INDEX order_to_pay_claim_by_receivable ON order_to_pay_claim (tenant, receivable_id);

CREATE TABLE order_to_pay_step (
    tenant INTEGER NOT NULL,
    order_no BIGINT NOT NULL,
    step_no BIGINT NOT NULL,
    happening TEXT NOT NULL,
    state TEXT NOT NULL,
    on_day TEXT NOT NULL,
    text TEXT DEFAULT '' NOT NULL,
    amount_ore BIGINT DEFAULT '0' NOT NULL,
    exchange_no BIGINT DEFAULT '0' NOT NULL,
    document_sha256 TEXT DEFAULT '' NOT NULL,
    paper_sha256 TEXT DEFAULT '' NOT NULL,
    told_by TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    PRIMARY KEY (tenant, order_no, step_no)
) WITHOUT ROWID;

CREATE TABLE payee_account (
    tenant INTEGER NOT NULL,
    account_no BIGINT NOT NULL,
    canonical TEXT NOT NULL,
    company TEXT NOT NULL,
    paid_into_no BIGINT,
    told_into_no BIGINT,
    bank_account_no BIGINT NOT NULL,
    PRIMARY KEY (tenant, account_no),
    UNIQUE (tenant, canonical)
) WITHOUT ROWID;

CREATE TABLE payment (
    tenant INTEGER NOT NULL,
    payment_id BIGINT NOT NULL,
    exchange_no BIGINT NOT NULL,
    section_no BIGINT NOT NULL,
    entry_no BIGINT NOT NULL,
    line BIGINT NOT NULL,
    kind TEXT NOT NULL,
    amount_ore BIGINT NOT NULL,
    currency TEXT NOT NULL,
    booked_date TEXT,
    account_no BIGINT NOT NULL,
    reference TEXT NOT NULL,
    quality TEXT NOT NULL,
    channel TEXT NOT NULL,
    payer_name TEXT NOT NULL,
    payer_account TEXT NOT NULL,
    payer_identity TEXT NOT NULL,
    payer_address TEXT NOT NULL,
    texts TEXT NOT NULL,
    parts TEXT NOT NULL,
    entry_reference TEXT NOT NULL,
    key_kind TEXT NOT NULL,
    key_value TEXT NOT NULL,
    payer_key TEXT DEFAULT '' NOT NULL,
    account TEXT DEFAULT '' NOT NULL,
    PRIMARY KEY (tenant, payment_id)
) WITHOUT ROWID;

CREATE TABLE payment_extra_key (
    tenant INTEGER NOT NULL,
    payment_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (tenant, payment_id, kind, value)
) WITHOUT ROWID;

CREATE TABLE payment_key (
    tenant INTEGER NOT NULL,
    value TEXT NOT NULL,
    kind TEXT NOT NULL,
    payment_id BIGINT NOT NULL,
    PRIMARY KEY (tenant, value, kind, payment_id)
) WITHOUT ROWID;

CREATE TABLE payment_request (
    tenant INTEGER NOT NULL,
    request_no BIGINT NOT NULL,
    mandate_no BIGINT NOT NULL,
    company TEXT NOT NULL,
    account_no BIGINT NOT NULL,
    receivable_id BIGINT NOT NULL,
    payer_number TEXT NOT NULL,
    amount_ore BIGINT NOT NULL,
    currency TEXT NOT NULL,
    on_date TEXT NOT NULL,
    reference TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT DEFAULT '' NOT NULL,
    is_repeatable BIGINT DEFAULT '0' NOT NULL,
    moves_to TEXT DEFAULT '' NOT NULL,
    plan_no BIGINT,
    made_at TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    exchange_no BIGINT,
    PRIMARY KEY (tenant, request_no)
) WITHOUT ROWID;

CREATE INDEX payment_request_by_mandate ON payment_request (tenant, mandate_no);

CREATE INDEX payment_request_by_payer ON payment_request (tenant, account_no, payer_number);

CREATE INDEX payment_request_by_receivable ON payment_request (tenant, receivable_id);

CREATE UNIQUE INDEX payment_request_live ON payment_request (tenant, receivable_id) WHERE state = 'ordered' OR state = 'retried' OR state = 'cancelling';

CREATE TABLE plugin_state (
    tenant INTEGER NOT NULL,
    plugin TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (tenant, plugin, name)
) WITHOUT ROWID;

CREATE TABLE posting_group (
    tenant INTEGER NOT NULL,
    group_no BIGINT NOT NULL,
    company TEXT NOT NULL,
    routine TEXT NOT NULL,
    kind TEXT NOT NULL,
    PRIMARY KEY (tenant, group_no),
    UNIQUE (tenant, company, routine, kind)
) WITHOUT ROWID;

CREATE TABLE printed_charge (
    tenant INTEGER NOT NULL,
    receivable_id BIGINT NOT NULL,
    printed_on TEXT NOT NULL,
    fee_ore BIGINT DEFAULT '0' NOT NULL,
    interest_ore BIGINT DEFAULT '0' NOT NULL,
    PRIMARY KEY (tenant, receivable_id)
) WITHOUT ROWID;

CREATE TABLE purged_receivable (
    tenant INTEGER NOT NULL,
    receivable_id BIGINT NOT NULL,
    plan_no BIGINT NOT NULL,
    purged_at TEXT NOT NULL,
    PRIMARY KEY (tenant, receivable_id)
) WITHOUT ROWID;

CREATE TABLE reach (
    tenant INTEGER NOT NULL,
    channel TEXT NOT NULL,
    asked_sha256 TEXT NOT NULL,
    recipient_key TEXT NOT NULL,
    answer TEXT NOT NULL,
    reason TEXT DEFAULT '' NOT NULL,
    address TEXT DEFAULT '' NOT NULL,
    valid_until TEXT NOT NULL,
    PRIMARY KEY (tenant, asked_sha256, channel)
) WITHOUT ROWID;

CREATE INDEX reach_by_recipient ON reach (tenant, recipient_key);

CREATE TABLE receivable (
    tenant INTEGER NOT NULL,
    receivable_id BIGINT NOT NULL,
    company TEXT NOT NULL,
    number TEXT NOT NULL,
    source_system TEXT NOT NULL,
    version BIGINT DEFAULT '1' NOT NULL,
    chain_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    group_no BIGINT NOT NULL,
    routine TEXT NOT NULL,
    currency TEXT NOT NULL,
    original_ore BIGINT NOT NULL,
    invoice_date TEXT NOT NULL,
    due_date TEXT NOT NULL,
    original_due_date TEXT NOT NULL,
    debtor_number TEXT DEFAULT '' NOT NULL,
    debtor_name TEXT DEFAULT '' NOT NULL,
    debtor_identity TEXT DEFAULT '' NOT NULL,
    debtor_key TEXT DEFAULT '' NOT NULL,
    debtor_address TEXT DEFAULT '' NOT NULL,
    second_debtor_name TEXT DEFAULT '' NOT NULL,
    second_debtor_identity TEXT DEFAULT '' NOT NULL,
    register_identity TEXT DEFAULT '' NOT NULL,
    department TEXT DEFAULT '' NOT NULL,
    refers_to TEXT DEFAULT '' NOT NULL,
    credits_number TEXT DEFAULT '' NOT NULL,
    coding TEXT DEFAULT '' NOT NULL,
    is_opening BIGINT DEFAULT '0' NOT NULL,
    language TEXT DEFAULT '' NOT NULL,
    run_no BIGINT,
    imported_at TEXT NOT NULL,
    PRIMARY KEY (tenant, receivable_id),
    UNIQUE (tenant, company, number, source_system, version)
) WITHOUT ROWID;

CREATE INDEX receivable_by_debtor ON receivable (tenant, debtor_key);

CREATE INDEX receivable_crediting ON receivable (tenant, company, credits_number) WHERE credits_number != '';

CREATE TABLE recipient (
    tenant INTEGER NOT NULL,
    recipient_key TEXT NOT NULL,
    name TEXT DEFAULT '' NOT NULL,
    identity TEXT DEFAULT '' NOT NULL,
    debtor_class TEXT DEFAULT '' NOT NULL,
    wish TEXT DEFAULT '' NOT NULL,
    email TEXT DEFAULT '' NOT NULL,
    email_consent_on TEXT DEFAULT '' NOT NULL,
    e_invoice_address TEXT DEFAULT '' NOT NULL,
    e_bank_address TEXT DEFAULT '' NOT NULL,
    is_protected BIGINT DEFAULT '0' NOT NULL,
    source TEXT DEFAULT '' NOT NULL,
    changed_at TEXT NOT NULL,
    PRIMARY KEY (tenant, recipient_key)
) WITHOUT ROWID;

CREATE TABLE reference (
    tenant INTEGER NOT NULL,
    account_no BIGINT NOT NULL,
    reference TEXT NOT NULL,
    target_kind TEXT NOT NULL,
    target_id BIGINT NOT NULL,
    valid_from TEXT NOT NULL,
    closed_on TEXT,
    is_contested BIGINT DEFAULT '0' NOT NULL,
    PRIMARY KEY (tenant, account_no, reference, target_kind, target_id)
) WITHOUT ROWID;

CREATE INDEX reference_by_target ON reference (tenant, target_id);

CREATE TABLE refund (
    tenant INTEGER NOT NULL,
    refund_no BIGINT NOT NULL,
    company TEXT NOT NULL,
    source TEXT NOT NULL,
    payment_id BIGINT DEFAULT '0' NOT NULL,
    receivable_id BIGINT DEFAULT '0' NOT NULL,
    group_no BIGINT DEFAULT '0' NOT NULL,
    account_no BIGINT DEFAULT '0' NOT NULL,
    amount_ore BIGINT NOT NULL,
    currency TEXT NOT NULL,
    payee_account TEXT NOT NULL,
    payee_name TEXT NOT NULL,
    payee_town TEXT DEFAULT '' NOT NULL,
    reference TEXT DEFAULT '' NOT NULL,
    text TEXT DEFAULT '' NOT NULL,
    state TEXT NOT NULL,
    reason TEXT DEFAULT '' NOT NULL,
    asked_by TEXT NOT NULL,
    asked_at TEXT NOT NULL,
    run_no BIGINT DEFAULT '0' NOT NULL,
    approvals_needed BIGINT NOT NULL,
    end_to_end_id TEXT NOT NULL,
    order_no BIGINT DEFAULT '0' NOT NULL,
    part TEXT DEFAULT '' NOT NULL,
    booked_on TEXT DEFAULT '' NOT NULL,
    booked_exchange BIGINT DEFAULT '0' NOT NULL,
    booked_voucher BIGINT DEFAULT '0' NOT NULL,
    is_given_back BIGINT DEFAULT '0' NOT NULL,
    returned_payment BIGINT DEFAULT '0' NOT NULL,
    changed_at TEXT NOT NULL,
    PRIMARY KEY (tenant, refund_no),
    UNIQUE (tenant, end_to_end_id)
) WITHOUT ROWID;

CREATE INDEX refund_by_order ON refund (tenant, order_no);

CREATE INDEX refund_by_payment ON refund (tenant, payment_id);

CREATE INDEX refund_by_receivable ON refund (tenant, receivable_id);

CREATE INDEX refund_by_state ON refund (tenant, state, company);

CREATE TABLE refund_approval (
    tenant INTEGER NOT NULL,
    refund_no BIGINT NOT NULL,
    approved_by TEXT NOT NULL,
    approved_at TEXT NOT NULL,
    PRIMARY KEY (tenant, refund_no, approved_by)
) WITHOUT ROWID;

CREATE TABLE refund_order (
    tenant INTEGER NOT NULL,
    order_no BIGINT NOT NULL,
    company TEXT NOT NULL,
    writer TEXT NOT NULL,
    message_id TEXT NOT NULL,
    exchange_no BIGINT NOT NULL,
    name TEXT NOT NULL,
    organisation_number TEXT NOT NULL,
    currency TEXT NOT NULL,
    made_at TEXT NOT NULL,
    pay_on TEXT NOT NULL,
    charged TEXT NOT NULL,
    drawn_on TEXT DEFAULT '' NOT NULL,
    refunds BIGINT NOT NULL,
    amount_ore BIGINT NOT NULL,
    answer TEXT DEFAULT '' NOT NULL,
    PRIMARY KEY (tenant, order_no),
    UNIQUE (tenant, message_id),
    UNIQUE (tenant, exchange_no)
) WITHOUT ROWID;

CREATE TABLE refund_telling (
    tenant INTEGER NOT NULL,
    refund_no BIGINT NOT NULL,
    exchange_no BIGINT NOT NULL,
    statement_entry_no BIGINT NOT NULL,
    PRIMARY KEY (tenant, refund_no, exchange_no, statement_entry_no)
) WITHOUT ROWID;

CREATE INDEX refund_telling_by_exchange ON refund_telling (tenant, exchange_no);

CREATE TABLE registered_mandate (
    tenant INTEGER NOT NULL,
    exchange_no BIGINT NOT NULL,
    row_no BIGINT NOT NULL,
    company TEXT NOT NULL,
    account_no BIGINT NOT NULL,
    payer_number TEXT NOT NULL,
    payer_account TEXT DEFAULT '' NOT NULL,
    payer_identity TEXT DEFAULT '' NOT NULL,
    is_under_question BIGINT NOT NULL,
    PRIMARY KEY (tenant, exchange_no, row_no)
) WITHOUT ROWID;

CREATE TABLE repeated_reference (
    tenant INTEGER NOT NULL,
    exchange_no BIGINT NOT NULL,
    account_no BIGINT NOT NULL,
    reference TEXT NOT NULL,
    PRIMARY KEY (tenant, exchange_no, account_no, reference)
) WITHOUT ROWID;

CREATE TABLE replaced_account (
    tenant INTEGER NOT NULL,
    voucher_no BIGINT NOT NULL,
    line_no BIGINT NOT NULL,
    account TEXT NOT NULL,
    used TEXT NOT NULL,
    why TEXT NOT NULL,
    PRIMARY KEY (tenant, voucher_no, line_no)
) WITHOUT ROWID;

CREATE TABLE reversal (
    tenant INTEGER NOT NULL,
    exchange_no BIGINT NOT NULL,
    reversal_no BIGINT NOT NULL,
    section_no BIGINT NOT NULL,
    entry_no BIGINT NOT NULL,
    line BIGINT NOT NULL,
    amount_ore BIGINT NOT NULL,
    currency TEXT NOT NULL,
    booked_date TEXT,
    account_no BIGINT NOT NULL,
    reference TEXT NOT NULL,
    keys TEXT NOT NULL,
    entry_reference TEXT NOT NULL,
    reason TEXT NOT NULL,
    is_credit BIGINT NOT NULL,
    state TEXT NOT NULL,
    payment_id BIGINT,
    account TEXT DEFAULT '' NOT NULL,
    voucher_no BIGINT,
    PRIMARY KEY (tenant, exchange_no, reversal_no)
) WITHOUT ROWID;

CREATE INDEX reversal_by_amount ON reversal (tenant, account_no, amount_ore, booked_date);

CREATE TABLE ruled_movement (
    tenant INTEGER NOT NULL,
    lump_no BIGINT NOT NULL,
    rule TEXT NOT NULL,
    account TEXT NOT NULL,
    text TEXT NOT NULL,
    amount_ore BIGINT NOT NULL,
    voucher_no BIGINT NOT NULL,
    PRIMARY KEY (tenant, lump_no)
) WITHOUT ROWID;

CREATE TABLE run (
    tenant INTEGER NOT NULL,
    run_no BIGINT NOT NULL,
    run_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    input TEXT NOT NULL,
    fingerprint TEXT DEFAULT '' NOT NULL,
    settings_before TEXT DEFAULT '' NOT NULL,
    state TEXT NOT NULL,
    lane TEXT DEFAULT '' NOT NULL,
    turns BIGINT DEFAULT '1' NOT NULL,
    executions BIGINT DEFAULT '0' NOT NULL,
    carried_by TEXT DEFAULT '' NOT NULL,
    done BIGINT DEFAULT '0' NOT NULL,
    total BIGINT DEFAULT '0' NOT NULL,
    created_at TEXT NOT NULL,
    finished_at TEXT,
    problem TEXT DEFAULT '' NOT NULL,
    waits_until TEXT DEFAULT '' NOT NULL,
    is_swept BIGINT DEFAULT '0' NOT NULL,
    PRIMARY KEY (tenant, run_no),
    UNIQUE (tenant, run_id)
) WITHOUT ROWID;

CREATE INDEX run_by_state ON run (tenant, state);

CREATE INDEX run_to_sweep ON run (finished_at) WHERE state = 'done' AND is_swept = 0;

CREATE INDEX run_unfinished ON run (tenant, kind, run_no) WHERE state IN ('queued', 'running');

CREATE TABLE run_plan (
    tenant INTEGER NOT NULL,
    plan_no BIGINT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    on_day TEXT NOT NULL,
    selection TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    filled_to BIGINT DEFAULT '0' NOT NULL,
    counted TEXT DEFAULT '{}' NOT NULL,
    made_at TEXT NOT NULL,
    made_by TEXT NOT NULL,
    run_no BIGINT,
    executed_at TEXT,
    PRIMARY KEY (tenant, plan_no)
) WITHOUT ROWID;

CREATE TABLE run_plan_item (
    tenant INTEGER NOT NULL,
    plan_no BIGINT NOT NULL,
    item_no BIGINT NOT NULL,
    receivable_id BIGINT NOT NULL,
    step TEXT NOT NULL,
    letter_no BIGINT NOT NULL,
    fee_ore BIGINT NOT NULL,
    interest_ore BIGINT NOT NULL,
    open_ore BIGINT NOT NULL,
    verdict TEXT NOT NULL,
    reason TEXT NOT NULL,
    letter_key TEXT DEFAULT '' NOT NULL,
    outcome TEXT DEFAULT '' NOT NULL,
    outcome_reason TEXT DEFAULT '' NOT NULL,
    compensation_ore BIGINT DEFAULT '0' NOT NULL,
    PRIMARY KEY (tenant, plan_no, item_no)
) WITHOUT ROWID;

CREATE INDEX run_plan_item_sharing ON run_plan_item (tenant, plan_no, letter_no) WHERE letter_key != '';

CREATE TABLE run_step (
    tenant INTEGER NOT NULL,
    run_no BIGINT NOT NULL,
    step_no BIGINT NOT NULL,
    name TEXT NOT NULL,
    output TEXT NOT NULL,
    PRIMARY KEY (tenant, run_no, step_no)
) WITHOUT ROWID;

CREATE TABLE schedule (
    tenant INTEGER NOT NULL,
    name TEXT NOT NULL,
    settings TEXT NOT NULL,
    counts_from TEXT NOT NULL,
    handled_until TEXT NOT NULL,
    next_due_at TEXT,
    paused_at TEXT,
    paused_by TEXT DEFAULT '' NOT NULL,
    PRIMARY KEY (tenant, name)
) WITHOUT ROWID;

CREATE INDEX schedule_by_next_due ON schedule (next_due_at);

CREATE TABLE schedule_reading (
    tenant INTEGER NOT NULL,
    content_key TEXT NOT NULL,
    PRIMARY KEY (tenant)
) WITHOUT ROWID;

CREATE TABLE scheme_order (
    tenant INTEGER NOT NULL,
    order_no BIGINT NOT NULL,
    company TEXT NOT NULL,
    account_no BIGINT NOT NULL,
    kind TEXT NOT NULL,
    mandate_no BIGINT NOT NULL,
    request_no BIGINT,
    body TEXT NOT NULL,
    state TEXT NOT NULL,
    made_at TEXT NOT NULL,
    exchange_no BIGINT,
    PRIMARY KEY (tenant, order_no)
) WITHOUT ROWID;

CREATE INDEX scheme_order_by_file ON scheme_order (tenant, exchange_no);

CREATE INDEX scheme_order_by_mandate ON scheme_order (tenant, mandate_no);

CREATE INDEX scheme_order_waiting ON scheme_order (tenant, company, order_no) WHERE state = 'waiting';

CREATE TABLE section (
    tenant INTEGER NOT NULL,
    exchange_no BIGINT NOT NULL,
    section_no BIGINT NOT NULL,
    account_no BIGINT NOT NULL,
    company TEXT NOT NULL,
    account TEXT NOT NULL,
    alternative_account TEXT DEFAULT '' NOT NULL,
    level TEXT NOT NULL,
    family TEXT NOT NULL,
    currency TEXT NOT NULL,
    identity TEXT DEFAULT '' NOT NULL,
    serial TEXT DEFAULT '' NOT NULL,
    booked_date TEXT,
    first_date TEXT,
    last_date TEXT,
    net_ore BIGINT,
    payments BIGINT DEFAULT '0' NOT NULL,
    bank_account TEXT DEFAULT '' NOT NULL,
    created_on TEXT DEFAULT '' NOT NULL,
    PRIMARY KEY (tenant, exchange_no, section_no)
) WITHOUT ROWID;

CREATE INDEX section_by_account ON section (tenant, account_no, last_date);

CREATE INDEX section_by_identity ON section (tenant, account_no, identity);

CREATE INDEX section_by_serial ON section (tenant, account_no, serial);

CREATE TABLE section_account (
    tenant INTEGER NOT NULL,
    account_no BIGINT NOT NULL,
    exchange_no BIGINT NOT NULL,
    section_no BIGINT NOT NULL,
    PRIMARY KEY (tenant, account_no, exchange_no, section_no)
) WITHOUT ROWID;

CREATE INDEX section_account_by_exchange ON section_account (tenant, exchange_no);

CREATE TABLE settlement (
    tenant INTEGER NOT NULL,
    settlement_no BIGINT NOT NULL,
    agency TEXT NOT NULL,
    exchange_no BIGINT NOT NULL,
    payout_reference TEXT NOT NULL,
    dated_on TEXT NOT NULL,
    company TEXT NOT NULL,
    currency TEXT NOT NULL,
    rows BIGINT NOT NULL,
    collected_ore BIGINT NOT NULL,
    commission_ore BIGINT NOT NULL,
    vat_ore BIGINT NOT NULL,
    net_ore BIGINT NOT NULL,
    posted_on TEXT NOT NULL,
    payment_id BIGINT,
    paid_ore BIGINT DEFAULT '0' NOT NULL,
    PRIMARY KEY (tenant, settlement_no),
    UNIQUE (tenant, agency, payout_reference)
) WITHOUT ROWID;

CREATE TABLE settlement_payment (
    tenant INTEGER NOT NULL,
    settlement_no BIGINT NOT NULL,
    part_no BIGINT NOT NULL,
    company TEXT NOT NULL,
    payment_id BIGINT,
    amount_ore BIGINT NOT NULL,
    placed_on TEXT NOT NULL,
    PRIMARY KEY (tenant, settlement_no, part_no)
) WITHOUT ROWID;

CREATE INDEX settlement_payment_by_payment ON settlement_payment (tenant, payment_id);

CREATE TABLE settlement_row (
    tenant INTEGER NOT NULL,
    exchange_no BIGINT NOT NULL,
    row_no BIGINT NOT NULL,
    settlement_no BIGINT NOT NULL,
    case_no BIGINT NOT NULL,
    capital_ore BIGINT NOT NULL,
    interest_ore BIGINT NOT NULL,
    reminder_fee_ore BIGINT NOT NULL,
    demand_fee_ore BIGINT NOT NULL,
    court_costs_ore BIGINT NOT NULL,
    commission_ore BIGINT NOT NULL,
    vat_ore BIGINT NOT NULL,
    net_ore BIGINT NOT NULL,
    paid_on TEXT NOT NULL,
    PRIMARY KEY (tenant, exchange_no, row_no)
) WITHOUT ROWID;

CREATE INDEX settlement_row_by_case ON settlement_row (tenant, case_no);

CREATE INDEX settlement_row_by_settlement ON settlement_row (tenant, settlement_no);

CREATE TABLE statement_balance (
    tenant INTEGER NOT NULL,
    exchange_no BIGINT NOT NULL,
    balance_no BIGINT NOT NULL,
    section_no BIGINT NOT NULL,
    kind TEXT NOT NULL,
    on_date TEXT,
    amount_ore BIGINT NOT NULL,
    currency TEXT NOT NULL,
    PRIMARY KEY (tenant, exchange_no, balance_no)
) WITHOUT ROWID;

CREATE TABLE statement_entry (
    tenant INTEGER NOT NULL,
    exchange_no BIGINT NOT NULL,
    statement_entry_no BIGINT NOT NULL,
    section_no BIGINT NOT NULL,
    entry_no BIGINT NOT NULL,
    line BIGINT NOT NULL,
    kind TEXT NOT NULL,
    amount_ore BIGINT NOT NULL,
    currency TEXT NOT NULL,
    booked_date TEXT,
    account_no BIGINT NOT NULL,
    code TEXT NOT NULL,
    "references" TEXT NOT NULL,
    texts TEXT NOT NULL,
    entry_reference TEXT NOT NULL,
    proprietary TEXT DEFAULT '' NOT NULL,
    counterparty TEXT DEFAULT '' NOT NULL,
    PRIMARY KEY (tenant, exchange_no, statement_entry_no)
) WITHOUT ROWID;

CREATE TABLE statement_gap (
    tenant INTEGER NOT NULL,
    gap_no BIGINT NOT NULL,
    account_no BIGINT NOT NULL,
    currency TEXT NOT NULL,
    kind TEXT NOT NULL,
    after_exchange BIGINT NOT NULL,
    after_section BIGINT NOT NULL,
    before_exchange BIGINT NOT NULL,
    before_section BIGINT NOT NULL,
    difference_ore BIGINT NOT NULL,
    first_day TEXT NOT NULL,
    last_day TEXT NOT NULL,
    missing_numbers TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT DEFAULT '' NOT NULL,
    changed_by TEXT DEFAULT '' NOT NULL,
    found_at TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    PRIMARY KEY (tenant, gap_no)
) WITHOUT ROWID;

CREATE INDEX statement_gap_by_account ON statement_gap (tenant, account_no, state);

CREATE TABLE suspense_movement (
    tenant INTEGER NOT NULL,
    payment_id BIGINT NOT NULL,
    movement_no BIGINT NOT NULL,
    amount_ore BIGINT NOT NULL,
    currency TEXT NOT NULL,
    cause TEXT NOT NULL,
    booked_date TEXT NOT NULL,
    voucher_no BIGINT,
    run_no BIGINT,
    PRIMARY KEY (tenant, payment_id, movement_no)
) WITHOUT ROWID;

CREATE TABLE task (
    tenant INTEGER NOT NULL,
    task_no BIGINT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    text TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (tenant, task_no),
    UNIQUE (tenant, kind, subject)
) WITHOUT ROWID;

CREATE TABLE tenant (
    tenant INTEGER NOT NULL,
    name TEXT NOT NULL,
    moved_to TEXT DEFAULT '' NOT NULL,
    arriving_from TEXT DEFAULT '' NOT NULL,
    PRIMARY KEY (tenant),
    UNIQUE (name)
);

CREATE TABLE unallocated_payment (
    tenant INTEGER NOT NULL,
    payment_id BIGINT NOT NULL,
    exchange_no BIGINT NOT NULL,
    account_no BIGINT NOT NULL,
    company TEXT NOT NULL,
    reference TEXT NOT NULL,
    amount_ore BIGINT NOT NULL,
    remaining_ore BIGINT NOT NULL,
    currency TEXT NOT NULL,
    booked_date TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    twin_payment BIGINT,
    held_group TEXT DEFAULT '' NOT NULL,
    needs_rematch BIGINT DEFAULT '0' NOT NULL,
    PRIMARY KEY (tenant, payment_id)
) WITHOUT ROWID;

CREATE INDEX unallocated_by_reference ON unallocated_payment (tenant, account_no, reference);

CREATE INDEX unallocated_by_state ON unallocated_payment (tenant, state);

CREATE TABLE unallocated_reference (
    tenant INTEGER NOT NULL,
    reference TEXT NOT NULL,
    payment_id BIGINT NOT NULL,
    PRIMARY KEY (tenant, reference, payment_id)
) WITHOUT ROWID;

CREATE TABLE voucher (
    tenant INTEGER NOT NULL,
    voucher_no BIGINT NOT NULL,
    company TEXT NOT NULL,
    voucher_type TEXT NOT NULL,
    booked_date TEXT NOT NULL,
    currency TEXT NOT NULL,
    text TEXT DEFAULT '' NOT NULL,
    exchange_no BIGINT,
    section_no BIGINT,
    run_no BIGINT,
    chunk_no BIGINT,
    PRIMARY KEY (tenant, voucher_no)
) WITHOUT ROWID;

CREATE TABLE voucher_export (
    tenant INTEGER NOT NULL,
    voucher_no BIGINT NOT NULL,
    company TEXT NOT NULL,
    exchange_no BIGINT NOT NULL,
    series TEXT NOT NULL,
    ledger_date TEXT NOT NULL,
    state TEXT NOT NULL,
    ledger_series TEXT DEFAULT '' NOT NULL,
    ledger_number TEXT DEFAULT '' NOT NULL,
    is_changed BIGINT DEFAULT '0' NOT NULL,
    PRIMARY KEY (tenant, voucher_no)
) WITHOUT ROWID;

CREATE INDEX voucher_export_by_file ON voucher_export (tenant, exchange_no);

CREATE TABLE voucher_line (
    tenant INTEGER NOT NULL,
    voucher_no BIGINT NOT NULL,
    line_no BIGINT NOT NULL,
    account TEXT NOT NULL,
    amount_ore BIGINT NOT NULL,
    coding TEXT DEFAULT '' NOT NULL,
    PRIMARY KEY (tenant, voucher_no, line_no)
) WITHOUT ROWID;

CREATE TABLE watch (
    tenant INTEGER NOT NULL,
    receivable_id BIGINT NOT NULL,
    text TEXT NOT NULL,
    set_by TEXT NOT NULL,
    set_at TEXT NOT NULL,
    PRIMARY KEY (tenant, receivable_id)
) WITHOUT ROWID;
