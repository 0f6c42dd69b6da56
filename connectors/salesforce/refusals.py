"""What Salesforce refuses, as errors of ours."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.errors import CredentialRefused, FieldsRefused, PermanentSendError, TemporarySendError
from connectors.vendor_api import Answer

LOCKED = "UNABLE_TO_LOCK_ROW"
"""Somebody else is writing this record."""

TEMPORARY = {"REQUEST_LIMIT_EXCEEDED", LOCKED, "SERVER_UNAVAILABLE", "QUERY_TIMEOUT"}
ADVICE = {
    "INVALID_FIELD": "a field does not exist there, or the integration's user may not see it",
    "DUPLICATES_DETECTED": "a duplicate rule refuses it; merge the two there",
    "CANNOT_UPDATE_CONVERTED_LEAD": "the lead was converted",
    "REQUIRED_FIELD_MISSING": "your organisation requires a field that journeys/crm/salesforce.yml does not fill",
    "INSUFFICIENT_ACCESS_OR_READONLY": "the integration's user may not write it",
}
"""What somebody can do about an error code; the vendor's own words may repeat what a person said."""

OF_VALUES = {
    "STRING_TOO_LONG",
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
    "FIELD_INTEGRITY_EXCEPTION",
    "INVALID_EMAIL_ADDRESS",
    "NUMBER_OUTSIDE_VALID_RANGE",
    "FIELD_CUSTOM_VALIDATION_EXCEPTION",
}
"""Codes that tell of a value, and name its field: another value would be taken."""

LONGEST_ID = 18


def refusal(answer: Answer) -> TemporarySendError | PermanentSendError:
    """Of Salesforce's words only the code is safe to repeat."""
    code = ""
    match answer.body:
        case [{"errorCode": str(code)}, *_]:
            pass
    reason = f"Salesforce refused with status {answer.status}" + (f", {code}" if code else "")
    if answer.is_trouble or code in TEMPORARY:
        of_message = answer.tells_of_record or code == LOCKED
        return TemporarySendError(reason, code=code, retry_after=answer.retry_after, of_message=of_message)
    if code not in ADVICE and answer.status in (401, 403):
        return CredentialRefused(f"{reason}: check what the integration's user and app may do", code=code)
    if code in OF_VALUES and (fields := _fields_told(answer)):
        return FieldsRefused(f"{reason}, of {', '.join(fields)[:200]}", fields, code=code)
    if answer.status == 300:
        reason += ": several leads have our id; the field Overture_Lead__c has to be unique"
    elif advice := ADVICE.get(code):
        reason += f": {advice}"
    return PermanentSendError(reason, code=code)


def _fields_told(answer: Answer) -> Sequence[str]:
    """The fields whose values are refused; none unless all that is refused are values."""
    found: list[str] = []
    for one in answer.body:
        match one:
            case {"errorCode": str(code), "fields": [*fields]} if code in OF_VALUES:
                found += [field for field in fields if isinstance(field, str)]
            case _:
                return ()
    return found


def duplicates_told(answer: Answer) -> Sequence[str]:
    """The ids of the records that a duplicate rule takes for the same; empty for any other answer. Salesforce itself
    misspells where it lists them."""
    found: dict[str, None] = {}
    match answer.body:
        case [
            {"errorCode": "DUPLICATES_DETECTED", "duplicateResut": {"matchResults": [*results]}}
            | {"errorCode": "DUPLICATES_DETECTED", "duplicateResult": {"matchResults": [*results]}},
            *_,
        ]:
            for result in results:
                for record in result.get("matchRecords", []) if isinstance(result, dict) else []:
                    match record:
                        case {"record": {"Id": str(record_id)}} if record_id.isalnum() and len(record_id) <= LONGEST_ID:
                            found[record_id] = None
    return list(found)
