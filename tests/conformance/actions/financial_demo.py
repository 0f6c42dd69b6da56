"""The custom actions of financial-demo that steer the dialogue; what they would look up is left out."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, FormValidationAction
from rasa_sdk.events import AllSlotsReset, FollowupAction, Restarted, SlotSet

FORM_OF = {
    "pay_cc": "cc_payment_form",
    "transfer_money": "transfer_money_form",
    "search_transactions": "transaction_search_form",
    "check_earnings": "transaction_search_form",
}
MOST_FAILURES = 2


class FinancialForm(FormValidationAction):  # type: ignore[misc]  # rasa-sdk is not typed
    """Asks whether to go on after a few values that were no good."""

    async def required_slots(self, domain_slots: list[str], dispatcher: Any, tracker: Any, domain: Any) -> list[str]:
        failures = tracker.get_slot("repeated_validation_failures") or 0
        asked = tracker.get_slot("requested_slot") == "AA_CONTINUE_FORM" or failures >= MOST_FAILURES
        return [slot for slot in domain_slots if asked or slot != "AA_CONTINUE_FORM"]

    def failed(self, tracker: Any, slot: str) -> dict[str, Any]:
        return {slot: None, "repeated_validation_failures": (tracker.get_slot("repeated_validation_failures") or 0) + 1}

    def validate_AA_CONTINUE_FORM(  # noqa: N802  named for the slot
        self, value: Any, dispatcher: Any, tracker: Any, domain: Any
    ) -> dict[str, Any]:
        if value == "yes":
            return {"AA_CONTINUE_FORM": "yes", "repeated_validation_failures": 0}
        if value == "no":
            return {"AA_CONTINUE_FORM": "no", "requested_slot": None}
        return {"AA_CONTINUE_FORM": None}

    def validate_zz_confirm_form(self, value: Any, dispatcher: Any, tracker: Any, domain: Any) -> dict[str, Any]:
        return {"zz_confirm_form": value if value in ("yes", "no") else None}


class ValidateCcPaymentForm(FinancialForm):
    def name(self) -> str:
        return "validate_cc_payment_form"

    def validate_credit_card(self, value: Any, dispatcher: Any, tracker: Any, domain: Any) -> dict[str, Any]:
        if value in ("emblem", "gringots", "iron bank"):
            return {"credit_card": value}
        dispatcher.utter_message(response="utter_no_creditcard")
        return self.failed(tracker, "credit_card")


class ValidateTransferMoneyForm(FinancialForm):
    def name(self) -> str:
        return "validate_transfer_money_form"

    def validate_PERSON(  # noqa: N802  named for the slot
        self, value: Any, dispatcher: Any, tracker: Any, domain: Any
    ) -> dict[str, Any]:
        if str(value).lower() in ("latisha", "lisa", "percy"):
            return {"PERSON": str(value).title()}
        dispatcher.utter_message(response="utter_unknown_recipient", PERSON=value)
        return self.failed(tracker, "PERSON")


class ValidateTransactionSearchForm(FinancialForm):
    def name(self) -> str:
        return "validate_transaction_search_form"

    def validate_search_type(self, value: Any, dispatcher: Any, tracker: Any, domain: Any) -> dict[str, Any]:
        return {"search_type": value if value in ("spend", "deposit") else None}


class AskConfirmation(Action):  # type: ignore[misc]
    def name(self) -> str:
        return "action_ask_transaction_search_form_zz_confirm_form"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
        dispatcher.utter_message(
            text=f"Search {tracker.get_slot('search_type')} transactions?",
            buttons=[{"title": "Yes", "payload": "/affirm"}, {"title": "No", "payload": "/deny"}],
        )
        return []


class SwitchFormsAsk(Action):  # type: ignore[misc]
    def name(self) -> str:
        return "action_switch_forms_ask"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
        form = FORM_OF.get(tracker.get_intent_of_latest_message())
        dispatcher.utter_message(text=f"Switch to {form}?")
        return [SlotSet("next_form_name", form)]


class SwitchFormsDeny(Action):  # type: ignore[misc]
    def name(self) -> str:
        return "action_switch_forms_deny"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
        dispatcher.utter_message(text=f"Going on with {tracker.active_loop.get('name')}.")
        return [SlotSet("next_form_name", None)]


class SwitchFormsAffirm(Action):  # type: ignore[misc]
    def name(self) -> str:
        return "action_switch_forms_affirm"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
        return [SlotSet("previous_form_name", tracker.active_loop.get("name")), SlotSet("next_form_name", None)]


class SwitchBackAsk(Action):  # type: ignore[misc]
    def name(self) -> str:
        return "action_switch_back_ask"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
        dispatcher.utter_message(text=f"Back to {tracker.get_slot('previous_form_name')}?")
        return [SlotSet("previous_form_name", None)]


class PayCreditCard(Action):  # type: ignore[misc]
    """Like the two below, forgets what the form has gathered."""

    slots: tuple[str, ...] = ("AA_CONTINUE_FORM", "credit_card", "amount-of-money", "time", "zz_confirm_form")

    def name(self) -> str:
        return "action_pay_cc"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
        said = "utter_cc_pay_scheduled" if tracker.get_slot("zz_confirm_form") == "yes" else "utter_cc_pay_cancelled"
        dispatcher.utter_message(response=said)
        return [SlotSet(name, None) for name in self.slots]


class TransferMoney(Action):  # type: ignore[misc]
    def name(self) -> str:
        return "action_transfer_money"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
        dispatcher.utter_message(response="utter_transfer_complete")
        names = ("AA_CONTINUE_FORM", "PERSON", "amount-of-money", "zz_confirm_form")
        return [SlotSet(name, None) for name in names]


class SearchTransactions(Action):  # type: ignore[misc]
    def name(self) -> str:
        return "action_transaction_search"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
        dispatcher.utter_message(response="utter_found_deposit_transactions", numtransacts=3, total="12.50")
        names = ("AA_CONTINUE_FORM", "search_type", "time", "zz_confirm_form")
        return [SlotSet(name, None) for name in names]


class ShowBalance(Action):  # type: ignore[misc]
    def name(self) -> str:
        return "action_show_balance"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
        dispatcher.utter_message(response="utter_account_balance", init_account_balance="100")
        return []


class Restart(Action):  # type: ignore[misc]
    def name(self) -> str:
        return "action_restart"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
        return [AllSlotsReset(), Restarted(), FollowupAction("action_session_start")]


class SessionStart(Action):  # type: ignore[misc]
    """As Rasa's documentation has it: the session begins, and the bot listens."""

    def name(self) -> str:
        return "action_session_start"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
        return [{"event": "session_started"}, SlotSet("currency", "$"), {"event": "action", "name": "action_listen"}]
